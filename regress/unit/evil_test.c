/* The worker that does what it is told does so. */
#include <sys/wait.h>

#include <string.h>
#include <unistd.h>

#include "test.h"
#include "worker_drive.h"

static void
write_script(const char *path, const char *text)
{
	FILE	*f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) == EOF)
		exit(1);
	setenv("DESKD_EVIL", path, 1);
}

int
main(int argc, char **argv)
{
	struct drive		 d;
	struct wire_msg		*m;
	char			 path[64];
	static struct wire_msg	 bad;
	const char		*why;
	enum wire_result	 got;

	(void)argc;
	if (geteuid() != 0)
		skip_all("a worker starts as root");
	snprintf(path, sizeof(path), "/tmp/deskd-evil.%d", (int)getpid());
	write_script(path, "# a comment\n"
	    "peers 2\n"
	    "send broker desktop 7 0300000000000000000000000000000000\n"
	    "times 3\n"
	    "send broker record 1 000000000000000000000000\n"
	    "wait supervisor\n"
	    "send supervisor pong 9 -\n"
	    "raw supervisor 0102\n"
	    "send supervisor pong 0 - null\n"
	    "exit 3\n");
	drive_start(&d, argv[0], "deskd-worker-evil");
	drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_READY);
	ok(1, "it is ready");
	drive_new_broker(&d);
	drive_new_init(&d);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	ok(m->hdr.request == 7 && m->data[0] == 3 && m->len == 17,
	    "its message is there");
	drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
	drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
	drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
	ok(1, "three more");
	drive_send(d.supervisor, MSG_PING, 9, NULL, 0, NULL, 0);
	m = drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_PONG);
	ok(m->hdr.request == 9, "one after a wait");
	ok(WEXITSTATUS(drive_exit(&d)) == 3, "it leaves as told");
	got = wire_recv(d.supervisor, ROLE_WORKER, ROLE_SUPERVISOR, &bad, &why);
	ok(got == WIRE_BAD, "raw bytes are refused: %s", why);
	got = wire_recv(d.supervisor, ROLE_WORKER, ROLE_SUPERVISOR, &bad, &why);
	ok(got == WIRE_BAD, "so is a stray descriptor: %s", why);
	drive_end(&d);
	unlink(path);
	return done();
}
