#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "ctl.h"
#include "field.h"
#include "output.h"
#include "xmalloc.h"

struct table {
	int		 columns;
	unsigned int	 right;		/* a bit per column */
	size_t		 cells;
	char		**cell;
};

/* Columns of a terminal, taking every character as one wide. */
static size_t
text_width(const char *text)
{
	size_t	n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

char *
text_clean(const char *text)
{
	char		*out, *q;
	unsigned char	 c, next;

	q = out = xmalloc(strlen(text) + 1);
	for (; *text != '\0'; text++) {
		c = (unsigned char)*text;
		next = (unsigned char)text[1];
		if (c < 0x20 || c == 0x7f)
			*q++ = '?';
		else if (c == 0xc2 && next >= 0x80 && next <= 0x9f) {
			*q++ = '?';	/* U+0080 to U+009F steer terminals */
			text++;
		} else
			*q++ = (char)c;
	}
	*q = '\0';
	return out;
}

struct table *
table_new(int columns, const char *const *names)
{
	struct table	*t = xcalloc(1, sizeof(*t));
	int		 i;

	t->columns = columns;
	for (i = 0; i < columns; i++)
		table_add(t, names[i]);
	return t;
}

void
table_right(struct table *t, int column)
{
	t->right |= 1U << column;
}

void
table_add(struct table *t, const char *text)
{
	t->cell = xreallocarray(t->cell, t->cells + 1, sizeof(*t->cell));
	t->cell[t->cells++] = text_clean(text != NULL ? text : "-");
}

void
table_print(struct table *t, FILE *fp, int rows)
{
	size_t	*width, columns = (size_t)t->columns, i, col, n, cells;

	width = xcalloc(columns, sizeof(*width));
	for (i = 0; i < t->cells; i++) {
		n = text_width(t->cell[i]);
		if (n > width[i % columns])
			width[i % columns] = n;
	}
	cells = t->cells;
	if (rows > 0 && cells > ((size_t)rows + 1) * columns)
		cells = ((size_t)rows + 1) * columns;
	for (i = 0; i < cells; i++) {
		col = i % columns;
		n = width[col] - text_width(t->cell[i]);
		if ((t->right & 1U << col) != 0)
			fprintf(fp, "%*s", (int)n, "");
		fputs(t->cell[i], fp);
		if (col + 1 == columns)
			putc('\n', fp);
		else if ((t->right & 1U << col) != 0)
			fputs("  ", fp);
		else
			fprintf(fp, "%*s", (int)n + 2, "");
	}
	free(width);
}

void
table_free(struct table *t)
{
	size_t	i;

	if (t == NULL)
		return;
	for (i = 0; i < t->cells; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t);
}

void
output_rows(struct table *t, struct json_object *all,
    void (*row)(struct table *, struct json_object *))
{
	size_t	i;

	for (i = 0; i < json_object_array_length(all); i++)
		row(t, json_object_array_get_idx(all, i));
	table_print(t, stdout, 0);
	table_free(t);
}

void
output_ids(struct json_object *all)
{
	size_t	i;

	for (i = 0; i < json_object_array_length(all); i++)
		printf("%s\n", field_or(json_object_array_get_idx(all, i),
		    "id", ""));
}

const char *
text_size(char *buf, uint64_t n)
{
	static const char	units[] = "BKMGTPE";
	double			d = (double)n;
	int			i = 0;

	while (d >= 1024 && units[i + 1] != '\0') {
		d /= 1024;
		i++;
	}
	snprintf(buf, TEXT_SHORT, i > 0 && d < 10 && d != (int)d ? "%.1f%c" :
	    "%.0f%c", d, units[i]);
	return buf;
}

const char *
text_age(char *buf, const char *time_text)
{
	struct tm	tm;
	long		s;

	memset(&tm, 0, sizeof(tm));
	strlcpy(buf, "-", TEXT_SHORT);
	if (time_text == NULL ||
	    strptime(time_text, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
		return buf;
	s = (long)(time(NULL) - timegm(&tm));
	if (s < 0)
		s = 0;
	if (s < 120)
		snprintf(buf, TEXT_SHORT, "%lds", s);
	else if (s < 2 * 3600)
		snprintf(buf, TEXT_SHORT, "%ldm", s / 60);
	else if (s < 48 * 3600)
		snprintf(buf, TEXT_SHORT, "%ldh", s / 3600);
	else
		snprintf(buf, TEXT_SHORT, "%ldd", s / 86400);
	return buf;
}

const char *
text_cpu(char *buf, double seconds)
{
	long	tenths = (long)(seconds * 10);

	snprintf(buf, TEXT_SHORT, "%ld:%02ld.%ld", tenths / 600,
	    tenths / 10 % 60, tenths % 10);
	return buf;
}
