#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "http.h"
#include "output.h"
#include "progress.h"

#define DRAW_MS		100
#define QUIET_MS	250	/* what is quicker needs no explanation */

static long long
now_ms(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
progress_start(struct progress *p, struct ctl *c, const char *what)
{
	p->on = !c->json && isatty(STDERR_FILENO);
	p->what = what;
	p->turn = 0;
	p->counts = 0;
	p->done = p->total = 0;
	p->started_ms = p->drawn_ms = now_ms();
	if (p->on && c->http != NULL)
		http_set_tick(c->http, progress_tick, p);
}

static void
draw_bytes(struct progress *p, long long ms)
{
	char	done[TEXT_SHORT], total[TEXT_SHORT], rate[TEXT_SHORT];

	p->turn++;
	fprintf(stderr, "\r%s, %s", p->what, text_size(done, p->done));
	if (p->total != 0)
		fprintf(stderr, " of %s, %llu%%", text_size(total, p->total),
		    p->done >= p->total ? 100 : p->done * 100 / p->total);
	fprintf(stderr, ", %s/s\033[K", text_size(rate,
	    p->done * 1000 / (unsigned long long)(ms + 1)));
}

void
progress_tick(void *arg)
{
	struct progress	*p = arg;
	long long	 ms = now_ms() - p->started_ms;

	if (ms < QUIET_MS)
		return;
	if (p->counts) {
		draw_bytes(p, ms);
		return;
	}
	fprintf(stderr, "\r%c %s, %lld.%lld s\033[K",
	    "|/-\\"[p->turn++ % 4], p->what, ms / 1000, ms % 1000 / 100);
}

void
progress_bytes(struct progress *p, unsigned long long n)
{
	long long	now;

	p->done += n;
	if (!p->on || (now = now_ms()) - p->drawn_ms < DRAW_MS)
		return;
	p->drawn_ms = now;
	progress_tick(p);
}

void
progress_end(struct progress *p, struct ctl *c)
{
	if (!p->on)
		return;
	if (p->turn > 0)
		fprintf(stderr, "\r\033[K");
	if (c->http != NULL)
		http_set_tick(c->http, NULL, NULL);
}
