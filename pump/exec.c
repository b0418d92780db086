/*
 * The Exec key of a desktop entry: words with quotes, and field codes that
 * stand for files, the icon, the name and the entry's own path.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "desktop.h"
#include "path.h"
#include "xmalloc.h"

struct expansion {
	struct args		*args;
	const struct desktop	*d;
	const char		*path;		/* of the entry */
	char			**files;
	int			 nfiles;
	int			 used;		/* the files have their place */
	char			*word;
	size_t			 len;
	size_t			 size;
	int			 open;		/* a word, even an empty one */
	int			 quoted;
};

void
args_add(struct args *a, const char *text)
{
	if (a->n == a->size) {
		a->size = a->size * 2 + 16;
		a->v = xreallocarray(a->v, a->size, sizeof(*a->v));
	}
	a->v[a->n++] = xstrdup(text);
}

void
args_free(struct args *a)
{
	size_t	i;

	for (i = 0; i < a->n; i++)
		free(a->v[i]);
	free(a->v);
	memset(a, 0, sizeof(*a));
}

static void
put(struct expansion *x, const char *bytes, size_t len)
{
	if (x->len + len + 1 > x->size) {
		x->size = (x->len + len + 1) * 2;
		x->word = xreallocarray(x->word, x->size, 1);
	}
	memcpy(x->word + x->len, bytes, len);
	x->len += len;
	x->word[x->len] = '\0';
	x->open = 1;
}

static void
put_text(struct expansion *x, const char *value)
{
	char	*text = desktop_text(value == NULL ? "" : value);

	if (text[0] != '\0')
		put(x, text, strlen(text));
	free(text);
}

/* A word that only had a code that stands for nothing is none. */
static void
word_end(struct expansion *x)
{
	if (x->open) {
		put(x, "", 0);
		args_add(x->args, x->word);
	}
	x->open = x->quoted = 0;
	x->len = 0;
}

/* Files of a client are relative to home, whatever the program's directory. */
static char *
file_text(const char *file)
{
	return strstr(file, "://") != NULL ? xstrdup(file) :
	    path_absolute(file);
}

static const char *
one_file(struct expansion *x)
{
	char	*text;

	if (x->nfiles > 1)
		return "this application takes one file at a time";
	x->used = 1;
	if (x->nfiles == 0)
		return NULL;
	if ((text = file_text(x->files[0])) == NULL)
		return "a file must have a name";
	put(x, text, strlen(text));
	free(text);
	return NULL;
}

static const char *
all_files(struct expansion *x, char after)
{
	char	*text;
	int	 i;

	if (x->open || (after != '\0' && after != ' ' && after != '\t'))
		return "the entry's Exec has %F or %U inside of a word";
	x->used = 1;
	for (i = 0; i < x->nfiles; i++) {
		if ((text = file_text(x->files[i])) == NULL)
			return "a file must have a name";
		args_add(x->args, text);
		free(text);
	}
	return NULL;
}

static const char *
code(struct expansion *x, char c, char after)
{
	char	*icon;

	switch (c) {
	case '%':
		put(x, "%", 1);
		return NULL;
	case 'f':
	case 'u':
		return one_file(x);
	case 'F':
	case 'U':
		return all_files(x, after);
	case 'i':
		if (x->d->icon == NULL || x->d->icon[0] == '\0')
			return NULL;
		icon = desktop_text(x->d->icon);
		args_add(x->args, "--icon");
		args_add(x->args, icon);
		free(icon);
		return NULL;
	case 'c':
		put_text(x, x->d->name);
		return NULL;
	case 'k':
		put(x, x->path, strlen(x->path));
		return NULL;
	case 'd':
	case 'D':
	case 'n':
	case 'N':
	case 'v':
	case 'm':
		return NULL;		/* once they meant something */
	default:
		return "the entry's Exec has an unknown field code";
	}
}

/* Inside of quotes only these need, and have, a backslash. */
static const char *
quote(struct expansion *x, const char **at)
{
	const char	*p = *at + 1;
	char		 mark = **at;

	x->open = 1;
	for (; *p != '\0' && *p != mark; p++) {
		if (mark == '"' && *p == '\\' && p[1] != '\0' &&
		    strchr("\"`$\\", p[1]) != NULL)
			p++;
		else if (*p == '%' && p[1] == '%')
			p++;
		put(x, p, 1);
	}
	*at = p;
	return *p == mark ? NULL : "the entry's Exec has an open quote";
}

static const char *
step(struct expansion *x, const char **at)
{
	const char	*p = *at;

	switch (*p) {
	case ' ':
	case '\t':
	case '\n':
		word_end(x);
		return NULL;
	case '"':
	case '\'':
		return quote(x, at);
	case '%':
		if (p[1] == '\0')
			return "the entry's Exec ends in %";
		++*at;
		return code(x, p[1], p[2]);
	case '\\':
		if (p[1] == '\0')
			return "the entry's Exec ends in a backslash";
		++*at;
		put(x, p + 1, 1);
		return NULL;
	default:
		put(x, p, 1);
		return NULL;
	}
}

const char *
exec_expand(struct args *args, const struct desktop *d, const char *path,
    int nfiles, char **files)
{
	struct expansion x = { .args = args, .d = d, .path = path,
			    .files = files, .nfiles = nfiles };
	const char	*p, *why = NULL;
	char		*text = desktop_text(d->exec);

	for (p = text; *p != '\0' && why == NULL; p++) {
		if ((why = step(&x, &p)) == NULL && args->n > ARGS_BOUND)
			why = "there are too many arguments";
	}
	word_end(&x);
	free(x.word);
	free(text);
	if (why == NULL && (args->n == 0 || args->v[0][0] == '\0'))
		why = "the entry's Exec names no program";
	if (why == NULL && nfiles > 0 && !x.used)
		why = "this application takes no files";
	return why;
}
