#include <unistd.h>

#include <json-c/json.h>

#include "output.h"

/*
 * One value to a line, so that a stream of them can be read line by line;
 * spread out when a person looks.
 */
void
output_json(FILE *fp, struct json_object *o)
{
	int	flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	flags |= isatty(fileno(fp)) ? JSON_C_TO_STRING_PRETTY |
	    JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN;
	fprintf(fp, "%s\n", json_object_to_json_string_ext(o, flags));
	fflush(fp);
}
