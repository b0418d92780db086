/* If-Match and If-None-Match, as they stand in a request's headers. */
#ifndef CONDITION_H
#define CONDITION_H

struct entry;

struct condition {
	const char	*match;		/* "" without */
	const char	*none_match;
};

/* Whether it holds; no entry: nothing has the name. */
int	condition_holds(const struct condition *, const struct entry *);
/* Nothing may have the name, not even when it comes to be. */
int	condition_fresh(const struct condition *);

#endif
