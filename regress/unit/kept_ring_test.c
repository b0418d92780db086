/* The ring of a program's output, at and about its limits. */
#include <string.h>

#include "kept_ring.h"
#include "test.h"

static struct kept_ring	ring;
static char		buf[256 * 1024];

/* All that is kept, as runs: "o3e2" is three of stdout, two of stderr. */
static const char *
runs(void)
{
	static char	text[256];
	uint64_t	at = ring.first;
	size_t		n, len = 0;
	int		label;

	text[0] = '\0';
	while (at < ring.end && len < sizeof(text) - 16) {
		if ((n = ring_get(&ring, at, buf, sizeof(buf), &label)) == 0)
			return "nothing";
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%c%zu", label ? 'e' : 'o', n);
		at += n;
	}
	return text;
}

/* The bytes from first to end, whatever the runs. */
static const char *
bytes(void)
{
	static char	text[65536];
	uint64_t	at;
	size_t		n, len = 0;
	int		label;

	for (at = ring.first; at < ring.end; at += n) {
		n = ring_get(&ring, at, text + len, sizeof(text) - 1 - len,
		    &label);
		if (n == 0)
			break;
		len += n;
	}
	text[len] = '\0';
	return text;
}

static void
test_small(void)
{
	int	label;

	ring_start(&ring, 16);
	ok(ring_get(&ring, 0, buf, 1, &label) == 0, "nothing at first");
	ring_put(&ring, "abc", 3, 0);
	ring_put(&ring, "DE", 2, 1);
	ring_put(&ring, "f", 1, 0);
	ok(strcmp(runs(), "o3e2o1") == 0 && strcmp(bytes(), "abcDEf") == 0,
	    "runs in order: %s", runs());
	ring_put(&ring, "ghijklmnop", 10, 0);
	ok(ring.first == 0 && ring.end == 16 &&
	    strcmp(bytes(), "abcDEfghijklmnop") == 0, "as much as it keeps");
	ring_put(&ring, "q", 1, 1);
	ok(ring.first == 1 && ring.end == 17 &&
	    strcmp(bytes(), "bcDEfghijklmnopq") == 0 &&
	    ring_get(&ring, 0, buf, 1, &label) == 0, "one more, the oldest "
	    "goes");
	ok(ring_get(&ring, 17, buf, 1, &label) == 0, "nothing after the end");
	ok(ring_get(&ring, 1, buf, 1, &label) == 1 && buf[0] == 'b' &&
	    label == 0, "a byte of a run");
	ring_put(&ring, "0123456789abcdefghijklmnopqrstuvwxyz", 36, 1);
	ok(ring.first == 37 && ring.end == 53 &&
	    strcmp(bytes(), "klmnopqrstuvwxyz") == 0,
	    "more than it keeps at once");
	ring_free(&ring);
}

static void
test_grown(void)
{
	char	one[1];
	int	i, good = 1;

	ring_start(&ring, 65536);
	for (i = 0; i < 200000; i++) {
		one[0] = (char)('a' + i % 26);
		ring_put(&ring, one, 1, i % 7 == 0);
	}
	ok(ring.size == 65536 && ring.end == 200000 &&
	    ring.first == 200000 - 65536, "byte by byte");
	for (i = (int)ring.first; i < 200000; i++) {
		int	label;

		good = good && ring_get(&ring, (uint64_t)i, one, 1,
		    &label) == 1 && one[0] == 'a' + i % 26 &&
		    label == (i % 7 == 0);
	}
	ok(good, "each with its stream");
	ring_trim(&ring);
	ok(ring.size == 65536 && ring.first == 200000 - 65536,
	    "a full one is not trimmed");
	ring_free(&ring);
}

static void
test_trim(void)
{
	ring_start(&ring, 1024 * 1024);
	ring_put(&ring, "hello", 5, 0);
	ring_put(&ring, "there", 5, 1);
	ok(ring.size <= 4096, "it takes what it needs: %zu", ring.size);
	ring_trim(&ring);
	ok(ring.size == 10 && ring.max == 10 &&
	    strcmp(bytes(), "hellothere") == 0 && strcmp(runs(), "o5e5") == 0,
	    "and gives the rest back");
	ring_free(&ring);
	ring_start(&ring, 4096);
	ring_trim(&ring);
	ok(ring.max == 0 && strcmp(runs(), "") == 0, "one that said nothing");
	ring_put(&ring, "late", 4, 0);
	ok(ring.first == 4 && ring.end == 4, "keeps nothing more");
	ring_free(&ring);
}

int
main(void)
{
	test_small();
	test_grown();
	test_trim();
	return done();
}
