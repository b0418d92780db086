/*
 * The protocol between deskd's processes: every message, its payload, and
 * (in msg.c) the one table of who may send what to whom.
 *
 * Payloads are fixed-width integers; counted text follows where the row
 * allows a tail.  Texts in a tail end in a NUL each.  A uid, pid or path in
 * a payload is only what the sender says.
 */
#ifndef MSG_H
#define MSG_H

#include <stddef.h>
#include <stdint.h>

#include "sizes.h"
#include "ulid.h"

#define MSG_PROTOCOL	1	/* in MSG_READY; both ends must agree */

enum role {
	ROLE_SUPERVISOR	= 1,
	ROLE_BROKER	= 2,
	ROLE_WORKER	= 4,
	ROLE_INIT	= 8
};

enum msg_type {
	/* Every child. */
	MSG_READY = 1,		/* child: the sandbox is on, I am listening */
	MSG_PEER,		/* supervisor: here is another process */
	MSG_OK,			/* answer: done, nothing to add */
	MSG_ERROR,		/* answer: refused; tail: pointer, detail */
	MSG_PING,		/* answered by MSG_PONG: the watchdog */
	MSG_PONG,
	MSG_SHUTDOWN,		/* supervisor: finish and exit */

	/* Supervisor to broker: what the configuration says. */
	MSG_CONF_BEGIN,
	MSG_CONF_DEFAULTS,	/* tail: image name */
	MSG_CONF_IMAGE,		/* tail: name */
	MSG_CONF_USER,		/* tail: name */
	MSG_CONF_END,		/* all of the above replaces the old */
	MSG_LISTEN,		/* a bound, listening socket */
	MSG_LISTEN_TLS,		/* the same; certificate, key in memfds */
	MSG_SYSTEM,		/* what this machine can do; tail: kernel */

	/* Broker and supervisor: a session's life. */
	MSG_SESSION_START,	/* tail: image, name, env...; -> STARTED, ERROR */
	MSG_SESSION_STARTED,
	MSG_SESSION_STOP,	/* -> SESSION_GONE or ERROR; the disk stays */
	MSG_SESSION_DELETE,	/* -> OK or ERROR; the disk goes */
	MSG_SESSION_SET,	/* new limits -> OK or ERROR */
	MSG_SESSION_STATS,	/* -> STATS_DONE or ERROR */
	MSG_SESSION_STATS_DONE,
	MSG_SESSION_GONE,	/* answer, or by itself; tail: detail */
	MSG_SESSION_SWEPT,	/* at start: remains of a session were removed */
	MSG_SHUTDOWN_ASKED,	/* broker: an admin wants all to stop */

	/* Supervisor to worker and init. */
	MSG_WORKER_SETUP,	/* tail: env... */
	MSG_INIT_SETUP,		/* filter for session programs -> OK */
	MSG_INIT_ROLE,		/* the rest of this connection is that role's */

	/* Worker and init: the display. */
	MSG_DISPLAY_START,	/* idempotent; -> DISPLAY_READY or ERROR */
	MSG_DISPLAY_READY,	/* the X server listens */
	MSG_DISPLAY_GONE,	/* by itself: the X server died */

	/* Broker to worker, and the same from worker to init. */
	MSG_EXEC,		/* tail: cwd, argv..., env... */
	MSG_EXEC_STARTED,	/* pipes: stdin, stdout, stderr */
	MSG_EXEC_TTY,		/* the terminal's master side */
	MSG_EXEC_EXITED,
	MSG_EXEC_SIGNAL,	/* to the process group of that request */

	/* The same two ways: programs whose output init keeps. */
	MSG_KEPT_START,		/* tail as EXEC's; -> KEPT_STARTED, ERROR */
	MSG_KEPT_STARTED,	/* tail: argv..., perhaps cut */
	MSG_KEPT_LIST,		/* -> KEPT_ITEM for each, then OK */
	MSG_KEPT_ITEM,		/* tail: argv..., perhaps cut */
	MSG_KEPT_ATTACH,	/* -> KEPT_STREAM or ERROR */
	MSG_KEPT_STREAM,	/* packets as in kept.h */
	MSG_KEPT_RESIZE,	/* a terminal's window -> OK or ERROR */
	MSG_KEPT_SIGNAL,	/* to its process group -> OK or ERROR */
	MSG_KEPT_REMOVE,	/* killed if it runs, forgotten -> OK, ERROR */
	MSG_KEPT_EXITED,	/* by itself: one has ended */

	/* Worker and broker. */
	MSG_DESKTOP,		/* by itself: state of the desktop; tail: why */
	MSG_ACTIONS,		/* tail: JSON of a batch */
	MSG_ACTIONS_BULK,	/* the same in a memfd */
	MSG_ACTION_DONE,	/* one result; tail: JSON */
	MSG_ACTION_PICTURE,	/* the picture of one result, before its DONE */
	MSG_ACTIONS_DONE,	/* the batch has ended */
	MSG_ACTIONS_CANCEL,	/* the client has gone */
	MSG_SHOT,		/* -> SHOT_DONE, SHOT_SAME or ERROR */
	MSG_SHOT_DONE,
	MSG_SHOT_SAME,		/* the caller's tag is still right */
	MSG_RECORD,		/* an action for the journal; tail: JSON */
	MSG_WINDOWS,		/* -> WINDOWS_DONE or ERROR */
	MSG_WINDOWS_DONE,	/* JSON in a memfd */
	MSG_CLIP_GET,		/* -> CLIP_DATA, OK (it is empty) or ERROR */
	MSG_CLIP_DATA,		/* in a memfd */
	MSG_CLIP_SET,		/* a memfd -> OK or ERROR */
	MSG_CLIP_CLEAR,		/* -> OK or ERROR */
	MSG_RESIZE,		/* of the display -> OK or ERROR */

	MSG__COUNT
};

struct msg_hdr {
	uint32_t	type;
	uint32_t	len;		/* bytes after this header */
	uint64_t	request;	/* the asker's; 0: not an answer */
	struct ulid	session;	/* zero: not about one */
};

struct msg_ready {
	uint32_t	protocol;
};

struct msg_peer {
	uint32_t	role;		/* of the process at the other end */
};

struct msg_error {
	uint32_t	problem;	/* enum problem */
};

struct msg_resources {
	uint64_t	memory;		/* bytes */
	uint64_t	disk;		/* bytes */
	uint32_t	cpu_percent;	/* 100 is one CPU */
	uint32_t	tasks;
};

struct msg_desktop_size {
	uint32_t	width;
	uint32_t	height;
	uint32_t	max_width;
	uint32_t	max_height;
	uint32_t	dpi;
};

struct msg_conf_defaults {
	struct msg_resources	resources;
	struct msg_desktop_size	desktop;
	uint32_t	max_sessions;	/* on this machine */
	uint32_t	user_sessions;	/* for a user without a row of his own */
	uint64_t	user_memory;
};

enum image_type { IMAGE_HOST = 1, IMAGE_DIR };

struct msg_conf_image {
	uint32_t	type;
};

#define USER_ADMIN	0x1

struct msg_conf_user {
	uint32_t	uid;
	uint32_t	flags;
	uint32_t	sessions;
	uint32_t	pad;
	uint64_t	memory;		/* of all his running sessions */
};

enum listen_kind { LISTEN_UNIX = 1, LISTEN_TCP, LISTEN_TLS };

struct msg_listen {
	uint32_t	kind;
};

#define SYSTEM_CGROUP_MEMORY	0x001
#define SYSTEM_CGROUP_CPU	0x002
#define SYSTEM_CGROUP_PIDS	0x004
#define SYSTEM_CGROUP_IO	0x008
#define SYSTEM_CGROUP_FREEZE	0x010
#define SYSTEM_CGROUP_KILL	0x020
#define SYSTEM_SECCOMP_KILL	0x040	/* else a denied call returns EPERM */
#define SYSTEM_LOOP		0x080	/* disk limits by loop file systems */

struct msg_system {
	uint32_t	flags;
	uint32_t	cgroup_version;	/* 1 is hybrid */
	uint32_t	landlock_abi;	/* 0: none */
	uint32_t	cpus;
	uint64_t	memory;
};

#define SESSION_HAS_DESKTOP	0x1
#define SESSION_NEW		0x2	/* no disk yet: make one */

struct msg_session_start {
	struct msg_resources	resources;
	struct msg_desktop_size	desktop;
	uint32_t	owner;
	uint32_t	flags;
	uint32_t	env_count;
};

struct msg_session_started {
	uint32_t	uid_base;
	uint32_t	setup_us;	/* namespaces, root file system, init */
};

enum gone_reason {
	GONE_STOPPED = 1,	/* as asked */
	GONE_SHUTDOWN,		/* deskd is leaving */
	GONE_INIT,		/* pid 1 died */
	GONE_MEMORY,		/* killed at its memory limit */
	GONE_WORKER,		/* its worker keeps dying */
	GONE_SETUP,		/* it never came up */
	GONE__COUNT
};

struct msg_session_gone {
	uint32_t	reason;
	int32_t		status;		/* of pid 1, as from wait */
};

struct msg_session_set {
	struct msg_resources	resources;	/* disk is ignored */
};

struct msg_session_stats {
	uint64_t	memory;
	uint64_t	cpu_us;
	uint64_t	disk;		/* bytes used of the session's disk */
	uint32_t	tasks;
	uint32_t	oom_kills;
};

struct msg_worker_setup {
	struct msg_desktop_size	desktop;
	uint32_t	flags;		/* SESSION_HAS_DESKTOP */
	uint32_t	env_count;
};

#define INIT_ROOT_OFFERED	0x1	/* exec may ask for user root */

struct msg_init_setup {
	uint32_t	flags;
};

struct msg_display_start {
	struct msg_desktop_size	desktop;
};

struct msg_display_gone {
	int32_t		status;		/* as from wait */
};

#define EXEC_TTY	0x1
#define EXEC_ROOT	0x2
#define EXEC_PUMP	0x4	/* deskd-pump; argv[0] is its operation */

struct msg_exec {
	uint32_t	flags;
	uint32_t	timeout_ms;	/* 0: none */
	uint32_t	argc;
	uint32_t	envc;
	uint16_t	cols;
	uint16_t	rows;
	uint32_t	principal;	/* the asking uid, by the broker */
};

struct msg_exec_started {
	uint32_t	pid;		/* as the session sees it */
};

#define EXEC_TIMED_OUT	0x1

struct msg_exec_exited {
	int32_t		code;		/* -1 when killed by a signal */
	int32_t		signal;		/* 0 when it exited */
	uint32_t	flags;
	uint32_t	duration_ms;
};

struct msg_exec_signal {
	uint32_t	signal;
};

enum kept_kind { KEPT_PROCESS = 1, KEPT_TERMINAL };

/*
 * Flags of exec are those of EXEC without EXEC_PUMP; EXEC_TTY is said by
 * the kind.  A terminal without argv is the user's login shell.
 */
struct msg_kept_start {
	struct msg_exec	exec;
	struct ulid	id;		/* the broker's */
	uint32_t	kind;		/* enum kept_kind */
	uint32_t	keep;		/* bytes of output */
	char		name[NAME_MAX_LEN + 1];	/* or "" */
};

struct msg_kept_started {
	uint32_t	pid;
	uint32_t	argc;
	uint64_t	started_ms;	/* of the calendar */
};

#define KEPT_RUNS	0x1
#define KEPT_TIMED_OUT	0x2
#define KEPT_ROOT	0x4
#define KEPT_INPUT_OPEN	0x8		/* its stdin has not been ended */

struct msg_kept_item {
	struct ulid	id;
	uint32_t	kind;
	uint32_t	flags;
	uint32_t	pid;
	uint32_t	principal;	/* who started it */
	int32_t		code;		/* as EXEC_EXITED, when it has ended */
	int32_t		signal;
	uint16_t	cols;
	uint16_t	rows;
	uint32_t	keep;
	uint32_t	argc;		/* of which the tail has the first */
	uint32_t	duration_ms;	/* until its end, or now */
	uint64_t	started_ms;	/* of the calendar */
	uint64_t	ended_ms;
	uint64_t	first;		/* offset of the oldest byte kept */
	uint64_t	end;		/* and after the newest */
	char		name[NAME_MAX_LEN + 1];
};

#define KEPT_READ_ONLY	0x1
#define KEPT_FOLLOW	0x2		/* else only what is there now */
#define KEPT_WRITE_ONLY	0x4		/* input, no output */
#define KEPT_FROM_END	0x8		/* only what comes: not after */

struct msg_kept_attach {
	struct ulid	id;
	uint32_t	flags;
	uint32_t	principal;
	uint64_t	after;		/* offset; 0: from the oldest byte */
};

struct msg_kept_stream {
	struct msg_kept_item	item;
	uint64_t		from;	/* offset of the first byte to come */
};

struct msg_kept_resize {
	struct ulid	id;
	uint16_t	cols;
	uint16_t	rows;
	uint32_t	principal;
};

struct msg_kept_signal {
	struct ulid	id;
	uint32_t	signal;
	uint32_t	principal;
};

struct msg_kept_remove {
	struct ulid	id;
	uint32_t	principal;
};

struct msg_kept_exited {
	struct ulid	id;
	int32_t		code;
	int32_t		signal;
	uint32_t	duration_ms;
	uint32_t	flags;		/* KEPT_TIMED_OUT */
};

enum desktop_state { DESKTOP_NONE = 1, DESKTOP_READY, DESKTOP_FAILED };

struct msg_desktop {
	uint32_t	state;
	uint32_t	width;
	uint32_t	height;
	uint32_t	ready_ms;	/* from setup to window manager */
};

struct msg_actions {
	uint32_t	principal;	/* the asking uid, by the broker */
};

struct msg_action_done {
	uint32_t	index;
	uint32_t	problem;	/* PROBLEM_NONE: done */
	uint32_t	duration_us;
};

struct msg_action_picture {
	uint32_t	index;
	uint32_t	width;
	uint32_t	height;
	uint32_t	size;		/* bytes in the memfd */
	uint64_t	generation;
	uint32_t	settled;	/* 0: the limit passed first */
	uint32_t	format;		/* enum shot_format */
};

struct msg_actions_done {
	uint32_t	count;		/* results sent */
	uint32_t	failed;		/* of them */
};

enum shot_format { SHOT_PNG, SHOT_JPEG, SHOT_WEBP };

#define SHOT_QUALITY	80	/* when none is given */

#define SHOT_POINTER	0x1
#define SHOT_LOSSLESS	0x2

struct msg_shot {
	uint32_t	x, y, width, height;	/* region; all 0: whole */
	uint32_t	out_width, out_height;	/* 0: not scaled */
	uint32_t	flags;
	uint32_t	format;		/* enum shot_format */
	uint32_t	quality;	/* 1..100; 0 where there is none */
	uint32_t	pad;
	uint64_t	tag;		/* of the copy the client has, or 0 */
};

/* What it took to answer. */
#define SHOT_CAPTURED	0x1	/* pixels were fetched for it */
#define SHOT_ENCODED	0x2	/* a picture was made for it */

struct msg_shot_done {
	uint32_t	width;
	uint32_t	height;
	uint32_t	size;		/* bytes in the memfd */
	uint32_t	took;		/* SHOT_CAPTURED, SHOT_ENCODED */
	uint64_t	generation;
	uint64_t	tag;
};

struct msg_shot_same {
	uint64_t	generation;
	uint64_t	tag;
};

struct msg_record {
	uint32_t	principal;
	uint32_t	problem;
	uint32_t	duration_us;
};

struct msg_windows_done {
	uint32_t	count;
	uint32_t	size;		/* bytes of JSON in the memfd */
};

enum clip_selection { CLIP_CLIPBOARD = 1, CLIP_PRIMARY };
enum clip_type { CLIP_TEXT = 1, CLIP_PNG };

struct msg_clip {
	uint32_t	selection;
	uint32_t	type;		/* CLIP_GET: wanted; 0: what there is */
	uint32_t	size;		/* of what is in the memfd, if one */
	uint32_t	principal;
};

struct msg_resize {
	uint32_t	width;
	uint32_t	height;
	uint32_t	principal;
};

/* What kind of descriptor a row expects; the reader asks the kernel. */
enum fd_kind { FD_NONE = 0, FD_SOCKET, FD_LISTEN, FD_MEMFD, FD_PIPE, FD_TTY };

#define MSG_TAIL	0x1	/* counted text may follow the struct */

struct msg_row {
	const char	*name;
	uint8_t		 from;		/* roles that may send it */
	uint8_t		 to;		/* roles that may receive it */
	uint16_t	 size;		/* of the struct */
	uint8_t		 flags;
	uint8_t		 fds[MSG_FDS_MAX];	/* enum fd_kind */
};

const struct msg_row *msg_row(uint32_t);
const char	*msg_name(uint32_t);
int		 msg_nfds(const struct msg_row *);

/*
 * The rules above, on bytes just read: NULL when good, else what is wrong.
 * Arguments: header, bytes after it, sender, receiver, descriptors.
 */
const char	*msg_check(const struct msg_hdr *, size_t, enum role,
		    enum role, int);

/*
 * The texts of a tail, one after the other.  Returns the next text or NULL
 * when there is none left or its NUL is missing.
 */
struct msg_tail {
	const char	*p;
	size_t		 left;
};

void		 msg_tail_init(struct msg_tail *, const void *, size_t, size_t);
const char	*msg_tail_next(struct msg_tail *);

#endif
