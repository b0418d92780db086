/*
 * The session filter: a compiled BPF program from the supervisor, which
 * links libseccomp so that init need not.  Init enters it itself, and so
 * does everything it starts; nothing is started before.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "log.h"
#include "peer.h"
#include "problem.h"
#include "wire.h"
#include "xmalloc.h"

#define FILTER_MAX	4096	/* instructions; the kernel's own limit */
#define FILTER_SEALS	(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int		 entered;
static uint32_t		 flags;

static const char	*filter_read(int, struct sock_fprog *);
static const char	*filter_enter(int);

/*
 * Again after the supervisor was replaced: a filter cannot be taken off, and
 * a second one on top would only make every call slower.
 */
void
filter_setup(struct peer *p, struct wire_msg *msg)
{
	struct msg_init_setup	 m;
	const char		*why;

	memcpy(&m, msg->data, sizeof(m));
	if (m.flags & ~(uint32_t)INIT_ROOT_OFFERED) {
		peer_close(p, "unknown flags in init_setup");
		return;
	}
	if (!entered) {
		if ((why = filter_enter(msg->fds[0])) != NULL) {
			log_warnx("session filter: %s", why);
			peer_error(p, &msg->hdr, PROBLEM_INTERNAL, "", why);
			return;
		}
		entered = 1;
		flags = m.flags;
	}
	peer_ok(p, &msg->hdr);
}

/* NULL when it holds from now on, else why not. */
static const char *
filter_enter(int fd)
{
	struct sock_fprog	 program;
	const char		*why;

	if ((why = filter_read(fd, &program)) != NULL)
		return why;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == -1)
		why = "not a program the kernel takes";
	free(program.filter);
	return why;
}

/* NULL when the program was taken, else what is wrong with it. */
static const char *
filter_read(int fd, struct sock_fprog *program)
{
	struct sock_filter	*code;
	struct stat		 st;
	size_t			 n;
	int			 seals;

	if ((seals = fcntl(fd, F_GET_SEALS)) == -1 ||
	    (seals & FILTER_SEALS) != FILTER_SEALS)
		return "not sealed";
	if (fstat(fd, &st) == -1)
		return "no size";
	n = (size_t)st.st_size / sizeof(*code);
	if (n == 0 || n > FILTER_MAX ||
	    (size_t)st.st_size % sizeof(*code) != 0)
		return "not a program's size";
	code = xcalloc(n, sizeof(*code));
	if (pread(fd, code, n * sizeof(*code), 0) !=
	    (ssize_t)(n * sizeof(*code))) {
		free(code);
		return "cannot be read";
	}
	program->filter = code;
	program->len = (unsigned short)n;
	return NULL;
}

int
filter_ready(void)
{
	return entered;
}

int
filter_root_offered(void)
{
	return (flags & INIT_ROOT_OFFERED) != 0;
}
