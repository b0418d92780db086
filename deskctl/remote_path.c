#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "api.h"
#include "base64.h"
#include "ctl.h"
#include "field.h"
#include "http.h"
#include "input.h"
#include "remote_path.h"
#include "xmalloc.h"

void
put_path(struct json_object *o, const char *name, const char *path)
{
	char	*coded, *member;
	size_t	 len = strlen(path);

	if (input_is_utf8(path, len)) {
		put_text(o, name, path);
		return;
	}
	coded = base64(path, len, &len);
	xasprintf(&member, "%s_base64", name);
	put_text(o, member, coded);
	free(member);
	free(coded);
}

/* As scp has it: a slash before the colon makes it a path here. */
const char *
remote_colon(const char *text)
{
	size_t	n = strcspn(text, ":/");

	return n > 0 && text[n] == ':' ? text + n : NULL;
}

int
remote_open(struct ctl *c, struct remote_path *p, const char *session,
    const char *path)
{
	p->id = p->path = NULL;
	if ((p->id = ctl_session(c, session)) == NULL)
		return -1;
	/* From here on what is not found is a file. */
	c->named = NULL;
	p->path = xstrdup(path == NULL || *path == '\0' ? "." : path);
	return 0;
}

int
remote_parse(struct ctl *c, struct remote_path *p, const char *text)
{
	const char	*colon = remote_colon(text);
	char		*session = xstrndup(text, (size_t)(colon - text));
	int		 rv;

	rv = remote_open(c, p, session, colon + 1);
	free(session);
	return rv;
}

void
remote_free(struct remote_path *p)
{
	free(p->id);
	free(p->path);
	p->id = p->path = NULL;
}

char *
remote_url(const struct remote_path *p, const char *route)
{
	char	*url, *path = http_encode(p->path);

	xasprintf(&url, "/v1/sessions/%s/files%s?path=%s%s", p->id, route,
	    path, p->root ? "&user=root" : "");
	free(path);
	return url;
}

/* "" when nothing is there; the texts are constant. */
const char *
remote_type(struct ctl *c, const struct remote_path *p)
{
	struct http_request	 r = { .method = "GET" };
	struct json_object	*o;
	char			*url = remote_url(p, "/stat");
	const char		*type;
	int			 status;

	r.target = url;
	status = api_ask(c, &r);
	free(url);
	if (status == -1)
		return NULL;
	if (status == 404) {
		free(http_slurp(c->http, 65536, NULL));
		return "";
	}
	if (status != 200) {
		api_problem(c, status);
		return NULL;
	}
	if ((o = api_object(c)) == NULL)
		return NULL;
	type = strcmp(field_or(o, "type", ""), "directory") == 0 ?
	    "directory" : "file";
	json_object_put(o);
	return type;
}

void
remote_enter(struct remote_path *p, const char *name)
{
	char	*old = p->path;

	xasprintf(&p->path, "%s%s%s", old,
	    old[strlen(old) - 1] == '/' ? "" : "/", name);
	free(old);
}

char *
path_name(const char *path)
{
	size_t	end = strlen(path), begin;
	char	*name;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && path[begin - 1] != '/'; begin--)
		continue;
	name = xstrndup(path + begin, end - begin);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		*name = '\0';
	return name;
}
