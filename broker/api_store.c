/*
 * The store as a whole, for admins: a copy of it, a copy in its place, and
 * whether it is good.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "backup.h"
#include "broker.h"
#include "chore.h"
#include "field.h"
#include "http.h"
#include "journal.h"
#include "log.h"
#include "session.h"
#include "xmalloc.h"

#define ARCHIVE		"application/x-tar"

/* One chore and who asked for it. */
struct job {
	struct request		*request;	/* NULL: has left */
	struct piped		*piped;
	uid_t			 uid;
	int			 fd;		/* the thread's end */
	int			 over;		/* the thread is */
	int64_t			 last;
	struct check		 check;
	struct json_object	*problems;
	const char		*failed;
	char			 why[BACKUP_WHY];
};

static struct job *
job_new(struct request *r)
{
	struct job	*j = xcalloc(1, sizeof(*j));

	j->request = r;
	j->uid = request_uid(r);
	j->fd = -1;
	return j;
}

static void
job_free(struct job *j)
{
	if (j->fd != -1)
		close(j->fd);
	json_object_put(j->problems);
	free(j);
}

static void
refuse_busy(struct request *r)
{
	reply_header(r, "Retry-After", "5");
	reply_problem(r, PROBLEM_BUSY, NULL, "another backup, restore or "
	    "check is under way");
}

static void
left(struct request *r, void *arg)
{
	struct job	*j = arg;

	(void)r;
	j->request = NULL;
}

static void
copy_run(void *arg)
{
	struct job	*j = arg;

	j->failed = backup_copy(j->why);
}

static void
write_run(void *arg)
{
	struct job	*j = arg;

	j->failed = backup_write(j->fd, j->why);
	close(j->fd);
	j->fd = -1;
}

/* Both the thread and the answer must be over. */
static void
sent(void *arg)
{
	struct job	*j = arg;

	j->piped = NULL;
	if (j->over)
		job_free(j);
}

static void
written(void *arg)
{
	struct job	*j = arg;

	if (j->failed != NULL)
		log_warnx("backup: %s", j->failed);
	else
		journal_event(STORE_FULL, "system.backup", NULL, j->uid,
		    NULL);
	j->over = 1;
	if (j->piped == NULL)
		job_free(j);
	else
		piped_verdict(j->piped, j->failed == NULL);
}

static void
copied(void *arg)
{
	struct job	*j = arg;
	int		 fd[2];

	if (j->failed != NULL) {
		if (j->request != NULL)
			reply_problem(j->request, PROBLEM_DISK, NULL, "%s",
			    j->failed);
		job_free(j);
		return;
	}
	if (j->request == NULL || pipe2(fd, O_CLOEXEC) == -1) {
		backup_abandon();
		if (j->request != NULL)
			reply_problem(j->request, PROBLEM_UNAVAILABLE, NULL,
			    "no pipe: %s", strerror(errno));
		job_free(j);
		return;
	}
	j->fd = fd[1];
	reply_header(j->request, "Content-Disposition",
	    "attachment; filename=\"deskd-backup.tar\"");
	reply_header(j->request, "Cache-Control", "no-store");
	j->piped = reply_pipe(j->request, 200, ARCHIVE, fd[0], -1, sent, j);
	if (chore_start(broker_base(), write_run, written, j) == 0)
		return;
	backup_abandon();
	snprintf(j->why, sizeof(j->why), "no thread");
	j->failed = j->why;
	close(j->fd);
	j->fd = -1;
	written(j);
}

void
api_backup(struct request *r)
{
	struct job	*j;

	if (strcmp(request_method(r), "HEAD") == 0) {
		reply_length(r, 200, ARCHIVE, -1);
		return;
	}
	j = job_new(r);
	if (chore_start(broker_base(), copy_run, copied, j) == -1) {
		refuse_busy(r);
		job_free(j);
		return;
	}
	request_defer(r, left, j);
}

/* A session whose row the backup does not have would go on unseen. */
static int
need_quiet(struct request *r)
{
	struct session_counts	counts;

	session_counts(&counts);
	if (counts.running == 0)
		return 0;
	if (r != NULL)
		reply_problem(r, PROBLEM_WRONG_STATE, NULL, "%zu session%s "
		    "run%s: stop %s first", counts.running,
		    counts.running == 1 ? "" : "s", counts.running == 1 ?
		    "s" : "", counts.running == 1 ? "it" : "them");
	return -1;
}

static void
restore_run(void *arg)
{
	struct job	*j = arg;

	j->failed = restore_read(j->fd, j->last, j->why);
}

static void
restored(void *arg)
{
	struct job		*j = arg;
	struct json_object	*o;

	if (j->failed == NULL && need_quiet(j->request) == -1) {
		j->request = NULL;
		restore_forget();
		log_warnx("restore: a session was started meanwhile");
	} else if (j->failed != NULL) {
		log_warnx("restore: %s", j->failed);
		if (j->request != NULL)
			reply_problem(j->request, PROBLEM_BAD_ARCHIVE, NULL,
			    "%s", j->failed);
	} else {
		o = json_object_new_object();
		json_object_object_add(o, "status",
		    json_object_new_string("restarting"));
		if (j->request != NULL)
			reply_json(j->request, 202, o);
		else
			json_object_put(o);
		log_info("restored from a backup; starting again with it");
		broker_again();
	}
	job_free(j);
}

void
api_restore(struct request *r)
{
	struct job	*j;
	int		 fd[2];

	if (need_quiet(r) == -1)
		return;
	if (pipe2(fd, O_CLOEXEC) == -1) {
		reply_problem(r, PROBLEM_UNAVAILABLE, NULL, "no pipe: %s",
		    strerror(errno));
		return;
	}
	j = job_new(r);
	j->fd = fd[0];
	j->last = store_last_seq();
	if (chore_start(broker_base(), restore_run, restored, j) == -1) {
		close(fd[1]);
		refuse_busy(r);
		job_free(j);
		return;
	}
	request_defer(r, left, j);
	request_body_to(r, fd[1]);
}

static void
add_problem(void *arg, const char *text)
{
	struct job	*j = arg;

	json_object_array_add(j->problems, json_object_new_string(text));
}

static void
check_run_job(void *arg)
{
	struct job	*j = arg;

	j->failed = check_run(&j->check, j->why);
}

static void
add_int(struct json_object *o, const char *name, int64_t n)
{
	json_object_object_add(o, name, json_object_new_int64(n));
}

static void
checked(void *arg)
{
	struct job		*j = arg;
	struct json_object	*o;

	if (j->failed != NULL) {
		reply_problem(j->request, PROBLEM_DISK, NULL, "%s",
		    j->failed);
		job_free(j);
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "ok",
	    json_object_new_boolean(j->check.problems == 0));
	add_int(o, "sessions", j->check.sessions);
	add_int(o, "events", j->check.events);
	add_int(o, "blobs", j->check.blobs);
	add_int(o, "blob_bytes", j->check.blob_bytes);
	add_int(o, "problem_count", j->check.problems);
	json_object_object_add(o, "problems", j->problems);
	j->problems = NULL;
	reply_json(j->request, 200, o);
	job_free(j);
}

void
api_check(struct request *r)
{
	struct fields	 f;
	struct job	*j;

	fields_begin(&f, request_json(r));
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return;
	}
	j = job_new(r);
	j->problems = json_object_new_array();
	j->check.problem = add_problem;
	j->check.arg = j;
	if (chore_start(broker_base(), check_run_job, checked, j) == -1) {
		refuse_busy(r);
		job_free(j);
		return;
	}
	request_defer(r, NULL, NULL);
}
