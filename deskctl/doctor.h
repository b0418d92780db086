/*
 * What this machine has and lacks for deskd.  Every check says one thing
 * in plain words and, unless all is well, what to do about it.  Nothing is
 * changed, and no check needs root: what only root sees is said to be
 * unseen.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <sys/types.h>

#include <stddef.h>

#include "log.h"

struct ctl;
struct doctor;

enum doctor_level { DOCTOR_OK, DOCTOR_UNSEEN, DOCTOR_WARN, DOCTOR_FAIL };

/* What was checked, what to do (or NULL), and what was found. */
void	doctor_say(struct doctor *, enum doctor_level, const char *,
	    const char *, const char *, ...) LOG_PRINTF(5, 6);

void	doctor_kernel(struct doctor *);
void	doctor_filesystems(struct doctor *);
void	doctor_namespaces(struct doctor *);
void	doctor_cgroup(struct doctor *);
void	doctor_confined(struct doctor *);
void	doctor_confined_daemon(struct doctor *, pid_t);
void	doctor_programs(struct doctor *);
void	doctor_space(struct doctor *);
void	doctor_daemon(struct doctor *, struct ctl *);

/* The first bytes of a small file with a NUL; -1: errno says why. */
int	doctor_read(const char *, char *, size_t);
/* Is the word in the text, between blanks, commas or line ends? */
int	doctor_word(const char *, const char *);

#endif
