/*
 * deskd-pump: runs one operation of a table and ends.  It may touch what the
 * session's user may; it sees the bytes of clients and of the session, and
 * never talks to anything but its three descriptors.
 */
#include <sys/resource.h>

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "pump.h"

#define ARGS_MAX	8

static const struct {
	const char	*name;
	op_run		*run;
	int		 min;
	int		 max;		/* -1: any number */
} ops[] = {
	{ "app",	op_app,	1, -1 },
	{ "apps",	op_apps,	0, 0 },
	{ "archive",	op_archive,	1, 1 },
	{ "copy",	op_copy,	2, 3 },
	{ "delete",	op_delete,	1, 2 },
	{ "extract",	op_extract,	1, 1 },
	{ "list",	op_list,	1, 3 },
	{ "mkdir",	op_mkdir,	1, 3 },
	{ "move",	op_move,	2, 3 },
	{ "ps",	op_ps,	0, 0 },
	{ "read",	op_read,	1, 4 },
	{ "signal",	op_signal,	2, 3 },
	{ "stat",	op_stat,	1, 2 },
	{ "watch",	op_watch,	1, 2 },
	{ "write",	op_write,	1, 5 },
};

/* Only so that a call returns: what was begun can be undone. */
static void
interrupted(int sig)
{
	(void)sig;
}

static void
prepare(void)
{
	static const int	 stops[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction	 sa;
	struct rlimit		 files;
	size_t			 i;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGXFSZ, &sa, NULL);
	sa.sa_handler = interrupted;
	sa.sa_flags = (int)SA_RESETHAND;
	for (i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		sigaction(stops[i], &sa, NULL);
	/* Trees are walked with a descriptor for each of the upper levels. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static int
run(size_t op, int argc, char **argv)
{
	static char	 none[] = "";
	char		*args[ARGS_MAX];
	int		 i;

	if (argc < ops[op].min || (ops[op].max != -1 && argc > ops[op].max))
		return say_problem(PROBLEM_INVALID_PARAMETER, NULL,
		    "%s has another number of arguments", ops[op].name);
	if (ops[op].max == -1)
		return ops[op].run(argc, argv);
	for (i = 0; i < ARGS_MAX; i++)
		args[i] = i < argc ? argv[i] : none;
	return ops[op].run(argc, args);
}

int
main(int argc, char **argv)
{
	size_t	i;

	log_init("deskd-pump", 1, 0);
	prepare();
	for (i = 0; argc > 0 && i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(argv[0], ops[i].name) == 0)
			return run(i, argc - 1, argv + 1) == -1;
	/* By hand, and in tests, the operation comes second. */
	for (i = 0; argc > 1 && i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(argv[1], ops[i].name) == 0)
			return run(i, argc - 2, argv + 2) == -1;
	say_problem(PROBLEM_INTERNAL, NULL, "no such operation");
	return 1;
}
