#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tar.h"
#include "tar_private.h"
#include "xmalloc.h"

#define SIZE_OCTAL	077777777777ULL	/* what eleven digits can say */
#define ID_OCTAL	07777777ULL
#define PAX_NAME	"././@PaxHeader"

static char
type_char(enum tar_type type)
{
	switch (type) {
	case TAR_HARD_LINK:
		return '1';
	case TAR_SYMLINK:
		return '2';
	case TAR_DIRECTORY:
		return '5';
	case TAR_FIFO:
		return '6';
	default:
		return '0';
	}
}

/* Zero-filled to the end, which is a NUL. */
static void
octal(char *field, size_t size, uint64_t n)
{
	size_t	i;

	field[size - 1] = '\0';
	for (i = size - 1; i-- > 0; n >>= 3)
		field[i] = (char)('0' + (n & 7));
}

static void
text(char *field, size_t size, const char *value)
{
	size_t	len = strlen(value);

	memcpy(field, value, len < size ? len : size);
}

static int
block_write(struct tar_block *b, tar_out *out, void *arg)
{
	const unsigned char	*p = (const unsigned char *)b;
	uint64_t		 sum = 0;
	size_t			 i;

	memcpy(b->magic, "ustar", 6);
	memcpy(b->version, "00", 2);
	memset(b->checksum, ' ', sizeof(b->checksum));
	for (i = 0; i < sizeof(*b); i++)
		sum += p[i];
	octal(b->checksum, 7, sum);
	return out(arg, b, sizeof(*b));
}

/* The length counts its own digits. */
static void
record(char **text_at, size_t *len, const char *key, const char *value)
{
	size_t	body = strlen(key) + strlen(value) + 3, total = body, was;
	char	digits[24];
	int	n;

	do {
		was = total;
		n = snprintf(digits, sizeof(digits), "%zu", total);
		total = body + (size_t)n;
	} while (total != was);
	*text_at = xreallocarray(*text_at, *len + total + 1, 1);
	snprintf(*text_at + *len, total + 1, "%s %s=%s\n", digits, key, value);
	*len += total;
}

/* What the block cannot say; NULL when that is nothing. */
static char *
records(const struct tar_header *h, size_t *len)
{
	char	*all = NULL, value[64];

	*len = 0;
	if (strlen(h->path) > sizeof(((struct tar_block *)0)->name))
		record(&all, len, "path", h->path);
	if (h->link != NULL &&
	    strlen(h->link) > sizeof(((struct tar_block *)0)->link))
		record(&all, len, "linkpath", h->link);
	snprintf(value, sizeof(value), "%llu", (unsigned long long)h->size);
	if (h->size > SIZE_OCTAL)
		record(&all, len, "size", value);
	if (h->mtime >= 0)
		snprintf(value, sizeof(value), "%lld.%09u",
		    (long long)h->mtime, h->mtime_nsec % 1000000000);
	else
		/* What is left of a second before 1970 does not matter. */
		snprintf(value, sizeof(value), "%lld", (long long)h->mtime);
	if (h->mtime_nsec != 0 || h->mtime < 0 ||
	    (uint64_t)h->mtime > SIZE_OCTAL)
		record(&all, len, "mtime", value);
	snprintf(value, sizeof(value), "%llu", (unsigned long long)h->uid);
	if (h->uid > ID_OCTAL)
		record(&all, len, "uid", value);
	snprintf(value, sizeof(value), "%llu", (unsigned long long)h->gid);
	if (h->gid > ID_OCTAL)
		record(&all, len, "gid", value);
	return all;
}

static int
records_write(const char *all, size_t len, tar_out *out, void *arg)
{
	struct tar_block	b;

	memset(&b, 0, sizeof(b));
	text(b.name, sizeof(b.name), PAX_NAME);
	octal(b.mode, sizeof(b.mode), 0644);
	octal(b.uid, sizeof(b.uid), 0);
	octal(b.gid, sizeof(b.gid), 0);
	octal(b.size, sizeof(b.size), len);
	octal(b.mtime, sizeof(b.mtime), 0);
	b.type = 'x';
	if (block_write(&b, out, arg) == -1 || out(arg, all, len) == -1)
		return -1;
	return tar_write_pad(len, out, arg);
}

int
tar_write_header(const struct tar_header *h, tar_out *out, void *arg)
{
	struct tar_block	 b;
	char			*all;
	size_t			 len;
	int			 rv = 0;

	if ((all = records(h, &len)) != NULL)
		rv = records_write(all, len, out, arg);
	free(all);
	if (rv == -1)
		return -1;
	memset(&b, 0, sizeof(b));
	text(b.name, sizeof(b.name), h->path);
	if (h->link != NULL)
		text(b.link, sizeof(b.link), h->link);
	octal(b.mode, sizeof(b.mode), h->mode & 07777);
	octal(b.uid, sizeof(b.uid), h->uid > ID_OCTAL ? 0 : h->uid);
	octal(b.gid, sizeof(b.gid), h->gid > ID_OCTAL ? 0 : h->gid);
	octal(b.size, sizeof(b.size), h->size > SIZE_OCTAL ? 0 : h->size);
	octal(b.mtime, sizeof(b.mtime), h->mtime < 0 ||
	    (uint64_t)h->mtime > SIZE_OCTAL ? 0 : (uint64_t)h->mtime);
	b.type = type_char(h->type);
	return block_write(&b, out, arg);
}

int
tar_write_pad(uint64_t size, tar_out *out, void *arg)
{
	static const char	zeros[TAR_BLOCK];
	size_t			pad = (size_t)(-size & (TAR_BLOCK - 1));

	return pad == 0 ? 0 : out(arg, zeros, pad);
}

int
tar_write_end(tar_out *out, void *arg)
{
	static const char	zeros[2 * TAR_BLOCK];

	return out(arg, zeros, sizeof(zeros));
}
