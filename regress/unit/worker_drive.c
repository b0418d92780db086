#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fake_display.h"
#include "monotime.h"
#include "test.h"
#include "worker_drive.h"

#define PATIENCE_MS	20000
#define WORKER_UID	"65533"

__attribute__((__noreturn__))
static void
give_up(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

static void
child(struct drive *d, const char *path, int fd, int said)
{
	char	name[] = "deskd-worker", dopt[] = "-d", kopt[] = "-K";
	char	ropt[] = "-r", uopt[] = "-u", uid[] = WORKER_UID;
	char	*argv[] = { name, dopt, kopt, ropt, d->root, uopt, uid, NULL };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		_exit(3);
	/* Out of the way of both numbers first. */
	if ((fd = fcntl(fd, F_DUPFD, 20)) == -1 ||
	    (said = fcntl(said, F_DUPFD, 20)) == -1 ||
	    dup2(fd, 3) == -1 || dup2(said, FAKE_FD) == -1)
		_exit(4);
	close(fd);
	close(said);
	/* In its sandbox a sanitizer cannot look for leaks. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	execv(path, argv);
	_exit(5);
}

void
drive_start(struct drive *d, const char *self, const char *program)
{
	char	path[512], *slash;
	int	sv[2], said[2];

	if (geteuid() != 0)
		skip_all("a worker starts as root");
	strlcpy(path, self, sizeof(path));
	if ((slash = strrchr(path, '/')) == NULL)
		give_up("run me by a path");
	slash[1] = '\0';
	strlcat(path, program, sizeof(path));
	if (access(path, X_OK) == -1)
		give_up(path);
	memset(d, 0, sizeof(*d));
	d->broker = d->init = -1;
	strlcpy(d->root, "/tmp/deskd-worker.XXXXXXXX", sizeof(d->root));
	if (mkdtemp(d->root) == NULL || chmod(d->root, 0755) == -1)
		give_up("mkdtemp");
	if (wire_pair(sv) == -1 || pipe2(said, O_CLOEXEC) == -1)
		give_up("socketpair");
	if ((d->pid = fork()) == -1)
		give_up("fork");
	if (d->pid == 0)
		child(d, path, sv[1], said[1]);
	close(sv[1]);
	close(said[1]);
	d->supervisor = sv[0];
	d->said = said[0];
}

void
drive_set_up(struct drive *d, uint32_t flags, const char *env, size_t len,
    uint32_t count)
{
	struct msg_worker_setup	m;

	memset(&m, 0, sizeof(m));
	m.flags = flags;
	m.env_count = count;
	m.desktop.width = m.desktop.max_width = FAKE_WIDTH;
	m.desktop.height = m.desktop.max_height = FAKE_HEIGHT;
	m.desktop.dpi = 96;
	drive_send(d->supervisor, MSG_WORKER_SETUP, 0, &m, sizeof(m), env,
	    len);
}

static int
new_peer(struct drive *d, uint32_t role)
{
	struct msg_peer	m = { .role = role };
	int		sv[2];

	if (wire_pair(sv) == -1)
		give_up("socketpair");
	drive_send_fds(d->supervisor, MSG_PEER, 0, &m, sizeof(m), &sv[1], 1);
	close(sv[1]);
	return sv[0];
}

void
drive_new_init(struct drive *d)
{
	if (d->init != -1)
		close(d->init);
	d->init = new_peer(d, ROLE_INIT);
}

void
drive_new_broker(struct drive *d)
{
	if (d->broker != -1)
		close(d->broker);
	d->broker = new_peer(d, ROLE_BROKER);
}

static int
readable(int fd, int ms)
{
	struct pollfd	p = { .fd = fd, .events = POLLIN };
	int		n;

	while ((n = poll(&p, 1, ms)) == -1 && errno == EINTR)
		continue;
	return n == 1;
}

int
drive_exit(struct drive *d)
{
	struct monotime	began = monotime_now();
	int		status = 0;

	/* The pipe closes when the process is gone. */
	while (waitpid(d->pid, &status, WNOHANG) == 0) {
		if (monotime_since_ms(began) > PATIENCE_MS)
			give_up("the worker does not leave");
		poll(NULL, 0, 1);
	}
	d->pid = 0;
	return status;
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

void
drive_end(struct drive *d)
{
	char	path[80];

	close_fd(&d->supervisor);
	if (d->pid != 0)
		drive_exit(d);
	close_fd(&d->broker);
	close_fd(&d->init);
	close_fd(&d->said);
	snprintf(path, sizeof(path), "%s/X0", d->root);
	unlink(path);
	rmdir(d->root);
}

static void
send_all(int fd, enum msg_type type, uint64_t request, const void *data,
    size_t len, const void *tail, size_t tail_len, const int *fds, int nfds)
{
	struct msg_hdr	hdr;

	memset(&hdr, 0, sizeof(hdr));
	hdr.type = type;
	hdr.request = request;
	memset(&hdr.session, 7, sizeof(hdr.session));
	if (wire_send(fd, &hdr, data, len, tail, tail_len, fds, nfds) == -1)
		give_up(msg_name(type));
}

void
drive_send(int fd, enum msg_type type, uint64_t request, const void *data,
    size_t len, const void *tail, size_t tail_len)
{
	send_all(fd, type, request, data, len, tail, tail_len, NULL, 0);
}

void
drive_send_fds(int fd, enum msg_type type, uint64_t request,
    const void *data, size_t len, const int *fds, int nfds)
{
	send_all(fd, type, request, data, len, NULL, 0, fds, nfds);
}

struct wire_msg *
drive_expect(int fd, enum role self, enum msg_type type)
{
	static struct wire_msg	m;
	const char		*why = "closed";
	char			 text[128];

	if (!readable(fd, PATIENCE_MS)) {
		snprintf(text, sizeof(text), "no %s in time", msg_name(type));
		give_up(text);
	}
	wire_close_fds(&m);
	if (wire_recv(fd, ROLE_WORKER, self, &m, &why) != WIRE_OK) {
		snprintf(text, sizeof(text), "not %s: %s", msg_name(type), why);
		give_up(text);
	}
	if (m.hdr.type == MSG_ERROR && type != MSG_ERROR)
		printf("# error %u at \"%s\": %s\n", m.data[0],
		    drive_tail(&m, sizeof(struct msg_error), 0),
		    drive_tail(&m, sizeof(struct msg_error), 1));
	if (m.hdr.type != type) {
		snprintf(text, sizeof(text), "%s and not %s",
		    msg_name(m.hdr.type), msg_name(type));
		give_up(text);
	}
	return &m;
}

int
drive_is_closed(int fd, enum role self)
{
	static struct wire_msg	m;
	const char		*why;

	if (!readable(fd, PATIENCE_MS))
		return 0;
	if (wire_recv(fd, ROLE_WORKER, self, &m, &why) == WIRE_EOF)
		return 1;
	printf("# got %s\n", msg_name(m.hdr.type));
	return 0;
}

int
drive_is_silent(int fd, int ms)
{
	return !readable(fd, ms);
}

const char *
drive_tail(const struct wire_msg *m, size_t size, int n)
{
	struct msg_tail	 tail;
	const char	*text;

	msg_tail_init(&tail, m->data, m->len, size);
	do
		text = msg_tail_next(&tail);
	while (text != NULL && n-- > 0);
	return text;
}

int
drive_says(struct drive *d, const char *want)
{
	char	line[256];
	size_t	n = 0;

	for (;;) {
		if (n == sizeof(line) - 1 || !readable(d->said, PATIENCE_MS) ||
		    read(d->said, line + n, 1) != 1)
			break;
		if (line[n] == '\n')
			break;
		n++;
	}
	line[n] = '\0';
	if (strcmp(line, want) == 0)
		return 1;
	printf("# said \"%s\", not \"%s\"\n", line, want);
	return 0;
}
