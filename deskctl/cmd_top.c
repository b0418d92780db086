#include <sys/ioctl.h>

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "xmalloc.h"

#define REFRESH_MS	2000

static const struct option long_options[] = {
	{ "once",	no_argument,		NULL, '1' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

/* What a session had used at the last look. */
struct seen {
	char		*id;
	double		 cpu;
	double		 when;
};

struct top {
	struct seen	*seen;
	size_t		 nseen;
};

static struct termios		 saved_tty;
static volatile sig_atomic_t	 stopped;

static void
stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static double
now(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Percent of a CPU since the last look, or -1 when there was none. */
static double
usage(struct top *t, const char *id, double cpu)
{
	struct seen	*s;
	double		 when = now(), percent = -1;
	size_t		 i;

	for (i = 0; i < t->nseen; i++)
		if (strcmp(t->seen[i].id, id) == 0)
			break;
	if (i == t->nseen) {
		t->seen = xreallocarray(t->seen, ++t->nseen,
		    sizeof(*t->seen));
		t->seen[i].id = xstrdup(id);
	} else if (when > t->seen[i].when)
		percent = (cpu - t->seen[i].cpu) * 100 /
		    (when - t->seen[i].when);
	s = &t->seen[i];
	s->cpu = cpu;
	s->when = when;
	return percent < 0 ? -1 : percent;
}

static void
row(struct top *t, struct table *table, struct json_object *o)
{
	struct json_object	*stats = field(o, "stats");
	double			 percent;
	char			 buf[TEXT_SHORT];

	table_add(table, field_text(o, "id"));
	table_add(table, field_text(o, "name"));
	table_add(table, text_owner(buf, o));
	table_add(table, field_text(o, "state"));
	percent = usage(t, field_or(o, "id", ""),
	    field_double(stats, "cpu_seconds", 0));
	snprintf(buf, sizeof(buf), "%.1f", percent);
	table_add(table, percent < 0 ? NULL : buf);
	table_add(table, text_cpu(buf, field_double(stats, "cpu_seconds",
	    0)));
	table_add(table, text_size(buf, (uint64_t)field_int(stats,
	    "memory_bytes", 0)));
	table_add(table, text_size(buf, (uint64_t)field_int(o,
	    "resources.memory_bytes", 0)));
	snprintf(buf, sizeof(buf), "%lld", (long long)field_int(stats,
	    "tasks", 0));
	table_add(table, buf);
	table_add(table, text_size(buf, (uint64_t)field_int(stats,
	    "disk_used_bytes", 0)));
}

static struct table *
make_table(struct top *t, struct json_object *all)
{
	static const char *const names[] = { "ID", "NAME", "OWNER", "STATE",
	    "%CPU", "TIME", "MEM", "LIMIT", "TASKS", "DISK" };
	struct table	*table = table_new(10, names);
	size_t		 i;

	for (i = 4; i < 10; i++)
		table_right(table, (int)i);
	for (i = 0; i < json_object_array_length(all); i++)
		row(t, table, json_object_array_get_idx(all, i));
	return table;
}

/* Running sessions, each with its stats. */
static struct json_object *
look(struct ctl *c)
{
	struct json_object	*all, *o, *stats;
	size_t			 i;

	all = api_list(c, "/v1/sessions?state=running&limit=100");
	for (i = 0; all != NULL && i < json_object_array_length(all); i++) {
		o = json_object_array_get_idx(all, i);
		stats = api_get(c, "/v1/sessions/%s/stats",
		    field_or(o, "id", ""));
		if (stats != NULL)
			put(o, "stats", stats);
	}
	return all;
}

static void
draw(struct top *t, struct json_object *all)
{
	struct winsize	 ws;
	struct table	*table = make_table(t, all);
	int		 rows = 20;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 4)
		rows = ws.ws_row - 4;
	/* Wrapping is off meanwhile: a long row is cut, not broken. */
	printf("\033[H\033[2J\033[?7l%zu running; q ends this\n\n",
	    json_object_array_length(all));
	table_print(table, stdout, rows);
	printf("\033[?7h");
	fflush(stdout);
	table_free(table);
}

static void
terminal_on(void)
{
	struct termios	raw = saved_tty;
	struct sigaction sa = { .sa_handler = stop };

	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	printf("\033[?1049h\033[?25l");
}

static void
terminal_off(void)
{
	printf("\033[?25h\033[?1049l");
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &saved_tty);
}

static int
live(struct ctl *c, struct top *t)
{
	struct pollfd		 pfd = { .fd = STDIN_FILENO, .events = POLLIN };
	struct json_object	*all;
	char			 key;
	int			 status = 0;

	if ((all = look(c)) == NULL)
		return -1;
	terminal_on();
	while (!stopped && all != NULL) {
		draw(t, all);
		json_object_put(all);
		all = NULL;
		if (poll(&pfd, 1, REFRESH_MS) == 1 &&
		    (read(STDIN_FILENO, &key, 1) != 1 || key == 'q'))
			break;
		if (stopped)
			break;
		if ((all = look(c)) == NULL)
			status = -1;
	}
	terminal_off();
	json_object_put(all);
	return status;
}

static int
once(struct ctl *c, struct top *t)
{
	struct json_object	*all;
	struct table		*table;

	if ((all = look(c)) == NULL)
		return -1;
	if (c->json)
		output_json(stdout, all);
	else {
		table = make_table(t, all);
		table_print(table, stdout, 0);
		table_free(table);
	}
	json_object_put(all);
	return 0;
}

int
cmd_top(struct ctl *c, int argc, char **argv)
{
	struct top	t = { 0 };
	size_t		i;
	int		ch, one = 0, status;

	while ((ch = ctl_option(c, argc, argv, "1", long_options)) != -1)
		one = 1;
	ctl_operands(c, argc - optind, 0, 0);
	if (one || c->json || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &saved_tty) == -1)
		status = once(c, &t);
	else
		status = live(c, &t);
	for (i = 0; i < t.nseen; i++)
		free(t.seen[i].id);
	free(t.seen);
	return status;
}
