#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "api.h"
#include "cp.h"
#include "ctl.h"
#include "field.h"
#include "part.h"
#include "progress.h"
#include "transfer.h"
#include "xmalloc.h"

/* A directory takes it under its own name, as cp has it. */
static int
enter(struct ctl *c, struct cp *p)
{
	size_t	 n = strlen(p->remote.path);
	char	*name;
	const char *type;

	if (p->remote.path[n - 1] == '/')
		type = "directory";
	else if ((type = remote_type(c, &p->remote)) == NULL)
		return -1;
	if (strcmp(type, "directory") != 0)
		return 0;
	if (strcmp(p->local, "-") == 0)
		return ctl_fail(c, "is_a_directory",
		    "%s is a directory; a name is missing", p->remote.path);
	name = path_name(p->local);
	remote_enter(&p->remote, name);
	free(name);
	return 0;
}

static int
send_file(struct ctl *c, struct cp *p, struct upload *u)
{
	struct http_request	 r = { .method = "PUT", .source = upload_source,
				    .source_arg = u, .source_len = -1,
				    .type = "application/octet-stream" };
	struct json_object	*o;
	char			*url = remote_url(&p->remote, ""), *target;

	c->path = p->remote.path;
	if (S_ISREG(u->st.st_mode)) {
		r.source_len = u->st.st_size;
		xasprintf(&target, "%s&mode=%04o", url,
		    (unsigned int)u->st.st_mode & 0777);
	} else
		target = xstrdup(url);
	r.target = target;
	o = transfer_send(c, &r, &u->progress);
	free(target);
	free(url);
	if (o == NULL)
		return -1;
	cp_report(c, p->local, field_or(o, "entry.path", ""),
	    field_int(o, "entry.size", 0), NULL);
	json_object_put(o);
	return 0;
}

int
cp_put(struct ctl *c, struct cp *p)
{
	struct upload	u = { .fd = STDIN_FILENO };
	int		rv;

	if (strcmp(p->local, "-") != 0)
		u.fd = open(p->local, O_RDONLY | O_CLOEXEC);
	if (u.fd == -1 || fstat(u.fd, &u.st) == -1)
		return ctl_fail(c, "file", "%s: %s", p->local,
		    strerror(errno));
	/* What was redirected may stand anywhere in its file. */
	if (u.fd == STDIN_FILENO)
		u.st.st_mode = S_IFIFO;
	rv = enter(c, p) == -1 ? -1 : send_file(c, p, &u);
	if (u.fd != STDIN_FILENO)
		close(u.fd);
	return rv;
}
