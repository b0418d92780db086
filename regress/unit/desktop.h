/*
 * A desktop for a test: Xvfb, perhaps icewm, and programs in it, in a
 * directory of their own.  All of it goes when the test ends.
 */
#ifndef DESKTOP_H
#define DESKTOP_H

#include <sys/types.h>

#include "problem.h"

struct event_base;

#define DESKTOP_WAIT_MS	20000	/* for anything that has to happen */

extern struct event_base *desktop_base;

void	 desktop_open(int, int);	/* skips the test when it cannot */
void	 desktop_wm(void);
pid_t	 desktop_run(const char *const [], const char *);	/* argv, stdout */
void	 desktop_kill(pid_t);
pid_t	 desktop_server(void);
const char *desktop_socket(void);
const char *desktop_path(const char *);	/* a file of that name; static */
const char *desktop_tool(const char *);	/* beside the test's binary; static */
void	 desktop_self(const char *);	/* argv[0] */
char	*desktop_read(const char *, size_t *);	/* whole file, or NULL */

/* Runs the loop until the condition holds; 0 when it did not in time. */
int	 wait_until(int (*)(void *), void *, int);
int	 wait_flag(const int *, int);
int	 wait_file(const char *, const char *, size_t);	/* file, bytes */
int	 wait_line(const char *, const char *);		/* file, text in it */

/* The result of an op. */
struct result {
	int		done;
	enum problem	problem;
};

void	 result_cb(enum problem, void *);	/* an op_cb */
int	 result_ok(struct result *);		/* waits */

#endif
