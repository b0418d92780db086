#include <errno.h>
#include <unistd.h>

#include "frame.h"

static int
header_read(uint32_t *len)
{
	char	*p = (char *)len;
	size_t	 have = 0;
	ssize_t	 n;

	while (have < sizeof(*len)) {
		if ((n = read(STDIN_FILENO, p + have, sizeof(*len) - have)) <= 0) {
			errno = ECANCELED;
			return -1;
		}
		have += (size_t)n;
	}
	return 0;
}

ssize_t
frame_read(struct frames *f, void *to, size_t size)
{
	ssize_t	n;

	if (f->committed)
		return 0;
	if (f->left == 0) {
		if (header_read(&f->left) == -1)
			return -1;
		if (f->left > FRAME_MAX) {
			errno = EBADMSG;
			return -1;
		}
		if (f->left == 0) {
			f->committed = 1;
			return 0;
		}
	}
	if (size > f->left)
		size = f->left;
	/* A signal that is caught asks us to give up, as an end does. */
	if ((n = read(STDIN_FILENO, to, size)) <= 0) {
		errno = ECANCELED;
		return -1;
	}
	f->left -= (uint32_t)n;
	return n;
}

int
bytes_write(int fd, const void *bytes, size_t len)
{
	const char	*p = bytes;
	ssize_t		 n;

	while (len > 0) {
		if ((n = write(fd, p, len)) == -1)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}
