#include <unistd.h>

#include <json-c/json.h>

#include "output.h"

/*
 * U+007F to U+009F are good JSON and steer a terminal; escaped they are the
 * same text.  Outside of texts there are none.
 */
static void
put_safe(FILE *fp, const char *text)
{
	const unsigned char	*p;

	for (p = (const unsigned char *)text; *p != '\0'; p++)
		if (*p == 0x7f)
			fputs("\\u007f", fp);
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			fprintf(fp, "\\u%04x", *++p);
		else
			putc(*p, fp);
	putc('\n', fp);
}

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
	put_safe(fp, json_object_to_json_string_ext(o, flags));
	fflush(fp);
}
