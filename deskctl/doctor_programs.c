/* Programs, fonts, room on the disk and in memory. */
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "doctor.h"
#include "output.h"
#include "paths.h"

#define FONTS		"/usr/share/fonts"
#define DISK_FAIL	(1ULL << 30)
#define DISK_WARN	(8ULL << 30)
#define MEMORY_WARN	(1ULL << 30)

static const struct {
	const char		*name;
	const char		*package;	/* of Debian and Ubuntu */
	enum doctor_level	 without;
	const char		*purpose;
} programs[] = {
	{ "mkfs.ext4", "e2fsprogs", DOCTOR_FAIL, "makes disks of sessions" },
	{ "Xvfb", "xvfb", DOCTOR_FAIL, "the X server of every desktop" },
	{ "xkbcomp", "x11-xkb-utils", DOCTOR_FAIL, "Xvfb's keyboard" },
	{ "icewm", "icewm", DOCTOR_WARN, "the window manager; without it "
	    "windows have no frames" },
	{ "xterm", "xterm", DOCTOR_WARN, "a terminal for desktops" }
};

/* Of the host image: sessions see the machine's own /usr. */
static int
installed(const char *name)
{
	static const char *const dirs[] = { "/usr/bin", "/usr/sbin", "/bin",
	    "/sbin", "/usr/local/bin", "/usr/local/sbin" };
	char	path[256];
	size_t	i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			return 1;
	}
	return 0;
}

static int
is_font(const char *name)
{
	static const char *const ends[] = { ".ttf", ".otf", ".ttc", ".pcf.gz",
	    ".pcf", ".pfb" };
	size_t	i, n = strlen(name), m;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		m = strlen(ends[i]);
		if (n > m && strcasecmp(name + n - m, ends[i]) == 0)
			return 1;
	}
	return 0;
}

static void
fonts(struct doctor *d)
{
	char	 dir[] = FONTS, *paths[] = { dir, NULL };
	FTS	*fts;
	FTSENT	*e;
	int	 scalable = 0, bitmap = 0;

	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	while (fts != NULL && (e = fts_read(fts)) != NULL) {
		if (e->fts_info == FTS_D || !is_font(e->fts_name))
			continue;
		if (strstr(e->fts_name, ".pcf") != NULL)
			bitmap++;
		else
			scalable++;
	}
	if (fts != NULL)
		fts_close(fts);
	if (scalable > 0)
		doctor_say(d, DOCTOR_OK, "fonts", NULL, "%d in " FONTS,
		    scalable + bitmap);
	else
		doctor_say(d, DOCTOR_WARN, "fonts",
		    "sudo apt install fonts-dejavu-core fonts-noto-cjk "
		    "fonts-noto-color-emoji", "%s in " FONTS
		    ": applications will show boxes", bitmap > 0 ?
		    "only bitmap fonts" : "none");
}

void
doctor_programs(struct doctor *d)
{
	char	todo[96];
	size_t	i;

	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		snprintf(todo, sizeof(todo), "sudo apt install %s",
		    programs[i].package);
		if (installed(programs[i].name))
			doctor_say(d, DOCTOR_OK, programs[i].name, NULL,
			    "installed");
		else
			doctor_say(d, programs[i].without, programs[i].name,
			    todo, "not installed: %s", programs[i].purpose);
	}
	fonts(d);
}

/* Room for sessions, where the state is or will be. */
static void
disk(struct doctor *d)
{
	struct statvfs		 sv;
	enum doctor_level	 level = DOCTOR_OK;
	char			 path[] = DESKD_PREFIX, size[TEXT_SHORT], *p;
	unsigned long long	 free_bytes;

	while (statvfs(path, &sv) == -1 && errno == ENOENT) {
		p = strrchr(path, '/');
		p[p == path] = '\0';
	}
	free_bytes = (unsigned long long)sv.f_bavail * sv.f_frsize;
	if (free_bytes < DISK_FAIL)
		level = DOCTOR_FAIL;
	else if (free_bytes < DISK_WARN)
		level = DOCTOR_WARN;
	doctor_say(d, level, "disk", level == DOCTOR_OK ? NULL :
	    "make room, or set prefix in " DESKD_CONF " to a larger disk",
	    "%s free for " DESKD_PREFIX, text_size(size, free_bytes));
}

static void
memory(struct doctor *d)
{
	char			 buf[4096], size[TEXT_SHORT], *p;
	unsigned long long	 bytes;

	doctor_read("/proc/meminfo", buf, sizeof(buf));
	if ((p = strstr(buf, "MemAvailable:")) == NULL) {
		doctor_say(d, DOCTOR_UNSEEN, "memory", NULL,
		    "/proc/meminfo cannot be read");
		return;
	}
	bytes = strtoull(p + strlen("MemAvailable:"), NULL, 10) * 1024;
	doctor_say(d, bytes < MEMORY_WARN ? DOCTOR_WARN : DOCTOR_OK, "memory",
	    bytes < MEMORY_WARN ? "close programs or give the machine more; "
	    "a desktop with a browser wants 2G" : NULL, "%s available",
	    text_size(size, bytes));
}

void
doctor_space(struct doctor *d)
{
	disk(d);
	memory(d);
}
