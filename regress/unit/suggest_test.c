/* What a person may have meant. */
#include <string.h>

#include "suggest.h"
#include "test.h"

static const char *
best(const char *typed)
{
	static const char *const words[] = { "create", "ls", "show", "start",
	    "stop", "rm", "work", "builder" };
	struct suggest	 s;
	size_t		 i;

	suggest_start(&s, typed);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		suggest_try(&s, words[i]);
	return s.best == NULL ? "" : s.best;
}

int
main(void)
{
	char	longer[200];

	ok(suggest_distance("", "") == 0, "nothing and nothing");
	ok(suggest_distance("abc", "") == 3, "all deleted");
	ok(suggest_distance("", "abc") == 3, "all inserted");
	ok(suggest_distance("abc", "abc") == 0, "the same");
	ok(suggest_distance("ABC", "abc") == 0, "case does not count");
	ok(suggest_distance("abc", "abd") == 1, "one replaced");
	ok(suggest_distance("abc", "acb") == 1, "two swapped");
	ok(suggest_distance("kitten", "sitting") == 3, "kitten, sitting");
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ok(suggest_distance(longer, "a") > 10, "a very long word");
	ok(strcmp(best("crate"), "create") == 0, "crate is create");
	ok(strcmp(best("sotp"), "stop") == 0, "sotp is stop");
	ok(strcmp(best("wrok"), "work") == 0, "wrok is work");
	ok(strcmp(best("buidler"), "builder") == 0, "buidler is builder");
	ok(strcmp(best("zzzzzz"), "") == 0, "zzzzzz is nothing");
	return done();
}
