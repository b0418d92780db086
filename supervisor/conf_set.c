/*
 * What each statement of deskd.conf does.  A value that is wrong is told
 * and left at its default, so that the rest of the file is still checked.
 */
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conf_set.h"
#include "conf_value.h"
#include "xmalloc.h"

#define UID_FIRST	65536U		/* below are the machine's own */
#define UID_LAST	0xfffffffdU	/* above are nobody's */

void
parse_error_at(struct parse *p, const char *file, unsigned int line,
    const char *what)
{
	if (line == 0)
		fprintf(p->errors, "%s: %s\n", file, what);
	else
		fprintf(p->errors, "%s:%u: %s\n", file, line, what);
	p->nerrors++;
}

void
parse_error(struct parse *p, const char *fmt, ...)
{
	char		 what[512];
	va_list		 ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	parse_error_at(p, lex_file(p->lex), lex_line(p->lex), what);
}

void
parse_once(struct parse *p, enum seen which, const char *what)
{
	if (p->seen & which)
		parse_error(p, "%s is given twice", what);
	p->seen |= which;
}

/* Absolute, with single slashes, and without steps that hide where it is. */
char *
set_clean_path(struct parse *p, const char *what, const char *text)
{
	char		*path, *to;
	const char	*from;

	if (*text != '/') {
		parse_error(p, "%s \"%s\" does not begin with a slash", what,
		    text);
		return NULL;
	}
	to = path = xstrdup(text);
	for (from = text; *from != '\0'; from++)
		if (*from != '/' || to == path || to[-1] != '/')
			*to++ = *from;
	if (to > path + 1 && to[-1] == '/')
		to--;
	*to = '\0';
	for (from = path; (from = strstr(from, "/.")) != NULL; from++) {
		to = path + (from - path) + 2;
		if (*to == '.')
			to++;
		if (*to != '/' && *to != '\0')
			continue;
		parse_error(p, "%s \"%s\" has a . or .. in it", what, text);
		free(path);
		return NULL;
	}
	return path;
}

void
set_path(struct parse *p, const char *what, const char *text, char **path)
{
	char		*clean;

	if ((clean = set_clean_path(p, what, text)) == NULL)
		return;
	if (strcmp(clean, "/") == 0) {
		parse_error(p, "%s cannot be /", what);
		free(clean);
		return;
	}
	free(*path);
	*path = clean;
}

/* prefix is the one macro that deskd reads itself. */
void
set_macro(struct parse *p, const char *name, const char *value)
{
	const char	*c;

	for (c = name; *c != '\0'; c++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "0123456789_", *c) == NULL) {
			parse_error(p, "\"%s\" cannot be a macro's name: "
			    "letters, digits and _ make one", name);
			return;
		}
	lex_macro(p->lex, name, value);
	if (strcmp(name, "prefix") != 0)
		return;
	parse_once(p, SEEN_PREFIX, "prefix");
	set_path(p, "prefix", value, &p->conf->prefix);
}

static int
in_range(struct parse *p, const char *what, const char *text, uint64_t n,
    uint64_t low, uint64_t high)
{
	if (n >= low && n <= high)
		return 1;
	parse_error(p, "%s %s is not between %" PRIu64 " and %" PRIu64, what,
	    text, low, high);
	return 0;
}

void
set_number(struct parse *p, const char *what, const char *text, uint64_t low,
    uint64_t high, uint32_t *to)
{
	uint64_t	 n;

	if (value_number(text, &n) == -1)
		parse_error(p, "%s \"%s\" is not a number", what, text);
	else if (in_range(p, what, text, n, low, high))
		*to = n;
}

void
set_size(struct parse *p, const char *what, const char *text, uint64_t low,
    uint64_t high, uint64_t *to)
{
	char		 low_text[SIZE_TEXT], high_text[SIZE_TEXT];
	uint64_t	 n;

	if (value_size(text, &n) == -1)
		parse_error(p, "%s \"%s\" is not a size like 512M or 2G", what,
		    text);
	else if (n < low || n > high)
		parse_error(p, "%s %s is not between %s and %s", what, text,
		    size_text(low, low_text), size_text(high, high_text));
	else
		*to = n;
}

/* 0 is for ever. */
void
set_age(struct parse *p, const char *what, const char *text, uint64_t *to)
{
	uint64_t	 n;

	if (value_time(text, &n) == -1)
		parse_error(p, "%s \"%s\" is not a time like 90d, 12h or 30m",
		    what, text);
	else if (n > AGE_MAX)
		parse_error(p, "%s %s is more than a hundred years; 0 keeps "
		    "for ever", what, text);
	else
		*to = n;
}

/* The same with a size: 0 is without end, and next to nothing is no use. */
void
set_kept_size(struct parse *p, const char *what, const char *text,
    uint64_t *to)
{
	uint64_t	 n;

	if (value_size(text, &n) == 0 && n == 0)
		*to = 0;
	else
		set_size(p, what, text, KEPT_SIZE_MIN, DISK_MAX, to);
}

void
set_percent(struct parse *p, const char *text, uint32_t *to)
{
	uint64_t	 n;

	if (value_percent(text, &n) == -1)
		parse_error(p, "cpu \"%s\" is not a percentage like 150%%, "
		    "where 100%% is one CPU", text);
	else if (n < CPU_PERCENT_MIN || n > CPU_PERCENT_MAX)
		parse_error(p, "cpu %s is not between %d%% and %d%%", text,
		    CPU_PERCENT_MIN, CPU_PERCENT_MAX);
	else
		*to = n;
}

void
set_geometry(struct parse *p, const char *what, const char *text,
    uint32_t *width, uint32_t *height)
{
	uint32_t	 w, h;

	if (value_geometry(text, &w, &h) == -1) {
		parse_error(p, "%s \"%s\" is not a size like 1280x800", what,
		    text);
		return;
	}
	if (w < SCREEN_MIN || h < SCREEN_MIN || w > SCREEN_MAX ||
	    h > SCREEN_MAX) {
		parse_error(p, "%s %s is not between %dx%d and %dx%d", what,
		    text, SCREEN_MIN, SCREEN_MIN, SCREEN_MAX, SCREEN_MAX);
		return;
	}
	*width = w;
	*height = h;
}

/* Whole steps only: a session's ids are never cut short. */
void
set_ids(struct parse *p, const char *what, const char *from, const char *to,
    uint32_t step, struct conf_ids *ids)
{
	uint64_t	 first, last;

	if (value_number(from, &first) == -1) {
		parse_error(p, "%s \"%s\" is not a number", what, from);
		return;
	}
	if (to == NULL)
		last = first + ids->count - 1;
	else if (value_number(to, &last) == -1) {
		parse_error(p, "%s \"%s\" is not a number", what, to);
		return;
	}
	if (first < UID_FIRST || last > UID_LAST || last < first) {
		parse_error(p, "%s must lie between %u and %u, the lower first",
		    what, UID_FIRST, UID_LAST);
		return;
	}
	if ((last - first + 1) % step != 0) {
		parse_error(p, "%s: %" PRIu64 " ids are not a multiple of %u",
		    what, last - first + 1, step);
		return;
	}
	ids->first = first;
	ids->count = last - first + 1;
}

/* Names go into paths, answers and manuals: keep them plain. */
static int
good_name(const char *name)
{
	size_t		 len = strlen(name);

	return len > 0 && len <= NAME_MAX_LEN && *name != '-' &&
	    *name != '.' && strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

/* A plain name is completed when the run directory is known. */
void
set_listen(struct parse *p, const char *text)
{
	struct conf_listen	*l;
	char			*path;

	p->listen = NULL;
	if (*text == '/') {
		if ((path = set_clean_path(p, "socket", text)) == NULL)
			return;
	} else if (good_name(text))
		path = xstrdup(text);
	else {
		parse_error(p, "socket \"%s\" is neither a path from / nor "
		    "a plain name", text);
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->kind = LISTEN_UNIX;
	l->path = path;
	l->mode = 0660;
	TAILQ_INSERT_TAIL(&p->conf->listens, l, entry);
	p->listen = l;
}

void
set_listen_group(struct parse *p, const char *name)
{
	struct group	*gr;

	if ((gr = getgrnam(name)) == NULL) {
		parse_error(p, "no group \"%s\" on this machine", name);
		return;
	}
	if (p->listen == NULL)
		return;
	free(p->listen->group);
	p->listen->group = xstrdup(name);
	p->listen->gid = gr->gr_gid;
}

void
set_listen_mode(struct parse *p, const char *text)
{
	mode_t		 mode;

	if (value_mode(text, &mode) == -1 || (mode & ~0666) != 0)
		parse_error(p, "mode \"%s\" is not one like 0660, "
		    "of reading and writing only", text);
	else if (p->listen != NULL)
		p->listen->mode = mode;
}

void
set_listen_token(struct parse *p)
{
	if (p->listen != NULL)
		p->listen->token = 1;
}

void
set_image(struct parse *p, const char *name, enum image_type type,
    const char *path)
{
	struct conf_image	*i;
	char			*clean = NULL;

	if (!good_name(name)) {
		parse_error(p, "image \"%s\": a name has letters, digits, "
		    ". _ and -, at most %d", name, NAME_MAX_LEN);
		return;
	}
	if (conf_image(p->conf, name) != NULL) {
		parse_error(p, "image \"%s\" is given twice", name);
		return;
	}
	if (path != NULL && *path != '/') {
		if (!good_name(path)) {
			parse_error(p, "image \"%s\": \"%s\" is neither a path "
			    "from / nor a plain name", name, path);
			return;
		}
		clean = xstrdup(path);
	} else if (path != NULL &&
	    (clean = set_clean_path(p, "image", path)) == NULL)
		return;
	i = xcalloc(1, sizeof(*i));
	i->name = xstrdup(name);
	i->type = type;
	i->path = clean;
	TAILQ_INSERT_TAIL(&p->conf->images, i, entry);
}

void
set_default_image(struct parse *p, const char *name)
{
	free(p->conf->default_image);
	p->conf->default_image = xstrdup(name);
	p->image_file = lex_file(p->lex);
	p->image_line = lex_line(p->lex);
}

/* By name, or by number where the machine has no name for it. */
static struct conf_user *
find_user(const char *name)
{
	struct conf_user	*u;
	struct passwd		*pw;
	uint64_t		 n = 0;

	if ((pw = getpwnam(name)) == NULL &&
	    (value_number(name, &n) == -1 || n > UID_LAST))
		return NULL;
	u = xcalloc(1, sizeof(*u));
	u->name = xstrdup(name);
	u->uid = pw != NULL ? pw->pw_uid : n;
	u->admin = u->uid == 0;
	u->quota.sessions = QUOTA_SESSIONS_UNSET;
	u->quota.memory = QUOTA_MEMORY_UNSET;
	return u;
}

/*
 * A user who is not known still gets a row, so that his block is read; the
 * file is refused anyway.
 */
void
set_user(struct parse *p, const char *name)
{
	struct conf_user	*u;

	p->seen &= ~SEEN_USER;
	if ((u = find_user(name)) == NULL) {
		parse_error(p, "no user \"%s\" on this machine", name);
		u = xcalloc(1, sizeof(*u));
		u->name = xstrdup(name);
		u->uid = (uid_t)-1;
	} else if (conf_user(p->conf, u->uid) != NULL)
		parse_error(p, "user \"%s\" is given twice", name);
	TAILQ_INSERT_TAIL(&p->conf->users, u, entry);
	p->user = u;
}

struct conf_quota *
set_quota(struct parse *p)
{
	return p->user != NULL ? &p->user->quota : &p->conf->default_quota;
}
