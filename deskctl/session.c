/* Which session a person means. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "suggest.h"
#include "xmalloc.h"

#define PREFIX		"ses_"
#define ULID_CHARS	26
#define BEGINNING_MIN	6	/* of the ULID, before it may be an id */

/* How many characters of a ULID the text begins; 0 when it is none. */
static size_t
ulid_chars(const char *text)
{
	size_t	n;

	for (n = 0; text[n] != '\0'; n++)
		if (!isalnum((unsigned char)text[n]) || n == ULID_CHARS)
			return 0;
	return n;
}

static const char *
after_prefix(const char *text)
{
	return strncasecmp(text, PREFIX, strlen(PREFIX)) == 0 ?
	    text + strlen(PREFIX) : text;
}

static int
fail_unknown(struct ctl *c, const char *typed, struct json_object *all)
{
	struct json_object	*o;
	struct suggest		 s;
	size_t			 i;

	suggest_start(&s, typed);
	for (i = 0; i < json_object_array_length(all); i++) {
		o = json_object_array_get_idx(all, i);
		suggest_try(&s, field_or(o, "name", ""));
		suggest_try(&s, field_or(o, "id", ""));
	}
	if (s.best != NULL)
		return ctl_fail(c, "not_found", "there is no session %s; "
		    "did you mean %s?", typed, s.best);
	return ctl_fail(c, "not_found", "there is no session %s%s", typed,
	    json_object_array_length(all) == 0 ? "; you have none yet: "
	    "deskctl create" : "; deskctl ls lists them");
}

/* The one session whose id begins so, by a look at all of them. */
static char *
by_beginning(struct ctl *c, const char *typed)
{
	struct json_object	*all;
	const char		*begin = after_prefix(typed), *id;
	char			*found = NULL;
	size_t			 i, n = ulid_chars(begin), hits = 0;

	if ((all = api_list(c, "/v1/sessions?limit=100")) == NULL)
		return NULL;
	for (i = 0; n >= BEGINNING_MIN && i < json_object_array_length(all);
	    i++) {
		id = field_or(json_object_array_get_idx(all, i), "id", "");
		if (strncasecmp(after_prefix(id), begin, n) != 0)
			continue;
		hits++;
		free(found);
		found = xstrdup(id);
	}
	if (hits != 1) {
		free(found);
		found = NULL;
	}
	if (hits > 1)
		ctl_fail(c, "not_unique", "%zu sessions begin with %s; "
		    "type more of the id", hits, typed);
	else if (hits == 0)
		fail_unknown(c, typed, all);
	json_object_put(all);
	return found;
}

/* 1: found, 0: there is none, -1: complained. */
static int
by_name(struct ctl *c, const char *name, char **id)
{
	struct json_object	*all;
	char			*encoded = http_encode(name);
	size_t			 hits;

	all = api_list(c, "/v1/sessions?name=%s", encoded);
	free(encoded);
	if (all == NULL)
		return -1;
	hits = json_object_array_length(all);
	if (hits == 1)
		*id = xstrdup(field_or(json_object_array_get_idx(all, 0),
		    "id", ""));
	json_object_put(all);
	if (hits > 1)
		return ctl_fail(c, "not_unique", "several users have a "
		    "session named %s; use the id", name);
	return hits == 1;
}

/* Names have lower case, digits and hyphens; other text is not asked for. */
static int
may_be_name(const char *text)
{
	size_t	n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n <= 63 && text[n] == '\0' && text[0] != '-';
}

char *
ctl_session(struct ctl *c, const char *typed)
{
	char	*id = NULL;

	c->named = typed;
	if (strncmp(typed, PREFIX, strlen(PREFIX)) == 0 &&
	    ulid_chars(typed + strlen(PREFIX)) == ULID_CHARS)
		return xstrdup(typed);
	if (may_be_name(typed) && by_name(c, typed, &id) != 0)
		return id;
	return by_beginning(c, typed);
}

void
ctl_suggest(struct ctl *c)
{
	struct json_object	*all;
	struct suggest		 s;
	size_t			 i;

	if (c->named == NULL || c->json)
		return;
	suggest_start(&s, c->named);
	c->named = NULL;
	if ((all = api_list(c, "/v1/sessions?limit=100")) == NULL)
		return;
	for (i = 0; i < json_object_array_length(all); i++)
		suggest_try(&s, field_or(json_object_array_get_idx(all, i),
		    "id", ""));
	if (s.best != NULL)
		fprintf(stderr, "Did you mean %s?\n", s.best);
	json_object_put(all);
}
