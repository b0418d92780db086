/* Copying between here and a session; cmd_cp.c has the command. */
#ifndef CP_H
#define CP_H

#include "remote_path.h"

struct ctl;
struct json_object;

struct cp {
	struct remote_path	 remote;
	const char		*local;		/* "-": standard streams */
	int			 whole;		/* -r: directories */
	int			 verbose;	/* say what was done: -j */
};

/* Each says what is wrong and returns -1. */
int	cp_put(struct ctl *, struct cp *);	/* into the session */
int	cp_get(struct ctl *, struct cp *);
int	cp_put_tree(struct ctl *, struct cp *);
int	cp_get_tree(struct ctl *, struct cp *);

void	cp_report(struct ctl *, const char *, const char *, long long,
	    struct json_object *);

#endif
