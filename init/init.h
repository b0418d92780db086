/* What the files of deskd-init offer each other. */
#ifndef INIT_H
#define INIT_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct peer;
struct wire_msg;

#define INIT_DIR	"/run/deskd"
#define INIT_SOCKET	INIT_DIR "/init.sock"
#define INIT_PUMP	INIT_DIR "/deskd-pump"	/* bound by the supervisor */
#define READY_FD	3	/* where the supervisor waits for one byte */

#define SESSION_USER	"user"
#define SESSION_HOME	"/home/user"
#define SESSION_DISPLAY	":0"
#define SESSION_RUNTIME	"/run/user/1000"	/* of SESSION_UID */
#define SESSION_BUS	SESSION_RUNTIME "/bus"

/* listen.c: the socket, and who may connect to it. */
void	listen_start(struct event_base *);

/* link.c: connections, and which handler a message meets. */
void	link_new(struct event_base *, int);
struct peer *link_worker(void);		/* NULL: none is connected */

/* filter.c: the system calls of init and everything that it starts. */
void	filter_setup(struct peer *, struct wire_msg *);
int	filter_ready(void);
int	filter_root_offered(void);

/* env.c: the environment of a program. */
struct env {
	char	**v;		/* ends in NULL */
	size_t	  n;
};

enum env_kind { ENV_USER, ENV_ROOT };

void	env_init(struct env *, enum env_kind);
void	env_init_bare(struct env *, enum env_kind);	/* who, and where */
void	env_set(struct env *, const char *);	/* NAME=value, copied */
int	env_valid(const char *);
void	env_free(struct env *);

/* rights.c: what pid 1 and a started program keep. */
enum rights { RIGHTS_USER, RIGHTS_ROOT };

int	rights_own(void);
int	rights_drop(enum rights);

/* launch.c: fork, and the child's way to its exec. */
struct launch {
	const char	*path;		/* NULL: PATH is searched for argv[0] */
	char		*const *argv;
	char		*const *env;
	const char	*cwd;		/* NULL: home, or / without one */
	enum rights	 rights;
	int		 tty;		/* stdio[0] is its terminal */
	int		 stdio[3];
	int		 extra;		/* becomes descriptor 3; -1: none */
	char		*pid_text;	/* digits in env for its pid, or NULL */
};

enum launch_step { LAUNCH_STDIO = 1, LAUNCH_RIGHTS, LAUNCH_CWD, LAUNCH_EXEC };

struct launch_fault {
	int32_t		step;		/* enum launch_step */
	int32_t		error;		/* errno */
};

enum launch_state { LAUNCH_PENDING, LAUNCH_STARTED, LAUNCH_FAILED };

pid_t	launch(const struct launch *, int *);
enum launch_state launch_state(int, struct launch_fault *);
const char *launch_step_text(const struct launch_fault *);

/* stdio.c: pipes or a terminal between a program and its asker. */
struct stdio {
	int	near[3];	/* the asker's: a pipe each, or one master */
	int	far[3];		/* the program's */
};

int	stdio_pipes(struct stdio *);
int	stdio_tty(struct stdio *, unsigned int, unsigned int);
void	stdio_close(int [3]);

/* exec.c: programs the worker asked for. */
void	exec_start(struct event_base *);
void	exec_ask(struct peer *, struct wire_msg *);
void	exec_signal(struct peer *, struct wire_msg *);
void	exec_forget(const struct peer *);
int	exec_reaped(pid_t, int);

/* kept.c and kept_ask.c: programs that outlive their asker. */
void	kept_start(struct event_base *);
void	kept_ask(struct peer *, struct wire_msg *);
void	kept_start_ask(struct peer *, struct wire_msg *);
void	kept_forget(const struct peer *);
int	kept_reaped(pid_t, int);

/* display.c: the X server. */
void	display_start(struct event_base *);
void	display_ask(struct peer *, struct wire_msg *);
void	display_forget(const struct peer *);
int	display_up(void);
int	display_reaped(pid_t, int);

/* bus.c: D-Bus, on demand. */
void	bus_start(struct event_base *);
int	bus_offered(void);
int	bus_reaped(pid_t, int);

/* wm.c: the window manager. */
void	wm_start(struct event_base *);
void	wm_run(void);
int	wm_reaped(pid_t, int);

/* reap.c: pid 1's first duty. */
void	reap_start(struct event_base *);

#endif
