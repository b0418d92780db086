/* This terminal as a window on one in a session. */
#ifndef ATTACH_H
#define ATTACH_H

struct ctl;

struct attach {
	const char	*session;	/* ids */
	const char	*terminal;
	int		 read_only;
	int		 detached;	/* out: by the user, it goes on */
};

/*
 * Until the program ends: its exit status as a shell has it.  0 when the
 * user detaches, -1 when it was lost or deskctl is to die; it has said so.
 */
int	attach_run(struct ctl *, struct attach *);

#endif
