/* Finding a process of a session by what somebody typed. */
#ifndef PROCESS_H
#define PROCESS_H

struct ctl;

/*
 * By pid, by id, by the unique beginning of one or by name: the end of its
 * path, "processes/prc_..." or "terminals/trm_...".  Complains and returns
 * NULL when there is none; the caller frees.
 */
char	*process_path(struct ctl *, const char *, const char *);

#endif
