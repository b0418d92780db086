/*
 * A configuration file as a row of tokens.  A macro stands for one value:
 * $NAME becomes a string, never a keyword or several words, so what a line
 * means can be read without knowing its macros.
 */
#include <sys/types.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_lex.h"
#include "xmalloc.h"

#define LEX_DEPTH	8		/* files including files */
#define LEX_TEXT_MAX	4096		/* bytes in one word or string */

struct lex_file {
	TAILQ_ENTRY(lex_file) entry;
	FILE		*fp;
	const char	*name;
	unsigned int	 line;
	int		 at_start;	/* of a line */
};

struct lex_text {
	TAILQ_ENTRY(lex_text) entry;
	char		*text;
};

struct lex_def {
	TAILQ_ENTRY(lex_def) entry;
	const char	*name;
	const char	*value;
};

struct lex {
	TAILQ_HEAD(, lex_file) files;	/* the one being read is first */
	TAILQ_HEAD(, lex_text) texts;	/* everything handed out */
	TAILQ_HEAD(, lex_def) defs;
	unsigned int	 depth;
	const char	*file;		/* of the last token */
	unsigned int	 line;
	lex_error_fn	*error;
	void		*arg;
};

struct lex *
lex_new(lex_error_fn *error, void *arg)
{
	struct lex	*x;

	x = xcalloc(1, sizeof(*x));
	TAILQ_INIT(&x->files);
	TAILQ_INIT(&x->texts);
	TAILQ_INIT(&x->defs);
	x->file = "";
	x->error = error;
	x->arg = arg;
	return x;
}

static void
file_pop(struct lex *x)
{
	struct lex_file	*f = TAILQ_FIRST(&x->files);

	TAILQ_REMOVE(&x->files, f, entry);
	x->depth--;
	if (f->fp != stdin)
		fclose(f->fp);
	free(f);
}

void
lex_free(struct lex *x)
{
	struct lex_text	*t;
	struct lex_def	*d;

	if (x == NULL)
		return;
	while (!TAILQ_EMPTY(&x->files))
		file_pop(x);
	while ((t = TAILQ_FIRST(&x->texts)) != NULL) {
		TAILQ_REMOVE(&x->texts, t, entry);
		free(t->text);
		free(t);
	}
	while ((d = TAILQ_FIRST(&x->defs)) != NULL) {
		TAILQ_REMOVE(&x->defs, d, entry);
		free(d);
	}
	free(x);
}

static const char *
text_keep(struct lex *x, const char *text)
{
	struct lex_text	*t;

	t = xcalloc(1, sizeof(*t));
	t->text = xstrdup(text);
	TAILQ_INSERT_TAIL(&x->texts, t, entry);
	return t->text;
}

__attribute__((__format__(__printf__, 2, 3)))
static void
lex_complain(struct lex *x, const char *fmt, ...)
{
	char		 what[512];
	va_list		 ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	x->error(x->arg, x->file, x->line, what);
}

/* A name written in a file is relative to the folder of that file. */
static const char *
file_beside(struct lex *x, const char *name)
{
	const char	*slash;
	char		*path;
	const char	*kept;

	slash = strrchr(x->file, '/');
	if (*name == '/' || TAILQ_EMPTY(&x->files) || slash == NULL)
		return text_keep(x, name);
	xasprintf(&path, "%.*s/%s", (int)(slash - x->file), x->file, name);
	kept = text_keep(x, path);
	free(path);
	return kept;
}

/*
 * What this file says is done as root, so nobody else may have written it.
 * The group is let off: a clone under umask 002 is common.
 */
static FILE *
file_open(struct lex *x, const char *name)
{
	struct stat	 st;
	int		 fd;

	if (strcmp(name, "-") == 0)
		return stdin;
	if ((fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1 ||
	    fstat(fd, &st) == -1) {
		lex_complain(x, "open %s: %s", name, strerror(errno));
		goto fail;
	}
	if (S_ISDIR(st.st_mode)) {
		lex_complain(x, "open %s: %s", name, strerror(EISDIR));
		goto fail;
	}
	if (S_ISREG(st.st_mode) && (st.st_mode & S_IWOTH)) {
		lex_complain(x, "%s may be written by anyone", name);
		goto fail;
	}
	return fdopen(fd, "r");
fail:
	if (fd != -1)
		close(fd);
	return NULL;
}

int
lex_push(struct lex *x, const char *name)
{
	struct lex_file	*f;
	FILE		*fp;

	if (x->depth == LEX_DEPTH) {
		lex_complain(x, "more than %d files inside each other",
		    LEX_DEPTH);
		return -1;
	}
	if (TAILQ_EMPTY(&x->files))
		x->file = text_keep(x, name);
	name = file_beside(x, name);
	if ((fp = file_open(x, name)) == NULL)
		return -1;
	f = xcalloc(1, sizeof(*f));
	f->fp = fp;
	f->name = strcmp(name, "-") == 0 ? "stdin" : name;
	f->line = 1;
	f->at_start = 1;
	TAILQ_INSERT_HEAD(&x->files, f, entry);
	x->depth++;
	return 0;
}

static int
is_bare(int c)
{
	return c != EOF && c > ' ' && c < 0x7f && strchr("{},=\"#$\\", c) == NULL;
}

static int
is_name(int c)
{
	return c != EOF && (isalnum(c) || c == '_');
}

/* Characters that keep says belong to it; 0 when there are too many. */
static int
read_while(struct lex *x, int c, int (*keep)(int), char *buf)
{
	FILE		*fp = TAILQ_FIRST(&x->files)->fp;
	size_t		 n = 0;

	for (; keep(c); c = getc(fp))
		if (n < LEX_TEXT_MAX - 1)
			buf[n++] = c;
	ungetc(c, fp);
	buf[n] = '\0';
	if (n < LEX_TEXT_MAX - 1)
		return 1;
	lex_complain(x, "word longer than %d bytes", LEX_TEXT_MAX - 2);
	return 0;
}

/* After the opening quote.  Only \" and \\ are escapes. */
static enum lex_kind
read_string(struct lex *x, const char **text)
{
	FILE		*fp = TAILQ_FIRST(&x->files)->fp;
	char		 buf[LEX_TEXT_MAX];
	const char	*why = NULL;
	size_t		 n = 0;
	int		 c;

	while ((c = getc(fp)) != '"') {
		if (c == EOF || c == '\n') {
			ungetc(c, fp);
			lex_complain(x, "string is not closed on its line");
			return LEX_BAD;
		}
		if (c == '\\' && (c = getc(fp)) != '"' && c != '\\') {
			ungetc(c, fp);
			why = "backslash in a string stands before \" or \\";
			continue;
		}
		if (iscntrl(c))
			why = "control character in a string";
		else if (n == sizeof(buf) - 1)
			why = "string is too long";
		else
			buf[n++] = c;
	}
	if (why != NULL) {
		lex_complain(x, "%s", why);
		return LEX_BAD;
	}
	buf[n] = '\0';
	*text = text_keep(x, buf);
	return LEX_STRING;
}

/* After the dollar sign. */
static enum lex_kind
read_macro(struct lex *x, const char **text)
{
	FILE		*fp = TAILQ_FIRST(&x->files)->fp;
	char		 buf[LEX_TEXT_MAX];
	struct lex_def	*d;

	if (!read_while(x, getc(fp), is_name, buf))
		return LEX_BAD;
	TAILQ_FOREACH(d, &x->defs, entry)
		if (strcmp(d->name, buf) == 0)
			break;
	if (d == NULL) {
		lex_complain(x, "macro \"%s\" is not defined", buf);
		return LEX_BAD;
	}
	*text = d->value;
	return LEX_STRING;
}

static enum lex_kind
read_word(struct lex *x, int c, const char **text)
{
	char		 buf[LEX_TEXT_MAX];

	if (!is_bare(c)) {
		lex_complain(x, "character 0x%02x outside a string", c);
		return LEX_BAD;
	}
	if (!read_while(x, c, is_bare, buf))
		return LEX_BAD;
	*text = text_keep(x, buf);
	return LEX_WORD;
}

/* The next character that is not space, comment or a continued line. */
static int
skip_space(struct lex_file *f)
{
	int		 c, next;

	for (;;) {
		c = getc(f->fp);
		if (c == '#')
			while (c != '\n' && c != EOF)
				c = getc(f->fp);
		if (c == '\\') {
			if ((next = getc(f->fp)) != '\n') {
				ungetc(next, f->fp);
				return c;
			}
			f->line++;
			continue;
		}
		if (c != ' ' && c != '\t' && c != '\r')
			return c;
	}
}

/* A macro may be called like a keyword that came after it was written. */
static enum lex_kind
word_or_name(struct lex_file *f)
{
	int		 c;

	c = skip_space(f);
	ungetc(c, f->fp);
	return c == '=' ? LEX_NAME : LEX_WORD;
}

/* Every file ends its last line, so that no statement spans two of them. */
static enum lex_kind
read_end(struct lex *x)
{
	struct lex_file	*f = TAILQ_FIRST(&x->files);

	if (ferror(f->fp))
		lex_complain(x, "read: %s", strerror(errno));
	if (!f->at_start) {
		f->at_start = 1;
		return LEX_NEWLINE;
	}
	file_pop(x);
	return LEX_END;
}

enum lex_kind
lex_next(struct lex *x, const char **text)
{
	struct lex_file	*f;
	enum lex_kind	 kind;
	int		 c;

	*text = NULL;
	for (;;) {
		if ((f = TAILQ_FIRST(&x->files)) == NULL)
			return LEX_END;
		c = skip_space(f);
		x->file = f->name;
		x->line = f->line;
		if (c != EOF)
			break;
		if ((kind = read_end(x)) != LEX_END)
			return kind;
	}
	f->at_start = c == '\n';
	switch (c) {
	case '\n':
		f->line++;
		return LEX_NEWLINE;
	case '{':
		return LEX_OPEN;
	case '}':
		return LEX_CLOSE;
	case ',':
		return LEX_COMMA;
	case '=':
		return LEX_EQUALS;
	case '"':
		return read_string(x, text);
	case '$':
		return read_macro(x, text);
	}
	if ((kind = read_word(x, c, text)) == LEX_WORD)
		kind = word_or_name(f);
	return kind;
}

const char *
lex_file(const struct lex *x)
{
	return x->file;
}

unsigned int
lex_line(const struct lex *x)
{
	return x->line;
}

/* The last definition wins. */
void
lex_macro(struct lex *x, const char *name, const char *value)
{
	struct lex_def	*d;

	d = xcalloc(1, sizeof(*d));
	d->name = text_keep(x, name);
	d->value = text_keep(x, value);
	TAILQ_INSERT_HEAD(&x->defs, d, entry);
}
