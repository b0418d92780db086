/* What a client accepts, and what begins as a PNG does. */
#include <string.h>

#include "accept.h"
#include "png_head.h"
#include "test.h"

#define PNG	"image/png"
#define TEXT	"text/plain"

static void
accepts(void)
{
	ok(accept_takes(NULL, PNG), "no header: all");
	ok(!accept_takes("", PNG), "an empty one: nothing");
	ok(accept_takes("*/*", PNG), "anything");
	ok(accept_takes("image/*", PNG), "any image");
	ok(!accept_takes("image/*", TEXT), "a text is none");
	ok(accept_takes("image/png", PNG), "as it is");
	ok(accept_takes("IMAGE/Png", PNG), "in capitals");
	ok(!accept_takes("image/pn", PNG), "a part of it");
	ok(!accept_takes("image/pngs", PNG), "more than it");
	ok(!accept_takes("image/", PNG), "half of it");
	ok(!accept_takes("imag/*", PNG), "another");
	ok(accept_takes("text/html, image/png;q=0.1", PNG), "second of two");
	ok(accept_takes(" text/html ,\timage/png ", PNG), "with blanks");
	ok(accept_takes("image/png;v=1 ; q=0.5", PNG), "with parameters");
	ok(!accept_takes("image/png;q=0", PNG), "not at all");
	ok(!accept_takes("image/png; q=0.000", PNG), "with more zeros");
	ok(accept_takes("image/png;q=0.001", PNG), "the least");
	ok(!accept_takes("*/*, image/png;q=0", PNG), "all but that");
	ok(!accept_takes("image/png;q=0, */*", PNG), "in any order");
	ok(accept_takes("image/png;q=0, */*", TEXT), "the others");
	ok(accept_takes("image/*;q=0, image/png", PNG), "that alone of a kind");
	ok(!accept_takes("*/*, image/*;q=0", PNG), "all but a kind");
	ok(!accept_takes(",,;;,q=,", PNG), "nonsense");
	ok(!accept_takes("image/png;q=0;v=1", PNG), "a parameter behind it");
}

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
	accepts();
	heads();
	return done();
}
