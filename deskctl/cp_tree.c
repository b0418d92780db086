/*
 * Whole directories, as archives that are made while they are sent and
 * taken apart while they come.  What a session sends is taken for hostile:
 * nothing of it lands outside of the new directory.
 */
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "api.h"
#include "cp.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "part.h"
#include "progress.h"
#include "transfer.h"
#include "tar_extract.h"
#include "tree_source.h"
#include "xmalloc.h"

/* The directory that it becomes: in one that is there, of its own name. */
static int
enter(struct ctl *c, struct cp *p)
{
	const char	*type = remote_type(c, &p->remote);
	char		*name;

	if (type == NULL)
		return -1;
	if (strcmp(type, "directory") == 0) {
		name = path_name(p->local);
		if (*name != '\0')
			remote_enter(&p->remote, name);
		free(name);
	}
	return 0;
}

static int
make_directory(struct ctl *c, const struct cp *p)
{
	struct json_object	*body = json_object_new_object(), *o;

	put_path(body, "path", p->remote.path);
	put_true(body, "parents");
	o = api_send(c, "POST", body, "/v1/sessions/%s/files/mkdir%s",
	    p->remote.id, p->remote.root ? "?user=root" : "");
	json_object_put(o);
	return o == NULL ? -1 : 0;
}

static long
source(void *arg, void *buf, size_t size)
{
	return tree_source_read(arg, buf, size);
}

int
cp_put_tree(struct ctl *c, struct cp *p)
{
	struct progress		 progress;
	struct http_request	 r = { .method = "PUT", .source = source,
				    .source_len = -1,
				    .type = "application/x-tar" };
	struct json_object	*o = NULL;
	struct tree_source	*t;
	char			*url;
	int			 rv = -1;

	if (enter(c, p) == -1 || make_directory(c, p) == -1)
		return -1;
	if ((t = tree_source_open(p->local, &progress)) == NULL)
		return ctl_fail(c, "file", "%s: %s", p->local,
		    strerror(errno));
	c->path = p->remote.path;
	url = remote_url(&p->remote, "/archive");
	r.target = url;
	r.source_arg = t;
	o = transfer_send(c, &r, &progress);
	if (o == NULL && tree_source_why(t) != NULL)
		ctl_fail(c, "file", "%s", tree_source_why(t));
	if (tree_source_skipped(t) > 0 && !c->json)
		fprintf(stderr, "deskctl: cp: %llu sockets, devices and the "
		    "like were left out\n", tree_source_skipped(t));
	if (o != NULL) {
		cp_report(c, p->local, p->remote.path,
		    field_int(o, "bytes", 0), o);
		rv = 0;
	}
	json_object_put(o);
	free(url);
	tree_source_free(t);
	return rv;
}

static int
extract_failed(struct ctl *c, const struct tar_extract *x)
{
	char	*text = text_clean(tar_extract_why(x));

	ctl_fail(c, "archive", "%s", text);
	free(text);
	return -1;
}

static int
receive(struct ctl *c, struct tar_extract *x, struct progress *progress)
{
	static char	buf[65536];
	long		n;

	while ((n = http_read(c->http, buf, sizeof(buf))) > 0) {
		if (tar_extract(x, buf, (size_t)n) == -1)
			return extract_failed(c, x);
		progress_bytes(progress, (unsigned long long)n);
	}
	if (n == -1)
		return api_broken(c);
	return tar_extract_end(x) == -1 ? extract_failed(c, x) : 0;
}

static void
report(struct ctl *c, const struct cp *p, const char *to,
    const struct tar_counts *n)
{
	struct json_object	*o;

	if (n->skipped > 0 && !c->json)
		fprintf(stderr, "deskctl: cp: %llu sockets, devices and the "
		    "like were left out\n", (unsigned long long)n->skipped);
	if (!c->json)
		return;
	o = json_object_new_object();
	put_int(o, "files", (int64_t)n->files);
	put_int(o, "directories", (int64_t)n->directories);
	put_int(o, "links", (int64_t)n->links);
	put_int(o, "skipped", (int64_t)n->skipped);
	cp_report(c, p->remote.path, to, (long long)n->bytes, o);
	json_object_put(o);
}

static int
save(struct ctl *c, struct cp *p, const char *to, struct progress *progress)
{
	struct part		 part = { .fd = -1 };
	struct tar_extract	*x;
	int			 rv;

	if (part_directory(c, &part, to) == -1)
		return -1;
	x = tar_extract_new(part.fd);
	if ((rv = receive(c, x, progress)) == 0 &&
	    (rv = part_commit(c, &part, 0777)) == 0) {
		tar_extract_directories(x, part.fd);
		report(c, p, to, tar_extract_counts(x));
	}
	tar_extract_free(x);
	part_abandon(&part);
	return rv;
}

/* Not over one that is there: a directory cannot change at once. */
static char *
destination(struct ctl *c, const struct cp *p)
{
	struct stat	 st;
	char		*name, *to;

	name = path_name(p->remote.path);
	if (stat(p->local, &st) == 0 && S_ISDIR(st.st_mode))
		xasprintf(&to, "%s/%s", p->local,
		    *name == '\0' ? "files" : name);
	else
		to = xstrdup(p->local);
	free(name);
	if (lstat(to, &st) == 0) {
		ctl_fail(c, "exists", "%s is there already", to);
		free(to);
		return NULL;
	}
	return to;
}

int
cp_get_tree(struct ctl *c, struct cp *p)
{
	struct progress		 progress;
	struct http_request	 r = { .method = "GET", .accept = "*/*" };
	char			*url, *to;
	int			 status, rv = -1;

	if (strcmp(p->local, "-") == 0)
		return ctl_fail(c, "is_a_directory", "%s is a directory; it "
		    "needs a place of its own", p->remote.path);
	if ((to = destination(c, p)) == NULL)
		return -1;
	c->path = p->remote.path;
	url = remote_url(&p->remote, "/archive");
	r.target = url;
	if (api_connect(c) == 0) {
		interrupt_watch(c->http);
		status = api_ask(c, &r);
		if (status == 200) {
			progress_start(&progress, c, "receiving");
			progress.counts = 1;
			rv = save(c, p, to, &progress);
			progress_end(&progress, c);
		} else if (status != -1)
			rv = api_problem(c, status);
	}
	free(url);
	free(to);
	return rv;
}
