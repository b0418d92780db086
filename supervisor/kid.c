/*
 * The only fork of what is later exec'd.  A program gets its socketpair on
 * descriptor 3 and nothing else of ours; it makes itself small (child.c)
 * before it listens to anybody.
 */
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "conf.h"
#include "kid.h"
#include "log.h"
#include "ns.h"
#include "signals.h"
#include "supervisor.h"
#include "xmalloc.h"

#define RESTARTS_MAX	5
#define RESTARTS_MS	60000

/* A network with nothing in it, mounts to leave, nothing shared. */
#define KID_SPACES	(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | \
			 CLONE_NEWUTS)

static void
exited_cb(int fd, short events, void *arg)
{
	struct kid	*k = arg;
	int		 status = 0;

	(void)fd;
	(void)events;
	if (waitpid(k->pid, &status, WNOHANG) != k->pid)
		return;
	event_del(&k->ev);
	k->pid = -1;
	k->exited(k, status, k->arg);
}

__attribute__((__noreturn__))
static void
exec_program(const struct kid_plan *plan, int fd)
{
	char	 path[PATH_MAX], uid[16], *argv[9], *env[] = { NULL };
	int	 n = 0;

	signals_default();
	snprintf(path, sizeof(path), "%s/%s", sv.conf->program_dir,
	    plan->program);
	snprintf(uid, sizeof(uid), "%u", (unsigned int)plan->uid);
	argv[n++] = (char *)(uintptr_t)plan->program;
	argv[n++] = "-r";
	argv[n++] = (char *)(uintptr_t)plan->root;
	argv[n++] = "-u";
	argv[n++] = uid;
	if (sv.foreground)
		argv[n++] = "-d";
	if (sv.verbose)
		argv[n++] = "-v";
	if (sv.conf->sandbox_kill)
		argv[n++] = "-K";
	argv[n] = NULL;
	if (fd == CHILD_FD ? fcntl(fd, F_SETFD, 0) == -1 :
	    dup2(fd, CHILD_FD) == -1)
		_exit(126);
	if (syscall(SYS_close_range, CHILD_FD + 1, ~0U, 0) == -1)
		_exit(126);
	execve(path, argv, env);
	log_warn("exec %s", path);
	_exit(127);
}

static struct kid *
kid_new(const char *name, pid_t pid, int pidfd, kid_cb *exited, void *arg)
{
	struct kid	*k = xcalloc(1, sizeof(*k));

	k->name = name;
	k->pid = pid;
	k->pidfd = pidfd;
	k->exited = exited;
	k->arg = arg;
	event_assign(&k->ev, sv.base, pidfd, EV_READ | EV_PERSIST, exited_cb,
	    k);
	event_add(&k->ev, NULL);
	return k;
}

struct kid *
kid_start(const struct kid_plan *plan)
{
	struct kid	*k;
	int		 pair[2], pidfd = -1, saved_errno;
	pid_t		 pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return NULL;
	pid = ns_clone(KID_SPACES, -1, &pidfd);
	if (pid == 0) {
		close(pair[0]);
		exec_program(plan, pair[1]);
	}
	saved_errno = errno;
	close(pair[1]);
	if (pid == -1) {
		close(pair[0]);
		errno = saved_errno;
		return NULL;
	}
	k = kid_new(plan->program, pid, pidfd, plan->exited, plan->arg);
	k->peer = peer_new(sv.base, pair[0], ROLE_SUPERVISOR, plan->role,
	    plan->from, plan->arg);
	return k;
}

struct kid *
kid_fork(const char *name, void (*fn)(void *), kid_cb *exited, void *arg)
{
	int	pidfd = -1;
	pid_t	pid;

	pid = ns_clone(0, -1, &pidfd);
	if (pid == -1)
		return NULL;
	if (pid == 0) {
		signals_default();
		fn(arg);
		_exit(0);
	}
	return kid_new(name, pid, pidfd, exited, arg);
}

void
kid_kill(struct kid *k)
{
	if (k->pid != -1)
		kill(k->pid, SIGKILL);
}

void
kid_free(struct kid *k)
{
	if (k == NULL)
		return;
	if (k->pid != -1) {
		event_del(&k->ev);
		kill(k->pid, SIGKILL);
		while (waitpid(k->pid, NULL, 0) == -1 && errno == EINTR)
			continue;
	}
	close(k->pidfd);
	peer_free(k->peer);
	free(k);
}

int
kid_may_restart(struct kid_restarts *r)
{
	if (r->n == 0 || monotime_since_ms(r->first) > RESTARTS_MS) {
		r->first = monotime_now();
		r->n = 0;
	}
	return r->n++ < RESTARTS_MAX;
}
