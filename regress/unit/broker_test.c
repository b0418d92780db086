/*
 * The real deskd-broker between a fake supervisor with fake workers and
 * clients of several users on its socket.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <libgen.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker_test.h"
#include "fake.h"
#include "http_test.h"
#include "test.h"

char		 dir[] = "/tmp/broker_test.XXXXXX";
pid_t		 fake;

static void
set_up(const char *self)
{
	static char	program[4096];
	char		copy[4096];

	if (geteuid() != 0)
		skip_all("needs root: a broker gives its rights up");
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		skip_all("no mount namespace here");
	if (mkdtemp(dir) == NULL || chmod(dir, 0711) == -1 ||
	    mkdir(path("%s/store", dir), 0700) == -1)
		abort();
	/* Small, so that it can be filled. */
	if (mount("store", path("%s/store", dir), "tmpfs", 0,
	    "size=16m,mode=0700") == -1)
		skip_all("no tmpfs here");
	if (chown(path("%s/store", dir), FAKE_BROKER_UID, FAKE_BROKER_UID) ==
	    -1)
		abort();
	snprintf(copy, sizeof(copy), "%s", self);
	snprintf(program, sizeof(program), "%s/deskd-broker", dirname(copy));
	snprintf(socket_path, sizeof(socket_path), "%s/api.sock", dir);
	fake = fake_start(dir, program);
}

static void
tear_down(void)
{
	kill(fake, SIGTERM);
	waitpid(fake, NULL, 0);
	umount2(path("%s/store", dir), MNT_DETACH);
	rmdir(path("%s/store", dir));
	unlink(path("%s/api.sock", dir));
	unlink(path("%s/fake.log", dir));
	unlink(path("%s/broker.pid", dir));
	rmdir(dir);
	call_end();
}

int
main(int argc, char **argv)
{
	(void)argc;
	set_up(argv[0]);
	if (ok(wait_api(), "it is ready")) {
		test_create();
		test_refused();
		test_limits();
		test_users();
		test_list();
		test_life();
		test_failures();
		test_actions();
		test_hostile();
		test_windows();
		test_window_acts();
		test_kept();
		test_shot();
		test_shot_format();
		test_clipboard();
		test_display();
		test_exec();
		test_exec_stream();
		test_exec_slow();
		test_idem();
		test_crash();
		test_stream();
		test_full();
		test_leave();
		test_system();
	}
	tear_down();
	return done();
}
