#include <stdlib.h>
#include <string.h>

#include "tar.h"
#include "tar_private.h"
#include "xmalloc.h"

enum state { HEADER, DATA, PASS, META, END, STOPPED };

struct tar_reader {
	const struct tar_calls	*calls;
	void			*arg;
	const char		*why;
	enum state		 state;
	union {
		struct tar_block	b;
		unsigned char		bytes[TAR_BLOCK];
	}			 block;
	size_t			 have;		/* of the block, or of meta */
	uint64_t		 left;		/* of the member's bytes */
	uint32_t		 pad;		/* after them */
	int			 is_member;	/* member_end is due */
	char			 meta_type;
	char			*meta;
	struct tar_pax		 pax;
	int			 any;		/* there was a byte */
};

_Static_assert(sizeof(struct tar_block) == TAR_BLOCK, "a block");

struct tar_reader *
tar_reader_new(const struct tar_calls *calls, void *arg)
{
	struct tar_reader	*r = xcalloc(1, sizeof(*r));

	r->calls = calls;
	r->arg = arg;
	return r;
}

void
tar_reader_free(struct tar_reader *r)
{
	if (r == NULL)
		return;
	tar_pax_clear(&r->pax);
	free(r->meta);
	free(r);
}

const char *
tar_reader_why(const struct tar_reader *r)
{
	return r->why;
}

static int
stop(struct tar_reader *r, const char *why)
{
	r->why = why;
	r->state = STOPPED;
	return -1;
}

/*
 * Octal digits between spaces and NULs, or, after a byte with the top bit, a
 * two's complement number.  Returns -1 for anything else.
 */
static int
number(const char *field, size_t size, int64_t *n)
{
	const unsigned char	*p = (const unsigned char *)field;
	uint64_t		 v = 0;
	size_t			 i = 0;
	int			 minus = p[0] == 0xff;

	*n = 0;
	if (p[0] & 0x80) {
		if (!minus && p[0] != 0x80)
			return -1;
		for (i = 1; i < size; i++) {
			if (size - i > 8) {
				if (p[i] != (minus ? 0xff : 0))
					return -1;
				continue;
			}
			v = v << 8 | p[i];
		}
		/* A field of less than nine bytes has a sign to spread. */
		if (minus && size - 1 < 8)
			v |= UINT64_MAX << (size - 1) * 8;
		*n = (int64_t)v;
		return (*n < 0) == minus ? 0 : -1;
	}
	while (i < size && p[i] == ' ')
		i++;
	for (; i < size && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (uint64_t)(p[i] - '0');
	for (; i < size; i++)
		if (p[i] != ' ' && p[i] != '\0')
			return -1;
	*n = (int64_t)v;		/* at most 36 bits */
	return 0;
}

static int
checksum_good(const struct tar_reader *r)
{
	int64_t	said, plain = 0, with_sign = 0;
	size_t	i, at = offsetof(struct tar_block, checksum);
	int	c;

	if (number(r->block.b.checksum, sizeof(r->block.b.checksum),
	    &said) == -1)
		return 0;
	for (i = 0; i < TAR_BLOCK; i++) {
		c = i >= at && i < at + sizeof(r->block.b.checksum) ? ' ' :
		    r->block.bytes[i];
		plain += c;
		with_sign += (signed char)c;
	}
	/* Some old programs summed up signed bytes. */
	return said == plain || said == with_sign;
}

static int
zeros(const struct tar_reader *r)
{
	size_t	i;

	for (i = 0; i < TAR_BLOCK; i++)
		if (r->block.bytes[i] != 0)
			return 0;
	return 1;
}

static enum tar_type
type_of(const struct tar_block *b)
{
	switch (b->type) {
	case '\0':
	case '0':
	case '7':
		return TAR_FILE;
	case '1':
		return TAR_HARD_LINK;
	case '2':
		return TAR_SYMLINK;
	case '3':
	case '4':
		return TAR_DEVICE;
	case '5':
		return TAR_DIRECTORY;
	case '6':
		return TAR_FIFO;
	default:
		return TAR_OTHER;
	}
}

/* Only a block of POSIX's has the prefix: GNU tar keeps times there. */
static void
path_of(const struct tar_block *b, char to[sizeof(b->prefix) +
    sizeof(b->name) + 2])
{
	size_t	n = 0, len;

	if (memcmp(b->magic, "ustar\0", 6) == 0 && b->prefix[0] != '\0') {
		n = strnlen(b->prefix, sizeof(b->prefix));
		memcpy(to, b->prefix, n);
		to[n++] = '/';
	}
	len = strnlen(b->name, sizeof(b->name));
	memcpy(to + n, b->name, len);
	to[n + len] = '\0';
}

static void
expect(struct tar_reader *r, enum state state, uint64_t size)
{
	r->state = state;
	r->left = size;
	r->pad = (uint32_t)(-size & (TAR_BLOCK - 1));
}

static int
member_end(struct tar_reader *r)
{
	r->state = HEADER;
	r->have = 0;
	if (!r->is_member)
		return 0;
	r->is_member = 0;
	return r->calls->member_end(r->arg) == -1 ? stop(r, NULL) : 0;
}

static int
member(struct tar_reader *r, int64_t size)
{
	const struct tar_block	*b = &r->block.b;
	struct tar_header	 h;
	char			 path[sizeof(b->prefix) + sizeof(b->name) + 2];
	char			 link[sizeof(b->link) + 1];
	int64_t			 mode, uid, gid;

	memset(&h, 0, sizeof(h));
	if (number(b->mode, sizeof(b->mode), &mode) == -1 ||
	    number(b->uid, sizeof(b->uid), &uid) == -1 ||
	    number(b->gid, sizeof(b->gid), &gid) == -1 ||
	    number(b->mtime, sizeof(b->mtime), &h.mtime) == -1)
		return stop(r, "a number that is none");
	path_of(b, path);
	memcpy(link, b->link, sizeof(b->link));
	link[sizeof(b->link)] = '\0';
	h.path = r->pax.path != NULL ? r->pax.path : path;
	h.link = r->pax.link != NULL ? r->pax.link : link;
	h.type = type_of(b);
	if (h.path[0] == '\0')
		return stop(r, "a member without a name");
	/* Before there were types, a directory was known by its slash. */
	if (h.type == TAR_FILE && h.path[strlen(h.path) - 1] == '/')
		h.type = TAR_DIRECTORY;
	if ((h.type == TAR_HARD_LINK || h.type == TAR_SYMLINK) &&
	    h.link[0] == '\0')
		return stop(r, "a link to nothing");
	if (r->pax.has_mtime) {
		h.mtime = r->pax.mtime;
		h.mtime_nsec = r->pax.mtime_nsec;
	}
	if (r->pax.has_size)
		size = (int64_t)r->pax.size;
	/* Only files have bytes; others may say how long they once were. */
	if (h.type != TAR_FILE && h.type != TAR_OTHER)
		size = 0;
	h.size = h.type == TAR_FILE ? (uint64_t)size : 0;
	h.mode = (uint32_t)mode & 07777;
	h.uid = uid < 0 ? 0 : (uint64_t)uid;
	h.gid = gid < 0 ? 0 : (uint64_t)gid;
	expect(r, h.type == TAR_FILE ? DATA : PASS, (uint64_t)size);
	r->is_member = 1;
	if (r->calls->member(r->arg, &h) == -1)
		return stop(r, NULL);
	tar_pax_clear(&r->pax);
	return r->left == 0 ? member_end(r) : 0;
}

static int
header(struct tar_reader *r)
{
	int64_t	size;

	r->have = 0;
	if (zeros(r)) {
		r->state = END;
		return 0;
	}
	if (!checksum_good(r))
		return stop(r, "a header with a wrong checksum");
	if (number(r->block.b.size, sizeof(r->block.b.size), &size) == -1 ||
	    size < 0)
		return stop(r, "a size that is none");
	switch (r->block.b.type) {
	case 'x':
	case 'L':
	case 'K':
		if (size > TAR_META_MAX)
			return stop(r, "an extended header that is too long");
		r->meta_type = r->block.b.type;
		free(r->meta);
		r->meta = xmalloc((size_t)size + 1);
		expect(r, META, (uint64_t)size);
		return 0;
	case 'g':
		/* What it says of all members is not for us. */
		expect(r, PASS, (uint64_t)size);
		return size == 0 ? member_end(r) : 0;
	case 'S':
		return stop(r, "a sparse file");
	case 'M':
		return stop(r, "a part of an archive of several volumes");
	default:
		return member(r, size);
	}
}

static int
meta_end(struct tar_reader *r)
{
	const char	*why = NULL;
	char		**to;

	r->meta[r->have] = '\0';
	if (r->meta_type == 'x')
		why = tar_pax_read(&r->pax, r->meta, r->have);
	else {
		to = r->meta_type == 'L' ? &r->pax.path : &r->pax.link;
		free(*to);
		*to = xstrdup(r->meta);
	}
	free(r->meta);
	r->meta = NULL;
	return why == NULL ? 0 : stop(r, why);
}

/* One step's worth of bytes; how many were taken, or -1. */
static int64_t
step(struct tar_reader *r, const char *p, size_t len)
{
	size_t	n;

	r->any = 1;
	if (r->state == HEADER) {
		n = TAR_BLOCK - r->have;
		n = len < n ? len : n;
		memcpy(r->block.bytes + r->have, p, n);
		r->have += n;
		return r->have == TAR_BLOCK && header(r) == -1 ? -1 :
		    (int64_t)n;
	}
	n = len < r->left ? len : (size_t)r->left;
	if (n > 0 && r->state == DATA &&
	    r->calls->data(r->arg, p, n) == -1)
		return stop(r, NULL);
	if (n > 0 && r->state == META) {
		memcpy(r->meta + r->have, p, n);
		r->have += n;
	}
	r->left -= n;
	if (r->left > 0)
		return (int64_t)n;
	/* The bytes are there: what pads them comes, or has come. */
	if (r->state == META && r->meta != NULL && meta_end(r) == -1)
		return -1;
	if (r->pad > len - n) {
		r->pad -= (uint32_t)(len - n);
		return (int64_t)len;
	}
	n += r->pad;
	r->pad = 0;
	return member_end(r) == -1 ? -1 : (int64_t)n;
}

int
tar_read(struct tar_reader *r, const void *bytes, size_t len)
{
	const char	*p = bytes;
	int64_t		 n;

	while (len > 0 && r->state != END && r->state != STOPPED) {
		if ((n = step(r, p, len)) == -1)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return r->state == STOPPED ? -1 : 0;
}

int
tar_read_end(struct tar_reader *r)
{
	if (r->state == END)
		return 0;
	if (r->state == STOPPED)
		return -1;
	return stop(r, r->any ? "it ends in the middle" : "it is empty");
}
