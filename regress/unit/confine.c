/*
 * Runs a command as some units and containers would: behind a system call
 * filter, or without memory that is written and then run.
 */
#include <sys/prctl.h>

#include <err.h>
#include <seccomp.h>
#include <string.h>
#include <unistd.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE		65
#define PR_MDWE_REFUSE_EXEC_GAIN	1
#endif

static void
add_filter(void)
{
	scmp_filter_ctx	ctx;

	if ((ctx = seccomp_init(SCMP_ACT_ALLOW)) == NULL ||
	    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(1), SCMP_SYS(acct), 0) != 0 ||
	    seccomp_load(ctx) != 0)
		errx(2, "seccomp");
	seccomp_release(ctx);
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "usage: confine filter|mdwe command ...");
	if (strcmp(argv[1], "filter") == 0)
		add_filter();
	else if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0L, 0L,
	    0L) == -1)
		err(77, "this kernel has no such setting");
	execvp(argv[2], argv + 2);
	err(2, "%s", argv[2]);
}
