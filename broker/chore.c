#include <sys/eventfd.h>

#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "chore.h"
#include "log.h"

static struct {
	void		(*run)(void *);
	void		(*over)(void *);
	void		*arg;
	pthread_t	 thread;
	struct event	*ev;
	int		 fd;
	int		 busy;
} c;

static void *
thread(void *arg)
{
	uint64_t	one = 1;

	(void)arg;
	c.run(c.arg);
	if (write(c.fd, &one, sizeof(one)) == -1)
		log_warn("chore: eventfd");
	return NULL;
}

static void
over_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
	pthread_join(c.thread, NULL);
	event_free(c.ev);
	close(c.fd);
	c.busy = 0;
	c.over(c.arg);
}

int
chore_start(struct event_base *base, void (*run)(void *),
    void (*over)(void *), void *arg)
{
	sigset_t	all, old;
	int		rc;

	if (c.busy || (c.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1)
		return -1;
	c.run = run;
	c.over = over;
	c.arg = arg;
	c.ev = event_new(base, c.fd, EV_READ, over_cb, NULL);
	if (c.ev == NULL || event_add(c.ev, NULL) == -1)
		fatalx("chore: event");
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&c.thread, NULL, thread, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0) {
		log_warnx("chore: thread: %s", strerror(rc));
		event_free(c.ev);
		close(c.fd);
		return -1;
	}
	c.busy = 1;
	return 0;
}
