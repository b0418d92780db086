/*
 * Where clients are met.  A UNIX socket's peers are known by the kernel's
 * word; over TCP nobody is known but by his token, which must not cross a
 * network in clear.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "conf_set.h"
#include "conf_value.h"
#include "xmalloc.h"

#define API_GROUP	"deskd"		/* may use the default socket */
#define PORT_MAX	65535

/* Numbers only: a name may mean another address tomorrow.  [::1] is ::1. */
static int
read_address(struct conf_listen *l, const char *text)
{
	unsigned char	 bytes[sizeof(struct in6_addr)];
	char		 bare[INET6_ADDRSTRLEN], clean[INET6_ADDRSTRLEN];
	size_t		 len = strlen(text);

	if (*text == '[' && len > 2 && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len >= sizeof(bare))
		return -1;
	memcpy(bare, text, len);
	bare[len] = '\0';
	l->family = strchr(bare, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(l->family, bare, bytes) != 1 ||
	    inet_ntop(l->family, bytes, clean, sizeof(clean)) == NULL)
		return -1;
	/* An IPv4 address in disguise: it has a spelling of its own. */
	if (l->family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED((struct in6_addr *)bytes))
		return -1;
	l->address = xstrdup(clean);
	return 0;
}

void
set_listen_tcp(struct parse *p, const char *address, const char *port)
{
	struct conf_listen	*l;
	uint64_t		 n = 0;

	p->listen = NULL;
	l = xcalloc(1, sizeof(*l));
	l->kind = LISTEN_TCP;
	l->token = 1;
	if (read_address(l, address) == -1)
		parse_error(p, "\"%s\" is not an address like 127.0.0.1 or "
		    "::1", address);
	else if (value_number(port, &n) == -1 || n < 1 || n > PORT_MAX)
		parse_error(p, "port \"%s\" is not a number from 1 to %d",
		    port, PORT_MAX);
	else {
		l->port = (uint16_t)n;
		TAILQ_INSERT_TAIL(&p->conf->listens, l, entry);
		p->listen = l;
		return;
	}
	free(l->address);
	free(l);
}

static int
is_loopback(const struct conf_listen *l)
{
	struct in_addr	in;

	if (l->family == AF_INET6)
		return strcmp(l->address, "::1") == 0;
	return inet_pton(AF_INET, l->address, &in) == 1 &&
	    ntohl(in.s_addr) >> 24 == IN_LOOPBACKNET;
}

void
set_listen_plain(struct parse *p)
{
	if (p->listen != NULL && !is_loopback(p->listen))
		parse_error(p, "%s can be reached from other machines, and "
		    "without tls tokens would cross the network in clear",
		    p->listen->address);
}

void
set_listen_tls(struct parse *p, const char *certificate, const char *key)
{
	char	*c = set_clean_path(p, "certificate", certificate);
	char	*k = set_clean_path(p, "key", key);

	if (p->listen == NULL || c == NULL || k == NULL) {
		free(c);
		free(k);
		return;
	}
	p->listen->kind = LISTEN_TLS;
	p->listen->certificate = c;
	p->listen->key = k;
}

/*
 * Somewhere a user must be known by his uid, or nobody could ever make the
 * first token.
 */
static void
add_default(struct parse *p)
{
	struct conf_listen	*l;

	TAILQ_FOREACH(l, &p->conf->listens, entry)
		if (l->kind == LISTEN_UNIX && !l->token)
			return;
	set_listen(p, "api.sock");
	if (getgrnam(API_GROUP) != NULL)
		set_listen_group(p, API_GROUP);
}

static void
make_name(struct conf_listen *l, const char *run_dir)
{
	if (l->kind == LISTEN_UNIX) {
		conf_path_below(&l->path, run_dir);
		l->name = xstrdup(l->path);
	} else
		xasprintf(&l->name, l->family == AF_INET6 ?
		    "[%s] port %u" : "%s port %u", l->address, l->port);
}

void
finish_listens(struct parse *p, const char *file)
{
	struct conf		*c = p->conf;
	struct conf_listen	*l, *other;
	struct sockaddr_un	 sun;
	char			 what[512];

	add_default(p);
	TAILQ_FOREACH(l, &c->listens, entry) {
		make_name(l, c->run_dir);
		what[0] = '\0';
		if (l->path != NULL && strlen(l->path) >= sizeof(sun.sun_path))
			snprintf(what, sizeof(what), "socket %s is longer "
			    "than %zu bytes: name a shorter run directory",
			    l->path, sizeof(sun.sun_path) - 1);
		TAILQ_FOREACH(other, &c->listens, entry) {
			if (other == l)
				break;
			if (strcmp(other->name, l->name) == 0)
				snprintf(what, sizeof(what),
				    "%s%s is given twice", l->path != NULL ?
				    "socket " : "", l->name);
		}
		if (what[0] != '\0')
			parse_error_at(p, file, 0, what);
	}
}
