/*
 * The worker: one session's display, its input and the way to its init.
 * State that its files share; each file's own stands in that file.
 */
#ifndef WORKER_H
#define WORKER_H

#include <sys/queue.h>

#include <event2/event_struct.h>

#include "monotime.h"
#include "msg.h"
#include "problem.h"

struct batch;
struct clip_request;
struct display;
struct exec;
struct kept_ask;
struct peer;
struct shot_request;
struct size_request;
struct windows_request;
struct wire_msg;

TAILQ_HEAD(batches, batch);

enum desktop_step {
	DESKTOP_UNKNOWN,	/* no set-up, or no init yet */
	DESKTOP_ABSENT,		/* this session has none */
	DESKTOP_STARTING,	/* init was asked */
	DESKTOP_CONNECTING,	/* the X server listens */
	DESKTOP_USABLE,
	DESKTOP_BROKEN
};

#define DESKTOP_WHY_MAX	256

struct desktop {
	enum desktop_step	 step;
	struct display		*display;	/* while connecting, usable */
	struct event		 timer;		/* retry, or start is late */
	struct monotime		 began;
	uint64_t		 request;	/* of DISPLAY_START, or 0 */
	unsigned int		 tries;		/* connections in a row */
	uint32_t		 ready_ms;
	char			 why[DESKTOP_WHY_MAX];	/* when broken */
};

struct worker {
	struct event_base	*base;
	struct peer		*supervisor;
	struct peer		*broker;	/* NULL: restarting */
	struct peer		*init;		/* NULL: gone */
	struct event		 no_init;	/* for too long */
	struct ulid		 session;
	int			 is_set_up;
	struct msg_worker_setup	 setup;
	char			**env;		/* setup.env_count of them */
	uint64_t		 next_request;	/* of ours to init */
	struct desktop		 desktop;
	TAILQ_HEAD(, exec)	 execs;
	TAILQ_HEAD(, kept_ask)	 kept_asks;
	struct batches		 batches;	/* the first one runs */
	struct batches		 beside;	/* these take no turn */
	TAILQ_HEAD(, shot_request) shots;
	TAILQ_HEAD(, clip_request) clips;	/* some run, others wait */
	TAILQ_HEAD(, size_request) sizes;	/* the first one runs */
	TAILQ_HEAD(, windows_request) looks;
	unsigned int		 nexecs;
	unsigned int		 nkept_asks;
	unsigned int		 nbatches;
	unsigned int		 nshots;
	unsigned int		 nlooks;
	unsigned int		 nclips;
	unsigned int		 clips_running;
	unsigned int		 clips_set;	/* with bytes to be set */
	unsigned int		 nsizes;
	size_t			 batch_bytes;	/* of all their bodies */
};

/* worker.c */
void	worker_leave(struct worker *);
void	worker_add_init(struct worker *, int);
void	worker_add_broker(struct worker *, int);

/* Handlers, by sender. */
void	from_supervisor(struct worker *, struct wire_msg *);
void	from_broker(struct worker *, struct wire_msg *);
void	from_init(struct worker *, struct wire_msg *);

/* desktop.c */
void	desktop_init(struct worker *);
void	desktop_begin(struct worker *);	/* when init and set-up are there */
void	desktop_listens(struct worker *);
void	desktop_failed(struct worker *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));
void	desktop_tell(struct worker *);	/* the broker, what is so now */
enum problem desktop_problem(const struct worker *);	/* NONE: usable */
const char *desktop_problem_text(enum problem);
void	desktop_end(struct worker *);

/* exec.c */
struct msg_tail;
void	exec_start(struct worker *, struct wire_msg *);
void	exec_started(struct worker *, struct wire_msg *);
void	exec_exited(struct worker *, struct wire_msg *);
int	exec_refused(struct worker *, struct wire_msg *);
void	exec_signal(struct worker *, struct wire_msg *);
void	exec_broker_gone(struct worker *);
void	exec_init_gone(struct worker *);

/* kept.c */
void	kept_asked(struct worker *, struct wire_msg *);
int	kept_answered(struct worker *, struct wire_msg *);
void	kept_answer(struct worker *, struct wire_msg *);
void	kept_exited(struct worker *, struct wire_msg *);
void	kept_broker_gone(struct worker *);
void	kept_init_gone(struct worker *);

/* batch.c */
void	batch_start(struct worker *, struct wire_msg *);
void	batch_start_bulk(struct worker *, struct wire_msg *);
void	batch_cancel(struct worker *, uint64_t);
void	batch_cancel_all(struct worker *);
void	batch_display_lost(struct worker *);

/* clipboard.c */
void	clipboard_get(struct worker *, struct wire_msg *);
void	clipboard_set(struct worker *, struct wire_msg *);
void	clipboard_clear(struct worker *, struct wire_msg *);
void	clipboard_cancel_all(struct worker *);
void	clipboard_display_lost(struct worker *);

/* size.c */
void	size_change(struct worker *, struct wire_msg *);
void	size_cancel_all(struct worker *);
void	size_display_lost(struct worker *);

/* shot.c */
void	shot_start(struct worker *, struct wire_msg *);
void	shot_cancel_all(struct worker *);
void	shot_display_lost(struct worker *);

/* windows.c */
void	windows_start(struct worker *, struct wire_msg *);
void	windows_cancel_all(struct worker *);
void	windows_display_lost(struct worker *);

#endif
