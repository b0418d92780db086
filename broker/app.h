/* The name of an application, as a path has it. */
#ifndef APP_H
#define APP_H

struct request;

#define APP_ID_MAX	128

/* Decoded; -1: there can be none of that name, which is answered. */
int	app_param(struct request *, char [APP_ID_MAX]);

#endif
