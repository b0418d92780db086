#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"
#include "sizes.h"

#define NAMESPACES	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | \
			    CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)
#define ROOT		"/mnt"

static void
need(int good, const char *what)
{
	if (good)
		return;
	dprintf(2, "# box: %s: %s\n", what, strerror(errno));
	_exit(70);
}

static void
dir(const char *path, mode_t mode)
{
	need(mkdir(path, mode) == 0 && chmod(path, mode) == 0, path);
}

static void
copy(int from, const char *path)
{
	struct stat	st;
	int		to;

	to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	need(to != -1 && fstat(from, &st) == 0 && sendfile(to, from, NULL,
	    (size_t)st.st_size) == st.st_size, path);
	close(to);
}

static void
device(const char *name)
{
	char	from[64], to[64];

	snprintf(from, sizeof(from), "/dev/%s", name);
	snprintf(to, sizeof(to), ROOT "/dev/%s", name);
	need(close(open(to, O_WRONLY | O_CREAT, 0666)) == 0, to);
	need(mount(from, to, NULL, MS_BIND, NULL) == 0, from);
}

static void
tree(void)
{
	static const char *const	dirs[] = { "/usr", "/etc", "/dev",
					    "/dev/pts", "/proc", "/home",
					    "/run", "/run/deskd", "/var",
					    "/var/lib", NULL };
	char				path[64];
	int				i;

	need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "/");
	need(mount("tmpfs", ROOT, "tmpfs", 0, "mode=0755") == 0, "tmpfs");
	for (i = 0; dirs[i] != NULL; i++) {
		snprintf(path, sizeof(path), ROOT "%s", dirs[i]);
		dir(path, 0755);
	}
	dir(ROOT "/root", 0700);
	dir(ROOT "/tmp", 01777);
	dir(ROOT "/tmp/.X11-unix", 01777);
	dir(ROOT "/dev/shm", 01777);
	dir(ROOT "/home/user", 0755);
	need(chown(ROOT "/home/user", SESSION_UID, SESSION_UID) == 0, "home");
	need(mount("/usr", ROOT "/usr", NULL, MS_BIND | MS_REC, NULL) == 0 &&
	    mount("/etc", ROOT "/etc", NULL, MS_BIND | MS_REC, NULL) == 0,
	    "bind");
	need(symlink("usr/bin", ROOT "/bin") == 0 &&
	    symlink("usr/sbin", ROOT "/sbin") == 0 &&
	    symlink("usr/lib", ROOT "/lib") == 0 &&
	    symlink("usr/lib64", ROOT "/lib64") == 0 &&
	    symlink("pts/ptmx", ROOT "/dev/ptmx") == 0, "symlink");
	device("null");
	device("zero");
	device("urandom");
	device("tty");
	need(mount("devpts", ROOT "/dev/pts", "devpts", 0,
	    "newinstance,ptmxmode=0666,mode=620") == 0, "devpts");
	need(mount("proc", ROOT "/proc", "proc", 0, NULL) == 0, "proc");
}

static void
child(int go, int ready, int init, int helper)
{
	char	*argv[] = { (char[]){ "deskd-init" }, NULL };
	char	*env[] = { NULL };
	char	 c;
	int	 null;

	need(read(go, &c, 1) == 1, "wait for the map");
	need(setgroups(0, NULL) == 0 && setresgid(0, 0, 0) == 0 &&
	    setresuid(0, 0, 0) == 0, "be root inside");
	tree();
	copy(init, ROOT "/run/deskd/init");
	copy(helper, ROOT BOX_HELPER);
	need(chdir(ROOT) == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
	    umount2(".", MNT_DETACH) == 0 && chdir("/") == 0, "pivot_root");
	null = open("/dev/null", O_RDWR);
	need(dup2(null, 0) == 0 && dup2(null, 1) == 1, "null");
	if (getenv("TEST_VERBOSE") == NULL)
		need(dup2(null, 2) == 2, "null");
	/* 9 is a descriptor that must not get past init. */
	need(dup2(ready, 3) == 3 && dup2(null, 9) == 9, "descriptors");
	execve("/run/deskd/init", argv, env);
	need(0, "exec init");
}

static int
map(pid_t pid, const char *file)
{
	char	path[64], text[64];
	int	fd, n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	n = snprintf(text, sizeof(text), "0 %u %u\n", BOX_UID_BASE,
	    (unsigned int)SESSION_UIDS);
	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) == -1)
		return -1;
	n = write(fd, text, (size_t)n) == n ? 0 : -1;
	close(fd);
	return n;
}

int
box_start(struct box *b, const char *path)
{
	int	go[2], ready[2], init, helper;

	init = open(path, O_RDONLY | O_CLOEXEC);
	helper = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (init == -1 || helper == -1 || pipe2(go, O_CLOEXEC) == -1 ||
	    pipe2(ready, O_CLOEXEC) == -1)
		return -1;
	b->pid = (pid_t)syscall(SYS_clone, NAMESPACES | SIGCHLD, 0, 0, 0, 0);
	if (b->pid == 0)
		child(go[0], ready[1], init, helper);
	close(ready[1]);
	close(go[0]);
	close(init);
	close(helper);
	b->ready = ready[0];
	if (b->pid == -1)
		return -1;
	if (map(b->pid, "uid_map") == -1 || map(b->pid, "gid_map") == -1 ||
	    write(go[1], "", 1) != 1) {
		box_stop(b);
		return -1;
	}
	close(go[1]);
	return 0;
}

int
box_connect(const struct box *b, const char *path)
{
	struct sockaddr_un	sun;
	int			fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/%d/root%s",
	    (int)b->pid, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

int
box_alive(const struct box *b)
{
	return waitpid(b->pid, NULL, WNOHANG) == 0;
}

void
box_stop(struct box *b)
{
	kill(b->pid, SIGKILL);
	while (waitpid(b->pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	close(b->ready);
}
