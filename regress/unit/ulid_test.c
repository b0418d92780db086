#include <string.h>

#include "test.h"
#include "ulid.h"

static void
round_trip(void)
{
	struct ulid	a, b;
	char		text[ULID_TEXT], again[ULID_TEXT];
	int		i, good = 1;

	for (i = 0; i < 1000; i++) {
		ulid_make(&a);
		ulid_text(&a, text);
		if (ulid_parse(&b, text) == -1 || ulid_cmp(&a, &b) != 0)
			good = 0;
		ulid_text(&b, again);
		if (strcmp(text, again) != 0)
			good = 0;
	}
	ok(good, "1000 ids come back from their text");
}

static void
extremes(void)
{
	struct ulid	u;
	char		text[ULID_TEXT];

	memset(&u, 0xff, sizeof(u));
	ulid_text(&u, text);
	ok(strcmp(text, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ") == 0, "largest id");
	memset(&u, 0, sizeof(u));
	ulid_text(&u, text);
	ok(strcmp(text, "00000000000000000000000000") == 0, "zero id");
	ok(ulid_is_zero(&u), "zero is zero");
	ulid_make(&u);
	ok(!ulid_is_zero(&u), "a new one is not");
}

static void
refused(void)
{
	static const char	*bad[] = { "", "0", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
				    "7zzzzzzzzzzzzzzzzzzzzzzzzz",
				    "0000000000000000000000000I",
				    "0000000000000000000000000/",
				    "000000000000000000000000000",
				    "0000000000000000000000000" };
	struct ulid		 u;
	size_t			 i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(ulid_parse(&u, bad[i]) == -1, "refused: \"%s\"", bad[i]);
	ok(session_id_parse(&u, "run_00000000000000000000000000") == -1,
	    "wrong word before it");
	ok(session_id_parse(&u, "ses_00000000000000000000000000") == 0,
	    "right word before it");
}

static void
order(void)
{
	struct ulid	a, b;
	char		ta[ULID_TEXT], tb[ULID_TEXT];

	ulid_make(&a);
	b = a;
	b.b[5]++;
	ulid_text(&a, ta);
	ulid_text(&b, tb);
	if (b.b[5] == 0)	/* wrapped: the other way round */
		ok(strcmp(ta, tb) > 0, "text sorts like bytes");
	else
		ok(strcmp(ta, tb) < 0, "text sorts like bytes");
}

int
main(void)
{
	round_trip();
	extremes();
	refused();
	order();
	return done();
}
