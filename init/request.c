#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "request.h"
#include "xmalloc.h"

#define TTY_TERM	"TERM=xterm-256color"	/* what deskctl's users run */

static const char	*request_texts(struct request *, struct msg_tail *);

const char *
request_read(struct request *r, const void *data, size_t len, size_t size)
{
	struct msg_tail	tail;

	memcpy(&r->m, data, sizeof(r->m));
	if (r->m.flags & ~(uint32_t)(EXEC_TTY | EXEC_ROOT | EXEC_PUMP))
		return "exec with unknown flags";
	if ((r->m.flags & EXEC_PUMP) && (r->m.flags & EXEC_TTY))
		return "a pump on a terminal";
	if (r->m.argc > EXEC_ARGS_MAX || r->m.envc > EXEC_ARGS_MAX)
		return "exec with wrong counts";
	/* Bytes are bounded by the message: the worker adds to a request. */
	(r->m.flags & EXEC_PUMP ? env_init_bare : env_init)(&r->env,
	    r->m.flags & EXEC_ROOT ? ENV_ROOT : ENV_USER);
	if (r->m.flags & EXEC_TTY)
		env_set(&r->env, TTY_TERM);
	msg_tail_init(&tail, data, len, size);
	return request_texts(r, &tail);
}

static const char *
request_texts(struct request *r, struct msg_tail *tail)
{
	const char	*text;
	uint32_t	 i;

	if ((r->cwd = msg_tail_next(tail)) == NULL)
		return "exec without a directory";
	r->argv = xcalloc(r->m.argc + 1, sizeof(*r->argv));
	for (i = 0; i < r->m.argc; i++) {
		if ((text = msg_tail_next(tail)) == NULL)
			return "exec with fewer arguments than counted";
		r->argv[i] = (char *)(uintptr_t)text;
	}
	for (i = 0; i < r->m.envc; i++) {
		if ((text = msg_tail_next(tail)) == NULL)
			return "exec with less environment than counted";
		if (env_valid(text))
			env_set(&r->env, text);
		else
			r->nameless = 1;
	}
	return tail->left == 0 ? NULL : "exec with more than was counted";
}

void
request_free(struct request *r)
{
	free(r->argv);
	env_free(&r->env);
}

int
request_refuse(const struct request *r, struct refusal *no)
{
	if (!filter_ready())
		return refuse(no, PROBLEM_UNAVAILABLE, "",
		    "the session is not set up yet");
	if ((r->m.flags & EXEC_ROOT) && !filter_root_offered())
		return refuse(no, PROBLEM_NOT_OFFERED, "/user",
		    "this image does not offer user root");
	if (r->m.argc == 0)
		return refuse(no, PROBLEM_INVALID_FIELD, "/argv",
		    "must not be empty");
	if (r->argv[0][0] == '\0')
		return refuse(no, PROBLEM_INVALID_FIELD, "/argv/0",
		    "must not be empty");
	if (r->nameless)
		return refuse(no, PROBLEM_INVALID_FIELD, "/env",
		    "a variable must have a name");
	if (r->cwd[0] != '\0' && r->cwd[0] != '/')
		return refuse(no, PROBLEM_INVALID_FIELD, "/cwd",
		    "must be an absolute path");
	return 0;
}

int
refuse(struct refusal *no, enum problem problem, const char *pointer,
    const char *detail)
{
	no->problem = problem;
	no->pointer = pointer;
	strlcpy(no->detail, detail, sizeof(no->detail));
	return 1;
}

pid_t
request_launch(const struct request *r, struct stdio *s, int *status,
    struct refusal *no)
{
	struct launch	l;
	int		tty = (r->m.flags & EXEC_TTY) != 0, saved_errno;
	pid_t		pid;

	if ((tty ? stdio_tty(s, r->m.cols, r->m.rows) :
	    stdio_pipes(s)) == -1) {
		refuse(no, PROBLEM_LIMIT, "", "");
		snprintf(no->detail, sizeof(no->detail), "no %s: %s",
		    tty ? "terminal" : "pipes", strerror(errno));
		return -1;
	}
	memset(&l, 0, sizeof(l));
	l.path = r->m.flags & EXEC_PUMP ? INIT_PUMP : NULL;
	l.argv = r->argv;
	l.env = r->env.v;
	l.cwd = r->cwd[0] == '\0' ? NULL : r->cwd;
	l.rights = r->m.flags & EXEC_ROOT ? RIGHTS_ROOT : RIGHTS_USER;
	l.tty = tty;
	memcpy(l.stdio, s->far, sizeof(l.stdio));
	l.extra = -1;
	pid = launch(&l, status);
	saved_errno = errno;
	stdio_close(s->far);
	if (pid == -1) {
		stdio_close(s->near);
		refuse(no, PROBLEM_LIMIT, "", "");
		snprintf(no->detail, sizeof(no->detail),
		    "the session cannot start another process: %s",
		    strerror(saved_errno));
	}
	return pid;
}

void
request_fault(const struct launch_fault *fault, struct refusal *no)
{
	no->problem = PROBLEM_INTERNAL;
	no->pointer = "";
	if (fault->step == LAUNCH_CWD) {
		no->problem = PROBLEM_INVALID_FIELD;
		no->pointer = "/cwd";
	} else if (fault->step == LAUNCH_EXEC) {
		no->problem = PROBLEM_NO_SUCH_PROGRAM;
		no->pointer = "/argv/0";
	}
	snprintf(no->detail, sizeof(no->detail), "%s: %s",
	    launch_step_text(fault), strerror(fault->error));
	if (no->problem == PROBLEM_INTERNAL)
		log_warnx("exec: %s", no->detail);
}
