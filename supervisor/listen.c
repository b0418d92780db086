/*
 * The API's sockets.  They are bound once and handed to each broker, so a
 * client that connects while a broker restarts only waits.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "peer.h"
#include "supervisor.h"
#include "xmalloc.h"

struct listener {
	TAILQ_ENTRY(listener)	 entry;
	uint32_t		 id;
	enum listen_kind	 kind;
	int			 token;
	char			*name;
	char			*path;		/* NULL: not in the file system */
	int			 fd;
	/* TLS only: certificate and key, or -1. */
	int			 cert[2];	/* the broker took these once */
	int			 next[2];	/* it was asked about these */
	int			 taken;
	unsigned int		 asked;		/* answers to come */
};

static TAILQ_HEAD(, listener)	listeners = TAILQ_HEAD_INITIALIZER(listeners);

/*
 * Also when the socket's file is there: nobody listens on a dead one.  What
 * is no socket is not ours to remove.
 */
static void
refuse_second(const struct sockaddr_un *sun)
{
	struct stat	st;
	int		fd;

	if (lstat(sun->sun_path, &st) == -1) {
		if (errno != ENOENT)
			fatal("%s", sun->sun_path);
		return;
	}
	if (!S_ISSOCK(st.st_mode))
		fatalx("%s is there and is not a socket", sun->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		fatal("socket");
	if (connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == 0 ||
	    errno == EAGAIN)
		fatalx("%s: another deskd listens there", sun->sun_path);
	close(fd);
	if (unlink(sun->sun_path) == -1 && errno != ENOENT)
		fatal("unlink %s", sun->sun_path);
}

static int
open_unix(const struct conf_listen *l)
{
	struct sockaddr_un	sun;
	mode_t			mask;
	int			fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlcpy(sun.sun_path, l->path, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path))
		fatalx("%s: a socket's path has at most %zu characters",
		    l->path, sizeof(sun.sun_path) - 1);
	refuse_second(&sun);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		fatal("socket");
	/* Nobody may connect until owner and mode are right. */
	mask = umask(0777);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		fatal("bind %s", l->path);
	umask(mask);
	if (lchown(l->path, 0, l->gid) == -1 || chmod(l->path, l->mode) == -1)
		fatal("%s", l->path);
	if (listen(fd, 128) == -1)
		fatal("listen %s", l->path);
	return fd;
}

static int
bind_tcp(int fd, const struct conf_listen *l)
{
	struct sockaddr_in6	in6;
	struct sockaddr_in	in;

	memset(&in6, 0, sizeof(in6));
	memset(&in, 0, sizeof(in));
	in6.sin6_family = AF_INET6;
	in.sin_family = AF_INET;
	in6.sin6_port = in.sin_port = htons(l->port);
	if (l->family == AF_INET6) {
		inet_pton(AF_INET6, l->address, &in6.sin6_addr);
		return bind(fd, (struct sockaddr *)&in6, sizeof(in6));
	}
	inet_pton(AF_INET, l->address, &in.sin_addr);
	return bind(fd, (struct sockaddr *)&in, sizeof(in));
}

static int
open_tcp(const struct conf_listen *l)
{
	int	fd, on = 1;

	fd = socket(l->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		fatal("listen on %s", l->name);
	/* The last deskd's connections may still be closing. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    (l->family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6,
	    IPV6_V6ONLY, &on, sizeof(on)) == -1) ||
	    bind_tcp(fd, l) == -1 || listen(fd, 128) == -1)
		fatal("listen on %s", l->name);
	return fd;
}

void
listen_open(const struct conf *c)
{
	const struct conf_listen	*l;
	struct listener			*ln;
	uint32_t			 id = 0;

	TAILQ_FOREACH(l, &c->listens, entry) {
		ln = xcalloc(1, sizeof(*ln));
		ln->id = ++id;
		ln->kind = l->kind;
		ln->token = l->token;
		ln->name = xstrdup(l->name);
		ln->cert[0] = ln->cert[1] = ln->next[0] = ln->next[1] = -1;
		if (l->kind == LISTEN_TLS && cert_read(l, ln->cert) == -1)
			fatalx("listen on %s: no certificate or no key",
			    l->name);
		if (l->kind == LISTEN_UNIX) {
			ln->path = xstrdup(l->path);
			ln->fd = open_unix(l);
		} else
			ln->fd = open_tcp(l);
		TAILQ_INSERT_TAIL(&listeners, ln, entry);
		log_info("listening on %s", ln->name);
	}
}

static void
tell(struct peer *broker, struct listener *ln, const int cert[2])
{
	struct msg_listen	 ml = { .kind = ln->kind, .id = ln->id,
				    .flags = ln->token ? LISTEN_TOKEN : 0 };
	int			 fds[3] = { ln->fd, -1, -1 };
	struct msg_out		 out = { .type = MSG_LISTEN, .data = &ml,
				    .len = sizeof(ml), .fds = fds,
				    .nfds = 1 };

	if (ln->kind == LISTEN_TLS) {
		out.type = MSG_LISTEN_TLS;
		fds[1] = cert[0];
		fds[2] = cert[1];
		out.nfds = 3;
		ln->asked++;
	}
	peer_send(broker, &out);
}

void
listen_tell(struct peer *broker)
{
	struct listener		*ln;

	TAILQ_FOREACH(ln, &listeners, entry) {
		ln->asked = 0;
		tell(broker, ln, ln->cert);
		/* The last broker left without a word about them. */
		if (ln->next[0] != -1)
			tell(broker, ln, ln->next);
	}
}

static void
close_pair(int pair[2])
{
	int	i;

	for (i = 0; i < 2; i++) {
		if (pair[i] != -1)
			close(pair[i]);
		pair[i] = -1;
	}
}

/* Both lists have the same order: a listener that changed is no reload. */
void
listen_reload(const struct conf *c)
{
	const struct conf_listen	*l = TAILQ_FIRST(&c->listens);
	struct listener			*ln;
	int				 fresh[2];

	TAILQ_FOREACH(ln, &listeners, entry) {
		if (ln->kind == LISTEN_TLS && l != NULL) {
			if (cert_read(l, fresh) == -1) {
				log_warnx("%s: the old certificate stays",
				    ln->name);
			} else {
				close_pair(ln->next);
				memcpy(ln->next, fresh, sizeof(ln->next));
				if (broker_peer() != NULL)
					tell(broker_peer(), ln, ln->next);
			}
		}
		l = l == NULL ? NULL : TAILQ_NEXT(l, entry);
	}
}

void
listen_answer(uint64_t id, const char *why)
{
	struct listener	*ln;

	TAILQ_FOREACH(ln, &listeners, entry)
		if (ln->id == id)
			break;
	if (ln == NULL || ln->asked == 0)
		return;
	ln->asked--;
	if (why != NULL && !ln->taken) {
		log_warnx("listen on %s: %s", ln->name, why);
		supervisor_fail();
		return;
	}
	if (why != NULL)
		log_warnx("%s: %s; the old certificate stays", ln->name, why);
	ln->taken = 1;
	/* About the newest only; what came between was replaced. */
	if (ln->asked > 0 || ln->next[0] == -1)
		return;
	if (why == NULL) {
		close_pair(ln->cert);
		memcpy(ln->cert, ln->next, sizeof(ln->cert));
		ln->next[0] = ln->next[1] = -1;
		log_info("%s has a new certificate", ln->name);
	} else
		close_pair(ln->next);
}

void
listen_close(void)
{
	struct listener	*ln;

	while ((ln = TAILQ_FIRST(&listeners)) != NULL) {
		TAILQ_REMOVE(&listeners, ln, entry);
		if (ln->path != NULL)
			unlink(ln->path);
		close(ln->fd);
		close_pair(ln->cert);
		close_pair(ln->next);
		free(ln->name);
		free(ln->path);
		free(ln);
	}
}
