/* Bytes as text: UTF-8 made whole, and base64. */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "test.h"
#include "utf8.h"

#define R	"\xef\xbf\xbd"

static int
cleans(const char *from, size_t len, const char *to)
{
	size_t	 n;
	char	*text = utf8_clean(from, len, &n);
	int	 good = strcmp(text, to) == 0 && n == strlen(to);

	free(text);
	return good;
}

static int
encodes(const char *from, const char *to)
{
	size_t	 n;
	char	*text = base64(from, strlen(from), &n);
	int	 good = strcmp(text, to) == 0 && n == strlen(to);

	free(text);
	return good;
}

static int
decodes(const char *text, const char *want)
{
	size_t	 len;
	char	*out = base64_decode(text, strlen(text), &len);
	int	 good;

	good = out == NULL || want == NULL ? out == want :
	    len == strlen(want) && memcmp(out, want, len) == 0;
	free(out);
	return good;
}

int
main(void)
{
	char	line[8];

	ok(cleans("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10,
	    "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), "good ones stay");
	ok(cleans("a\xff" "b", 3, "a" R "b"), "a bad byte");
	ok(cleans("\xc0\xaf", 2, R R), "an overlong one");
	ok(cleans("\xed\xa0\x80", 3, R R R), "a surrogate");
	ok(cleans("\xf4\x90\x80\x80", 4, R R R R), "beyond the last");
	ok(cleans("\xe2\x82", 2, R R), "a cut one");
	ok(cleans("", 0, ""), "none");
	ok(utf8_whole("ab\xe2\x82", 4) == 2, "cut before a part");
	ok(utf8_whole("ab\xe2\x82\xac", 5) == 5, "not before a whole one");
	ok(utf8_whole("ab\x82\x82", 4) == 4, "nor for what is none");
	ok(utf8_whole("", 0) == 0, "nor for nothing");
	utf8_line(line, sizeof(line), "a\nb\x1b\x7f");
	ok(strcmp(line, "a b  ") == 0, "a line has no controls");
	utf8_line(line, sizeof(line), "abcde\xe2\x82\xac");
	ok(strcmp(line, "abcde") == 0, "and ends with a character: %s", line);

	ok(encodes("", "") && encodes("f", "Zg==") && encodes("fo", "Zm8=") &&
	    encodes("foo", "Zm9v") && encodes("foob", "Zm9vYg==") &&
	    encodes("fooba", "Zm9vYmE=") && encodes("foobar", "Zm9vYmFy"),
	    "the RFC's vectors");
	ok(decodes("", "") && decodes("Zg==", "f") && decodes("Zm8=", "fo") &&
	    decodes("Zm9v", "foo") && decodes("Zm9vYmE=", "fooba") &&
	    decodes("+/8=", "\xfb\xff"), "and back");
	ok(decodes("Zg=", NULL) && decodes("Zg", NULL) &&
	    decodes("Zh==", NULL) && decodes("Zm9=", NULL) &&
	    decodes("Zg==Zg==", NULL) && decodes("====", NULL) &&
	    decodes("Z===", NULL) && decodes("Zm9v\n", NULL) &&
	    decodes("Zm-v", NULL), "nothing else is taken");
	return done();
}
