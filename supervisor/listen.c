/*
 * The API's sockets.  They are bound once and handed to each broker, so a
 * client that connects while a broker restarts only waits.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
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
	enum listen_kind	 kind;
	char			*path;
	int			 fd;
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

void
listen_open(const struct conf *c)
{
	const struct conf_listen	*l;
	struct listener			*ln;

	TAILQ_FOREACH(l, &c->listens, entry) {
		ln = xcalloc(1, sizeof(*ln));
		ln->kind = l->kind;
		ln->path = xstrdup(l->path);
		ln->fd = open_unix(l);
		TAILQ_INSERT_TAIL(&listeners, ln, entry);
		log_info("listening on %s", l->path);
	}
}

void
listen_tell(struct peer *broker)
{
	struct msg_listen	 ml;
	struct msg_out		 out = { .type = MSG_LISTEN, .data = &ml,
				    .len = sizeof(ml), .nfds = 1 };
	struct listener		*ln;

	TAILQ_FOREACH(ln, &listeners, entry) {
		ml.kind = ln->kind;
		out.fds = &ln->fd;
		peer_send(broker, &out);
	}
}

void
listen_close(void)
{
	struct listener	*ln;

	while ((ln = TAILQ_FIRST(&listeners)) != NULL) {
		TAILQ_REMOVE(&listeners, ln, entry);
		unlink(ln->path);
		close(ln->fd);
		free(ln->path);
		free(ln);
	}
}
