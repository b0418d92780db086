/* The daemon: does it run, does it answer, may this user ask it. */
#include <sys/types.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "ctl.h"
#include "doctor.h"
#include "field.h"
#include "http.h"
#include "link.h"
#include "paths.h"
#include "xmalloc.h"

#define PATIENCE	5	/* seconds */

/* A whole answer as JSON, or NULL; the status either way. */
static struct json_object *
get(struct http *h, const char *target, int *status)
{
	struct http_request	 r = { .method = "GET", .target = target,
				    .timeout = PATIENCE };
	struct json_object	*o;
	char			*body;

	if ((*status = http_ask(h, &r)) == -1 ||
	    (body = http_slurp(h, 1024 * 1024, NULL)) == NULL)
		return NULL;
	o = json_tokener_parse(body);
	free(body);
	return o;
}

static void
version(struct doctor *d, struct http *h)
{
	struct json_object	*o;
	const char		*theirs;
	int			 status;

	o = get(h, "/v1/system", &status);
	theirs = field_text(o, "version");
	if (theirs == NULL)
		doctor_say(d, DOCTOR_WARN, "version", NULL,
		    "deskd does not say its version");
	else if (strcmp(theirs, PACKAGE_VERSION) == 0)
		doctor_say(d, DOCTOR_OK, "version", NULL,
		    "deskd and deskctl are both %s", theirs);
	else
		doctor_say(d, DOCTOR_WARN, "version",
		    "restart deskd, or run the deskctl that came with it",
		    "deskd is %s, this deskctl is %s", theirs,
		    PACKAGE_VERSION);
	json_object_put(o);
}

static void
answers(struct doctor *d, struct ctl *c, struct http *h)
{
	struct json_object	*o;
	int			 status;

	o = get(h, "/readyz", &status);
	if (status == 200) {
		doctor_say(d, DOCTOR_OK, "daemon", NULL, "answers at %s",
		    c->socket);
		if (http_reusable(h))
			version(d, h);
	} else if (status == -1)
		doctor_say(d, DOCTOR_FAIL, "daemon", "look at its log: "
		    "journalctl -u deskd", "%s: %s", c->socket,
		    http_error(h));
	else
		doctor_say(d, DOCTOR_WARN, "daemon", "wait a moment, then "
		    "look at its log: journalctl -u deskd",
		    "not ready: %s", field_or(o, "detail", "no reason given"));
	json_object_put(o);
}

static void
connection(struct doctor *d, struct ctl *c)
{
	struct http	*h;

	if ((h = http_open(c->socket)) != NULL) {
		answers(d, c, h);
		doctor_confined_daemon(d, http_listener(h));
		http_close(h);
	} else if (*link_error() != '\0' || link_is_url(c->socket))
		doctor_say(d, DOCTOR_FAIL, "daemon", NULL, "%s: %s",
		    c->socket, *link_error() != '\0' ? link_error() :
		    strerror(errno));
	else if (errno == EACCES || errno == EPERM)
		doctor_say(d, DOCTOR_WARN, "daemon", "join the group below",
		    "this user may not use %s", c->socket);
	else if (errno == ENOENT || errno == ECONNREFUSED)
		doctor_say(d, DOCTOR_WARN, "daemon", "sudo systemctl start "
		    "deskd, or sudo make demo in the source tree",
		    "not running: %s at %s", errno == ENOENT ? "no socket" :
		    "nobody listens", c->socket);
	else
		doctor_say(d, DOCTOR_FAIL, "daemon", NULL, "%s: %s",
		    c->socket, strerror(errno));
}

static int
has_group(gid_t gid)
{
	gid_t	*list;
	int	 n, i, found = getegid() == gid;

	if ((n = getgroups(0, NULL)) <= 0)
		return found;
	list = xcalloc((size_t)n, sizeof(*list));
	n = getgroups(n, list);
	for (i = 0; i < n; i++)
		found |= list[i] == gid;
	free(list);
	return found;
}

static int
listed(const struct group *gr)
{
	struct passwd	*pw = getpwuid(getuid());
	char		**name;

	for (name = gr->gr_mem; pw != NULL && *name != NULL; name++)
		if (strcmp(*name, pw->pw_name) == 0)
			return 1;
	return 0;
}

static void
group(struct doctor *d)
{
	struct group	*gr = getgrnam(DESKD_GROUP);

	if (geteuid() == 0)
		doctor_say(d, DOCTOR_OK, "group", NULL, "root needs none");
	else if (gr == NULL)
		doctor_say(d, DOCTOR_WARN, "group", "sudo make install makes "
		    "it; without it the socket is root's",
		    "there is no group " DESKD_GROUP);
	else if (has_group(gr->gr_gid))
		doctor_say(d, DOCTOR_OK, "group", NULL,
		    "this user is in group " DESKD_GROUP);
	else
		doctor_say(d, DOCTOR_WARN, "group", listed(gr) ?
		    "log in again" : "sudo usermod -a -G " DESKD_GROUP
		    " $USER, then log in again", "this %s not in group "
		    DESKD_GROUP, listed(gr) ? "login is" : "user is");
}

void
doctor_daemon(struct doctor *d, struct ctl *c)
{
	connection(d, c);
	group(d);
}
