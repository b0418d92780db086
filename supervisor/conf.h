/*
 * What deskd.conf(5) says, checked and with every default filled in.  A
 * struct conf never changes once loaded: a reload makes a new one, and the
 * old one is freed when nothing points into it any more.
 */
#ifndef CONF_H
#define CONF_H

#include <sys/types.h>
#include <sys/queue.h>

#include <stdint.h>
#include <stdio.h>

#include "msg.h"

struct conf_listen {
	TAILQ_ENTRY(conf_listen) entry;
	enum listen_kind kind;
	char		*name;		/* as people know it: path or address */
	int		 token;		/* the peer's uid has no rights */
	/* A UNIX socket's. */
	char		*path;		/* absolute */
	char		*group;		/* NULL: root's */
	gid_t		 gid;
	mode_t		 mode;
	/* The others'. */
	int		 family;	/* AF_INET, AF_INET6 */
	char		*address;	/* as inet_ntop writes it */
	uint16_t	 port;
	char		*certificate;	/* files, absolute; TLS only */
	char		*key;
};
TAILQ_HEAD(conf_listens, conf_listen);

struct conf_image {
	TAILQ_ENTRY(conf_image) entry;
	char		*name;
	enum image_type	 type;
	char		*path;		/* of the tree; NULL for host */
};
TAILQ_HEAD(conf_images, conf_image);

struct conf_quota {
	uint32_t	 sessions;
	uint64_t	 memory;	/* bytes, of all running sessions */
};

struct conf_user {
	TAILQ_ENTRY(conf_user) entry;
	char		*name;
	uid_t		 uid;
	int		 admin;
	int		 proxy;		/* his uid has no rights by itself */
	struct conf_quota quota;
};
TAILQ_HEAD(conf_users, conf_user);

/* Ids first, first + 1 ... first + count - 1. */
struct conf_ids {
	uint32_t	 first;
	uint32_t	 count;
};

struct conf {
	char		*prefix;	/* NULL: the system's own places */
	char		*run_dir;	/* PREFIX/run, or /run/deskd */
	char		*state_dir;	/* PREFIX, or /var/lib/deskd */
	char		*image_dir;	/* state_dir/images */
	char		*program_dir;	/* holds deskd-broker, deskd-init ... */
	char		*cgroup;	/* below the mount, "/x"; NULL: our own */
	int		 sandbox_kill;	/* else a denied call gives EPERM */
	uint32_t	 max_sessions;	/* running, on this machine */
	struct conf_ids	 session_uids;	/* SESSION_UIDS of them each */
	struct conf_ids	 worker_uids;	/* one each; never mapped */
	uid_t		 broker_uid;	/* BROKER_USER, or from worker_uids */
	struct conf_listens listens;	/* at least one */
	struct conf_images images;	/* at least "host" */
	char		*default_image;	/* a name out of images */
	struct msg_resources resources;	/* of a session that names none */
	struct msg_desktop_size desktop;
	struct conf_quota default_quota;/* of a user without a row */
	struct msg_conf_retention retention;
	struct conf_users users;	/* root is always there, and admin */
};

/*
 * Reads path ("-" is standard input).  NULL when anything is wrong; then
 * *errors holds one "file:line: what" line for each mistake, to be freed.
 */
struct conf	*conf_load(const char *, char **);
void		 conf_free(struct conf *);
void		 conf_print(const struct conf *, FILE *);	/* parses again */

const struct conf_image *conf_image(const struct conf *, const char *);
const struct conf_user *conf_user(const struct conf *, uid_t);

#endif
