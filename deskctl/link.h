/*
 * Bytes to and from deskd: over a UNIX socket, plain TCP to this machine,
 * or TLS to any.  The descriptor does not block; who uses it polls.
 */
#ifndef LINK_H
#define LINK_H

#include <sys/types.h>

#include <stddef.h>

struct tls;

struct link {
	int		 fd;
	struct tls	*tls;		/* NULL: bytes go as they are */
	char		 host[280];	/* for the header of that name */
};

/*
 * A path, http://ADDRESS[:PORT] or https://HOST[:PORT].  -1: link_error
 * says why or, when it says nothing, errno does.
 */
int		 link_open(struct link *, const char *);
const char	*link_error(void);
void		 link_close(struct link *);
int		 link_is_url(const char *);

/* As recv and send that do not wait: -1 with EAGAIN when it is not time. */
ssize_t		 link_read(struct link *, void *, size_t);
ssize_t		 link_write(struct link *, const void *, size_t);
/* Bytes came that a poll does not show. */
int		 link_pending(const struct link *);
/* Nothing came since the last answer, not even the end. */
int		 link_idle(struct link *);

/* Whom to trust instead of whom the system trusts: a file of certificates. */
void		 link_set_ca(const char *);

#endif
