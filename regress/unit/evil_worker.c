/*
 * A worker that has been taken over, for tests of those who must bear it:
 * started like deskd-worker, it says READY and then does what the lines of
 * a script say.  The script is named by DESKD_EVIL, or lies beside the
 * program, called like it with ".script" at the end.  Nothing is dropped
 * and nothing is checked.
 *
 *	peers N				until N peers were handed over
 *	wait WHO			for one message from there
 *	send WHO TYPE REQUEST HEX FD...	a message as it should look
 *	raw WHO HEX FD...		bytes as they are
 *	times N				the next line N times
 *	exit N				leave with that status
 *
 * WHO is supervisor, broker or init; TYPE a name or a number; HEX "-" when
 * there is none; FD one of null, pipe, socket, memfd, zero.  After the last
 * line it hangs, reading nothing, until its supervisor is gone.
 */
#include <sys/mman.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "log.h"
#include "wire.h"

#define WORDS	64

static int	peers[3] = { CHILD_FD, -1, -1 };
static int	npeers;
static uint8_t	bytes[2 * MSG_MAX];

static int
who(const char *name)
{
	static const char *const	names[] = { "supervisor", "broker",
					    "init" };
	int				i;

	for (i = 0; i < 3; i++)
		if (name != NULL && strcmp(name, names[i]) == 0)
			return i;
	fatalx("nobody is called %s", name == NULL ? "(nothing)" : name);
}

static size_t
unhex(const char *hex)
{
	size_t	n;
	char	pair[3] = "";

	if (hex == NULL || strcmp(hex, "-") == 0)
		return 0;
	for (n = 0; hex[2 * n] != '\0' && n < sizeof(bytes); n++) {
		memcpy(pair, hex + 2 * n, 2);
		bytes[n] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

static int
make_fd(const char *kind)
{
	int	fds[2] = { -1, -1 };

	if (strcmp(kind, "pipe") == 0 && pipe(fds) == 0)
		return fds[0];
	if (strcmp(kind, "socket") == 0 && wire_pair(fds) == 0)
		return fds[0];
	if (strcmp(kind, "memfd") == 0)
		return memfd_create("evil", MFD_ALLOW_SEALING);
	return open(strcmp(kind, "zero") == 0 ? "/dev/zero" : "/dev/null",
	    O_RDWR);
}

/* Whole packets, so that wire_send's own care is not in the way. */
static void
send_raw(int fd, const uint8_t *p, size_t len, char **kinds)
{
	union {
		struct cmsghdr	hdr;
		char		buf[CMSG_SPACE(WORDS * sizeof(int))];
	} control;
	struct iovec	 iov = { .iov_base = (void *)(uintptr_t)p,
			    .iov_len = len };
	struct msghdr	 mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr	*cmsg;
	int		 fds[WORDS], n = 0;

	for (; *kinds != NULL; kinds++)
		fds[n++] = make_fd(*kinds);
	if (n > 0) {
		memset(&control, 0, sizeof(control));
		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE((size_t)n * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&mh);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, (size_t)n * sizeof(int));
	}
	if (sendmsg(fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
		log_warn("sendmsg");
	while (n > 0)
		close(fds[--n]);
}

static void
send_message(char **word)
{
	struct msg_hdr	hdr;
	static uint8_t	packet[sizeof(hdr) + sizeof(bytes)];
	int		to = who(word[1]);
	uint32_t	type;
	size_t		len;

	if (word[2] == NULL || word[3] == NULL || word[4] == NULL)
		fatalx("send what?");
	for (type = 1; type < MSG__COUNT; type++)
		if (strcmp(msg_name(type), word[2]) == 0)
			break;
	if (type == MSG__COUNT)
		type = (uint32_t)strtoul(word[2], NULL, 0);
	len = unhex(word[4]);
	memset(&hdr, 0, sizeof(hdr));
	hdr.type = type;
	hdr.request = strtoull(word[3], NULL, 0);
	hdr.len = (uint32_t)len;
	memcpy(packet, &hdr, sizeof(hdr));
	memcpy(packet + sizeof(hdr), bytes, len);
	send_raw(peers[to], packet, sizeof(hdr) + len, word + 5);
}

/* One message from there; a new peer is kept. */
static void
wait_for(int from)
{
	static const enum role	roles[] = { ROLE_SUPERVISOR, ROLE_BROKER,
				    ROLE_INIT };
	static struct wire_msg	m;
	struct pollfd		p = { .fd = peers[from], .events = POLLIN };
	struct msg_peer		peer;
	const char		*why;
	enum wire_result	 got;

	while (poll(&p, 1, -1) == -1 && errno == EINTR)
		continue;
	got = wire_recv(peers[from], roles[from], ROLE_WORKER, &m, &why);
	if (got == WIRE_EOF && from == 0)
		exit(0);
	if (got != WIRE_OK)
		return;
	if (m.hdr.type == MSG_PEER) {
		memcpy(&peer, m.data, sizeof(peer));
		peers[peer.role == ROLE_INIT ? 2 : 1] = wire_take_fd(&m, 0);
		npeers++;
	}
	wire_close_fds(&m);
}

static void
obey(char **word)
{
	if (strcmp(word[0], "send") == 0)
		send_message(word);
	else if (strcmp(word[0], "raw") == 0 && word[1] != NULL &&
	    word[2] != NULL)
		send_raw(peers[who(word[1])], bytes, unhex(word[2]), word + 3);
	else if (strcmp(word[0], "wait") == 0)
		wait_for(who(word[1]));
	else if (strcmp(word[0], "peers") == 0 && word[1] != NULL)
		while (npeers < atoi(word[1]))
			wait_for(0);
	else if (strcmp(word[0], "exit") == 0 && word[1] != NULL)
		exit(atoi(word[1]));
	else
		fatalx("what is %s?", word[0]);
}

static void
run(FILE *script)
{
	char	*line = NULL, *p, *word[WORDS];
	size_t	 size = 0;
	long	 times = 1;
	int	 n;

	while (getline(&line, &size, script) != -1) {
		n = 0;
		for (p = strtok(line, " \t\n"); p != NULL && n < WORDS - 1;
		    p = strtok(NULL, " \t\n"))
			word[n++] = p;
		word[n] = NULL;
		if (n == 0 || word[0][0] == '#')
			continue;
		if (strcmp(word[0], "times") == 0 && n > 1) {
			times = strtol(word[1], NULL, 10);
			continue;
		}
		for (; times > 0; times--)
			obey(word);
		times = 1;
	}
	free(line);
}

static FILE *
open_script(void)
{
	char		 path[1024] = "";
	const char	*name = getenv("DESKD_EVIL");
	ssize_t		 n;

	if (name == NULL) {
		n = readlink("/proc/self/exe", path, sizeof(path) - 16);
		if (n == -1)
			fatal("readlink");
		path[n] = '\0';
		strlcat(path, ".script", sizeof(path));
		name = path;
	}
	return fopen(name, "re");
}

int
main(int argc, char **argv)
{
	struct msg_ready	 ready = { .protocol = MSG_PROTOCOL };
	struct msg_hdr		 hdr;
	struct child		 child;
	struct pollfd		 p = { .fd = CHILD_FD };
	FILE			*script;

	child_options(&child, "deskd-worker-evil", argc, argv);
	memset(&hdr, 0, sizeof(hdr));
	hdr.type = MSG_READY;
	if (wire_send(CHILD_FD, &hdr, &ready, sizeof(ready), NULL, 0, NULL,
	    0) == -1)
		fatal("ready");
	if ((script = open_script()) == NULL)
		fatal("no script");
	run(script);
	fclose(script);
	while (poll(&p, 1, -1) != 1)
		continue;
	return 0;
}
