/*
 * Batches of actions, pictures and the desktop's ups and downs, in a worker
 * whose screen is made for tests: what it is told comes line by line.
 */
#include <sys/mman.h>

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "problem.h"
#include "sizes.h"
#include "test.h"
#include "worker_drive.h"

static struct drive	d;

/* Single quotes are double ones. */
static size_t
quote(char *body, size_t len, const char *json)
{
	char	*p;

	if (strlcpy(body, json, len) >= len)
		abort();
	for (p = body; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	return strlen(body);
}

static void
ask(uint64_t request, const char *json)
{
	struct msg_actions	a = { .principal = 1000 };
	char			body[4096];
	size_t			n = quote(body, sizeof(body), json);

	drive_send(d.broker, MSG_ACTIONS, request, &a, sizeof(a), body, n);
}

static int
is_error(uint64_t request, enum problem problem)
{
	struct wire_msg		*m = drive_expect(d.broker, ROLE_BROKER,
				    MSG_ERROR);
	struct msg_error	 e;

	memcpy(&e, m->data, sizeof(e));
	return m->hdr.request == request && e.problem == problem;
}

static int
is_record(enum problem problem, const char *json)
{
	struct wire_msg		*m = drive_expect(d.broker, ROLE_BROKER,
				    MSG_RECORD);
	struct msg_record	 r;
	char			 body[4096];

	memcpy(&r, m->data, sizeof(r));
	quote(body, sizeof(body), json);
	if (r.problem == problem && r.principal == 1000 &&
	    strcmp(drive_tail(m, sizeof(r), 0), body) == 0)
		return 1;
	printf("# record %s\n", drive_tail(m, sizeof(r), 0));
	return 0;
}

static int
is_done(uint64_t request, uint32_t i, enum problem problem, const char *json)
{
	struct wire_msg		*m = drive_expect(d.broker, ROLE_BROKER,
				    MSG_ACTION_DONE);
	struct msg_action_done	 r;
	char			 body[4096];

	memcpy(&r, m->data, sizeof(r));
	quote(body, sizeof(body), json);
	if (r.problem == problem && r.index == i && m->hdr.request == request
	    && strncmp(drive_tail(m, sizeof(r), 0), body, strlen(body)) == 0)
		return 1;
	printf("# result %u of %u: %s\n", r.index,
	    (unsigned int)m->hdr.request, drive_tail(m, sizeof(r), 0));
	return 0;
}

static int
is_picture(uint64_t request, uint32_t i, uint32_t width, uint32_t height)
{
	struct wire_msg			*m = drive_expect(d.broker,
					    ROLE_BROKER, MSG_ACTION_PICTURE);
	struct msg_action_picture	 p;
	char				 buf[8];

	memcpy(&p, m->data, sizeof(p));
	return m->hdr.request == request && p.index == i &&
	    p.width == width && p.height == height && p.size == 4 &&
	    pread(m->fds[0], buf, 8, 0) == 4 && memcmp(buf, "PNG\n", 4) == 0;
}

static int
is_over(uint64_t request, uint32_t count, uint32_t failed)
{
	struct wire_msg		*m = drive_expect(d.broker, ROLE_BROKER,
				    MSG_ACTIONS_DONE);
	struct msg_actions_done	 over;

	memcpy(&over, m->data, sizeof(over));
	return m->hdr.request == request && over.count == count &&
	    over.failed == failed;
}

static int
is_desktop(enum desktop_state state, const char *why)
{
	struct wire_msg		*m = drive_expect(d.broker, ROLE_BROKER,
				    MSG_DESKTOP);
	struct msg_desktop	 desktop;

	memcpy(&desktop, m->data, sizeof(desktop));
	if (desktop.state == state &&
	    strcmp(drive_tail(m, sizeof(desktop), 0), why) == 0)
		return 1;
	printf("# desktop %u: %s\n", desktop.state,
	    drive_tail(m, sizeof(desktop), 0));
	return 0;
}

static void
begin(const char *self)
{
	struct wire_msg			*m;
	struct msg_display_start	 start;

	drive_start(&d, self, "worker_fake");
	drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_READY);
	drive_new_init(&d);
	drive_new_broker(&d);
	drive_set_up(&d, SESSION_HAS_DESKTOP, NULL, 0, 0);
	m = drive_expect(d.init, ROLE_INIT, MSG_DISPLAY_START);
	memcpy(&start, m->data, sizeof(start));
	ok(start.desktop.width == 1280 && start.desktop.dpi == 96,
	    "init is asked for a display");
	ask(1, "{'type':'left_click'}");
	ok(is_error(1, PROBLEM_UNAVAILABLE), "no click before it is there");
	ok(drive_is_silent(d.broker, 50), "and no word of it");
	drive_send(d.init, MSG_DISPLAY_READY, 1, NULL, 0, NULL, 0);
	ok(is_desktop(DESKTOP_READY, "") && drive_says(&d, "open /X0"),
	    "then it is ready");
}

static void
order(void)
{
	ask(2, "{'actions':[{'type':'mouse_move','x':1,'y':2},"
	    "{'type':'left_click','modifiers':['ctrl']},"
	    "{'type':'double_click','x':5,'y':6},"
	    "{'type':'type','text':'secret'},"
	    "{'type':'drag','x':9,'y':9,'duration_ms':7},"
	    "{'type':'scroll','direction':'down','amount':3},"
	    "{'type':'key','keys':'a b','repeat':2},"
	    "{'type':'cursor_position'}]}");
	ok(drive_says(&d, "move 1,2") &&
	    drive_says(&d, "click 1 *1 at 1,2 with 1") &&
	    drive_says(&d, "click 1 *2 at 5,6 with 0") &&
	    drive_says(&d, "type secret") &&
	    drive_says(&d, "drag 1 from 5,6 to 9,9 by 2 in 7 ms") &&
	    drive_says(&d, "scroll 5 *3 at 9,9 with 0") &&
	    drive_says(&d, "key 61 *1") && drive_says(&d, "key 62 *1") &&
	    drive_says(&d, "key 61 *1") && drive_says(&d, "key 62 *1"),
	    "all are done in order");
	ok(is_record(PROBLEM_NONE, "{'type':'mouse_move','x':1,'y':2}") &&
	    is_done(2, 0, PROBLEM_NONE, "{'type':'mouse_move'}"),
	    "the first is recorded and answered");
	ok(is_record(PROBLEM_NONE,
	    "{'type':'left_click','modifiers':['ctrl']}") &&
	    is_done(2, 1, PROBLEM_NONE, "{'type':'left_click'}") &&
	    is_record(PROBLEM_NONE, "{'type':'double_click','x':5,'y':6}") &&
	    is_done(2, 2, PROBLEM_NONE, "{'type':'double_click'}") &&
	    is_record(PROBLEM_NONE, "{'type':'type','text_length':6}") &&
	    is_done(2, 3, PROBLEM_NONE, "{'type':'type'}") &&
	    is_record(PROBLEM_NONE,
	    "{'type':'drag','x':9,'y':9,'duration_ms':7}") &&
	    is_done(2, 4, PROBLEM_NONE, "{'type':'drag'}") &&
	    is_record(PROBLEM_NONE,
	    "{'type':'scroll','direction':'down','amount':3}") &&
	    is_done(2, 5, PROBLEM_NONE, "{'type':'scroll'}") &&
	    is_record(PROBLEM_NONE, "{'type':'key','keys':'a b','repeat':2}")
	    && is_done(2, 6, PROBLEM_NONE, "{'type':'key'}"),
	    "so are the others, typed text as its length");
	ok(is_record(PROBLEM_NONE, "{'type':'cursor_position'}") &&
	    is_done(2, 7, PROBLEM_NONE,
	    "{'type':'cursor_position','x':9,'y':9}"), "with its members");
	ok(is_over(2, 8, 0), "and the end is told");
}

static void
errors(void)
{
	ask(3, "{'actions':[{'type':'left_click'},"
	    "{'type':'type','text':'timeout'},{'type':'right_click'},"
	    "{'type':'wait','duration_ms':0}]}");
	ok(is_record(PROBLEM_NONE, "{'type':'left_click'}") &&
	    is_done(3, 0, PROBLEM_NONE, "{'type':'left_click'}") &&
	    is_record(PROBLEM_DISPLAY_TIMEOUT,
	    "{'type':'type','text_length':7}") &&
	    is_done(3, 1, PROBLEM_DISPLAY_TIMEOUT,
	    "{'type':'type','detail':'the session") &&
	    is_done(3, 2, PROBLEM_NOT_EXECUTED, "{'type':'right_click'") &&
	    is_done(3, 3, PROBLEM_NOT_EXECUTED, "{'type':'wait'") &&
	    is_over(3, 4, 3), "a failure stops the batch");
	ok(drive_says(&d, "click 1 *1 at 9,9 with 0") &&
	    drive_says(&d, "type timeout"), "the rest is not done");

	ask(4, "{'actions':[{'type':'type','text':'timeout'},"
	    "{'type':'right_click'}],'on_error':'continue'}");
	ok(is_record(PROBLEM_DISPLAY_TIMEOUT,
	    "{'type':'type','text_length':7}") &&
	    is_done(4, 0, PROBLEM_DISPLAY_TIMEOUT, "{'type':'type'") &&
	    is_record(PROBLEM_NONE, "{'type':'right_click'}") &&
	    is_done(4, 1, PROBLEM_NONE, "{'type':'right_click'}") &&
	    is_over(4, 2, 1) && drive_says(&d, "type timeout") &&
	    drive_says(&d, "click 3 *1 at 9,9 with 0"),
	    "unless it goes on by wish");

	ask(5, "{'actions':[{'type':'left_click'},"
	    "{'type':'left_click','x':1280,'y':0}]}");
	ok(is_error(5, PROBLEM_INVALID_FIELD), "a bad batch");
	ask(6, "{'type':'back_click'}");
	ok(drive_says(&d, "click 8 *1 at 9,9 with 0"),
	    "nothing of it is done");
	is_record(PROBLEM_NONE, "{'type':'back_click'}");
	is_done(6, 0, PROBLEM_NONE, "{'type':'back_click'}");
	is_over(6, 1, 0);
}

/* The records of a batch whose results matter. */
static int
any_record(void)
{
	drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
	return 1;
}

static void
pictures(void)
{
	static const uint32_t	size[4][2] = { { 1280, 400 }, { 640, 800 },
				    { 320, 200 }, { 50, 25 } };
	uint32_t		i;
	int			good = 1;

	ask(7, "{'actions':[{'type':'left_click'},{'type':'screenshot',"
	    "'region':[1,2,30,40],'pointer':true},{'type':'left_click'}],"
	    "'screenshot':'each'}");
	ok(any_record() && is_picture(7, 0, 1280, 800) &&
	    is_done(7, 0, PROBLEM_NONE, "{'type':'left_click'}") &&
	    is_picture(7, 1, 30, 40) && any_record() &&
	    is_done(7, 1, PROBLEM_NONE, "{'type':'screenshot'}") &&
	    any_record() && is_picture(7, 2, 1280, 800) &&
	    is_done(7, 2, PROBLEM_NONE, "{'type':'left_click'}") &&
	    is_over(7, 3, 0), "a picture after each, one for a screenshot");
	ok(drive_says(&d, "click 1 *1 at 9,9 with 0") &&
	    drive_says(&d, "shot 0,0 0x0 to 0x0") &&
	    drive_says(&d, "shot 1,2 30x40 to 0x0 pointer") &&
	    drive_says(&d, "click 1 *1 at 9,9 with 0") &&
	    drive_says(&d, "shot 0,0 0x0 to 0x0"), "taken when they should be");

	ask(8, "{'actions':[{'type':'left_click'},{'type':'left_click'}],"
	    "'screenshot':'last','settle_ms':100,'settle_timeout_ms':900,"
	    "'wait_for_change':true,'pointer':true}");
	ok(any_record() && is_done(8, 0, PROBLEM_NONE, "{") && any_record() &&
	    is_picture(8, 1, 1280, 800) && is_done(8, 1, PROBLEM_NONE, "{") &&
	    is_over(8, 2, 0) && drive_says(&d, "click 1 *1 at 9,9 with 0") &&
	    drive_says(&d, "click 1 *1 at 9,9 with 0") &&
	    drive_says(&d, "settle 100/900 changed") &&
	    drive_says(&d, "shot 0,0 0x0 to 0x0 pointer"),
	    "one at the end, when the screen is quiet");

	ask(9, "{'type':'left_click','settle_ms':50}");
	ok(any_record() && is_done(9, 0, PROBLEM_NONE,
	    "{'type':'left_click','settled':true}") && is_over(9, 1, 0) &&
	    drive_says(&d, "click 1 *1 at 9,9 with 0") &&
	    drive_says(&d, "settle 50/5000"), "quiet without a picture");

	ask(10, "{'actions':[{'type':'zoom','region':[0,0,128,40]},"
	    "{'type':'zoom','region':[0,0,64,80]},{'type':'screenshot',"
	    "'out_width':320},{'type':'zoom','region':[0,0,100,50],"
	    "'out_height':25}]}");
	ok(drive_says(&d, "shot 0,0 128x40 to 1280x400") &&
	    drive_says(&d, "shot 0,0 64x80 to 640x800") &&
	    drive_says(&d, "shot 0,0 0x0 to 320x200") &&
	    drive_says(&d, "shot 0,0 100x50 to 50x25"),
	    "scaling keeps the aspect");
	for (i = 0; i < 4; i++)
		good &= is_picture(10, i, size[i][0], size[i][1]) &&
		    any_record() && is_done(10, i, PROBLEM_NONE, "{");
	ok(good && is_over(10, 4, 0), "four pictures");
}

#define A_WINDOW	"{'id':'win_1a','title':'a window'," \
			"'class':'Class','instance':'instance','pid':7," \
			"'type':'normal','state':['focused'],'x':1,'y':2," \
			"'width':3,'height':4,'frame':{'left':0,'right':0," \
			"'top':0,'bottom':0},'desktop':null," \
			"'transient_for':null,'startup_id':null}"

static void
window_list(void)
{
	struct wire_msg		*m;
	struct msg_windows_done	 seen;
	char			 want[1024], got[1024] = "";
	size_t			 n;

	drive_send(d.broker, MSG_WINDOWS, 70, NULL, 0, NULL, 0);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_WINDOWS_DONE);
	memcpy(&seen, m->data, sizeof(seen));
	n = quote(want, sizeof(want), "{'windows':[" A_WINDOW "],"
	    "'total':300}");
	ok(m->hdr.request == 70 && seen.count == 1 && seen.size == n &&
	    pread(m->fds[0], got, sizeof(got), 0) == (ssize_t)n &&
	    strcmp(got, want) == 0, "windows for somebody who looks");
	if (strcmp(got, want) != 0)
		printf("# %s\n# %s\n", got, want);
}

static void
windows(void)
{
	window_list();
	ask(71, "{'type':'window_move','window':'win_1a','x':-5,'y':6}");
	ok(drive_says(&d, "window 1a deed 1 at -5,6 size 0x0") &&
	    is_record(PROBLEM_NONE,
	    "{'type':'window_move','window':'win_1a','x':-5,'y':6}") &&
	    is_done(71, 0, PROBLEM_NONE,
	    "{'type':'window_move','window':" A_WINDOW "}") && is_over(71, 1, 0),
	    "a window is moved, recorded and shown");
	ask(72, "{'type':'window_close','window':'win_404'}");
	ok(drive_says(&d, "window 404 deed 6 at -1,-1 size 0x0") &&
	    is_record(PROBLEM_NOT_FOUND,
	    "{'type':'window_close','window':'win_404'}") &&
	    is_done(72, 0, PROBLEM_NOT_FOUND,
	    "{'type':'window_close','detail':'in these words'}") &&
	    is_over(72, 1, 1), "one that is not there, in its own words");
	ask(73, "{'type':'window_wait','class':'c','pid':9,"
	    "'not_in':['win_1'],'match':'any','timeout_seconds':1.5}");
	ok(drive_says(&d, "wait for - c - 9 not 1 any 1 ms 1500") &&
	    is_record(PROBLEM_NONE, "{'type':'window_wait','class':'c',"
	    "'pid':9,'not_in':['win_1'],'match':'any',"
	    "'timeout_seconds':1.5}") &&
	    is_done(73, 0, PROBLEM_NONE,
	    "{'type':'window_wait','window':" A_WINDOW "}") && is_over(73, 1, 0),
	    "a window is waited for");
}

/* Watching keeps nobody from acting, but takes its turn inside a batch. */
static void
windows_beside(void)
{
	ask(74, "{'type':'window_wait','title':'hang'}");
	ok(drive_says(&d, "wait for hang - - 0 not 0 any 0 ms 30000"),
	    "one waits");
	ask(75, "{'type':'left_click'}");
	ok(drive_says(&d, "click 1 *1 at 9,9 with 0") &&
	    is_record(PROBLEM_NONE, "{'type':'left_click'}") &&
	    is_done(75, 0, PROBLEM_NONE, "{") && is_over(75, 1, 0),
	    "another clicks meanwhile");
	drive_send(d.broker, MSG_ACTIONS_CANCEL, 74, NULL, 0, NULL, 0);
	ok(drive_says(&d, "cancelled") &&
	    is_record(PROBLEM_CANCELLED,
	    "{'type':'window_wait','title':'hang'}") &&
	    is_done(74, 0, PROBLEM_CANCELLED, "{'type':'window_wait'") &&
	    is_over(74, 1, 1), "and the one gives up");
	ask(76, "{'actions':[{'type':'window_wait','title':'hang'},"
	    "{'type':'left_click'}]}");
	ask(77, "{'type':'left_click'}");
	ok(drive_says(&d, "wait for hang - - 0 not 0 any 0 ms 30000") &&
	    drive_is_silent(d.said, 50), "in a batch it is waited for");
	drive_send(d.broker, MSG_ACTIONS_CANCEL, 76, NULL, 0, NULL, 0);
	ok(drive_says(&d, "cancelled") && any_record() &&
	    is_done(76, 0, PROBLEM_CANCELLED, "{") &&
	    is_done(76, 1, PROBLEM_CANCELLED, "{") && is_over(76, 2, 2) &&
	    drive_says(&d, "click 1 *1 at 9,9 with 0") && any_record() &&
	    is_done(77, 0, PROBLEM_NONE, "{") && is_over(77, 1, 0),
	    "then the next has its turn");
}

static void
shots(void)
{
	struct msg_shot		 s;
	struct msg_shot_done	 done_;
	struct wire_msg		*m;

	memset(&s, 0, sizeof(s));
	drive_send(d.broker, MSG_SHOT, 20, &s, sizeof(s), NULL, 0);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_SHOT_DONE);
	memcpy(&done_, m->data, sizeof(done_));
	ok(m->hdr.request == 20 && done_.width == 1280 && done_.size == 4,
	    "a picture for somebody who looks");
	s.tag = done_.tag;
	drive_send(d.broker, MSG_SHOT, 21, &s, sizeof(s), NULL, 0);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_SHOT_SAME);
	ok(m->hdr.request == 21, "who has it already");
	s.x = 1;
	s.width = 1280;
	s.height = 1;
	drive_send(d.broker, MSG_SHOT, 22, &s, sizeof(s), NULL, 0);
	ok(is_error(22, PROBLEM_INVALID_PARAMETER), "and asks for too much");
	drive_says(&d, "shot 0,0 0x0 to 0x0");
	drive_says(&d, "shot 0,0 0x0 to 0x0");
}

static void
cancel(uint64_t request)
{
	drive_send(d.broker, MSG_ACTIONS_CANCEL, request, NULL, 0, NULL, 0);
}

static void
cancelling(void)
{
	ask(30, "{'actions':[{'type':'key_down','key':'a'},"
	    "{'type':'type','text':'hang'},{'type':'left_click'}]}");
	ask(31, "{'type':'left_click'}");
	ask(32, "{'type':'right_click'}");
	ok(drive_says(&d, "key down 61 *1") && drive_says(&d, "type hang") &&
	    any_record() && is_done(30, 0, PROBLEM_NONE, "{"),
	    "a batch that hangs");
	cancel(31);
	ok(is_done(31, 0, PROBLEM_CANCELLED, "{'type':'left_click'") &&
	    is_over(31, 1, 1), "one that waits is cancelled");
	cancel(9999);
	cancel(30);
	ok(drive_says(&d, "cancelled") && drive_says(&d, "released"),
	    "what hangs stops and lets go");
	ok(is_record(PROBLEM_CANCELLED, "{'type':'type','text_length':4}") &&
	    is_done(30, 1, PROBLEM_CANCELLED, "{'type':'type'") &&
	    is_done(30, 2, PROBLEM_CANCELLED, "{'type':'left_click'") &&
	    is_over(30, 3, 2), "and is recorded");
	ok(drive_says(&d, "click 3 *1 at 9,9 with 0") && any_record() &&
	    is_done(32, 0, PROBLEM_NONE, "{") && is_over(32, 1, 0),
	    "the next one gets its turn");

	ask(33, "{'actions':[{'type':'cursor_position'},"
	    "{'type':'wait','duration_ms':60000}]}");
	ask(34, "{'type':'left_click'}");
	any_record();
	is_done(33, 0, PROBLEM_NONE, "{");
	cancel(33);
	ok(any_record() && is_done(33, 1, PROBLEM_CANCELLED, "{") &&
	    is_over(33, 2, 1) && any_record() &&
	    is_done(34, 0, PROBLEM_NONE, "{") && is_over(34, 1, 0) &&
	    drive_says(&d, "click 1 *1 at 9,9 with 0"), "a wait as well");
}

static void
waiting(void)
{
	uint64_t	i;

	ask(100, "{'type':'type','text':'hang'}");
	drive_says(&d, "type hang");
	for (i = 101; i <= 164; i++)
		ask(i, "{'type':'wait','duration_ms':0}");
	ask(165, "{'type':'wait','duration_ms':0}");
	ok(is_error(165, PROBLEM_BUSY), "64 wait, not one more");
	drive_new_broker(&d);
	ok(drive_says(&d, "cancelled") && drive_says(&d, "released") &&
	    is_desktop(DESKTOP_READY, ""), "a new broker ends them all");
	ask(100, "{'type':'left_click'}");
	ok(any_record() && is_done(100, 0, PROBLEM_NONE, "{") &&
	    is_over(100, 1, 0) && drive_says(&d, "click 1 *1 at 9,9 with 0"),
	    "and is heard");
}

static void
send_bulk(uint64_t request, size_t len, unsigned int seals)
{
	static const char	body[] = "{\"type\":\"left_click\"}";
	struct msg_actions	a = { .principal = 1000 };
	char			*text = malloc(len);
	int			 fd;

	fd = memfd_create("bulk", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	memset(text, ' ', len);
	memcpy(text, body, sizeof(body) - 1);
	if (write(fd, text, len) != (ssize_t)len)
		abort();
	if (seals != 0)
		fcntl(fd, F_ADD_SEALS, seals);
	drive_send_fds(d.broker, MSG_ACTIONS_BULK, request, &a, sizeof(a), &fd,
	    1);
	close(fd);
	free(text);
}

static void
bulk(void)
{
	unsigned int	seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

	send_bulk(200, ACTIONS_BODY_MAX, seals);
	ok(any_record() && is_done(200, 0, PROBLEM_NONE, "{") &&
	    is_over(200, 1, 0), "the largest body");
	drive_says(&d, "click 1 *1 at 9,9 with 0");
	send_bulk(201, 4096, seals);
	ok(any_record() && is_done(201, 0, PROBLEM_NONE, "{") &&
	    is_over(201, 1, 0), "a body of one page");
	drive_says(&d, "click 1 *1 at 9,9 with 0");
	send_bulk(202, ACTIONS_BODY_MAX + 1, seals);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "one byte more");
	drive_new_broker(&d);
	is_desktop(DESKTOP_READY, "");
	send_bulk(203, 100, F_SEAL_SHRINK | F_SEAL_GROW);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "one that could change");
	drive_new_broker(&d);
	is_desktop(DESKTOP_READY, "");
	send_bulk(204, 100, F_SEAL_GROW | F_SEAL_WRITE);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "one that could shrink");
	drive_new_broker(&d);
	is_desktop(DESKTOP_READY, "");
	ask(205, "{'type':'type','text':'hang'}");
	ask(205, "{'type':'left_click'}");
	ok(drive_is_closed(d.broker, ROLE_BROKER), "a number in use");
	ok(drive_says(&d, "type hang") && drive_says(&d, "cancelled") &&
	    drive_says(&d, "released"), "ends what it asked for");
	drive_new_broker(&d);
	is_desktop(DESKTOP_READY, "");
}

static void
lost(void)
{
	ask(300, "{'actions':[{'type':'type','text':'lose'},"
	    "{'type':'left_click'}]}");
	ok(any_record() && is_done(300, 0, PROBLEM_DESKTOP_FAILED, "{") &&
	    is_done(300, 1, PROBLEM_NOT_EXECUTED, "{") && is_over(300, 2, 2),
	    "a lost connection fails what is under way");
	ok(drive_says(&d, "type lose") && drive_says(&d, "close") &&
	    drive_says(&d, "open /X0") && is_desktop(DESKTOP_READY, ""),
	    "and is made again");
}

static void
gone(void)
{
	struct msg_display_gone	m = { .status = 9 };
	struct msg_shot		s;

	memset(&s, 0, sizeof(s));
	ask(400, "{'type':'type','text':'hang'}");
	drive_says(&d, "type hang");
	drive_send(d.init, MSG_DISPLAY_GONE, 0, &m, sizeof(m), NULL, 0);
	ok(any_record() && is_done(400, 0, PROBLEM_DESKTOP_FAILED, "{") &&
	    is_over(400, 1, 1) && drive_says(&d, "cancelled") &&
	    drive_says(&d, "close"), "a dead X server ends what hangs");
	ok(is_desktop(DESKTOP_FAILED, "the X server was killed by signal 9"),
	    "and the desktop");
	drive_send(d.broker, MSG_SHOT, 401, &s, sizeof(s), NULL, 0);
	ok(is_error(401, PROBLEM_DESKTOP_FAILED), "no more pictures");
	ask(402, "{'type':'left_click'}");
	ok(is_error(402, PROBLEM_DESKTOP_FAILED), "nor clicks");
	drive_new_broker(&d);
	ok(is_desktop(DESKTOP_FAILED, "the X server was killed by signal 9"),
	    "a new broker hears the reason");
	drive_new_init(&d);
	drive_expect(d.init, ROLE_INIT, MSG_DISPLAY_START);
	drive_send(d.init, MSG_DISPLAY_READY, 2, NULL, 0, NULL, 0);
	ok(is_desktop(DESKTOP_READY, "") && drive_says(&d, "open /X0"),
	    "a new init can start it again");
}

static void
refused(const char *self)
{
	struct msg_error	 e = { .problem = PROBLEM_NO_SUCH_PROGRAM };
	static const char	 tail[] = "\0no Xvfb \x1b[31m here";

	drive_end(&d);
	drive_start(&d, self, "worker_fake");
	drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_READY);
	drive_set_up(&d, SESSION_HAS_DESKTOP, NULL, 0, 0);
	drive_new_broker(&d);
	drive_new_init(&d);
	drive_send(d.init, MSG_ERROR,
	    drive_expect(d.init, ROLE_INIT, MSG_DISPLAY_START)->hdr.request,
	    &e, sizeof(e), tail, sizeof(tail));
	ok(is_desktop(DESKTOP_FAILED,
	    "the X server did not start: no Xvfb ?[31m here"),
	    "init cannot start it");
}

int
main(int argc, char **argv)
{
	(void)argc;
	begin(argv[0]);
	order();
	errors();
	pictures();
	windows();
	windows_beside();
	shots();
	cancelling();
	waiting();
	bulk();
	lost();
	gone();
	refused(argv[0]);
	drive_end(&d);
	return done();
}
