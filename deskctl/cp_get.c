#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "cp.h"
#include "ctl.h"
#include "part.h"
#include "progress.h"
#include "transfer.h"
#include "xmalloc.h"

/* A directory takes it under its own name. */
static char *
destination(const struct cp *p)
{
	struct stat	 st;
	char		*name, *to;

	if (stat(p->local, &st) == -1 || !S_ISDIR(st.st_mode))
		return xstrdup(p->local);
	name = path_name(p->remote.path);
	xasprintf(&to, "%s/%s", p->local, name);
	free(name);
	return to;
}

static int
mode_of(struct ctl *c)
{
	char	text[16];

	if (http_header(c->http, "X-Deskd-Mode", text, sizeof(text)) == -1)
		return -1;
	return (int)strtol(text, NULL, 8) & 0777;
}

static int
save(struct ctl *c, const char *to, struct progress *progress)
{
	struct part	part = { .fd = -1 };
	int		mode = mode_of(c), rv;

	if (part_file(c, &part, to) == -1)
		return -1;
	if ((rv = transfer_receive(c, part.fd, to, progress)) == 0)
		rv = part_commit(c, &part, mode);
	part_abandon(&part);
	return rv;
}

static int
take(struct ctl *c, struct cp *p)
{
	struct progress	 progress;
	char		*to, length[32];
	int		 rv;

	progress_start(&progress, c, "receiving");
	progress.counts = 1;
	if (http_header(c->http, "Content-Length", length,
	    sizeof(length)) == 0)
		progress.total = strtoull(length, NULL, 10);
	if (strcmp(p->local, "-") == 0) {
		rv = transfer_receive(c, STDOUT_FILENO, "standard output", &progress);
		progress_end(&progress, c);
		return rv;
	}
	to = destination(p);
	rv = save(c, to, &progress);
	progress_end(&progress, c);
	if (rv == 0)
		cp_report(c, p->remote.path, to, (long long)progress.done,
		    NULL);
	free(to);
	return rv;
}

/* A list instead of bytes: it was a directory. */
static int
is_list(struct ctl *c)
{
	char	text[16];

	return http_header(c->http, "Content-Disposition", text,
	    sizeof(text)) == -1;
}

int
cp_get(struct ctl *c, struct cp *p)
{
	struct http_request	 r = { .method = "GET", .accept = "*/*" };
	char			*url = remote_url(&p->remote, "");
	int			 status;

	c->path = p->remote.path;
	r.target = url;
	if (api_connect(c) == -1) {
		free(url);
		return -1;
	}
	interrupt_watch(c->http);
	status = api_ask(c, &r);
	free(url);
	if (status == -1)
		return -1;
	if (status != 200)
		return api_problem(c, status);
	if (is_list(c)) {
		http_close(c->http);
		c->http = NULL;
		return ctl_fail(c, "is_a_directory",
		    "%s is a directory; -r copies it", p->remote.path);
	}
	return take(c, p);
}
