/*
 * Whether a certificate and its key can be used, in words: libmicrohttpd
 * only says no.
 */
#include <string.h>

#include <gnutls/gnutls.h>

#include "http_private.h"

static gnutls_datum_t
datum(const char *text)
{
	gnutls_datum_t d = { (unsigned char *)(uintptr_t)text,
	    (unsigned int)strlen(text) };

	return d;
}

const char *
tls_check(const char *cert, const char *key)
{
	gnutls_certificate_credentials_t cred;
	gnutls_datum_t c = datum(cert), k = datum(key);
	int error;

	if (gnutls_certificate_allocate_credentials(&cred) != 0)
		return "no memory";
	error = gnutls_certificate_set_x509_key_mem(cred, &c, &k,
	    GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(cred);
	return error < 0 ? gnutls_strerror(error) : NULL;
}
