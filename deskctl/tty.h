/*
 * The terminal deskctl runs in, in raw mode: each key goes to the program
 * at the other end.  It is put back as it was on every way out.
 */
#ifndef TTY_H
#define TTY_H

#include <stddef.h>
#include <time.h>

struct pollfd;

/* -1: standard input is no terminal. */
int	 tty_raw(void);
void	 tty_restore(void);
/* Of the terminal at standard output or input; 80x24 when none is. */
void	 tty_size(unsigned int *, unsigned int *);

/*
 * Signals come only while tty_poll waits; -1 with EINTR then.  What came
 * since the last call:
 */
void	 tty_signals(void);
int	 tty_poll(struct pollfd *, unsigned int, int);	/* ms */
int	 tty_resized(void);
int	 tty_stopped(void);		/* SIGTSTP: tty_stop is due */
int	 tty_killed(void);		/* the signal, or 0 */
void	 tty_stop(void);		/* until somebody continues us */
__attribute__((__noreturn__))
void	 tty_die(void);			/* of that signal */

/* What is typed, with the keys that detach taken out. */
struct tty_keys {
	int	prefix;			/* Ctrl-] came last */
};

enum { TTY_PREFIX = 0x1d };		/* Ctrl-] */

/* Bytes for the program, perhaps one more than typed; 1: detach. */
int	 tty_type(struct tty_keys *, const char *, size_t, char *, size_t *);

#endif
