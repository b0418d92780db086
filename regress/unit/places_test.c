/*
 * Folders of an instance: who may look into them, and that nothing is made
 * or removed through what somebody else put there.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "supervisor.h"
#include "test.h"

#define ID	"ses_01ARZ3NDEKTSV4RRFFQ69G5FAV"

static char		top[] = "/tmp/dk.places.XXXXXX";
static char		state[64], run[64];
static struct conf	conf;

static const char *
below(const char *dir, const char *name)
{
	static char	path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static mode_t
mode_of(const char *dir, const char *name)
{
	struct stat	st;

	return lstat(below(dir, name), &st) == -1 ? 0 : st.st_mode & 07777;
}

/* In a process of its own: what it refuses is its end. */
static int
made(void)
{
	pid_t	pid;
	int	status;

	if ((pid = fork()) == 0) {
		places_make(&conf);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
making(void)
{
	struct stat	st;

	ok(made(), "made");
	ok(mode_of(state, "") == 0711, "state: a way to the socket only");
	ok(mode_of(state, "sessions") == 0700, "disks are for root");
	ok(mode_of(state, "images") == 0700, "images too");
	ok(mode_of(run, "sessions") == 0711, "who is there, too");
	ok(lstat(below(state, "store"), &st) == 0 &&
	    st.st_uid == conf.broker_uid && (st.st_mode & 07777) == 0700,
	    "the store is for the broker");
	ok(made(), "made again");
	chmod(run, 0777);
	ok(!made(), "not where others may write");
	chmod(run, 0755);
	rmdir(below(run, "sessions"));
	ok(symlink("/tmp", below(run, "sessions")) == 0 && !made(),
	    "not through a link");
	unlink(below(run, "sessions"));
	ok(made(), "and made after that");
}

static void
touch(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static void
removing(void)
{
	char	dir[PATH_MAX], path[PATH_MAX];

	place_session(&conf, ID, NULL, dir, sizeof(dir));
	ok(place_remove(&conf, ID) == -1 && errno == ENOENT,
	    "what is not there");
	mkdir(dir, 0755);
	mkdir(below(dir, "ctl"), 0755);
	touch(below(dir, "record"));
	ok(place_remove(&conf, ID) == 0 && access(dir, F_OK) == -1,
	    "folders and files of ours");

	mkdir(dir, 0755);
	touch(below(top, "precious"));
	place_session(&conf, ID, "record", path, sizeof(path));
	ok(symlink(below(top, "precious"), path) == 0 &&
	    place_remove(&conf, ID) == 0 &&
	    access(below(top, "precious"), F_OK) == 0,
	    "a link, not what it names");

	mkdir(dir, 0755);
	mkdir(below(dir, "ctl"), 0755);
	touch(below(dir, "ctl/file"));
	ok(place_remove(&conf, ID) == -1 &&
	    access(below(dir, "ctl/file"), F_OK) == 0,
	    "nothing within a folder");
	unlink(below(dir, "ctl/file"));
	place_remove(&conf, ID);
}

int
main(void)
{
	if (geteuid() != 0)
		skip_all("needs root");
	log_init("places_test", 1, 0);
	umask(022);
	if (mkdtemp(top) == NULL)
		return 1;
	snprintf(state, sizeof(state), "%s/state", top);
	snprintf(run, sizeof(run), "%s/run", top);
	conf.state_dir = state;
	conf.run_dir = run;
	conf.broker_uid = 12345;
	making();
	removing();
	unlink(below(top, "precious"));
	rmdir(below(run, "sessions"));
	rmdir(run);
	rmdir(below(state, "sessions"));
	rmdir(below(state, "images"));
	rmdir(below(state, "store"));
	rmdir(state);
	ok(rmdir(top) == 0, "nothing else was made");
	return done();
}
