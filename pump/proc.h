/* One process, as /proc has it. */
#ifndef PROC_H
#define PROC_H

#include <stdint.h>

struct proc {
	uint64_t	pid;
	uint64_t	ppid;
	uint64_t	threads;
	uint64_t	start;		/* ticks since boot; with the pid, an id */
	uint64_t	cpu;		/* ticks */
	uint64_t	memory;		/* bytes */
	char		state;
	char		name[64];
};

int	proc_read(struct proc *, uint64_t);	/* -1 and errno */

#endif
