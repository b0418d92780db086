#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desktop.h"
#include "path.h"
#include "xmalloc.h"

#define FILE_MAX	(1 << 20)
#define PATH_DEFAULT	"/usr/local/bin:/usr/bin:/bin"

static void
set(struct desktop *d, const char *key, size_t len, const char *value)
{
#define KEY(member, name)						\
	if (len == sizeof(name) - 1 && memcmp(key, name, len) == 0 &&	\
	    d->member == NULL)						\
		d->member = xstrdup(value);
	DESKTOP_KEYS
#undef KEY
}

void
desktop_free(struct desktop *d)
{
#define KEY(member, name)	free(d->member);
	DESKTOP_KEYS
#undef KEY
	memset(d, 0, sizeof(*d));
}

static void
line(struct desktop *d, char *text)
{
	char	*equals = strchr(text, '='), *end;

	if (equals == NULL)
		return;
	for (end = equals; end > text && (end[-1] == ' ' || end[-1] == '\t');)
		end--;
	for (equals++; *equals == ' ' || *equals == '\t'; equals++)
		;
	set(d, text, (size_t)(end - text), equals);
}

static void
parse(struct desktop *d, char *text)
{
	char	*next, *end;
	int	 ours = 0;

	for (; text != NULL; text = next) {
		if ((next = strchr(text, '\n')) != NULL)
			*next++ = '\0';
		for (end = text + strlen(text); end > text &&
		    (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t');)
			*--end = '\0';
		if (text[0] == '[')
			ours = strcmp(text, "[Desktop Entry]") == 0;
		else if (ours && text[0] != '#')
			line(d, text);
	}
}

/* A regular file of a sane size; a FIFO is not even opened. */
static char *
contents(const char *path)
{
	struct stat	 st;
	char		*text = NULL;
	ssize_t		 n;
	int		 fd;

	if (stat(path, &st) == -1 || !S_ISREG(st.st_mode) ||
	    (fd = path_open(AT_FDCWD, path, O_RDONLY)) == -1)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= FILE_MAX) {
		text = xmalloc((size_t)st.st_size + 1);
		n = read(fd, text, (size_t)st.st_size);
		text[n < 0 ? 0 : n] = '\0';
	}
	close(fd);
	return text;
}

int
desktop_read(struct desktop *d, const char *path)
{
	char	*text;

	memset(d, 0, sizeof(*d));
	if ((text = contents(path)) == NULL)
		return -1;
	parse(d, text);
	free(text);
	if (d->type != NULL && d->name != NULL)
		return 0;
	/* One that only hides another needs no more than that. */
	if (desktop_true(d->hidden))
		return 0;
	desktop_free(d);
	return -1;
}

int
desktop_true(const char *value)
{
	return value != NULL && (strcmp(value, "true") == 0 ||
	    strcmp(value, "1") == 0);
}

char *
desktop_text(const char *value)
{
	char	*out = xstrdup(value), *to = out;

	for (; *value != '\0'; value++) {
		if (*value != '\\' || value[1] == '\0') {
			*to++ = *value;
			continue;
		}
		switch (*++value) {
		case 's':
			*to++ = ' ';
			break;
		case 'n':
			*to++ = '\n';
			break;
		case 't':
			*to++ = '\t';
			break;
		case 'r':
			*to++ = '\r';
			break;
		case '\\':
			*to++ = '\\';
			break;
		default:
			*to++ = '\\';
			*to++ = *value;
		}
	}
	*to = '\0';
	return out;
}

static int
executable(const char *path)
{
	struct stat	st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    access(path, X_OK) == 0;
}

int
desktop_program(const char *name, char **found)
{
	const char	*dirs = getenv("PATH"), *end;
	char		*path;
	int		 good;

	if (dirs == NULL || dirs[0] == '\0')
		dirs = PATH_DEFAULT;
	if (strchr(name, '/') != NULL) {
		*found = xstrdup(name);
		return executable(name);
	}
	for (; *dirs != '\0'; dirs = *end == ':' ? end + 1 : end) {
		end = dirs + strcspn(dirs, ":");
		xasprintf(&path, "%.*s/%s", (int)(end - dirs), dirs, name);
		good = executable(path);
		*found = path;
		if (good)
			return 1;
		free(path);
	}
	*found = NULL;
	return 0;
}

int
desktop_usable(const struct desktop *d)
{
	char	*name, *found = NULL;
	int	 good;

	if (desktop_true(d->hidden) || d->type == NULL ||
	    strcmp(d->type, "Application") != 0 || d->exec == NULL)
		return 0;
	if (d->try_exec == NULL || d->try_exec[0] == '\0')
		return 1;
	name = desktop_text(d->try_exec);
	good = desktop_program(name, &found);
	free(found);
	free(name);
	return good;
}
