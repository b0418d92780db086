/*
 * ws_drive [-o FILE] SOCKET PATH: a WebSocket played by a script.  Text
 * messages go to standard output as they come, bytes to FILE.  Steps:
 *	type TEXT	a binary message, with escapes
 *	text JSON	a text message
 *	expect TEXT	wait for bytes
 *	control TEXT	wait for a text message with this in it
 *	raw TEXT	bytes into the connection, with escapes
 *	ping TEXT	and wait for its pong
 *	stall SECONDS	reads nothing
 *	closed		wait for the close; prints its code and reason
 *	leave		just goes
 * At the end of the script it closes.  A status other than 101 is printed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drive.h"
#include "ws_client.h"

static struct seen	bytes = { .record = -1 };
static struct seen	texts = { .record = -1 };
static struct seen	pongs = { .record = -1 };
static int		fd, over;

static void
print_close(const struct wsc_frame *f)
{
	printf("closed %d %s\n", wsc_code(f), f->len > 2 ? f->data + 2 : "");
}

/* One frame; -1 when there will be none. */
static int
receive(void)
{
	struct wsc_frame	f;

	if (over || wsc_next(fd, &f, drive_ms()) == -1)
		return -1;
	switch (f.head & 0xf) {
	case WSC_TEXT:
		printf("%s\n", f.data);
		seen_add(&texts, f.data, f.len);
		break;
	case WSC_BYTES:
		seen_add(&bytes, f.data, f.len);
		break;
	case WSC_PING:
		wsc_send(fd, WSC_PONG, f.data, f.len);
		break;
	case WSC_PONG:
		seen_add(&pongs, f.data, f.len);
		break;
	case WSC_CLOSE:
		print_close(&f);
		wsc_send(fd, WSC_CLOSE, f.data, f.len);
		over = 1;
		break;
	}
	fflush(stdout);
	wsc_clear(&f);
	return 0;
}

static void
await(struct seen *s, const char *what, const char *text, size_t len)
{
	while (!seen_find(s, text, len))
		if (receive() == -1)
			drive_fail("%s %s did not come", what, text);
}

static void
step(const char *word, char *rest)
{
	if (strcmp(word, "type") == 0)
		wsc_send(fd, WSC_BYTES, rest, drive_unescape(rest));
	else if (strcmp(word, "text") == 0)
		wsc_text(fd, rest);
	else if (strcmp(word, "raw") == 0)
		wsc_write(fd, rest, drive_unescape(rest));
	else if (strcmp(word, "expect") == 0)
		await(&bytes, word, rest, drive_unescape(rest));
	else if (strcmp(word, "control") == 0)
		await(&texts, word, rest, strlen(rest));
	else if (strcmp(word, "ping") == 0) {
		wsc_send(fd, WSC_PING, rest, strlen(rest));
		await(&pongs, word, rest, strlen(rest));
	} else if (strcmp(word, "stall") == 0)
		sleep((unsigned int)atoi(rest));
	else if (strcmp(word, "closed") == 0) {
		while (!over)
			if (receive() == -1)
				drive_fail("no close came");
	} else if (strcmp(word, "leave") == 0)
		exit(0);
	else
		drive_fail("no such step: %s", word);
}

int
main(int argc, char **argv)
{
	char	*word, *rest;
	int	 ch, status;

	while ((ch = getopt(argc, argv, "o:")) != -1) {
		if (ch != 'o' || (bytes.record = open(optarg, O_WRONLY |
		    O_CREAT | O_TRUNC, 0666)) == -1)
			return 2;
	}
	if (argc - optind != 2)
		return 2;
	fd = wsc_open(argv[optind], argv[optind + 1], "", &status);
	if (fd == -1 || status != 101) {
		printf("status %d\n", status);
		return 1;
	}
	while (drive_step(&word, &rest))
		step(word, rest);
	if (!over)
		wsc_send(fd, WSC_CLOSE, "\3\350", 2);
	while (!over && receive() == 0)
		continue;
	return 0;
}
