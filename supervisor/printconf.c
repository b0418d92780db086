/* The configuration as deskd -nv shows it: complete, and it parses again. */
#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_set.h"
#include "conf_value.h"

static void
print_text(FILE *fp, const char *text)
{
	putc('"', fp);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', fp);
		putc(*text, fp);
	}
	putc('"', fp);
}

static void
print_path(FILE *fp, const char *what, const char *path)
{
	fprintf(fp, "%s ", what);
	print_text(fp, path);
	putc('\n', fp);
}

static void
print_places(const struct conf *c, FILE *fp)
{
	const struct conf_ids	*s = &c->session_uids;
	const struct conf_ids	*w = &c->worker_uids;

	if (c->prefix != NULL)
		print_path(fp, "prefix =", c->prefix);
	print_path(fp, "run", c->run_dir);
	if (strcmp(c->program_dir, PROGRAM_DIR) != 0)
		print_path(fp, "programs", c->program_dir);
	if (c->cgroup != NULL)
		print_path(fp, "cgroup", c->cgroup);
	fprintf(fp, "sandbox %s\n", c->sandbox_kill ? "kill" : "errno");
	fprintf(fp, "max sessions %u\n", c->max_sessions);
	fprintf(fp, "uids from 0x%x to 0x%x\n", s->first,
	    s->first + (s->count - 1));
	fprintf(fp, "worker uids from 0x%x to 0x%x\n", w->first,
	    w->first + (w->count - 1));
}

static void
print_tcp(const struct conf_listen *l, FILE *fp)
{
	fprintf(fp, l->family == AF_INET6 ? "listen on \"[%s]\" port %u" :
	    "listen on \"%s\" port %u", l->address, l->port);
	if (l->kind == LISTEN_TLS) {
		fprintf(fp, " tls certificate ");
		print_text(fp, l->certificate);
		fprintf(fp, " key ");
		print_text(fp, l->key);
	}
	putc('\n', fp);
}

static void
print_listen(const struct conf_listen *l, FILE *fp)
{
	if (l->kind != LISTEN_UNIX) {
		print_tcp(l, fp);
		return;
	}
	fprintf(fp, "listen on socket ");
	print_text(fp, l->path);
	if (l->group != NULL) {
		fprintf(fp, " group ");
		print_text(fp, l->group);
	}
	fprintf(fp, " mode %04o%s\n", (unsigned int)l->mode,
	    l->token ? " token" : "");
}

static void
print_image(const struct conf_image *i, FILE *fp)
{
	fprintf(fp, "image \"%s\" ", i->name);
	if (i->type == IMAGE_DIR) {
		fprintf(fp, "dir ");
		print_text(fp, i->path);
	} else
		fprintf(fp, "host");
	putc('\n', fp);
}

static void
print_defaults(const struct conf *c, FILE *fp)
{
	const struct msg_desktop_size	*d = &c->desktop;
	const struct msg_resources	*r = &c->resources;
	char				 size[SIZE_TEXT];

	fprintf(fp, "session defaults {\n");
	fprintf(fp, "\timage \"%s\"\n", c->default_image);
	fprintf(fp, "\tgeometry %ux%u\n", d->width, d->height);
	fprintf(fp, "\tmax geometry %ux%u\n", d->max_width, d->max_height);
	fprintf(fp, "\tdpi %u\n", d->dpi);
	fprintf(fp, "\tmemory %s\n", size_text(r->memory, size));
	fprintf(fp, "\tcpu %u%%\n", r->cpu_percent);
	fprintf(fp, "\ttasks %u\n", r->tasks);
	fprintf(fp, "\tdisk %s\n", size_text(r->disk, size));
	fprintf(fp, "\tnetwork none\n}\n");
}

static void
print_kept(const char *what, uint64_t age, uint64_t size, FILE *fp)
{
	char		 text[SIZE_TEXT];

	fprintf(fp, "\t%s age %s\n", what, time_text(age, text));
	fprintf(fp, "\t%s size %s\n", what, size_text(size, text));
}

static void
print_retention(const struct msg_conf_retention *r, FILE *fp)
{
	fprintf(fp, "retention {\n");
	print_kept("journal", r->journal_age, r->journal_size, fp);
	print_kept("blobs", r->blobs_age, r->blobs_size, fp);
	fprintf(fp, "}\n");
}

static void
print_quota(const struct conf_quota *q, FILE *fp)
{
	char		 size[SIZE_TEXT];

	fprintf(fp, "sessions %u, memory %s }\n", q->sessions,
	    size_text(q->memory, size));
}

void
conf_print(const struct conf *c, FILE *fp)
{
	const struct conf_listen	*l;
	const struct conf_image		*i;
	const struct conf_user		*u;

	print_places(c, fp);
	TAILQ_FOREACH(l, &c->listens, entry)
		print_listen(l, fp);
	TAILQ_FOREACH(i, &c->images, entry)
		print_image(i, fp);
	print_defaults(c, fp);
	print_retention(&c->retention, fp);
	fprintf(fp, "default user { ");
	print_quota(&c->default_quota, fp);
	TAILQ_FOREACH(u, &c->users, entry) {
		fprintf(fp, "user ");
		print_text(fp, u->name);
		fprintf(fp, " { %s%s", u->admin ? "admin, " : "",
		    u->proxy ? "proxy, " : "");
		print_quota(&u->quota, fp);
	}
}
