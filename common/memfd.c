#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "memfd.h"

#define SEALS	(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int
write_all(int fd, const char *p, size_t left)
{
	ssize_t	n;

	while (left > 0) {
		n = write(fd, p, left);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		p += n;
		left -= (size_t)n;
	}
	return 0;
}

int
memfd_from(const char *name, const void *data, size_t len)
{
	int	fd, saved_errno;

	fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1)
		return -1;
	if (write_all(fd, data, len) == -1 || memfd_seal(fd) == -1) {
		saved_errno = errno;
		close(fd);
		errno = saved_errno;
		return -1;
	}
	return fd;
}

int
memfd_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL);
}

int
memfd_check(int fd, size_t max, size_t *len)
{
	struct stat	st;
	int		seals;

	/* Only a memfd (or a file of tmpfs) has seals at all. */
	if ((seals = fcntl(fd, F_GET_SEALS)) == -1)
		return -1;
	if ((seals & SEALS) != SEALS) {
		errno = EPERM;
		return -1;
	}
	if (fstat(fd, &st) == -1)
		return -1;
	if (st.st_size <= 0 || (uint64_t)st.st_size > max) {
		errno = EFBIG;
		return -1;
	}
	*len = (size_t)st.st_size;
	return 0;
}

void *
memfd_map(int fd, size_t max, size_t *len)
{
	void	*p;

	if (memfd_check(fd, max, len) == -1)
		return NULL;
	/* Kernels before 6.7 refuse a shared mapping of a sealed one. */
	p = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}
