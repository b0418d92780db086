/* From the start, with somebody at a terminal, to a daemon that serves. */
#ifndef DAEMON_H
#define DAEMON_H

void	daemon_start(void);	/* returns in the child */
void	daemon_ready(void);	/* lets the starter go; again: nothing */

#endif
