/*
 * What the broker as a whole knows: the configuration as the supervisor
 * sent it, what this machine can do, and the one loop all else runs on.
 */
#ifndef BROKER_H
#define BROKER_H

#include <sys/queue.h>
#include <sys/types.h>

#include <stdint.h>

#include "msg.h"

struct event_base;
struct peer;
struct wire_msg;

struct conf_image {
	TAILQ_ENTRY(conf_image)	 entry;
	char			 name[NAME_MAX_LEN + 1];
	enum image_type		 type;
};

struct conf_user {
	TAILQ_ENTRY(conf_user)	 entry;
	char			 name[NAME_MAX_LEN + 1];
	uid_t			 uid;
	unsigned int		 flags;		/* USER_ADMIN */
	unsigned int		 sessions;
	uint64_t		 memory;
};

struct conf {
	struct msg_conf_defaults	 defaults;
	char				 image[NAME_MAX_LEN + 1];
	struct msg_conf_retention	 retention;
	TAILQ_HEAD(, conf_image)	 images;
	TAILQ_HEAD(, conf_user)		 users;
};

struct system_facts {
	struct msg_system	 m;
	char			 kernel[128];
};

struct event_base	*broker_base(void);
struct peer		*broker_supervisor(void);
const struct conf	*broker_conf(void);	/* never NULL once listening */
const struct system_facts *broker_system(void);

/* NULL when no such image or user is configured. */
const struct conf_image	*conf_image(const struct conf *, const char *);
const struct conf_user	*conf_user(const struct conf *, uid_t);

int	 broker_admin(uid_t);
int	 broker_proxy(uid_t);	/* asks for others: needs their tokens */
/* 0: the API can serve; else why not, in a few words. */
int	 broker_ready(const char **);
/* The supervisor has told of all sessions that live. */
int	 broker_told(void);
/* Asks the supervisor to stop all sessions and leave. */
void	 broker_shutdown(uid_t);

/* from_supervisor.c and from_worker.c: peer callbacks. */
void	 from_supervisor(struct peer *, struct wire_msg *, void *);
void	 from_worker(struct peer *, struct wire_msg *, void *);

/* What from_supervisor.c tells the main file. */
void	 broker_set_conf(struct conf *);	/* takes it */
void	 broker_set_system(const struct msg_system *, const char *);
struct http_listen;
/* Takes the socket; NULL, or why its certificate is not taken. */
const char *broker_listen(const struct http_listen *, int);
void	 broker_all_told(void);	/* live sessions are known: reconcile, serve */
void	 broker_stop(void);
void	 broker_again(void);	/* leave, to be started again */
struct conf *conf_new(void);
void	 conf_free(struct conf *);

#endif
