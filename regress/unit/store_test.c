/* The store: what is written is read, what cannot be written is refused. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <event2/event.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "session.h"
#include "store.h"
#include "store_prune.h"
#include "test.h"

static char			 dir[] = "/tmp/store_test.XXXXXX";
static char			 db[64];
static struct event_base	*base;
static int			 answers[2000], nanswers;

static void
answered(int good, void *arg)
{
	answers[nanswers++] = good ? (int)(intptr_t)arg :
	    -(int)(intptr_t)arg;
}

static void
wait_answers(int n)
{
	struct timeval	limit = { 10, 0 };

	event_base_loopexit(base, &limit);
	while (nanswers < n && !event_base_got_exit(base))
		event_base_loop(base, EVLOOP_ONCE);
}

static struct session_row
a_session(const char *name)
{
	struct session_row	r;

	memset(&r, 0, sizeof(r));
	ulid_make(&r.id);
	r.owner = 7;
	strlcpy(r.name, name, sizeof(r.name));
	strlcpy(r.image, "host", sizeof(r.image));
	r.state = STATE_RUNNING;
	r.desired = STATE_STOPPED;
	strlcpy(r.reason, "why", sizeof(r.reason));
	strlcpy(r.detail, "it's \"so\"", sizeof(r.detail));
	r.has_desktop = 1;
	r.desktop.width = 640;
	r.desktop.dpi = 480;
	r.resources.memory = 1ULL << 41;
	r.resources.tasks = 4000000000U;
	r.env = json_tokener_parse("{\"A\":\"b\"}");
	r.labels = json_object_new_object();
	r.created_at = 1700000000123;
	r.setup_us = 5;
	return r;
}

struct found {
	struct session_row	row;
	int			n;
};

static void
found_cb(const struct session_row *r, void *arg)
{
	struct found	*f = arg;

	row_clear(&f->row);
	row_copy(&f->row, r);
	f->n++;
}

static void
reopen(void)
{
	store_stop();
	store_open(db);
	store_start(base);
}

static int
same(const struct session_row *a, const struct session_row *b)
{
	struct session_row	x = *a, y = *b;
	int			json;

	json = json_object_equal(a->env, b->env) &&
	    json_object_equal(a->labels, b->labels);
	x.env = x.labels = y.env = y.labels = NULL;
	return json && memcmp(&x, &y, sizeof(x)) == 0;
}

static void
test_session(void)
{
	struct session_row	r = a_session("one"), other;
	struct found		f;
	struct txn		*t;

	memset(&f, 0, sizeof(f));
	t = txn_new(STORE_FULL);
	txn_session(t, &r);
	store_commit(t, answered, (void *)1);
	wait_answers(1);
	ok(nanswers == 1 && answers[0] == 1, "a session is written");
	reopen();
	store_sessions(found_cb, &f);
	ok(f.n == 1 && same(&f.row, &r), "and read as it was");
	other = a_session("one");
	t = txn_new(STORE_FULL);
	txn_session(t, &other);
	store_commit(t, answered, (void *)2);
	wait_answers(2);
	f.n = 0;
	store_sessions(found_cb, &f);
	ok(answers[1] == -2 && f.n == 1 && same(&f.row, &r),
	    "another of its name is refused");
	row_clear(&other);
	r.state = STATE_DELETED;
	t = txn_new(STORE_FULL);
	txn_session(t, &r);
	store_commit(t, answered, (void *)3);
	reopen();
	ok(nanswers == 3 && answers[2] == 3,
	    "stopping writes and answers what is queued");
	f.n = 0;
	store_sessions(found_cb, &f);
	ok(f.n == 0, "a deleted one is not read");
	row_clear(&f.row);
	row_clear(&r);
}

static void
put_event(int64_t seq, const char *kind, const struct ulid *session,
    int64_t owner, enum store_care care, int tag)
{
	struct event_row	e;
	struct txn		*t = txn_new(care);

	memset(&e, 0, sizeof(e));
	e.seq = seq;
	ulid_make(&e.id);
	e.time = 1700000000000 + seq;
	strlcpy(e.kind, kind, sizeof(e.kind));
	if (session != NULL)
		e.session = *session;
	e.owner = owner;
	e.actor = seq % 2 ? -1 : 5;
	e.data = "{\"a\":1}";
	txn_event(t, &e);
	store_commit(t, answered, (void *)(intptr_t)tag);
}

struct list {
	int64_t	seq[2000];
	int	n;
	int	stop;
};

static int
list_cb(const struct event_row *e, void *arg)
{
	struct list	*l = arg;

	if (strcmp(e->data, "{\"a\":1}") != 0 ||
	    e->actor != (e->seq % 2 ? -1 : 5))
		return 1;
	l->seq[l->n++] = e->seq;
	return l->n == l->stop;
}

static int
query(int64_t after, int64_t owner, const struct ulid *session,
    const char *kind, int limit, struct list *l)
{
	struct event_query	q = { .after = after, .owner = owner,
				    .session = session, .kind = kind,
				    .limit = limit };

	memset(l, 0, sizeof(*l));
	return store_events(&q, list_cb, l) == 0 ? l->n : -1;
}

static int
query_newest(int64_t after, int64_t before, int64_t owner, int limit,
    struct list *l)
{
	struct event_query	q = { .after = after, .before = before,
				    .newest_first = 1, .owner = owner,
				    .limit = limit };

	memset(l, 0, sizeof(*l));
	return store_events(&q, list_cb, l) == 0 ? l->n : -1;
}

static void
test_events(void)
{
	static struct list	l;
	struct ulid		s;
	int			i;

	ulid_make(&s);
	nanswers = 0;
	for (i = 1; i <= 1000; i++)
		put_event(i, i % 10 ? "action" : "exec.started",
		    i % 2 ? &s : NULL, i % 4, i % 10 ? STORE_NORMAL :
		    STORE_FULL, i);
	wait_answers(1000);
	for (i = 0; i < 1000 && answers[i] == i + 1; i++)
		;
	ok(i == 1000, "a thousand events are answered in order");
	ok(store_last_seq() == 1000, "the last is known");
	ok(query(0, -1, NULL, NULL, 5000, &l) == 1000 && l.seq[0] == 1 &&
	    l.seq[999] == 1000, "all of them");
	ok(query(990, -1, NULL, NULL, 5, &l) == 5 && l.seq[0] == 991 &&
	    l.seq[4] == 995, "after one, so many");
	ok(query_newest(0, 0, -1, 3, &l) == 3 && l.seq[0] == 1000 &&
	    l.seq[2] == 998, "the newest first");
	ok(query_newest(995, 998, -1, 9, &l) == 2 && l.seq[0] == 997 &&
	    l.seq[1] == 996, "between two, the newest first");
	ok(query_newest(0, 0, 3, 2, &l) == 2 && l.seq[0] == 999 &&
	    l.seq[1] == 995, "an owner's newest");
	ok(query(0, 3, NULL, NULL, 5000, &l) == 250 && l.seq[0] == 3,
	    "an owner's");
	ok(query(0, -1, &s, NULL, 5000, &l) == 500, "a session's");
	ok(query(0, 2, &s, NULL, 5000, &l) == 0,
	    "a session's that is not the owner's");
	ok(query(0, -1, NULL, "exec.started", 5000, &l) == 100, "a kind's");
	ok(query(0, 0, NULL, "exec.started", 5000, &l) == 50,
	    "an owner's of a kind");
	ok(query(0, -1, NULL, "no", 5000, &l) == 0, "no such kind");
}

static void
test_refused(void)
{
	static struct list	l;

	nanswers = 0;
	store_fail_next(1);
	put_event(1001, "action", NULL, 1, STORE_FULL, 1);
	wait_answers(1);
	ok(answers[0] == -1, "a full disk refuses");
	put_event(1002, "action", NULL, 1, STORE_FULL, 2);
	wait_answers(2);
	ok(answers[1] == 2 && query(1000, -1, NULL, NULL, 10, &l) == 1 &&
	    l.seq[0] == 1002, "that change and no other");
	/* The second has a number that is taken. */
	put_event(1003, "action", NULL, 1, STORE_FULL, 3);
	put_event(1003, "action", NULL, 1, STORE_FULL, 4);
	put_event(1004, "action", NULL, 1, STORE_FULL, 5);
	wait_answers(5);
	ok(answers[2] == 3 && answers[3] == -4 && answers[4] == 5 &&
	    query(1002, -1, NULL, NULL, 10, &l) == 2,
	    "a bad one takes no neighbour of its group with it");
}

struct kept {
	int	n;
	int	good;
};

static void
kept_cb(const struct idem_row *r, void *arg)
{
	struct kept	*k = arg;

	k->n++;
	k->good = r->status == 201 && r->len == 4 &&
	    memcmp(r->body, "a\0bc", 4) == 0 && r->hash[31] == 9 &&
	    strcmp(r->route, "POST /x") == 0 && strcmp(r->type, "t") == 0;
}

static void
test_idem(void)
{
	struct idem_row	r = { .uid = 3, .key = "k", .route = "POST /x",
			    .time = 5000, .status = 201, .type = "t",
			    .body = "a\0bc", .len = 4 };
	struct kept	k = { 0, 0 };
	struct txn	*t = txn_new(STORE_FULL);

	r.hash[31] = 9;
	nanswers = 0;
	txn_idem(t, &r);
	store_commit(t, answered, (void *)1);
	wait_answers(1);
	ok(store_idem(3, "k", 5000, kept_cb, &k) == 1 && k.good, "a key");
	ok(store_idem(4, "k", 0, kept_cb, &k) == 0, "of its user only");
	ok(store_idem(3, "k", 5001, kept_cb, &k) == 0, "while it is kept");
	t = txn_new(STORE_FULL);
	txn_idem_expire(t, 5001);
	store_commit(t, answered, (void *)2);
	wait_answers(2);
	ok(store_idem(3, "k", 0, kept_cb, &k) == 0 && k.n == 1, "expires");
}

static int
count(const char *what)
{
	sqlite3_stmt	*st = NULL;
	sqlite3		*h;
	char		 text[256];
	int		 n = -1;

	snprintf(text, sizeof(text), "SELECT count(*) FROM %s", what);
	if (sqlite3_open(db, &h) == SQLITE_OK &&
	    sqlite3_prepare_v2(h, text, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(h);
	return n;
}

/* Until there is nothing left to do; how many steps that took. */
static int
prune(int64_t before, uint64_t bytes, int64_t *events)
{
	struct prune	 p = { .before = before, .bytes = bytes };
	struct txn	*t;
	int		 steps = 0;

	*events = 0;
	do {
		nanswers = 0;
		t = txn_new(STORE_NORMAL);
		txn_call(t, prune_events, &p);
		store_commit(t, answered, (void *)1);
		wait_answers(1);
		*events += p.events;
	} while (nanswers == 1 && answers[0] == 1 && p.events > 0 &&
	    ++steps < 100);
	return steps;
}

static void
put_session(struct session_row *r, const char *name, enum session_state st)
{
	struct txn	*t = txn_new(STORE_FULL);

	*r = a_session(name);
	r->state = st;
	txn_session(t, r);
	store_commit(t, NULL, NULL);
}

static void
test_prune(void)
{
	static struct list	l;
	struct session_row	live, dead;
	int64_t			n;

	put_session(&live, "live", STATE_RUNNING);
	put_session(&dead, "dead", STATE_DELETED);
	put_event(2001, "session.created", &live.id, 7, STORE_FULL, 1);
	put_event(2002, "action", &live.id, 7, STORE_FULL, 1);
	put_event(2003, "session.deleted", &dead.id, 7, STORE_FULL, 1);
	put_event(2004, "action", NULL, 7, STORE_FULL, 1);
	store_flush();
	ok(prune(1700000000000 + 1, 0, &n) == 0 && n == 0 &&
	    store_pruned() == 0, "nothing is too old");
	ok(prune(1700000000000 + 2000, 0, &n) >= 2 && n == 1003,
	    "what is too old goes, some at a time");
	ok(query(0, -1, NULL, NULL, 99, &l) == 4 && l.seq[0] == 2001,
	    "and nothing else");
	ok(store_pruned() == 1004, "how far is remembered");
	ok(count("session WHERE state = 'deleted'") == 1,
	    "a deleted session with an event is known");
	ok(prune(1700000000000 + 2004, 0, &n) == 1 && n == 2 &&
	    query(0, -1, NULL, NULL, 99, &l) == 2 && l.seq[0] == 2001 &&
	    l.seq[1] == 2004, "a session that lives keeps its life");
	ok(count("session WHERE state = 'deleted'") == 0 &&
	    count("session") == 1, "without one it is forgotten");
	ok(prune(0, 1 << 30, &n) == 0 && n == 0, "it is not too much");
	ok(prune(0, 1, &n) == 1 && n == 1 &&
	    query(0, -1, NULL, NULL, 99, &l) == 1 && l.seq[0] == 2001,
	    "too much: all goes but what lives");
	reopen();
	ok(store_last_seq() == 2004, "no number is given twice");
	row_clear(&live);
	row_clear(&dead);
}

static void
test_prune_answers(void)
{
	struct idem_row	r = { .route = "POST /x", .type = "t",
			    .body = "0123456789", .len = 10, .status = 200 };
	struct kept	k = { 0, 0 };
	struct txn	*t = txn_new(STORE_FULL);
	int64_t		most = 420;
	char		key[2] = "a";

	for (r.uid = 3; r.uid < 5; r.uid++)
		for (r.time = 1; r.time < 4; r.time++) {
			key[0] = (char)('a' + r.time);
			r.key = key;
			txn_idem(t, &r);
		}
	txn_call(t, prune_answers, &most);
	nanswers = 0;
	store_commit(t, answered, (void *)1);
	wait_answers(1);
	ok(store_idem(3, "b", 0, kept_cb, &k) == 0 &&
	    store_idem(4, "b", 0, kept_cb, &k) == 0 &&
	    store_idem(3, "c", 0, kept_cb, &k) == 1 &&
	    store_idem(4, "d", 0, kept_cb, &k) == 1,
	    "the newest answers of each user stay");
	most = 419;
	t = txn_new(STORE_FULL);
	txn_call(t, prune_answers, &most);
	store_commit(t, NULL, NULL);
	store_flush();
	ok(store_idem(3, "c", 0, kept_cb, &k) == 0 &&
	    store_idem(3, "d", 0, kept_cb, &k) == 1, "a byte less is one less");
}

/* What a child says on stderr when it cannot open this file. */
static int
refuses(const char *file, const char *words)
{
	char	said[4096];
	ssize_t	n;
	int	fd[2], status;
	pid_t	pid;

	if (pipe(fd) == -1 || (pid = fork()) == -1)
		abort();
	if (pid == 0) {
		dup2(fd[1], 2);
		store_open(file);
		_exit(0);
	}
	close(fd[1]);
	waitpid(pid, &status, 0);
	n = read(fd[0], said, sizeof(said) - 1);
	close(fd[0]);
	said[n < 0 ? 0 : n] = '\0';
	if (strstr(said, words) == NULL)
		printf("# %s\n", said);
	return WIFEXITED(status) && WEXITSTATUS(status) != 0 &&
	    strstr(said, words) != NULL;
}

static char *
file(const char *name)
{
	static char	buf[8][96];
	static int	i;

	i = (i + 1) % 8;
	snprintf(buf[i], sizeof(buf[i]), "%s/%s", dir, name);
	return buf[i];
}

static void
sql(const char *path, const char *text)
{
	sqlite3	*h;

	if (sqlite3_open(path, &h) != SQLITE_OK ||
	    sqlite3_exec(h, text, NULL, NULL, NULL) != SQLITE_OK)
		abort();
	sqlite3_close(h);
}

static void
test_open(void)
{
	char	junk[20000];
	int	fd;

	memset(junk, 'x', sizeof(junk));
	if ((fd = open(file("junk"), O_CREAT | O_WRONLY, 0600)) == -1 ||
	    write(fd, junk, sizeof(junk)) != sizeof(junk))
		abort();
	close(fd);
	ok(refuses(file("junk"), "cannot be"), "no database at all");
	ok(refuses(file("no/such"), "cannot be opened"), "no directory");
	sql(file("other"), "CREATE TABLE t (a); PRAGMA user_version = 1;");
	ok(refuses(file("other"), "not a database of deskd"),
	    "another program's database");
	sql(db, "PRAGMA user_version = 99;");
	ok(refuses(db, "newer than this program"), "one from the future");
	sql(db, "PRAGMA user_version = 1;");
	/* Break the middle of it. */
	if ((fd = open(db, O_WRONLY)) == -1 ||
	    pwrite(fd, junk, sizeof(junk), 3 * 4096) != sizeof(junk))
		abort();
	close(fd);
	ok(refuses(db, "damaged"), "a damaged one");
}

int
main(void)
{
	struct stat	st;

	log_init("store_test", 1, 0);
	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(db, sizeof(db), "%s/deskd.db", dir);
	base = event_base_new();
	store_open(db);
	store_start(base);
	ok(stat(db, &st) == 0 && (st.st_mode & 077) == 0,
	    "nobody else may read it");
	test_session();
	test_events();
	test_refused();
	test_idem();
	test_prune();
	test_prune_answers();
	store_stop();
	ok(access(file("deskd.db-wal"), F_OK) == -1, "it is left tidy");
	test_open();
	unlink(db);
	unlink(file("deskd.db-wal"));
	unlink(file("deskd.db-shm"));
	unlink(file("junk"));
	unlink(file("junk-wal"));
	unlink(file("junk-shm"));
	unlink(file("other"));
	unlink(file("other-wal"));
	unlink(file("other-shm"));
	rmdir(dir);
	event_base_free(base);
	return done();
}
