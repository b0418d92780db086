#include <sys/random.h>

#include <string.h>

#include "log.h"
#include "monotime.h"
#include "ulid.h"

static const char	alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/*
 * 48 bits of time, 80 random bits.  Within one millisecond, or when the
 * clock was set back, the last one plus 1: lists are in the order of making.
 * For one thread.
 */
void
ulid_make(struct ulid *u)
{
	static struct ulid	last;
	uint64_t		ms = (uint64_t)walltime_ms();
	int			i;

	for (i = 5; i >= 0; i--) {
		u->b[i] = ms & 0xff;
		ms >>= 8;
	}
	if (memcmp(u->b, last.b, 6) > 0) {
		if (getrandom(u->b + 6, 10, 0) != 10)
			fatal("getrandom");
	} else {
		*u = last;
		for (i = 15; i >= 0 && ++u->b[i] == 0; i--)
			;
	}
	last = *u;
}

int
ulid_is_zero(const struct ulid *u)
{
	static const struct ulid	zero;

	return memcmp(u, &zero, sizeof(zero)) == 0;
}

int
ulid_cmp(const struct ulid *a, const struct ulid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

/* Five bits of the 130 (two leading zeros, then 128), counted from the left. */
static unsigned int
digit(const struct ulid *u, unsigned int n)
{
	unsigned int	v = 0, i, bit;

	for (i = 0; i < 5; i++) {
		bit = n * 5 + i;
		v <<= 1;
		if (bit >= 2)
			v |= (u->b[(bit - 2) / 8] >> (7 - (bit - 2) % 8)) & 1;
	}
	return v;
}

void
ulid_text(const struct ulid *u, char text[ULID_TEXT])
{
	unsigned int	i;

	for (i = 0; i < ULID_LEN; i++)
		text[i] = alphabet[digit(u, i)];
	text[ULID_LEN] = '\0';
}

/* Only what ulid_text writes is taken: one id has one spelling. */
int
ulid_parse(struct ulid *u, const char *text)
{
	const char	*p;
	unsigned int	 i, j, v, bit;

	if (strnlen(text, ULID_LEN + 1) != ULID_LEN || text[0] > '7')
		return -1;
	memset(u, 0, sizeof(*u));
	for (i = 0; i < ULID_LEN; i++) {
		if ((p = strchr(alphabet, text[i])) == NULL)
			return -1;
		v = (unsigned int)(p - alphabet);
		for (j = 0; j < 5; j++) {
			bit = i * 5 + j;
			if (bit >= 2 && (v >> (4 - j)) & 1)
				u->b[(bit - 2) / 8] |= 1 << (7 - (bit - 2) % 8);
		}
	}
	return 0;
}

void
session_id_text(const struct ulid *u, char text[SESSION_ID_TEXT])
{
	memcpy(text, SESSION_PREFIX, 4);
	ulid_text(u, text + 4);
}

int
session_id_parse(struct ulid *u, const char *text)
{
	if (strncmp(text, SESSION_PREFIX, 4) != 0)
		return -1;
	return ulid_parse(u, text + 4);
}
