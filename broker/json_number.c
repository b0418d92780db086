#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "json_number.h"

struct json_object *
json_millis(double number)
{
	char	text[64];
	size_t	n;

	n = (size_t)snprintf(text, sizeof(text), "%.3f", number);
	while (n > 0 && text[n - 1] == '0' && text[n - 2] != '.')
		text[--n] = '\0';
	return json_object_new_double_s(number, text);
}
