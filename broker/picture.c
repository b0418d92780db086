#include <sys/mman.h>

#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "sizes.h"
#include "memfd.h"
#include "picture.h"

static const uint8_t magic[8] = {
	0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'
};

int
picture_check(int fd, uint32_t size, uint32_t width, uint32_t height)
{
	uint8_t	head[sizeof(magic)];
	size_t	len;

	if (memfd_check(fd, PICTURE_MAX, &len) == -1 || len != size)
		return -1;
	if (width == 0 || width > SCREEN_MAX || height == 0 ||
	    height > SCREEN_MAX)
		return -1;
	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    memcmp(head, magic, sizeof(magic)) != 0)
		return -1;
	return 0;
}

char *
picture_base64(int fd, size_t *len)
{
	char	*text;
	void	*p;
	size_t	 n;

	if ((p = memfd_map(fd, PICTURE_MAX, &n)) == NULL)
		return NULL;
	text = base64(p, n, len);
	munmap(p, n);
	return text;
}
