/*
 * Read as root, so each file is taken only if everybody on this machine may
 * read it: what is private here stays out of every session.
 */
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sizes.h"
#include "log.h"
#include "skeleton.h"

#define DEPTH_MAX	12

static const struct {
	const char	*path;
	mode_t		 mode;
} dirs[] = {
	{ "dev", 0755 }, { "etc", 0755 }, { "home", 0755 },
	{ "home/user", 0755 }, { "media", 0755 }, { "mnt", 0755 },
	{ "opt", 0755 }, { "proc", 0555 }, { "root", 0700 },
	{ "run", 0755 }, { "srv", 0755 }, { "sys", 0555 },
	{ "tmp", 01777 }, { "usr", 0755 }, { "var", 0755 },
	{ "var/cache", 0755 }, { "var/lib", 0755 }, { "var/log", 0755 },
	{ "var/spool", 0755 }, { "var/tmp", 01777 }
};

/* Where a merged /usr is reached from; copied as the links they are. */
static const char *const	links[] = {
	"bin", "lib", "lib32", "lib64", "libx32", "sbin"
};

static const char *const	copied[] = {
	"etc/X11", "etc/alternatives", "etc/apparmor", "etc/bash.bashrc",
	"etc/bash_completion.d", "etc/ca-certificates", "etc/chromium",
	"etc/chromium.d", "etc/dconf", "etc/debian_version", "etc/default",
	"etc/emacs", "etc/firefox-esr", "etc/fonts", "etc/glvnd",
	"etc/gtk-2.0", "etc/gtk-3.0", "etc/gtk-4.0", "etc/icewm",
	"etc/inputrc", "etc/java-17-openjdk", "etc/java-21-openjdk",
	"etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d",
	"etc/libreoffice", "etc/locale.alias", "etc/localtime",
	"etc/lsb-release", "etc/magic", "etc/magic.mime", "etc/mailcap",
	"etc/mime.types", "etc/nanorc", "etc/openbox", "etc/os-release",
	"etc/papersize", "etc/perl", "etc/profile", "etc/profile.d",
	"etc/protocols", "etc/python3", "etc/python3.11", "etc/python3.12",
	"etc/python3.13", "etc/services", "etc/shells", "etc/skel",
	"etc/ssl", "etc/terminfo", "etc/timezone", "etc/vim", "etc/vulkan",
	"etc/wgetrc", "etc/xattr.conf", "etc/xdg", "var/cache/fontconfig"
};

static const struct {
	const char	*path;
	const char	*text;
} written[] = {
	{ "etc/passwd",
	    "root:x:0:0:root:/root:/bin/bash\n"
	    "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
	    "user:x:1000:1000:user:/home/user:/bin/bash\n"
	    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n" },
	{ "etc/group",
	    "root:x:0:\ndaemon:x:1:\ntty:x:5:\naudio:x:29:\nvideo:x:44:\n"
	    "utmp:x:43:\nusers:x:100:\nuser:x:1000:\nnogroup:x:65534:\n" },
	{ "etc/hosts", "127.0.0.1 localhost\n::1 localhost\n" },
	{ "etc/nsswitch.conf",
	    "passwd: files\ngroup: files\nhosts: files\n"
	    "services: files\nprotocols: files\n" },
	{ "etc/environment", "" },
	{ "etc/fstab", "" }
};

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int
copy_file(int from, const char *name, int to)
{
	struct stat	st;
	int		in, out;
	ssize_t		n = 0;

	if ((in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
	    O_NONBLOCK)) == -1)
		return 0;	/* gone since it was listed */
	if (fstat(in, &st) == -1 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & S_IROTH) == 0) {
		close(in);
		return 0;
	}
	out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    st.st_mode & 0755);
	if (out == -1) {
		close(in);
		return errno == EEXIST ? 0 : -1;
	}
	while (st.st_size > 0 &&
	    (n = sendfile(out, in, NULL, (size_t)st.st_size)) > 0)
		st.st_size -= n;
	close(in);
	close(out);
	return n == -1 ? -1 : 0;
}

static int
copy_link(int from, const char *name, int to)
{
	char	target[PATH_MAX];
	ssize_t	n;

	if ((n = readlinkat(from, name, target, sizeof(target) - 1)) == -1)
		return 0;
	target[n] = '\0';
	return symlinkat(target, to, name) == -1 && errno != EEXIST ? -1 : 0;
}

static int	copy_any(int, const char *, int, int);

static int
copy_dir(int from, const char *name, int to, int depth)
{
	struct dirent	*e;
	DIR		*d;
	int		 in, out, r = 0;

	if ((in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC)) == -1)
		return 0;
	if (mkdirat(to, name, 0755) == -1 && errno != EEXIST) {
		close(in);
		return -1;
	}
	if ((out = openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) ==
	    -1 || (d = fdopendir(in)) == NULL) {
		close(in);
		if (out != -1)
			close(out);
		return -1;
	}
	while (r == 0 && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0)
			r = copy_any(dirfd(d), e->d_name, out, depth + 1);
	closedir(d);
	close(out);
	return r;
}

static int
copy_any(int from, const char *name, int to, int depth)
{
	struct stat	st;

	if (depth > DEPTH_MAX ||
	    fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return 0;
	if (S_ISLNK(st.st_mode))
		return copy_link(from, name, to);
	if (S_ISDIR(st.st_mode) && (st.st_mode & 05) == 05)
		return copy_dir(from, name, to, depth);
	if (S_ISREG(st.st_mode))
		return copy_file(from, name, to);
	return 0;
}

/* path is relative to both; its folders exist on the side of to. */
static int
copy_path(int from, const char *path, int to)
{
	char	 dir[PATH_MAX], *slash;
	int	 in, out, r = -1;

	strlcpy(dir, path, sizeof(dir));
	if ((slash = strrchr(dir, '/')) == NULL)
		return copy_any(from, path, to, 0);
	*slash = '\0';
	in = openat(from, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in == -1)
		return 0;
	out = openat(to, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out != -1) {
		r = copy_any(in, slash + 1, out, 0);
		close(out);
	}
	close(in);
	return r;
}

static int
write_text(int root, const char *path, const char *text)
{
	int	fd, r;

	fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0644);
	if (fd == -1)
		return -1;
	r = dprintf(fd, "%s", text) < 0 ? -1 : 0;
	close(fd);
	return r;
}

/* D-Bus wants an id of the machine; a session's must not be the host's. */
static int
write_machine_id(int root)
{
	char		text[34];
	unsigned char	id[16];
	int		i;

	arc4random_buf(id, sizeof(id));
	for (i = 0; i < 16; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
	strlcat(text, "\n", sizeof(text));
	return write_text(root, "etc/machine-id", text);
}

/* The shell's files; their names are known and none is a folder. */
static int
make_home(int root, int host)
{
	static const char *const	files[] = {
		".bashrc", ".profile", ".bash_logout"
	};
	size_t				i;
	int				from, to;

	to = openat(root, "home/user", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (to == -1)
		return -1;
	from = openat(host, "etc/skel", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; from != -1 && i < 3; i++)
		if (copy_file(from, files[i], to) == 0 && fchownat(to,
		    files[i], SESSION_UID, SESSION_UID, 0) == -1)
			log_debug("no %s", files[i]);
	if (from != -1)
		close(from);
	close(to);
	return fchownat(root, "home/user", SESSION_UID, SESSION_UID, 0);
}

static int
fill(int root, int host)
{
	size_t	i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdirat(root, dirs[i].path, dirs[i].mode) == -1 ||
		    fchmodat(root, dirs[i].path, dirs[i].mode, 0) == -1)
			return -1;
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (copy_link(host, links[i], root) == -1)
			return -1;
	for (i = 0; i < sizeof(copied) / sizeof(copied[0]); i++)
		if (copy_path(host, copied[i], root) == -1)
			return -1;
	for (i = 0; i < sizeof(written) / sizeof(written[0]); i++)
		if (write_text(root, written[i].path, written[i].text) == -1)
			return -1;
	if (symlinkat("../run", root, "var/run") == -1 ||
	    symlinkat("../proc/self/mounts", root, "etc/mtab") == -1)
		return -1;
	if (write_machine_id(root) == -1)
		return -1;
	return make_home(root, host);
}

int
skeleton_make(const char *path)
{
	int	root, host, r = -1;

	/* Our own tree, written by nobody else: a walk is safe here. */
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == -1 &&
	    errno != ENOENT)
		return -1;
	if (mkdir(path, 0755) == -1)
		return -1;
	root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	host = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root != -1 && host != -1)
		r = fill(root, host);
	if (root != -1)
		close(root);
	if (host != -1)
		close(host);
	return r;
}
