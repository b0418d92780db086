/* What the files of broker_test share: the broker, and asking it. */
#ifndef BROKER_TEST_H
#define BROKER_TEST_H

#include <sys/types.h>

#include <stddef.h>

struct answer;
struct json_object;

extern char		dir[];		/* of its socket, its store, its log */
extern pid_t		fake;		/* the supervisor */
extern struct answer	a;		/* the last */

int	open_as(uid_t uid);
/* A request, its headers and its body or NULL. */
void	put(int fd, const char *method, const char *path,
	    const char *headers, const char *body);
/* A whole exchange; its status, or -1. */
int	callh(uid_t uid, const char *method, const char *path,
	    const char *headers, const char *body);
int	call(uid_t uid, const char *method, const char *path,
	    const char *body);
/* In the body of the last answer, by JSON pointer. */
struct json_object	*at(const char *pointer);
const char	*str(const char *pointer);
int	is(const char *pointer, const char *want);
int	refused(int status, const char *code, const char *pointer);
/* Texts that live for a few more of these. */
char	*path(const char *fmt, const char *arg);
const char	*session_path(const char *id, const char *rest);
/* A new session that runs; its id. */
char	*running(uid_t uid, const char *body);
void	delete(uid_t uid, const char *id);
int	wait_api(void);
/* A signal to somebody that makes the broker end and start again. */
void	broker_again(pid_t pid, int sig);
void	broker_kill(void);
/* How often the supervisor was told it. */
int	logged(const char *what, const char *id);
/* How many events of a kind there are, of a session. */
int	events(const char *id, const char *kind);
int	events_within(const char *id, const char *kind, int want);
/* Reads a stream until it holds a text. */
int	stream_has(int fd, char *buf, size_t size, const char *text);
void	call_end(void);

/* The tests, by file: session, desktop, exec, store. */
void	test_create(void);
void	test_refused(void);
void	test_limits(void);
void	test_users(void);
void	test_list(void);
void	test_life(void);
void	test_failures(void);

void	test_actions(void);
void	test_hostile(void);
void	test_windows(void);
void	test_window_acts(void);
void	test_kept(void);
void	test_shot(void);
void	test_shot_format(void);
void	test_clipboard(void);
void	test_display(void);

void	test_exec(void);
void	test_exec_stream(void);
void	test_exec_slow(void);

void	test_idem(void);
void	test_crash(void);
void	test_stream(void);
void	test_full(void);
void	test_leave(void);
void	test_system(void);

#endif
