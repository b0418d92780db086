#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "ctl.h"
#include "http.h"
#include "link.h"

#define TOKEN_MAX	256

static char	token[TOKEN_MAX];

/* A whole line, as short as tokens are; its end is cut off. */
static int
read_token(struct ctl *c, const char *path)
{
	struct stat	st;
	ssize_t		n = -1;
	int		fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) != -1 &&
	    fstat(fd, &st) == 0)
		n = read(fd, token, sizeof(token));
	if (n == -1)
		ctl_fail(c, "no_token", "%s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	if (n == -1)
		return -1;
	if (S_ISREG(st.st_mode) && (st.st_mode & S_IRWXO) != 0)
		return ctl_fail(c, "no_token", "%s: anyone may read it, so it "
		    "is no secret: chmod 600", path);
	if (n == (ssize_t)sizeof(token))
		return ctl_fail(c, "no_token", "%s: too long for a token",
		    path);
	token[n] = '\0';
	token[strcspn(token, "\r\n")] = '\0';
	return 0;
}

/* It becomes part of a header: one word, and nothing a line could end at. */
static int
is_word(const char *text)
{
	const char	*p;

	for (p = text; *p > ' ' && *p < 0x7f; p++)
		;
	return *p == '\0' && p != text;
}

int
access_set(struct ctl *c, const char *file, const char *ca)
{
	const char	*text = getenv("DESKD_TOKEN");

	if (ca != NULL && *ca != '\0')
		link_set_ca(ca);
	if (file == NULL && (text == NULL || *text == '\0'))
		return 0;
	if (file != NULL) {
		if (read_token(c, file) == -1)
			return -1;
		text = token;
	}
	if (!is_word(text))
		return ctl_fail(c, "no_token", "%s holds no token",
		    file != NULL ? file : "DESKD_TOKEN");
	http_set_token(text);
	return 0;
}
