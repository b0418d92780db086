#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "process.h"
#include "xmalloc.h"

#define ID_LEN	30	/* "prc_" and 26 more */

/* By the beginning of an id, after its prefix or with it, or by name. */
static int
is_named(struct json_object *o, const char *typed)
{
	const char	*id = field_or(o, "id", "");
	size_t		 len = strlen(typed);

	if (strlen(id) != ID_LEN)
		return 0;
	if (strcmp(field_or(o, "name", ""), typed) == 0)
		return 1;
	if (len > 4 && strncmp(typed, id, 4) == 0)
		return strncmp(id, typed, len) == 0;
	return len >= 6 && strncmp(id + 4, typed, len) == 0;
}

static char *
path_of(const char *id)
{
	char	*path;

	xasprintf(&path, "%s/%s", strncmp(id, "trm_", 4) == 0 ?
	    "terminals" : "processes", id);
	return path;
}

static char *
find(struct ctl *c, struct json_object *all, const char *typed)
{
	struct json_object	*o, *found = NULL;
	size_t			 i, n = 0;

	for (i = 0; i < json_object_array_length(all); i++) {
		o = json_object_array_get_idx(all, i);
		if (!is_named(o, typed))
			continue;
		found = o;
		n++;
	}
	if (n == 1)
		return path_of(field_or(found, "id", ""));
	if (n == 0)
		ctl_fail(c, "not_found", "no process %s in this session; "
		    "deskctl ps lists them", typed);
	else
		ctl_fail(c, "ambiguous", "%zu processes are like %s", n,
		    typed);
	return NULL;
}

char *
process_path(struct ctl *c, const char *session, const char *typed)
{
	struct json_object	*all;
	char			*path = NULL;

	if (*typed != '\0' &&
	    typed[strspn(typed, "0123456789")] == '\0') {
		xasprintf(&path, "processes/%s", typed);
		return path;
	}
	if (strlen(typed) == ID_LEN && (strncmp(typed, "prc_", 4) == 0 ||
	    strncmp(typed, "trm_", 4) == 0) &&
	    typed[4 + strspn(typed + 4, "0123456789ABCDEFGHJKMNPQRSTVWXYZ")]
	    == '\0')
		return path_of(typed);
	all = api_list(c, "/v1/sessions/%s/processes?limit=1000", session);
	if (all == NULL)
		return NULL;
	path = find(c, all, typed);
	json_object_put(all);
	return path;
}
