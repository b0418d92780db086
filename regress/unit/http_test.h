/* The two sides of http_test: a server with its own routes, raw clients. */
#ifndef HTTP_TEST_H
#define HTTP_TEST_H

#include <sys/resource.h>
#include <sys/types.h>

#include <stddef.h>

#define TEST_BODY_MAX	1024
#define TEST_FD_SIZE	(700 * 1024)
#define TEST_PIPE_SIZE	300000
#define TEST_RAW_MAX	3000000
#define TEST_SESSION	"ses_01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define TEST_OTHER	"ses_01ARZ3NDEKTSV4RRFFQ69G5FAW"
#define TEST_USER	4242	/* owner of TEST_OTHER, not an admin */

/* http_server_raw.c */
struct request;

extern long	n_raw_uncommitted, n_raw_gone, n_pipe_over;
void	test_put(struct request *);
void	test_pipe(struct request *);

/* http_raw.c: the client's side of those. */
void	test_raw(void);

/* Serves until SIGTERM, so many connections at once; for a child process. */
__attribute__((__noreturn__))
void	server_run(int, size_t);

/*
 * The same in a child of its own, which may have so many connections and
 * files (0: as always).  Its end: -1 when not clean, and its processor time.
 */
void	 serve_begin(size_t, rlim_t);
int	 serve_end(long *);

struct answer {
	int	 status;
	char	 head[8192];
	char	*body;
	size_t	 len;
};

extern char	socket_path[108];

int	 client_open(void);
int	 client_send(int, const void *, size_t);
int	 client_text(int, const char *);
/* Reads one answer; -1 at end of file or after five seconds. */
int	 client_read(int, struct answer *);
int	 client_raw(int, char *, size_t);	/* what there is, waits */
void	 answer_clear(struct answer *);
/* The header's value, or "". */
const char *answer_header(const struct answer *, const char *);
/* A whole exchange on a new connection. */
int	 ask(struct answer *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));
/* A number the server counts, by its name in /t/counts. */
long	 counted(const char *);
int	 counted_within(const char *, long, int);	/* seconds */

#endif
