/*
 * The file systems of a session, made before it has a process.  Layers are
 * attached only for as long as the kernel needs their paths; the session
 * gets descriptors.
 *
 * x11/ and ctl/ are tmpfs of their own: they are what a worker and we reach
 * of a session, small, and their top folders cannot be replaced by it.
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "disk.h"
#include "log.h"
#include "mountfd.h"
#include "ns.h"
#include "session.h"
#include "supervisor.h"

static int
make_dirs(const struct session *s)
{
	static const char *const	names[] = {
		NULL, "ctl", "x11", "disk", "lower", "upper", "stage"
	};
	char				path[PATH_MAX];
	size_t				i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		place_session(sv.conf, s->text, names[i], path, sizeof(path));
		if (mkdir(path, 0755) == -1 && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int
mount_small(const struct session *s, const char *name, const char *mode)
{
	char	path[PATH_MAX], options[128];

	place_session(sv.conf, s->text, name, path, sizeof(path));
	snprintf(options, sizeof(options),
	    "size=64k,nr_inodes=32,uid=%u,gid=%u,mode=%s",
	    (unsigned int)s->uids.base, (unsigned int)s->uids.base, mode);
	return mount("tmpfs", path, "tmpfs",
	    MS_NOSUID | MS_NODEV | MS_NOEXEC, options);
}

/* A program's place in the session's tree: a file to mount it on. */
static int
make_program_file(const struct session *s, const char *name)
{
	char	path[PATH_MAX];
	int	fd;

	place_session(sv.conf, s->text, name, path, sizeof(path));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd == -1)
		return -1;
	close(fd);
	return 0;
}

static int
mount_disk(struct session *s)
{
	char	image[PATH_MAX], dir[PATH_MAX];

	place_disk(sv.conf, s->text, image, sizeof(image));
	place_session(sv.conf, s->text, "disk", dir, sizeof(dir));
	if (s->start.flags & SESSION_NEW) {
		if (disk_make(image, s->start.resources.disk) == -1)
			return -1;
		s->made_disk = 1;
	}
	return disk_mount(image, dir);
}

static const char *
lower_path(const struct session *s, char *path, size_t size)
{
	if (s->image_type == IMAGE_HOST)
		place_skeleton(sv.conf, path, size);
	else
		strlcpy(path, conf_image(sv.conf, s->image)->path, size);
	return path;
}

/* Attaches an id-mapped copy of path at the session's folder name. */
static int
attach_layer(const struct session *s, const char *path, const char *name,
    unsigned int flags, int userns)
{
	char	at[PATH_MAX];
	int	fd, r, saved_errno;

	place_session(sv.conf, s->text, name, at, sizeof(at));
	if ((fd = mountfd_copy(path, flags, userns)) == -1)
		return -1;
	r = mountfd_attach(fd, at);
	saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return r;
}

static void
detach_layer(const struct session *s, const char *name)
{
	char	at[PATH_MAX];

	place_session(sv.conf, s->text, name, at, sizeof(at));
	if (umount2(at, MNT_DETACH) == -1 && errno != EINVAL)
		log_warn("umount %s", at);
}

static int
mount_overlay(const struct session *s, int userns, const char **step)
{
	char	path[PATH_MAX], layer[PATH_MAX], lower[PATH_MAX],
		upper[PATH_MAX], work[PATH_MAX];
	int	fd = -1;

	*step = "id-mapped image";
	lower_path(s, path, sizeof(path));
	if (attach_layer(s, path, "lower", MOUNTFD_RDONLY, userns) == -1) {
		if (errno == EINVAL)
			*step = "image on a file system without id-mapped "
			    "mounts";
		return -1;
	}
	*step = "id-mapped disk";
	place_session(sv.conf, s->text, "disk", layer, sizeof(layer));
	if (attach_layer(s, layer, "upper", 0, userns) == 0) {
		*step = "overlay";
		place_session(sv.conf, s->text, "lower", lower, sizeof(lower));
		place_session(sv.conf, s->text, "upper/upper", upper,
		    sizeof(upper));
		place_session(sv.conf, s->text, "upper/work", work,
		    sizeof(work));
		disk_release(layer);
		fd = mountfd_overlay(lower, upper, work, s->uids.base);
		if (fd != -1 && disk_reserve(layer) == -1)
			log_warn("%s: reserve on its disk", s->text);
		detach_layer(s, "upper");
	}
	detach_layer(s, "lower");
	return fd;
}

static int
open_small(const struct session *s, const char *name)
{
	char	path[PATH_MAX];

	place_session(sv.conf, s->text, name, path, sizeof(path));
	return mountfd_copy(path, MOUNTFD_NOEXEC, -1);
}

static int
open_program(const char *name)
{
	char	path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", sv.conf->program_dir, name);
	return mountfd_copy(path, MOUNTFD_RDONLY, -1);
}

static int
open_mounts(const struct session *s, struct ns_mounts *m, const char **step)
{
	int	userns;

	*step = "user namespace";
	if ((userns = mountfd_userns(s->uids.base)) == -1)
		return -1;
	m->root = mount_overlay(s, userns, step);
	close(userns);
	if (m->root == -1)
		return -1;
	*step = "copies of mounts";
	if (s->image_type == IMAGE_HOST &&
	    (m->usr = mountfd_copy("/usr", MOUNTFD_RDONLY, -1)) == -1)
		return -1;
	if ((m->ctl = open_small(s, "ctl")) == -1 ||
	    (m->x11 = open_small(s, "x11")) == -1)
		return -1;
	*step = "deskd-init";
	if ((m->init = open_program("deskd-init")) == -1)
		return -1;
	*step = "deskd-pump";
	return (m->pump = open_program("deskd-pump")) == -1 ? -1 : 0;
}

int
session_mount(struct session *s, struct ns_mounts *m, const char **step)
{
	*m = (struct ns_mounts){ -1, -1, -1, -1, -1, -1 };
	*step = "run directory";
	if (make_dirs(s) == -1)
		return -1;
	*step = "small file systems";
	if (mount_small(s, "ctl", "0755") == -1 ||
	    mount_small(s, "x11", "1777") == -1 ||
	    make_program_file(s, "ctl/deskd-init") == -1 ||
	    make_program_file(s, "ctl/deskd-pump") == -1)
		return -1;
	*step = "disk";
	if (mount_disk(s) == -1)
		return -1;
	return open_mounts(s, m, step);
}

/*
 * The last holder of the disk: this is where it is flushed.  Layers are
 * there only if they could not be detached before.
 */
void
session_unmount(struct session *s)
{
	static const char *const	names[] = {
		"x11", "ctl", "upper", "lower", "disk"
	};
	char				path[PATH_MAX];
	size_t				i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		place_session(sv.conf, s->text, names[i], path, sizeof(path));
		if (umount2(path, 0) == -1 && errno != EINVAL &&
		    errno != ENOENT) {
			log_warn("umount %s", path);
			umount2(path, MNT_DETACH);
		}
	}
}
