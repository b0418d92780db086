/*
 * A session's namespaces with little in them, for tests of deskd-init: the
 * machine's /usr and /etc, a /dev, /proc, and deskd-init as pid 1.
 */
#ifndef BOX_H
#define BOX_H

#include <sys/types.h>

#define BOX_UID_BASE	0x70fe0000u	/* nobody's */
#define BOX_HELPER	"/run/deskd/helper"	/* the test itself */

struct box {
	pid_t	 pid;
	int	 ready;		/* the pipe init writes its byte to */
};

int	box_start(struct box *, const char *);	/* path of deskd-init */
int	box_connect(const struct box *, const char *);	/* socket inside */
int	box_alive(const struct box *);
void	box_stop(struct box *);

#endif
