/* TLS for link.c: GnuTLS, which deskd's broker is linked with already. */
#ifndef TLS_H
#define TLS_H

#include <sys/types.h>

#include <stddef.h>

struct tls;

/*
 * On a connected socket that does not block: the handshake, after which the
 * other end is this host.  A file of certificates takes the place of the
 * system's.  NULL: why not.
 */
struct tls	*tls_open(int, const char *, const char *, const char **);
void		 tls_close(struct tls *);	/* not the socket */
ssize_t		 tls_read(struct tls *, void *, size_t);
ssize_t		 tls_write(struct tls *, const void *, size_t);
int		 tls_pending(const struct tls *);

#endif
