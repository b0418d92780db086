/*
 * Certificates and keys: read here, since only root may read a key, and
 * handed on as they are.  What they mean is for the broker to say.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "memfd.h"
#include "sizes.h"
#include "supervisor.h"
#include "xmalloc.h"

static int
open_file(const char *path, int secret, size_t *len)
{
	struct stat	st;
	const char	*why = NULL;
	int		fd;

	/* Not to wait for a FIFO's writer. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &st) == -1) {
		log_warn("%s", path);
		if (fd != -1)
			close(fd);
		return -1;
	}
	if (!S_ISREG(st.st_mode))
		why = "not a file";
	else if (st.st_size == 0)
		why = "empty";
	else if (st.st_size > PEM_MAX)
		why = "too large";
	else if (secret && (st.st_mode & S_IRWXO) != 0)
		why = "a key that anyone may read is no secret";
	if (why == NULL) {
		*len = (size_t)st.st_size;
		return fd;
	}
	log_warnx("%s: %s", path, why);
	close(fd);
	return -1;
}

static int
read_file(const char *path, int secret)
{
	char	*buf;
	size_t	 len = 0, at = 0;
	ssize_t	 n = 0;
	int	 fd, memfd = -1;

	if ((fd = open_file(path, secret, &len)) == -1)
		return -1;
	buf = xmalloc(len);
	while (at < len && (n = read(fd, buf + at, len - at)) > 0)
		at += (size_t)n;
	if (n == -1)
		log_warn("%s", path);
	else if (at == 0)
		log_warnx("%s: empty", path);
	else if ((memfd = memfd_from("pem", buf, at)) == -1)
		log_warn("memfd");
	explicit_bzero(buf, len);
	free(buf);
	close(fd);
	return memfd;
}

int
cert_read(const struct conf_listen *l, int fds[2])
{
	if ((fds[0] = read_file(l->certificate, 0)) == -1)
		return -1;
	if ((fds[1] = read_file(l->key, 1)) != -1)
		return 0;
	close(fds[0]);
	fds[0] = -1;
	return -1;
}
