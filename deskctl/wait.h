/* Waiting for a session to run. */
#ifndef WAIT_H
#define WAIT_H

struct ctl;
struct json_object;

#define WAIT_DEFAULT	60.0	/* seconds */
#define WAIT_MAX	86400.0

/*
 * The session when it runs; NULL, with a complaint, when it failed, went
 * away or took longer than so many seconds.
 */
struct json_object	*wait_running(struct ctl *, const char *, double);

#endif
