/* What /proc says about processes: the kernel's word, not theirs. */
#ifndef PROC_H
#define PROC_H

#include <sys/types.h>

unsigned long long proc_start(pid_t);	/* 0: no such process */
int	proc_alive(pid_t, unsigned long long);
int	proc_any_uid(uid_t, uid_t);	/* one runs under from..to */

#endif
