/*
 * Requests per second of the HTTP side: a child serves a small JSON
 * answer, this process asks for it over so many kept connections.
 *
 *	http_bench [connections [seconds]]
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../unit/http_test.h"

#define CONNS_MAX	64
#define SAMPLES		2000000

static const char	question[] = "GET /t/hello HTTP/1.1\r\nHost: x\r\n\r\n";
static double		sent_at[CONNS_MAX];
static float		sample[SAMPLES];

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static pid_t
serve(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	pid_t pid;
	int fd;

	snprintf(socket_path, sizeof(socket_path), "/tmp/http_bench.%d",
	    (int)getpid());
	strlcpy(sun.sun_path, socket_path, sizeof(sun.sun_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(fd, 128) == -1)
		err(1, "%s", socket_path);
	if ((pid = fork()) == 0)
		server_run(fd, 0);
	close(fd);
	return pid;
}

static void
send_one(int fd, int i)
{
	sent_at[i] = now();
	if (client_send(fd, question, sizeof(question) - 1) == -1)
		err(1, "send");
}

static int
compare(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

static void
print(size_t n, int conns, double seconds)
{
	size_t kept = n < SAMPLES ? n : SAMPLES;

	qsort(sample, kept, sizeof(sample[0]), compare);
	printf("connections %d: %.0f requests/s, p50 %.3f ms, p99 %.3f ms\n",
	    conns, (double)n / seconds, (double)sample[kept / 2] * 1000,
	    (double)sample[kept * 99 / 100] * 1000);
}

/* Every answer of the small handler comes in one piece. */
static void
run(int conns, double seconds)
{
	struct epoll_event ev, evs[CONNS_MAX];
	int ep = epoll_create1(EPOLL_CLOEXEC), fds[CONNS_MAX], i, k, ready;
	char buf[4096];
	double end, start = now();
	size_t n = 0;

	for (i = 0; i < conns; i++) {
		if ((fds[i] = client_open()) == -1)
			err(1, "connect");
		ev.events = EPOLLIN;
		ev.data.u32 = (uint32_t)i;
		epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], &ev);
		send_one(fds[i], i);
	}
	end = start + seconds;
	while (now() < end) {
		ready = epoll_wait(ep, evs, CONNS_MAX, 1000);
		for (k = 0; k < ready; k++) {
			i = (int)evs[k].data.u32;
			if (read(fds[i], buf, sizeof(buf)) <= 0)
				errx(1, "the server closed");
			sample[n++ % SAMPLES] = (float)(now() - sent_at[i]);
			send_one(fds[i], i);
		}
	}
	print(n, conns, now() - start);
	for (i = 0; i < conns; i++)
		close(fds[i]);
	close(ep);
}

int
main(int argc, char **argv)
{
	int conns = argc > 1 ? atoi(argv[1]) : 0;
	double seconds = argc > 2 ? atof(argv[2]) : 2;
	pid_t pid;

	if (conns < 0 || conns >= CONNS_MAX || seconds <= 0)
		errx(1, "usage: http_bench [connections [seconds]]");
	pid = serve();
	if (conns != 0)
		run(conns, seconds);
	else {
		run(1, seconds);
		run(16, seconds);
	}
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	unlink(socket_path);
	return 0;
}
