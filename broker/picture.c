#include <sys/mman.h>

#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "memfd.h"
#include "picture.h"
#include "sizes.h"

#define MAGIC_MAX	12

/* How files begin; a point stands for any byte. */
static const struct {
	const char	*type;
	const char	*magic;
} formats[] = {
	[SHOT_PNG]	= { "image/png", "\x89PNG\r\n\x1a\n" },
	[SHOT_JPEG]	= { "image/jpeg", "\xff\xd8\xff" },
	[SHOT_WEBP]	= { "image/webp", "RIFF....WEBP" }
};

const char *
picture_type(uint32_t format)
{
	if (format >= sizeof(formats) / sizeof(formats[0]))
		return NULL;
	return formats[format].type;
}

static int
begins_so(const char *head, const char *magic)
{
	size_t	i;

	for (i = 0; magic[i] != '\0'; i++)
		if (magic[i] != '.' && magic[i] != head[i])
			return 0;
	return 1;
}

int
picture_check(int fd, uint32_t size, uint32_t width, uint32_t height,
    uint32_t format)
{
	char	head[MAGIC_MAX];
	size_t	len;

	if (picture_type(format) == NULL)
		return -1;
	if (memfd_check(fd, PICTURE_MAX, &len) == -1 || len != size)
		return -1;
	if (width == 0 || width > SCREEN_MAX || height == 0 ||
	    height > SCREEN_MAX)
		return -1;
	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    !begins_so(head, formats[format].magic))
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
