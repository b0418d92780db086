/*
 * What programs that play a user have in common: a script on standard
 * input, a step a line, and what was seen so far, which is waited for.
 * Waits are long; DESKD_TEST_SLOW makes them longer.
 */
#ifndef DRIVE_H
#define DRIVE_H

#include <stddef.h>

struct seen {
	char	*data;
	size_t	 len;
	size_t	 used;		/* expected already */
	int	 record;	/* fd: all of it, or -1 */
};

int	 drive_ms(void);	/* how long to wait for anything */
/* The next step's word and the rest of its line; 0 at the end. */
int	 drive_step(char **, char **);
/* \r \n \e \\ and \xHH become bytes, in place; their number. */
size_t	 drive_unescape(char *);
void	 seen_add(struct seen *, const void *, size_t);
/* 1: it is there, and used up with all before it. */
int	 seen_find(struct seen *, const char *, size_t);
__attribute__((__noreturn__, __format__(__printf__, 1, 2)))
void	 drive_fail(const char *, ...);

#endif
