#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "ctl.h"
#include "doctor.h"
#include "field.h"
#include "output.h"
#include "xmalloc.h"

struct doctor {
	int			 json;
	int			 count[DOCTOR_FAIL + 1];
	struct json_object	*checks;
};

static const char *const level_names[] = { "ok", "unseen", "warn", "fail" };

int
doctor_read(const char *path, char *buf, size_t size)
{
	ssize_t	n;
	int	fd;

	buf[0] = '\0';
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n == -1)
		return -1;
	buf[n] = '\0';
	return 0;
}

int
doctor_word(const char *text, const char *word)
{
	static const char	 blanks[] = " \t\n,:";
	const char		*p = text;
	size_t			 n = strlen(word);

	while ((p = strstr(p, word)) != NULL) {
		if ((p == text || strchr(blanks, p[-1]) != NULL) &&
		    (p[n] == '\0' || strchr(blanks, p[n]) != NULL))
			return 1;
		p += n;
	}
	return 0;
}

void
doctor_say(struct doctor *d, enum doctor_level level, const char *what,
    const char *todo, const char *fmt, ...)
{
	struct json_object	*o;
	char			*text, *clean;
	va_list			 ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		fatal("vasprintf");
	va_end(ap);
	d->count[level]++;
	if (d->json) {
		o = json_object_new_object();
		put_text(o, "check", what);
		put_text(o, "level", level_names[level]);
		put_text(o, "text", text);
		put(o, "todo", todo != NULL ? json_object_new_string(todo) :
		    NULL);
		json_object_array_add(d->checks, o);
	} else {
		clean = text_clean(text);
		printf("%-7s %-12s %s\n", level_names[level], what, clean);
		if (todo != NULL)
			printf("%-7s %-12s -> %s\n", "", "", todo);
		free(clean);
	}
	free(text);
}

static void
summary(struct doctor *d)
{
	struct json_object	*o;
	int			 i;

	if (d->json) {
		o = json_object_new_object();
		for (i = DOCTOR_OK; i <= DOCTOR_FAIL; i++)
			put_int(o, level_names[i], d->count[i]);
		put(o, "checks", d->checks);
		output_json(stdout, o);
		json_object_put(o);
		return;
	}
	if (d->count[DOCTOR_FAIL] > 0)
		printf("\n%d of %d checks failed: deskd cannot work well "
		    "here yet.\n", d->count[DOCTOR_FAIL],
		    d->count[DOCTOR_OK] + d->count[DOCTOR_UNSEEN] +
		    d->count[DOCTOR_WARN] + d->count[DOCTOR_FAIL]);
	else if (d->count[DOCTOR_WARN] > 0)
		printf("\ndeskd can work here; some things could be "
		    "better.\n");
	else
		printf("\nThis machine has what deskd needs.\n");
	if (d->count[DOCTOR_UNSEEN] > 0)
		printf("Run it as root to see the rest.\n");
}

int
cmd_doctor(struct ctl *c, int argc, char **argv)
{
	struct doctor	d = { 0 };

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 0, 0);
	d.json = c->json;
	d.checks = json_object_new_array();
	doctor_kernel(&d);
	doctor_namespaces(&d);
	doctor_cgroup(&d);
	doctor_confined(&d);
	doctor_filesystems(&d);
	doctor_programs(&d);
	doctor_space(&d);
	doctor_daemon(&d, c);
	summary(&d);
	return d.count[DOCTOR_FAIL] > 0 ? 1 : 0;
}
