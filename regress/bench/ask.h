/* One question and its answer over a kept connection to a UNIX socket. */
#ifndef ASK_H
#define ASK_H

#include <stddef.h>

struct answer {
	int	 status;
	char	*body;		/* in the connection's buffer, ends with NUL */
	size_t	 len;
	char	 etag[64];	/* with its quotes, or "" */
};

void	 ask_connect(const char *);	/* path of the socket */
int	 ask_open(void);		/* one more connection to it */
/* Ends the program when there is no answer.  header: whole lines, or NULL. */
void	 ask(struct answer *, const char *method, const char *path,
	    const char *header, const char *body);
/* As ask, and ends the program unless the status is as said. */
void	 ask_expect(struct answer *, int status, const char *method,
	    const char *path, const char *body);

#endif
