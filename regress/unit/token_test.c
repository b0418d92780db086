/* A token's text and the times clients write. */
#include <string.h>

#include "test.h"
#include "time_read.h"
#include "token_text.h"

static void
test_text(void)
{
	char one[TOKEN_SECRET], two[TOKEN_SECRET], bad[TOKEN_SECRET + 2];
	uint8_t a[TOKEN_HASH], b[TOKEN_HASH];
	size_t i, wrong = 0;

	token_make(one);
	token_make(two);
	ok(strlen(one) == TOKEN_SECRET_LEN && strspn(one,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "_-") == TOKEN_SECRET_LEN && strncmp(one, "deskd_", 6) == 0,
	    "a token is one word: %s", one);
	ok(strcmp(one, two) != 0, "two are not the same");
	ok(token_hash(one, a) == 0 && token_hash(one, b) == 0 &&
	    memcmp(a, b, sizeof(a)) == 0, "its hash is always the same");
	ok(token_hash(two, b) == 0 && memcmp(a, b, sizeof(a)) != 0,
	    "another's is another");
	for (i = 0; i < TOKEN_SECRET_LEN; i++) {
		strlcpy(bad, one, sizeof(bad));
		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		wrong += token_hash(bad, b) == -1;
	}
	ok(wrong == TOKEN_SECRET_LEN, "each single typo is found (%zu)",
	    wrong);
	strlcpy(bad, one, sizeof(bad));
	bad[TOKEN_SECRET_LEN - 1] = '\0';
	ok(token_hash(bad, b) == -1, "one character less");
	strlcpy(bad, one, sizeof(bad));
	strlcat(bad, "A", sizeof(bad));
	ok(token_hash(bad, b) == -1, "one character more");
	strlcpy(bad, one, sizeof(bad));
	bad[20] = '+';
	ok(token_hash(bad, b) == -1, "not of its alphabet");
	ok(token_hash("", b) == -1 && token_hash("deskd_", b) == -1,
	    "next to nothing");
}

static void
test_id(void)
{
	struct ulid id, again;
	char text[TOKEN_ID];

	ulid_make(&id);
	token_id_text(&id, text);
	ok(strlen(text) == TOKEN_ID - 1 && strncmp(text, "tok_", 4) == 0 &&
	    token_id_parse(&again, text) == 0 && ulid_cmp(&id, &again) == 0,
	    "an id is read again");
	ok(token_id_parse(&again, text + 4) == -1 &&
	    token_id_parse(&again, "ses_01ARZ3NDEKTSV4RRFFQ69G5FAV") == -1 &&
	    token_id_parse(&again, "tok_") == -1, "and nothing else is");
}

static void
test_time(void)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2031-01-31T12:00:00Z", 1927627200000 },
		{ "2031-01-31t12:00:00z", 1927627200000 },
		{ "2031-01-31T12:00:00.999Z", 1927627200000 },
		{ "2031-01-31T14:30:00+02:30", 1927627200000 },
		{ "2031-01-31T11:00:00-01:00", 1927627200000 },
		{ "2028-02-29T00:00:00Z", 1835395200000 }
	};
	static const char *const bad[] = {
		"", "now", "2031-01-31", "2031-01-31T12:00:00",
		"2031-01-31 12:00:00Z", "2031-02-29T12:00:00Z",
		"2031-13-01T12:00:00Z", "2031-00-01T12:00:00Z",
		"2031-01-32T12:00:00Z", "2031-01-31T24:00:00Z",
		"2031-01-31T12:60:00Z", "2031-01-31T12:00:61Z",
		"2031-01-31T12:00:00.Z", "2031-01-31T12:00:00ZZ",
		"2031-01-31T12:00:00+2:30", "2031-01-31T12:00:00+24:00",
		"2031-01-31T12:00:00+0200", "+031-01-31T12:00:00Z",
		"2031-1-31T12:00:00Z", " 2031-01-31T12:00:00Z"
	};
	int64_t ms;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(time_read(good[i].text, &ms) == 0 && ms == good[i].ms,
		    "%s", good[i].text);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(time_read(bad[i], &ms) == -1, "not a time: '%s'", bad[i]);
}

int
main(void)
{
	test_text();
	test_id();
	test_time();
	return done();
}
