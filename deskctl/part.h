/*
 * A file or directory that gets its name only when it is whole.  An
 * interrupt ends what is waited for, so that nothing half stays behind.
 */
#ifndef PART_H
#define PART_H

struct ctl;
struct http;

struct part {
	const char	*path;		/* what it shall be called */
	char		*name;		/* until then; NULL: nothing is there */
	int		 fd;
};

int	part_file(struct ctl *, struct part *, const char *);
int	part_directory(struct ctl *, struct part *, const char *);
/* Mode -1: as it is.  0, or -1: complained, and it is gone. */
int	part_commit(struct ctl *, struct part *, int);
void	part_abandon(struct part *);	/* after a commit it does nothing */

/* Signals that end us shut this connection first. */
void	interrupt_watch(struct http *);
int	interrupted(void);
/* Dies of the signal that came, if one did. */
void	interrupt_end(void);

#endif
