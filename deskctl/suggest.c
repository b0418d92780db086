#include <ctype.h>
#include <string.h>

#include "suggest.h"

#define WORD_MAX	64	/* longer words are not compared */

static size_t
min3(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/*
 * Edits that turn one word into the other: insert, delete, replace, and
 * swap of neighbours, which is what fingers do.  Case does not count.
 */
size_t
suggest_distance(const char *a, const char *b)
{
	size_t	row[3][WORD_MAX + 1], *two, *one, *now, *spare;
	size_t	la = strlen(a), lb = strlen(b), i, j;
	int	same, ca, cb;

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	two = row[0];
	one = row[1];
	now = row[2];
	memset(two, 0, sizeof(row[0]));
	for (j = 0; j <= lb; j++)
		one[j] = j;
	for (i = 1; i <= la; i++) {
		now[0] = i;
		for (j = 1; j <= lb; j++) {
			ca = tolower((unsigned char)a[i - 1]);
			cb = tolower((unsigned char)b[j - 1]);
			same = ca == cb;
			now[j] = min3(one[j] + 1, now[j - 1] + 1,
			    one[j - 1] + !same);
			if (i > 1 && j > 1 && now[j] > two[j - 2] + 1 &&
			    ca == tolower((unsigned char)b[j - 2]) &&
			    cb == tolower((unsigned char)a[i - 2]))
				now[j] = two[j - 2] + 1;
		}
		spare = two;
		two = one;
		one = now;
		now = spare;
	}
	return one[lb];
}

void
suggest_start(struct suggest *s, const char *typed)
{
	s->typed = typed;
	s->best = NULL;
	/* A third of the word may be wrong, and one letter always. */
	s->distance = strlen(typed) / 3 + 2;
}

void
suggest_try(struct suggest *s, const char *word)
{
	size_t	d = suggest_distance(s->typed, word);

	if (d < s->distance) {
		s->distance = d;
		s->best = word;
	}
}
