#include <sys/syscall.h>

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "signals.h"

#define SIGNALS		64	/* of the kernel, on every machine of ours */

/*
 * By the kernel's own call: the C library hides two signals from its users,
 * and make, for one, starts programs with these ignored.
 */
void
signals_default(void)
{
	struct {
		void		(*handler)(int);
		unsigned long	 flags;
		void		(*restorer)(void);
		uint64_t	 mask;
	}		action;
	sigset_t	none;
	long		sig;

	memset(&action, 0, sizeof(action));
	action.handler = SIG_DFL;
	for (sig = 1; sig <= SIGNALS; sig++)
		syscall(SYS_rt_sigaction, sig, &action, NULL,
		    sizeof(action.mask));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
