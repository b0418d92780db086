/*
 * Times of deskd's answers beside those of commands that do the same, in
 * turns, so that both meet the same machine.  bench.sh prepares the
 * desktops and says which commands.
 *
 *	desk_bench SOCKET THING ID N COMMAND N
 *	desk_bench SOCKET gets PATH SECONDS
 *
 * COMMAND is a shell's; it is timed until it ends or, where it goes on in
 * the background, until it prints something.
 */
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "series.h"

#define CONNS		16
#define BATCHES		10	/* the rates that gets takes its median of */

extern char	**environ;

static char	 session[64];	/* "/v1/sessions/ID" */

/* What is timed of ours: before and after it are not. */
struct thing {
	const char	*name, *what, *other;
	void		(*before)(void);
	void		(*once)(size_t);
	void		(*after)(void);
	double		 goal[3];	/* p50, p99, times the other */
};

static double
run_command(const char *command)
{
	posix_spawn_file_actions_t	 fa;
	char				*argv[] = { "sh", "-c", NULL, NULL };
	char				 byte;
	double				 start = now_ms(), ms;
	pid_t				 pid;
	int				 out[2], status;

	argv[2] = strdup(command);
	if (argv[2] == NULL || pipe2(out, O_CLOEXEC) == -1)
		err(1, NULL);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, out[1], 1);
	if (posix_spawn(&pid, "/bin/sh", &fa, NULL, argv, environ) != 0)
		errx(1, "cannot start sh");
	close(out[1]);
	if (read(out[0], &byte, 1) == -1)
		err(1, "read");
	ms = now_ms() - start;
	close(out[0]);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		errx(1, "failed: %s", command);
	posix_spawn_file_actions_destroy(&fa);
	free(argv[2]);
	return ms;
}

static char *
path_of(const char *rest)
{
	static char	path[256];

	snprintf(path, sizeof(path), "%s%s", session, rest);
	return path;
}

static void
act(const char *body)
{
	struct answer	a;

	ask_expect(&a, 200, "POST", path_of("/actions"), body);
	if (strstr(a.body, "\"error\"") != NULL)
		errx(1, "%s: %s", body, a.body);
}

/* From nothing to the first picture; the window manager is up then. */
static void
create_once(size_t i)
{
	struct answer	a;
	const char	*id;

	(void)i;
	ask_expect(&a, 201, "POST", "/v1/sessions",
	    "{\"desktop\":{\"width\":1280,\"height\":800}}");
	if ((id = strstr(a.body, "ses_")) == NULL)
		errx(1, "no session in: %s", a.body);
	snprintf(session, sizeof(session), "/v1/sessions/%.30s", id);
	ask_expect(&a, 200, "GET", path_of("?wait_for=running&timeout=20"),
	    NULL);
	ask_expect(&a, 200, "GET", path_of("/screenshot"), NULL);
}

static void
create_after(void)
{
	struct answer	a;

	ask_expect(&a, 204, "DELETE", session, NULL);
}

static char	etag[64];

/*
 * Another screen of text: the terminal draws one for each line it reads, and
 * is given the time to.
 */
static void
shot_before(void)
{
	act("{\"actions\":[{\"type\":\"key\",\"keys\":\"Return\"},"
	    "{\"type\":\"wait\",\"duration_ms\":80}]}");
}

static void
shot_of(const char *query)
{
	struct answer	a;
	char		path[64];

	snprintf(path, sizeof(path), "/screenshot?%s", query);
	ask_expect(&a, 200, "GET", path_of(path), NULL);
	if (a.len < 100 || strcmp(a.etag, etag) == 0)
		errx(1, "the screen has not changed");
	strlcpy(etag, a.etag, sizeof(etag));
}

static void
shot_once(size_t i)
{
	(void)i;
	shot_of("format=png");
}

static void
jpeg_once(size_t i)
{
	(void)i;
	shot_of("format=jpeg&quality=80");
}

static void
webp_once(size_t i)
{
	(void)i;
	shot_of("format=webp&quality=80");
}

static void
lossless_once(size_t i)
{
	(void)i;
	shot_of("format=webp&lossless=1");
}

static void
same_before(void)
{
	struct answer	a;

	if (etag[0] != '\0')
		return;
	ask_expect(&a, 200, "GET", path_of("/screenshot"), NULL);
	strlcpy(etag, a.etag, sizeof(etag));
}

static void
same_once(size_t i)
{
	struct answer	a;
	char		header[128];

	(void)i;
	snprintf(header, sizeof(header), "If-None-Match: %s\r\n", etag);
	ask(&a, "GET", path_of("/screenshot"), header, NULL);
	if (a.status != 304)
		errx(1, "an unchanged screen: %d", a.status);
}

static void
click_once(size_t i)
{
	act(i % 2 == 0 ? "{\"type\":\"left_click\",\"x\":300,\"y\":300}" :
	    "{\"type\":\"left_click\",\"x\":340,\"y\":300}");
}

static void
key_once(size_t i)
{
	(void)i;
	act("{\"type\":\"key\",\"keys\":\"shift+a\"}");
}

static void
type_once(size_t i)
{
	const char	*text = getenv("BENCH_TEXT");
	char		 body[4096];

	(void)i;
	snprintf(body, sizeof(body), "{\"type\":\"type\",\"text\":\"%s\"}",
	    text == NULL ? "" : text);
	act(body);
}

/* Ends the line, and lets the terminal be done with it. */
static void
line_after(void)
{
	shot_before();
}

static void
exec_once(size_t i)
{
	struct answer	a;

	(void)i;
	ask_expect(&a, 200, "POST", path_of("/exec"),
	    "{\"argv\":[\"/bin/true\"]}");
}

static const struct thing things[] = {
	{ "create", "create to first screenshot",
	    "Xvfb, icewm, scrot by hand", NULL, create_once, create_after,
	    { 80, 150, 1 } },
	{ "shot", "screenshot, text redrawn", "scrot -p, convert -resize",
	    shot_before, shot_once, NULL, { 4, 0, 1 } },
	{ "jpeg", "the same, JPEG", "scrot -p, convert to JPEG",
	    shot_before, jpeg_once, NULL, { 0, 0, 1 } },
	{ "webp", "the same, WebP", "scrot -p, convert to WebP",
	    shot_before, webp_once, NULL, { 0, 0, 1 } },
	{ "lossless", "the same, lossless WebP", "scrot -p, convert to WebP",
	    shot_before, lossless_once, NULL, { 0, 0, 1 } },
	{ "same", "screenshot, unchanged", "scrot -p, convert -resize",
	    same_before, same_once, NULL, { 0.5, 0, 1 } },
	{ "click", "click", "xdotool mousemove --sync click", NULL,
	    click_once, NULL, { 0.5, 0, 1 } },
	{ "key", "key", "xdotool key", NULL, key_once, NULL,
	    { 0.5, 0, 1 } },
	{ "type", "type 1,000 ASCII", "xdotool type --delay 12", NULL,
	    type_once, line_after, { 100, 0, 1 } },
	{ "exec", "exec /bin/true", "bwrap --unshare-all /bin/true", NULL,
	    exec_once, NULL, { 0, 0, 1 } }
};

/* The command's turns are spread over ours. */
static void
compare(const struct thing *t, size_t n, const char *command, size_t other_n)
{
	struct series	ours = { 0, NULL }, other = { 0, NULL };
	double		start;
	size_t		i;

	for (i = 0; i < n; i++) {
		if (t->before != NULL)
			t->before();
		start = now_ms();
		t->once(i);
		series_add(&ours, now_ms() - start);
		if (t->after != NULL)
			t->after();
		if (i * other_n / n != (i + 1) * other_n / n)
			series_add(&other, run_command(command));
	}
	series_row(t->what, &ours, t->other, &other, t->goal);
}

static void
send_all(int fd, const char *question)
{
	size_t	len = strlen(question);

	if (write(fd, question, len) != (ssize_t)len)
		err(1, "write");
}

/*
 * Whether the answer is whole: the server may send it in pieces, and its
 * body is a JSON object.
 */
static int
take_answer(int fd)
{
	char	answer[8192];
	ssize_t	n;

	if ((n = read(fd, answer, sizeof(answer))) <= 0)
		errx(1, "the server closed");
	while (n > 0 && answer[n - 1] == '\n')
		n--;
	return n > 0 && answer[n - 1] == '}';
}

static size_t
gets_for(const char *question, int fds[CONNS], double ms)
{
	struct pollfd	pfd[CONNS];
	double		end = now_ms() + ms;
	size_t		n = 0, i;

	for (i = 0; i < CONNS; i++) {
		pfd[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
		send_all(fds[i], question);
	}
	while (now_ms() < end) {
		if (poll(pfd, CONNS, 5000) <= 0)
			errx(1, "no answer");
		for (i = 0; i < CONNS; i++) {
			if (pfd[i].revents == 0 || !take_answer(fds[i]))
				continue;
			n++;
			send_all(fds[i], question);
		}
	}
	/* The last ones are not counted, and not in the way of the next. */
	for (i = 0; i < CONNS; i++)
		while (!take_answer(fds[i]))
			continue;
	return n;
}

static int
rate_cmp(const void *a, const void *b)
{
	double	x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Prints a number: the median of the rates of ten short runs. */
static void
gets(const char *path, double seconds)
{
	char	question[256];
	double	rate[BATCHES], start;
	size_t	n;
	int	fds[CONNS], i;

	snprintf(question, sizeof(question),
	    "GET %s HTTP/1.1\r\nHost: deskd\r\n\r\n", path);
	for (i = 0; i < CONNS; i++)
		fds[i] = ask_open();
	for (i = 0; i < BATCHES; i++) {
		start = now_ms();
		n = gets_for(question, fds, seconds * 1000 / BATCHES);
		rate[i] = (double)n * 1000 / (now_ms() - start);
	}
	qsort(rate, BATCHES, sizeof(rate[0]), rate_cmp);
	printf("%.0f\n", rate[BATCHES / 2]);
}

__attribute__((__noreturn__))
static void
usage(void)
{
	errx(1, "usage: desk_bench SOCKET THING ID N COMMAND N |\n"
	    "\tSOCKET gets PATH SECONDS");
}

int
main(int argc, char **argv)
{
	size_t	i;

	if (argc < 5)
		usage();
	ask_connect(argv[1]);
	if (strcmp(argv[2], "gets") == 0) {
		gets(argv[3], atof(argv[4]));
		return 0;
	}
	if (argc != 7)
		usage();
	snprintf(session, sizeof(session), "/v1/sessions/%s", argv[3]);
	for (i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
		if (strcmp(argv[2], things[i].name) != 0)
			continue;
		compare(&things[i], strtoul(argv[4], NULL, 10), argv[5],
		    strtoul(argv[6], NULL, 10));
		return 0;
	}
	usage();
}
