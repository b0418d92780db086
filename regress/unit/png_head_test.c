/* What begins as a PNG does, and what does not. */
#include <string.h>

#include "png_head.h"
#include "test.h"

static int
is_png(const char *p, size_t len)
{
	return png_head_wrong(p, len) == NULL;
}

static void
heads(void)
{
	char	head[24] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1";

	ok(is_png(head, 24), "one pixel");
	ok(!is_png(head, 23), "cut short");
	ok(!is_png(head, 15), "shorter");
	ok(!is_png(NULL, 0), "nothing");
	head[19] = 0;
	ok(!is_png(head, 24), "no width");
	memcpy(head + 16, "\0\0\x7f\xff", 4);
	ok(is_png(head, 24), "the widest");
	memcpy(head + 16, "\0\0\x80\0", 4);
	ok(!is_png(head, 24), "one more");
	memcpy(head + 16, "\xff\xff\xff\xff", 4);
	ok(!is_png(head, 24), "many more");
	memcpy(head + 16, "\0\0\0\1\0\0\0\0", 8);
	ok(!is_png(head, 24), "no height");
	memcpy(head + 20, "\0\0\0\1", 4);
	head[12] = 'i';
	ok(!is_png(head, 24), "another first chunk");
	head[12] = 'I';
	head[0] = 'x';
	ok(!is_png(head, 24), "another signature");
}

int
main(void)
{
	heads();
	return done();
}
