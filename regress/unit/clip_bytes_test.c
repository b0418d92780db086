/* What a selection has: bytes that are counted, and Latin-1 for UTF-8. */
#include <stdlib.h>
#include <string.h>

#include "clip.h"
#include "sizes.h"
#include "test.h"
#include "xmalloc.h"

static struct clip_bytes *
text(const char *p, size_t len)
{
	uint8_t	*copy = xmalloc(len + 1);

	memcpy(copy, p, len);
	return clip_bytes_new(CLIP_TEXT, copy, len);
}

static int
to_latin1(const char *from, size_t len, const char *to, size_t to_len)
{
	struct clip_bytes	*b = text(from, len);
	struct clip_bytes	*l = clip_bytes_latin1(b);
	int			 good;

	good = l->len == to_len && memcmp(l->p, to, to_len) == 0 &&
	    clip_bytes_latin1(b) == l;
	clip_bytes_free(b);
	return good;
}

static int
from_latin1(const char *from, size_t len, const char *to)
{
	struct clip_bytes	*b;
	int			 good;

	b = clip_bytes_from_latin1((const uint8_t *)from, len);
	good = b != NULL && b->len == strlen(to) &&
	    memcmp(b->p, to, b->len) == 0 && clip_is_utf8(b->p, b->len);
	clip_bytes_free(b);
	return good;
}

static int
is_utf8(const char *p, size_t len)
{
	return clip_is_utf8((const uint8_t *)p, len);
}

static void
forms(void)
{
	ok(is_utf8("", 0), "nothing is UTF-8");
	ok(is_utf8("a\0\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80", 11),
	    "characters of every length");
	ok(is_utf8("\xf4\x8f\xbf\xbf", 4), "the last character");
	ok(!is_utf8("\xf4\x90\x80\x80", 4), "one past it");
	ok(!is_utf8("\xff", 1), "no such byte");
	ok(!is_utf8("\x80", 1), "a second byte first");
	ok(!is_utf8("\xc3", 1), "cut short");
	ok(!is_utf8("\xe6\xbc", 2), "later, too");
	ok(!is_utf8("\xc0\x80", 2), "longer than need be");
	ok(!is_utf8("\xe0\x80\x80", 3), "with three bytes");
	ok(!is_utf8("\xf0\x80\x80\x80", 4), "with four");
	ok(!is_utf8("\xed\xa0\x80", 3), "half of a pair");
	ok(!is_utf8("\xc3\x28", 2), "a wrong second byte");
}

int
main(void)
{
	struct clip_bytes	*b;
	uint8_t			*large;
	size_t			 half = CLIP_TEXT_MAX / 2;

	forms();
	ok(to_latin1("caf\xc3\xa9", 5, "caf\xe9", 4), "to Latin-1");
	ok(to_latin1("\xe6\xbc\xa2!\xf0\x9f\x98\x80", 8, "?!?", 3),
	    "what it does not have");
	ok(to_latin1("a\xff\xc3", 3, "a??", 3), "what is no character");
	ok(to_latin1("a\0b", 3, "a\0b", 3), "a NUL");
	ok(to_latin1("", 0, "", 0), "nothing");
	ok(to_latin1("\xc3\xbf\xc4\x80", 4, "\xff?", 2),
	    "its last character and the next");
	ok(from_latin1("caf\xe9\xff\x80", 6, "caf\xc3\xa9\xc3\xbf\xc2\x80"),
	    "from Latin-1");
	ok(from_latin1("", 0, ""), "from nothing");

	large = xmalloc(half + 1);
	memset(large, 0xe9, half + 1);
	b = clip_bytes_from_latin1(large, half);
	ok(b != NULL && b->len == CLIP_TEXT_MAX, "as much as a text may be");
	clip_bytes_free(b);
	ok(clip_bytes_from_latin1(large, half + 1) == NULL, "one more");
	free(large);

	b = text("x", 1);
	ok(clip_bytes_hold(b) == b && b->refs == 2, "held twice");
	clip_bytes_free(b);
	ok(b->refs == 1 && b->p[0] == 'x', "still there");
	clip_bytes_free(b);
	clip_bytes_free(NULL);
	return done();
}
