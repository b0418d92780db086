/*
 * Two seccomp filters that refuse: one for the supervisor, and so for all
 * that descends from it, and a stricter one for a session's programs.
 */
#ifndef FILTER_H
#define FILTER_H

void	filter_supervisor(void);	/* from now on, for good */
int	filter_session(void);		/* sealed memfd of BPF, or -1 */

#endif
