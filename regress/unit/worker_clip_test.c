/*
 * Selections and sizes as the broker asks for them, in a worker whose screen
 * is made for tests: what is done, recorded, queued and refused.
 */
#include <sys/mman.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "memfd.h"
#include "problem.h"
#include "sizes.h"
#include "test.h"
#include "worker_drive.h"

#define AT_ONCE	64	/* under way and in line */

static struct drive	d;

static struct msg_clip
clip(uint32_t selection, uint32_t type, uint32_t size)
{
	struct msg_clip	m = { .selection = selection, .type = type,
			    .size = size, .principal = 1000 };

	return m;
}

static void
get(uint64_t request, uint32_t selection, uint32_t type)
{
	struct msg_clip	m = clip(selection, type, 0);

	drive_send(d.broker, MSG_CLIP_GET, request, &m, sizeof(m), NULL, 0);
}

static void
set(uint64_t request, const struct msg_clip *m, int fd)
{
	drive_send_fds(d.broker, MSG_CLIP_SET, request, m, sizeof(*m), &fd,
	    1);
	close(fd);
}

static int
is_ok(uint64_t request)
{
	return drive_expect(d.broker, ROLE_BROKER,
	    MSG_OK)->hdr.request == request;
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
is_record(const char *json)
{
	struct wire_msg	*m = drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);

	if (strcmp(drive_tail(m, sizeof(struct msg_record), 0), json) == 0)
		return 1;
	printf("# record %s\n", drive_tail(m, sizeof(struct msg_record), 0));
	return 0;
}

static int
is_data(uint64_t request, const char *text)
{
	struct wire_msg	*m = drive_expect(d.broker, ROLE_BROKER,
			    MSG_CLIP_DATA);
	struct msg_clip	 c;
	size_t		 len;
	void		*p;
	int		 good;

	memcpy(&c, m->data, sizeof(c));
	if ((p = memfd_map(m->fds[0], CLIP_TEXT_MAX, &len)) == NULL)
		return 0;
	good = m->hdr.request == request && c.size == len &&
	    c.type == CLIP_TEXT && len == strlen(text) &&
	    memcmp(p, text, len) == 0;
	munmap(p, len);
	return good;
}

static void
round_trip(void)
{
	struct msg_clip	m = clip(CLIP_CLIPBOARD, CLIP_TEXT, 5);

	get(1, CLIP_CLIPBOARD, 0);
	ok(is_ok(1), "an empty one is no error");
	ok(is_record("{\"type\":\"clipboard_get\","
	    "\"selection\":\"clipboard\"}"), "it is recorded");
	set(2, &m, memfd_from("t", "hello", 5));
	ok(is_ok(2), "a text is set");
	ok(is_record("{\"type\":\"clipboard_set\","
	    "\"selection\":\"clipboard\",\"media_type\":\"text\\/plain\","
	    "\"size\":5}"), "its size is recorded, it is not");
	get(3, CLIP_CLIPBOARD, CLIP_TEXT);
	ok(is_data(3, "hello"), "and read");
	ok(is_record("{\"type\":\"clipboard_get\","
	    "\"selection\":\"clipboard\",\"media_type\":\"text\\/plain\","
	    "\"size\":5}"), "which is recorded as well");
	m = clip(CLIP_PRIMARY, 0, 0);
	drive_send(d.broker, MSG_CLIP_CLEAR, 4, &m, sizeof(m), NULL, 0);
	ok(is_ok(4), "cleared");
	ok(is_record("{\"type\":\"clipboard_clear\","
	    "\"selection\":\"primary\"}"), "recorded");
}

/* Those that hang are a few, behind them wait others, and then no more. */
static void
too_many(void)
{
	int	i;

	for (i = 0; i < AT_ONCE; i++)
		get(100 + i, CLIP_PRIMARY, CLIP_PNG);
	get(500, CLIP_CLIPBOARD, 0);
	ok(is_error(500, PROBLEM_BUSY), "one more than can wait");
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	get(501, CLIP_CLIPBOARD, 0);
	ok(is_data(501, "hello"), "they end with who asked");
	drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
}

static void
lost(void)
{
	struct msg_display_gone	m = { .status = 9 };

	get(600, CLIP_PRIMARY, CLIP_PNG);
	drive_send(d.init, MSG_DISPLAY_GONE, 0, &m, sizeof(m), NULL, 0);
	drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
	ok(is_error(600, PROBLEM_DESKTOP_FAILED),
	    "a dead X server ends what hangs");
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
}

static void
sizes(void)
{
	struct msg_resize	m = { .width = 800, .height = 600,
				    .principal = 1000 };

	drive_send(d.broker, MSG_RESIZE, 10, &m, sizeof(m), NULL, 0);
	ok(is_ok(10), "a size");
	ok(is_record("{\"type\":\"resize\",\"width\":800,\"height\":600}"),
	    "recorded");
	m.width = 1281;
	drive_send(d.broker, MSG_RESIZE, 11, &m, sizeof(m), NULL, 0);
	ok(is_error(11, PROBLEM_INVALID_FIELD), "one too wide");
	m.width = SCREEN_MIN - 1;
	drive_send(d.broker, MSG_RESIZE, 12, &m, sizeof(m), NULL, 0);
	ok(is_error(12, PROBLEM_INVALID_FIELD), "one too narrow");
	m.width = SCREEN_MIN;
	m.height = 801;
	drive_send(d.broker, MSG_RESIZE, 13, &m, sizeof(m), NULL, 0);
	ok(is_error(13, PROBLEM_INVALID_FIELD), "one too high");
}

/* Each of these closes the broker, and nothing else. */
static void
closes(const char *what)
{
	ok(drive_is_closed(d.broker, ROLE_BROKER), "%s: closed", what);
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
}

static int
unsealed(size_t len)
{
	int	fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd == -1 || ftruncate(fd, (off_t)len) == -1)
		abort();
	return fd;
}

static int
sealed(size_t len)
{
	int	fd = unsealed(len);

	if (memfd_seal(fd) == -1)
		abort();
	return fd;
}

static void
nonsense(void)
{
	struct msg_clip	m;

	get(20, 0, CLIP_TEXT);
	closes("no selection");
	get(21, CLIP_PRIMARY + 1, CLIP_TEXT);
	closes("one past the last selection");
	get(22, CLIP_PRIMARY, CLIP_PNG + 1);
	closes("one past the last type");
	m = clip(CLIP_CLIPBOARD, 0, 4);
	set(23, &m, sealed(4));
	closes("bytes of no type");
	m = clip(CLIP_CLIPBOARD, CLIP_TEXT, 4);
	set(24, &m, unsealed(4));
	closes("bytes that may change");
	set(25, &m, sealed(5));
	closes("another size than it says");
	m = clip(CLIP_CLIPBOARD, CLIP_TEXT, CLIP_TEXT_MAX + 1);
	set(26, &m, sealed(CLIP_TEXT_MAX + 1));
	closes("one byte too many");
	m = clip(CLIP_PRIMARY + 1, CLIP_TEXT, 4);
	set(27, &m, sealed(4));
	closes("bytes for no selection");
}

static void
limits(void)
{
	struct msg_clip	m = clip(CLIP_CLIPBOARD, CLIP_TEXT, CLIP_TEXT_MAX);

	set(30, &m, sealed(CLIP_TEXT_MAX));
	ok(is_ok(30), "the most of a text");
	drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
	m = clip(CLIP_PRIMARY, CLIP_PNG, CLIP_PNG_MAX);
	set(31, &m, sealed(CLIP_PNG_MAX));
	ok(is_ok(31), "the most of a picture");
	drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
}

int
main(int argc, char **argv)
{
	struct wire_msg		*m;

	(void)argc;
	drive_start(&d, argv[0], "worker_fake");
	drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_READY);
	drive_set_up(&d, SESSION_HAS_DESKTOP, "", 0, 0);
	drive_new_broker(&d);
	drive_new_init(&d);
	m = drive_expect(d.init, ROLE_INIT, MSG_DISPLAY_START);
	get(5, CLIP_CLIPBOARD, 0);
	ok(is_record("{\"type\":\"clipboard_get\","
	    "\"selection\":\"clipboard\"}") &&
	    is_error(5, PROBLEM_UNAVAILABLE), "before there is a desktop");
	drive_send(d.init, MSG_DISPLAY_READY, m->hdr.request, NULL, 0, NULL,
	    0);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	round_trip();
	sizes();
	nonsense();
	too_many();
	limits();
	lost();
	drive_end(&d);
	return done();
}
