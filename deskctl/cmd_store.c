/* backup, restore and check: all that deskd remembers. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "http.h"
#include "output.h"
#include "part.h"
#include "transfer.h"

#define TARGET		"/v1/system/backup"
#define COPY_SECONDS	900	/* of the database, before the first byte */

/* Nobody but its maker reads it: it tells of everyone's sessions. */
static int
save(struct ctl *c, const char *to, struct progress *progress)
{
	struct part	part = { .fd = -1 };
	int		rv;

	if (part_file(c, &part, to) == -1)
		return -1;
	if ((rv = transfer_receive(c, part.fd, to, progress)) == 0)
		rv = part_commit(c, &part, 0600);
	part_abandon(&part);
	return rv;
}

static int
receive(struct ctl *c, const char *to)
{
	struct progress	progress;
	int		rv;

	progress_start(&progress, c, "receiving");
	progress.counts = 1;
	rv = strcmp(to, "-") == 0 ? transfer_receive(c, STDOUT_FILENO,
	    "standard output", &progress) : save(c, to, &progress);
	progress_end(&progress, c);
	return rv;
}

int
cmd_backup(struct ctl *c, int argc, char **argv)
{
	struct http_request	r = { .method = "GET", .target = TARGET,
				    .accept = "*/*", .timeout = COPY_SECONDS };
	int			status;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 1, 1);
	if (api_connect(c) == -1)
		return -1;
	interrupt_watch(c->http);
	if ((status = api_ask(c, &r)) == -1)
		return -1;
	if (status != 200)
		return api_problem(c, status);
	return receive(c, argv[optind]);
}

static int
send_backup(struct ctl *c, struct upload *u)
{
	struct http_request	 r = { .method = "PUT", .target = TARGET,
				    .type = "application/x-tar",
				    .source = upload_source, .source_arg = u,
				    .source_len = -1 };
	struct json_object	*o;

	if (S_ISREG(u->st.st_mode))
		r.source_len = u->st.st_size;
	if ((o = transfer_send(c, &r, &u->progress)) == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	else
		printf("deskd starts again with what was restored\n");
	json_object_put(o);
	return 0;
}

int
cmd_restore(struct ctl *c, int argc, char **argv)
{
	struct upload	 u = { .fd = STDIN_FILENO };
	const char	*from;
	int		 rv;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 1, 1);
	from = argv[optind];
	if (strcmp(from, "-") != 0)
		u.fd = open(from, O_RDONLY | O_CLOEXEC);
	if (u.fd == -1 || fstat(u.fd, &u.st) == -1)
		return ctl_fail(c, "file", "%s: %s", from, strerror(errno));
	/* What was redirected may stand anywhere in its file. */
	if (u.fd == STDIN_FILENO)
		u.st.st_mode = S_IFIFO;
	rv = send_backup(c, &u);
	if (u.fd != STDIN_FILENO)
		close(u.fd);
	return rv;
}

static void
print_problems(struct json_object *o)
{
	struct json_object	*list = field(o, "problems");
	char			*clean;
	size_t			 i;

	for (i = 0; json_object_is_type(list, json_type_array) &&
	    i < json_object_array_length(list); i++) {
		clean = text_clean(json_object_get_string(
		    json_object_array_get_idx(list, i)));
		printf("%s\n", clean);
		free(clean);
	}
}

int
cmd_check(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o;
	char			 size[TEXT_SHORT];
	int			 good;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 0, 0);
	o = api_send(c, "POST", NULL, "/v1/system/check");
	if (o == NULL)
		return -1;
	good = json_object_get_boolean(field(o, "ok"));
	if (c->json)
		output_json(stdout, o);
	else {
		print_problems(o);
		printf("%s: %lld sessions, %lld events, %lld blobs (%s)\n",
		    good ? "good" : "damaged",
		    (long long)field_int(o, "sessions", 0),
		    (long long)field_int(o, "events", 0),
		    (long long)field_int(o, "blobs", 0), text_size(size,
		    (uint64_t)field_int(o, "blob_bytes", 0)));
	}
	json_object_put(o);
	return good ? 0 : -1;
}
