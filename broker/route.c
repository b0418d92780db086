/* Finding the row of a request. */
#include <string.h>

#include "route.h"

static size_t
segment(const char *path)
{
	return strcspn(path, "/");
}

/* Keeps the text at a "{name}" of the row; -1 when it is empty or long. */
static int
keep_param(struct route_params *params, const char *name, const char *value,
    size_t len)
{
	if (len == 0 || len >= ROUTE_PARAM_MAX ||
	    params->n == ROUTE_PARAMS_MAX)
		return -1;
	params->name[params->n] = name;
	memcpy(params->value[params->n], value, len);
	params->value[params->n][len] = '\0';
	params->n++;
	return 0;
}

static int
matches(const char *row, const char *path, struct route_params *params)
{
	size_t have, want;

	params->n = 0;
	for (;;) {
		if (*row != '/' || *path != '/')
			return *row == '\0' && *path == '\0';
		row++;
		path++;
		want = segment(row);
		have = segment(path);
		if (*row == '{') {
			if (keep_param(params, row + 1, path, have) == -1)
				return 0;
		} else if (want != have || memcmp(row, path, have) != 0)
			return 0;
		row += want;
		path += have;
	}
}

static void
allow_add(char *allow, const char *method)
{
	if (*allow != '\0')
		strlcat(allow, ", ", ALLOW_MAX);
	strlcat(allow, method, ALLOW_MAX);
	if (strcmp(method, "GET") == 0)
		strlcat(allow, ", HEAD", ALLOW_MAX);
}

const struct route *
route_find(const char *method, const char *path, struct route_params *params,
    char allow[ALLOW_MAX])
{
	size_t i;

	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	*allow = '\0';
	for (i = 0; i < nroutes; i++) {
		if (!matches(routes[i].path, path, params))
			continue;
		if (strcmp(method, routes[i].method) == 0)
			return &routes[i];
		allow_add(allow, routes[i].method);
	}
	params->n = 0;
	return NULL;
}

int
route_takes(const struct route *route, const char *name)
{
	size_t len = strlen(name), n;
	const char *p;

	if (route->query == NULL || len == 0)
		return 0;
	for (p = route->query; *p != '\0'; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if (n == len && memcmp(p, name, len) == 0)
			return 1;
	}
	return 0;
}

static const char *const scopes[] = {
	[SCOPE_NONE] = "none", [SCOPE_READ] = "read", [SCOPE_VIEW] = "view",
	[SCOPE_CONTROL] = "control", [SCOPE_WRITE] = "write",
	[SCOPE_ADMIN] = "admin"
};

const char *
scope_name(enum route_scope scope)
{
	return scopes[scope];
}

enum route_scope
scope_parse(const char *text)
{
	enum route_scope s;

	for (s = SCOPE_READ; s <= SCOPE_ADMIN; s++)
		if (strcmp(scopes[s], text) == 0)
			return s;
	return SCOPE_NONE;
}
