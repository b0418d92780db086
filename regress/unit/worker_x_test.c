/*
 * deskd-worker with a real X server: it connects, looks, moves, clicks and
 * types; what arrived is read from a file that a program in the session
 * wrote, and from the pixels.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "monotime.h"
#include "problem.h"
#include "test.h"
#include "worker_drive.h"

#define PATIENCE_MS	15000

static struct drive	d;
static pid_t		children[3];
static char		display[32], typed[80], socket_path[80];

static pid_t
run(const char *const *argv, int keep)
{
	pid_t	pid = fork();
	int	null, i;

	if (pid != 0)
		return pid;
	setpgid(0, 0);
	null = open("/dev/null", O_RDWR);
	for (i = 0; i < 3; i++)
		dup2(null, i);
	for (i = 3; i < 64; i++)
		if (i != keep)
			close(i);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void
stop_all(void)
{
	size_t	i;

	for (i = 3; i-- > 0;) {
		if (children[i] <= 0)
			continue;
		kill(-children[i], SIGKILL);
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
		children[i] = 0;
	}
	if (typed[0] != '\0')
		unlink(typed);
}

/* The server's socket is made known in the worker's root directory. */
static int
start_server(void)
{
	const char	*argv[] = { "Xvfb", "-displayfd", "30", "-screen", "0",
			    "1280x800x24", "-nolisten", "tcp", "-noreset",
			    "-ac", NULL };
	struct pollfd	 p;
	char		 number[16] = "", path[80];
	size_t		 len = 0;
	int		 fds[2];
	ssize_t		 n;

	if (pipe(fds) == -1)
		return -1;
	dup2(fds[1], 30);
	children[0] = run(argv, 30);
	close(fds[1]);
	close(30);
	p.fd = fds[0];
	p.events = POLLIN;
	/* To the newline: the server dies when it cannot write that. */
	while (strchr(number, '\n') == NULL) {
		if (len == sizeof(number) - 1 ||
		    poll(&p, 1, PATIENCE_MS) != 1 || (n = read(fds[0],
		    number + len, sizeof(number) - 1 - len)) <= 0) {
			close(fds[0]);
			return -1;
		}
		len += (size_t)n;
	}
	close(fds[0]);
	number[strcspn(number, "\n")] = '\0';
	snprintf(display, sizeof(display), ":%s", number);
	setenv("DISPLAY", display, 1);
	snprintf(socket_path, sizeof(socket_path), "/tmp/.X11-unix/X%s",
	    number);
	snprintf(path, sizeof(path), "%s/X0", d.root);
	return link(socket_path, path);
}

static void
start_clients(void)
{
	static char		 script[160];
	static const char	*wm[] = { "icewm", NULL };
	static const char	*term[] = { "xterm", "-geometry",
				    "80x24+100+100", "-T", "typed", "-e", "sh",
				    "-c", script, NULL };

	snprintf(typed, sizeof(typed), "/tmp/deskd-typed.%d", (int)getpid());
	snprintf(script, sizeof(script), "stty -echo; cat > %s", typed);
	children[1] = run(wm, -1);
	children[2] = run(term, -1);
}

__attribute__((__format__(__printf__, 2, 3)))
static void
ask(uint64_t request, const char *fmt, ...)
{
	struct msg_actions	a = { .principal = 1000 };
	char			body[2048];
	va_list			ap;
	size_t			i, n;

	va_start(ap, fmt);
	vsnprintf(body, sizeof(body), fmt, ap);
	va_end(ap);
	n = strlen(body);
	for (i = 0; i < n; i++)
		if (body[i] == '\'')
			body[i] = '"';
	drive_send(d.broker, MSG_ACTIONS, request, &a, sizeof(a), body, n);
}

/* One result; its text is copied. */
static enum problem
result(char *text, size_t len)
{
	struct wire_msg		*m;
	struct msg_action_done	 done_;

	drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_ACTION_DONE);
	memcpy(&done_, m->data, sizeof(done_));
	if (text != NULL)
		strlcpy(text, drive_tail(m, sizeof(done_), 0), len);
	if (done_.problem != PROBLEM_NONE)
		printf("# %s\n", drive_tail(m, sizeof(done_), 0));
	return problem_valid(done_.problem);
}

static int
is_png(int fd, uint32_t size, uint32_t width, uint32_t height)
{
	static const uint8_t	 magic[] = { 0x89, 'P', 'N', 'G' };
	const uint8_t		*p;
	struct stat		 st;
	int			 good;

	if (fstat(fd, &st) == -1 || st.st_size != (off_t)size || size < 32 ||
	    (fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE) == 0)
		return 0;
	p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return 0;
	good = memcmp(p, magic, 4) == 0 &&
	    ((uint32_t)p[18] << 8 | p[19]) == width &&
	    ((uint32_t)p[22] << 8 | p[23]) == height;
	munmap((void *)(uintptr_t)p, size);
	return good;
}

static void
begin(const char *self)
{
	struct wire_msg		*m;
	struct msg_desktop	 desktop;

	drive_start(&d, self, "deskd-worker");
	drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_READY);
	if (start_server() == -1) {
		drive_end(&d);
		stop_all();
		skip_all("no X server starts here");
	}
	start_clients();
	drive_set_up(&d, SESSION_HAS_DESKTOP, NULL, 0, 0);
	drive_new_broker(&d);
	drive_new_init(&d);
	drive_expect(d.init, ROLE_INIT, MSG_DISPLAY_START);
	drive_send(d.init, MSG_DISPLAY_READY, 1, NULL, 0, NULL, 0);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	memcpy(&desktop, m->data, sizeof(desktop));
	ok(desktop.state == DESKTOP_READY && desktop.width == 1280 &&
	    desktop.height == 800, "the desktop is ready after %u ms",
	    desktop.ready_ms);
}

static void
looks(void)
{
	struct msg_shot		 want;
	struct wire_msg		*m;
	struct msg_shot_done	 shot;
	struct msg_action_picture pic;

	memset(&want, 0, sizeof(want));
	drive_send(d.broker, MSG_SHOT, 1, &want, sizeof(want), NULL, 0);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_SHOT_DONE);
	memcpy(&shot, m->data, sizeof(shot));
	ok(shot.width == 1280 && shot.height == 800 &&
	    is_png(m->fds[0], shot.size, 1280, 800), "a picture");

	ask(2, "{'type':'screenshot','region':[10,10,200,100]}");
	m = drive_expect(d.broker, ROLE_BROKER, MSG_ACTION_PICTURE);
	memcpy(&pic, m->data, sizeof(pic));
	ok(is_png(m->fds[0], pic.size, 200, 100), "of a region");
	ok(result(NULL, 0) == PROBLEM_NONE, "and its result");
	drive_expect(d.broker, ROLE_BROKER, MSG_ACTIONS_DONE);

	ask(3, "{'type':'zoom','region':[0,0,128,40]}");
	m = drive_expect(d.broker, ROLE_BROKER, MSG_ACTION_PICTURE);
	memcpy(&pic, m->data, sizeof(pic));
	ok(is_png(m->fds[0], pic.size, 1280, 400), "zoomed to the usual size");
	result(NULL, 0);
	drive_expect(d.broker, ROLE_BROKER, MSG_ACTIONS_DONE);
}

static int
typed_is(const char *want)
{
	struct monotime	began = monotime_now();
	char		got[256];
	ssize_t		n = 0;
	int		fd;

	do {
		if ((fd = open(typed, O_RDONLY)) != -1) {
			n = read(fd, got, sizeof(got) - 1);
			close(fd);
		}
		got[n > 0 ? n : 0] = '\0';
		if (strcmp(got, want) == 0)
			return 1;
		poll(NULL, 0, 10);
	} while (monotime_since_ms(began) < PATIENCE_MS);
	printf("# \"%s\", not \"%s\"\n", got, want);
	return 0;
}

static void
acts(void)
{
	struct monotime	began = monotime_now();
	char		text[256];
	int		i, good = 1;

	/* Its shell runs before the window manager shows its window. */
	while ((access(typed, F_OK) == -1 || system("xwininfo -name typed "
	    "2> /dev/null | grep -q IsViewable") != 0) &&
	    monotime_since_ms(began) < PATIENCE_MS)
		poll(NULL, 0, 10);
	ask(4, "{'actions':[{'type':'left_click','x':200,'y':200},"
	    "{'type':'type','text':'Hello W\303\266rld 1\\n'},"
	    "{'type':'key','keys':'a shift+b Return'},"
	    "{'type':'mouse_move','x':7,'y':9},"
	    "{'type':'cursor_position'}],'screenshot':'last',"
	    "'settle_ms':50}");
	for (i = 0; i < 4; i++)
		good &= result(NULL, 0) == PROBLEM_NONE;
	ok(good, "click, type, key, move");
	drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
	drive_expect(d.broker, ROLE_BROKER, MSG_ACTION_PICTURE);
	drive_expect(d.broker, ROLE_BROKER, MSG_ACTION_DONE);
	drive_expect(d.broker, ROLE_BROKER, MSG_ACTIONS_DONE);
	ok(typed_is("Hello W\303\266rld 1\naB\n"), "the terminal had it all");
	ask(5, "{'type':'cursor_position'}");
	result(text, sizeof(text));
	ok(strcmp(text, "{\"type\":\"cursor_position\",\"x\":7,\"y\":9}") == 0,
	    "%s", text);
	drive_expect(d.broker, ROLE_BROKER, MSG_ACTIONS_DONE);
	ask(6, "{'type':'left_click','x':1280,'y':1}");
	ok(strcmp(drive_tail(drive_expect(d.broker, ROLE_BROKER, MSG_ERROR),
	    sizeof(struct msg_error), 0), "/x") == 0, "outside of the screen");
}

/* A server that has stopped: actions time out, the worker answers. */
static void
stopped_server(void)
{
	kill(children[0], SIGSTOP);
	ask(7, "{'type':'left_click','x':20,'y':20}");
	drive_send(d.supervisor, MSG_PING, 8, NULL, 0, NULL, 0);
	drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_PONG);
	ok(result(NULL, 0) == PROBLEM_DISPLAY_TIMEOUT, "a stopped X server");
	drive_expect(d.broker, ROLE_BROKER, MSG_ACTIONS_DONE);
	kill(children[0], SIGCONT);
	ask(9, "{'type':'left_click','x':20,'y':20}");
	ok(result(NULL, 0) == PROBLEM_NONE, "that goes on");
	drive_expect(d.broker, ROLE_BROKER, MSG_ACTIONS_DONE);
}

static void
killed_server(void)
{
	struct msg_display_gone	 gone = { .status = SIGKILL };
	struct wire_msg		*m;
	struct msg_desktop	 desktop;
	struct msg_error	 e;

	kill(children[0], SIGKILL);
	drive_send(d.init, MSG_DISPLAY_GONE, 0, &gone, sizeof(gone), NULL, 0);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	memcpy(&desktop, m->data, sizeof(desktop));
	ok(desktop.state == DESKTOP_FAILED, "a killed X server: %s",
	    drive_tail(m, sizeof(desktop), 0));
	ask(10, "{'type':'left_click','x':20,'y':20}");
	m = drive_expect(d.broker, ROLE_BROKER, MSG_ERROR);
	memcpy(&e, m->data, sizeof(e));
	ok(e.problem == PROBLEM_DESKTOP_FAILED, "and nothing to click on");
}

int
main(int argc, char **argv)
{
	(void)argc;
	if (access("/usr/bin/Xvfb", X_OK) == -1)
		skip_all("Xvfb is not installed");
	if (access("/usr/bin/xterm", X_OK) == -1)
		skip_all("xterm is not installed");
	atexit(stop_all);
	begin(argv[0]);
	looks();
	acts();
	stopped_server();
	killed_server();
	drive_end(&d);
	return done();
}
