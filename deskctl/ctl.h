/*
 * One run of deskctl: what the command line said, how to complain, and
 * how commands find the session they were told.
 */
#ifndef CTL_H
#define CTL_H

#include <stddef.h>

#include "log.h"

struct http;
struct option;

enum { EXIT_USAGE = 2, EXIT_TIMED_OUT = 124 };

struct ctl {
	const char		*socket;
	const char		*named;	/* the session, as it was typed */
	const struct command	*cmd;
	struct http		*http;	/* kept open between requests */
	int			 json;	/* -j */
	int			 quiet;	/* ctl_fail says nothing */
};

struct command {
	const char	*name;
	int		(*run)(struct ctl *, int, char **);
	const char	*args;		/* after the name, in usage */
	const char	*what;		/* one line */
	const char	*options;	/* the rest of `deskctl help NAME` */
};

const struct command *command_find(const char *);
void		 command_help(const struct command *, int);

/*
 * The next option of a command, or -1.  -h and -j work in every command;
 * a wrong option ends the program with its usage.
 */
int		 ctl_option(struct ctl *, int, char **, const char *,
		    const struct option *);
/* Options are done and this many arguments must be left (-1: any). */
void		 ctl_operands(struct ctl *, int, int, int);

__attribute__((__noreturn__))
void		 ctl_usage(struct ctl *, const char *, ...) LOG_PRINTF(2, 3);
/* "deskctl: show: ...", or the code and that text as JSON; returns -1. */
int		 ctl_fail(struct ctl *, const char *, const char *, ...)
		    LOG_PRINTF(3, 4);

/*
 * The id of a session named by id, by the unique beginning of one, or by
 * name.  Complains and returns NULL when there is none.
 */
char		*ctl_session(struct ctl *, const char *);
/* After deskd did not know a whole id: what is near to it. */
void		 ctl_suggest(struct ctl *);

/* The commands, one table in command.c. */
int		 cmd_actions(struct ctl *, int, char **);
int		 cmd_apps(struct ctl *, int, char **);
int		 cmd_attach(struct ctl *, int, char **);
int		 cmd_click(struct ctl *, int, char **);
int		 cmd_cp(struct ctl *, int, char **);
int		 cmd_clip(struct ctl *, int, char **);
int		 cmd_create(struct ctl *, int, char **);
int		 cmd_doctor(struct ctl *, int, char **);
int		 cmd_drag(struct ctl *, int, char **);
int		 cmd_exec(struct ctl *, int, char **);
int		 cmd_file(struct ctl *, int, char **);
int		 cmd_help(struct ctl *, int, char **);
int		 cmd_key(struct ctl *, int, char **);
int		 cmd_launch(struct ctl *, int, char **);
int		 cmd_log(struct ctl *, int, char **);
int		 cmd_ls(struct ctl *, int, char **);
int		 cmd_move(struct ctl *, int, char **);
int		 cmd_resize(struct ctl *, int, char **);
int		 cmd_rm(struct ctl *, int, char **);
int		 cmd_scroll(struct ctl *, int, char **);
int		 cmd_set(struct ctl *, int, char **);
int		 cmd_shot(struct ctl *, int, char **);
int		 cmd_show(struct ctl *, int, char **);
int		 cmd_shutdown(struct ctl *, int, char **);
int		 cmd_start(struct ctl *, int, char **);
int		 cmd_stop(struct ctl *, int, char **);
int		 cmd_system(struct ctl *, int, char **);
int		 cmd_top(struct ctl *, int, char **);
int		 cmd_type(struct ctl *, int, char **);
int		 cmd_version(struct ctl *, int, char **);
int		 cmd_window(struct ctl *, int, char **);
int		 cmd_windows(struct ctl *, int, char **);

#endif
