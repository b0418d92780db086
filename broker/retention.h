/* What the journal forgets, as the configuration says. */
#ifndef RETENTION_H
#define RETENTION_H

struct event_base;

void	retention_start(struct event_base *);	/* once configured */
void	retention_run(void);			/* now, not when it is due */

#endif
