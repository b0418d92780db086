#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>

#include "tls.h"
#include "xmalloc.h"

#define HANDSHAKE_MS	15000

/* Not before 1.2; the rest in GnuTLS's own order. */
#define PRIORITIES	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct tls {
	gnutls_session_t			session;
	gnutls_certificate_credentials_t	trust;
	int					fd;
};

static char	reason[512];

static const char *
say(const char *what, int code)
{
	snprintf(reason, sizeof(reason), "%s: %s", what,
	    gnutls_strerror(code));
	return reason;
}

static const char *
load_trust(struct tls *t, const char *ca)
{
	int	n;

	n = ca == NULL ?
	    gnutls_certificate_set_x509_system_trust(t->trust) :
	    gnutls_certificate_set_x509_trust_file(t->trust, ca,
	    GNUTLS_X509_FMT_PEM);
	if (n < 0)
		return say(ca == NULL ? "the system's certificates" : ca, n);
	if (n > 0)
		return NULL;
	snprintf(reason, sizeof(reason), "%s: no certificate in it",
	    ca == NULL ? "the system's certificates" : ca);
	return ca == NULL ? NULL : reason;
}

static int
is_address(const char *host)
{
	unsigned char	bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, bytes) == 1 ||
	    inet_pton(AF_INET6, host, bytes) == 1;
}

static const char *
prepare(struct tls *t, const char *host, const char *ca)
{
	const char	*why;
	int		 rc;

	if ((why = load_trust(t, ca)) != NULL)
		return why;
	if ((rc = gnutls_priority_set_direct(t->session, PRIORITIES,
	    NULL)) < 0 ||
	    (rc = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE,
	    t->trust)) < 0 ||
	    (!is_address(host) && (rc = gnutls_server_name_set(t->session,
	    GNUTLS_NAME_DNS, host, strlen(host))) < 0))
		return say("TLS", rc);
	gnutls_session_set_verify_cert(t->session, host, 0);
	gnutls_transport_set_int(t->session, t->fd);
	return NULL;
}

/* What is wrong with the certificate, in GnuTLS's words. */
static const char *
untrusted(struct tls *t)
{
	gnutls_datum_t	text;

	if (gnutls_certificate_verification_status_print(
	    gnutls_session_get_verify_cert_status(t->session),
	    gnutls_certificate_type_get(t->session), &text, 0) < 0)
		return "its certificate is not to be trusted";
	strlcpy(reason, (const char *)text.data, sizeof(reason));
	gnutls_free(text.data);
	return reason;
}

static const char *
handshake(struct tls *t)
{
	struct pollfd	pfd = { .fd = t->fd };
	int		rc;

	gnutls_handshake_set_timeout(t->session, HANDSHAKE_MS);
	while ((rc = gnutls_handshake(t->session)) < 0) {
		if (rc == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
			return untrusted(t);
		if (gnutls_error_is_fatal(rc))
			return say("TLS", rc);
		pfd.events = gnutls_record_get_direction(t->session) == 1 ?
		    POLLOUT : POLLIN;
		if (poll(&pfd, 1, HANDSHAKE_MS) == 0)
			return "TLS: no answer";
	}
	return NULL;
}

struct tls *
tls_open(int fd, const char *host, const char *ca, const char **why)
{
	struct tls	*t = xcalloc(1, sizeof(*t));

	t->fd = fd;
	if (gnutls_certificate_allocate_credentials(&t->trust) < 0 ||
	    gnutls_init(&t->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK |
	    GNUTLS_NO_SIGNAL) < 0)
		fatalx("no memory for TLS");
	if ((*why = prepare(t, host, ca)) == NULL &&
	    (*why = handshake(t)) == NULL)
		return t;
	gnutls_deinit(t->session);
	gnutls_certificate_free_credentials(t->trust);
	free(t);
	return NULL;
}

void
tls_close(struct tls *t)
{
	if (t == NULL)
		return;
	(void)gnutls_bye(t->session, GNUTLS_SHUT_WR);
	gnutls_deinit(t->session);
	gnutls_certificate_free_credentials(t->trust);
	free(t);
}

static ssize_t
result(ssize_t n)
{
	if (n >= 0)
		return n;
	/* An end without farewell is an end; HTTP knows if it was early. */
	if (n == GNUTLS_E_PREMATURE_TERMINATION)
		return 0;
	errno = gnutls_error_is_fatal((int)n) ? EPROTO : EAGAIN;
	return -1;
}

ssize_t
tls_read(struct tls *t, void *buf, size_t size)
{
	return result(gnutls_record_recv(t->session, buf, size));
}

ssize_t
tls_write(struct tls *t, const void *data, size_t len)
{
	return result(gnutls_record_send(t->session, data, len));
}

int
tls_pending(const struct tls *t)
{
	return gnutls_record_check_pending(t->session) > 0;
}
