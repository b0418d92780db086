/* The journal: numbers, order, and that only what is stored is published. */
#include <event2/event.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal.h"
#include "log.h"
#include "session.h"
#include "test.h"

static struct event_base	*base;
static int64_t			 heard[64];
static int			 nheard, ncommits, committed_first;
static char			 kinds[64][EVENT_KIND];

static void
hear(const struct event_row *e, void *arg)
{
	(void)arg;
	strlcpy(kinds[nheard], e->kind, EVENT_KIND);
	heard[nheard++] = e->seq;
}

static void
committed(int good, void *arg)
{
	*(int *)arg = good;
	committed_first = nheard == 0;
	ncommits++;
}

static void
wait_commits(int n)
{
	struct timeval	limit = { 10, 0 };

	event_base_loopexit(base, &limit);
	while (ncommits < n && !event_base_got_exit(base))
		event_base_loop(base, EVLOOP_ONCE);
}

static void
test_publish(void)
{
	struct session_row	 row;
	struct entry		*e;
	int			 good = -1;

	memset(&row, 0, sizeof(row));
	ulid_make(&row.id);
	row.owner = 12;
	row.state = row.desired = STATE_RUNNING;
	e = entry_new(STORE_FULL);
	entry_event(e, "session.created", &row, 12, 0, NULL);
	entry_event(e, "session.running", &row, -1, 0, NULL);
	txn_session(entry_txn(e), &row);
	entry_commit(e, committed, &good);
	ok(nheard == 0, "nothing is told before the commit");
	wait_commits(1);
	ok(good == 1 && committed_first, "who asked hears first");
	ok(nheard == 2 && heard[0] == 1 && heard[1] == 2 &&
	    strcmp(kinds[1], "session.running") == 0, "then all, in order");
}

static void
test_refused(void)
{
	struct entry	*e;
	int		 good = -1;

	nheard = 0;
	store_fail_next(1);
	e = entry_new(STORE_FULL);
	entry_event(e, "lost", NULL, -1, 0, NULL);
	entry_commit(e, committed, &good);
	wait_commits(2);
	ok(good == 0 && nheard == 0, "what is refused is not told");
	e = entry_new(STORE_FULL);
	entry_event(e, "kept", NULL, -1, 0, NULL);
	entry_commit(e, committed, &good);
	wait_commits(3);
	ok(good == 1 && nheard == 1 && heard[0] == 4,
	    "its number is not used again");
}

static void
test_again(void)
{
	struct timeval	limit = { 10, 0 };

	nheard = 0;
	store_fail_next(1);
	journal_event(STORE_FULL, "again", NULL, -1, NULL);
	event_base_loopexit(base, &limit);
	while (nheard < 1 && !event_base_got_exit(base))
		event_base_loop(base, EVLOOP_ONCE);
	ok(nheard == 1 && heard[0] == 6 && strcmp(kinds[0], "again") == 0,
	    "an event nobody waits for is written later");
}

static void
test_json(void)
{
	struct event_row	 e;
	struct json_object	*o;
	const char		*text;

	memset(&e, 0, sizeof(e));
	e.seq = 9;
	ulid_make(&e.id);
	e.time = 0;
	strlcpy(e.kind, "k", sizeof(e.kind));
	e.owner = -1;
	e.actor = 0;
	e.data = "{\"x\":[1]}";
	o = event_json(&e);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	ok(strstr(text, "\"id\":\"evt_") != NULL &&
	    strstr(text, "\"seq\":9") != NULL &&
	    strstr(text, "\"time\":\"1970-01-01T00:00:00") != NULL &&
	    strstr(text, "\"session_id\":null,\"actor\":{\"uid\":0,\"token_id\":null},"
	    "\"data\":{\"x\":[1]}") != NULL, "as JSON: %s", text);
	json_object_put(o);
}

static void
test_restart(const char *db)
{
	struct listener	*l;
	struct entry	*e;
	int		 good = -1;

	store_stop();
	store_open(db);
	store_start(base);
	journal_start(base);
	nheard = 0;
	l = journal_listen(hear, NULL);
	journal_unlisten(l);
	e = entry_new(STORE_NORMAL);
	entry_event(e, "after", NULL, -1, 0, NULL);
	entry_commit(e, committed, &good);
	wait_commits(4);
	ok(nheard == 1 && heard[0] == 7, "numbers go on after a restart");
}

int
main(void)
{
	char		 dir[] = "/tmp/journal_test.XXXXXX";
	char		 db[64];
	struct listener	*l;

	log_init("journal_test", 1, 0);
	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(db, sizeof(db), "%s/deskd.db", dir);
	base = event_base_new();
	store_open(db);
	store_start(base);
	journal_start(base);
	l = journal_listen(hear, NULL);
	test_publish();
	test_refused();
	test_again();
	test_json();
	test_restart(db);
	journal_unlisten(l);
	store_stop();
	unlink(db);
	rmdir(dir);
	event_base_free(base);
	return done();
}
