/* One line on standard error while a person waits; nothing in scripts. */
#ifndef PROGRESS_H
#define PROGRESS_H

struct ctl;

struct progress {
	int		 on;
	const char	*what;
	unsigned int	 turn;
	long long	 started_ms;
	/* Where bytes are counted. */
	int		 counts;
	unsigned long long done;
	unsigned long long total;	/* 0: not known */
	long long	 drawn_ms;
};

void	progress_start(struct progress *, struct ctl *, const char *);
void	progress_tick(void *);		/* an http_tick */
void	progress_bytes(struct progress *, unsigned long long);	/* more */
void	progress_end(struct progress *, struct ctl *);

#endif
