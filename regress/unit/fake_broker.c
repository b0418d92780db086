/*
 * A broker that says what a test wants: fake_broker SOCKET SCRIPT RECORD.
 *
 * The script is a row of answers, each begun by "= METHOD TARGET", then
 * "STATUS TYPE [chunked|close|cut|drop]", header lines, an empty line and
 * the body.  Answers to the same request are given in turn, the last one
 * again and again.  What was asked is written to RECORD.  It goes to the
 * background when it listens and prints its pid.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPLIES_MAX	64
#define HEAD_MAX	16384

struct reply {
	char	*request;	/* "GET /v1/sessions" */
	char	 status[8];
	char	 type[64];
	char	 how[16];
	char	*headers;	/* each with its CRLF */
	char	*body;
	int	 used;
};

static struct reply	 replies[REPLIES_MAX];
static int		 nreplies;
static FILE		*record;

static char *
add(char *text, const char *more, const char *end)
{
	char	*sum;

	if (asprintf(&sum, "%s%s%s", text == NULL ? "" : text, more,
	    end) == -1)
		err(1, "asprintf");
	free(text);
	return sum;
}

static void
read_script(const char *path)
{
	struct reply	*r = NULL;
	FILE		*fp;
	char		*line = NULL;
	size_t		 size = 0;
	enum { STATUS, HEADERS, BODY } part = STATUS;

	if ((fp = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	while (getline(&line, &size, fp) != -1) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "= ", 2) == 0) {
			if (nreplies == REPLIES_MAX)
				errx(1, "too many answers");
			r = &replies[nreplies++];
			r->request = add(NULL, line + 2, "");
			part = STATUS;
		} else if (r == NULL)
			errx(1, "%s: no request", line);
		else if (part == STATUS) {
			if (sscanf(line, "%7s %63s %15s", r->status, r->type,
			    r->how) < 1)
				errx(1, "%s: no status", line);
			part = HEADERS;
		} else if (part == HEADERS && line[0] == '\0')
			part = BODY;
		else if (part == HEADERS)
			r->headers = add(r->headers, line, "\r\n");
		else
			r->body = add(r->body, line, "\n");
	}
	free(line);
	fclose(fp);
}

static struct reply *
find(const char *request)
{
	struct reply	*r, *found = NULL;
	int		 i;

	for (i = 0; i < nreplies; i++) {
		r = &replies[i];
		if (strcmp(r->request, request) != 0)
			continue;
		found = r;
		if (!r->used)
			break;
	}
	if (found != NULL)
		found->used = 1;
	return found;
}

/* The head of a request, byte by byte: this is not about speed. */
static int
read_head(int fd, char *head)
{
	size_t	n = 0;

	while (n + 1 < HEAD_MAX && read(fd, head + n, 1) == 1) {
		head[++n] = '\0';
		if (n >= 4 && strcmp(head + n - 4, "\r\n\r\n") == 0)
			return 0;
	}
	return -1;
}

static void
note(const char *head, const char *name, const char *unless)
{
	const char	*p = strstr(head, name);
	int		 n;

	if (p == NULL)
		return;
	p += 2;
	n = (int)strcspn(p, "\r");
	if (unless == NULL || strncmp(p, unless, strlen(unless)) != 0)
		fprintf(record, "%.*s\n", n, p);
}

static void
note_request(int fd, const char *head, const char *request)
{
	const char	*p = strstr(head, "\r\nContent-Length: ");
	size_t		 len = p == NULL ? 0 : strtoul(p + 18, NULL, 10), n = 0;
	ssize_t		 got;
	char		*body = calloc(1, len + 1);

	if (body == NULL)
		err(1, "calloc");
	fprintf(record, "%s\n", request);
	note(head, "\r\nAccept: ", "Accept: application/json");
	note(head, "\r\nLast-Event-ID: ", NULL);
	while (n < len && (got = read(fd, body + n, len - n)) > 0)
		n += (size_t)got;
	if (len > 0)
		note(head, "\r\nContent-Type: ", "Content-Type: "
		    "application/json");
	if (len > 0)
		fprintf(record, "%s\n", body);
	fflush(record);
	free(body);
}

/* Chunks that end in the middle of lines and characters. */
static void
send_chunks(FILE *fp, const char *body)
{
	size_t	len = strlen(body), n, step = 1;

	while (len > 0) {
		n = step < len ? step : len;
		fprintf(fp, "%zx;x=y\r\n%.*s\r\n", n, (int)n, body);
		fflush(fp);
		body += n;
		len -= n;
		step = step % 7 + 1;
	}
	fprintf(fp, "0\r\nX-Trailer: yes\r\n\r\n");
}

/* Returns 0 when the connection goes on. */
static int
answer(FILE *fp, const struct reply *r)
{
	const char	*body = r->body == NULL ? "" : r->body;
	size_t		 len = strlen(body);

	if (strcmp(r->how, "drop") == 0)
		return -1;
	if (len > 0)
		len--;		/* the script's last newline */
	fprintf(fp, "HTTP/1.1 %s Fine\r\n%s", r->status,
	    r->headers == NULL ? "" : r->headers);
	if (r->type[0] != '\0')
		fprintf(fp, "Content-Type: %s\r\n", r->type);
	if (strcmp(r->how, "chunked") == 0) {
		fprintf(fp, "Transfer-Encoding: chunked\r\n\r\n");
		send_chunks(fp, body);
		return fflush(fp);
	}
	if (strcmp(r->how, "close") == 0)
		fprintf(fp, "\r\n");
	else
		fprintf(fp, "Content-Length: %zu\r\n\r\n",
		    strcmp(r->how, "cut") == 0 ? len + 100 : len);
	fprintf(fp, "%.*s", (int)len, body);
	fflush(fp);
	return r->how[0] != '\0' ? -1 : 0;
}

static void
serve(int fd)
{
	static char		 body[] = "{\"code\":\"not_found\","
	    "\"detail\":\"no such session\",\"status\":404}\n";
	static struct reply	 unknown = { .status = "404",
		.type = "application/problem+json", .body = body };
	struct reply		*r;
	char			 head[HEAD_MAX], *end;
	FILE			*fp = fdopen(dup(fd), "w");

	if (fp == NULL)
		err(1, "fdopen");
	while (read_head(fd, head) == 0) {
		char	request[HEAD_MAX];

		strlcpy(request, head, sizeof(request));
		if ((end = strstr(request, " HTTP/1.1\r\n")) == NULL)
			break;
		*end = '\0';
		note_request(fd, head, request);
		if ((r = find(request)) == NULL)
			r = &unknown;
		if (answer(fp, r) != 0)
			break;
	}
	fclose(fp);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un	 sun = { .sun_family = AF_UNIX };
	int			 fd, client;
	pid_t			 pid;

	if (argc != 4)
		errx(2, "usage: fake_broker socket script record");
	read_script(argv[2]);
	if ((record = fopen(argv[3], "we")) == NULL)
		err(1, "%s", argv[3]);
	strlcpy(sun.sun_path, argv[1], sizeof(sun.sun_path));
	unlink(argv[1]);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(fd, 8) == -1)
		err(1, "%s", argv[1]);
	if ((pid = fork()) == -1)
		err(1, "fork");
	if (pid > 0) {
		printf("%d\n", (int)pid);
		return 0;
	}
	if (freopen("/dev/null", "w", stdout) == NULL ||
	    freopen("/dev/null", "w", stderr) == NULL)
		_exit(1);
	alarm(120);		/* never outlives its test for long */
	signal(SIGPIPE, SIG_IGN);
	while ((client = accept(fd, NULL, NULL)) != -1) {
		serve(client);
		close(client);
	}
	return 0;
}
