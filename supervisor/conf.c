/*
 * The configuration: defaults, loading, and the checks that need the whole
 * file to be known.
 */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_parse.h"
#include "conf_set.h"
#include "xmalloc.h"

#define RUN_DIR		"/run/deskd"
#define STATE_DIR	"/var/lib/deskd"

/* Above the ids that subuid hands out and below the sign bit. */
#define DAY		86400ULL
#define SESSION_UID_FIRST	0x70000000U
#define SESSION_UID_COUNT	(SESSIONS_MAX * SESSION_UIDS)
#define WORKER_UID_FIRST	0x6fff0000U
#define WORKER_UID_COUNT	0x10000U

static struct conf *
conf_new(void)
{
	struct conf	*c;

	c = xcalloc(1, sizeof(*c));
	TAILQ_INIT(&c->listens);
	TAILQ_INIT(&c->images);
	TAILQ_INIT(&c->users);
	c->max_sessions = 100;
	c->session_uids.first = SESSION_UID_FIRST;
	c->session_uids.count = SESSION_UID_COUNT;
	c->worker_uids.first = WORKER_UID_FIRST;
	c->worker_uids.count = WORKER_UID_COUNT;
	c->resources.memory = 2ULL << 30;
	c->resources.disk = 4ULL << 30;
	c->resources.cpu_percent = 100;
	c->resources.tasks = 512;
	c->desktop.width = 1280;
	c->desktop.height = 800;
	c->desktop.dpi = 96;
	c->retention.journal_age = 90 * DAY;
	c->retention.journal_size = 1ULL << 30;
	c->retention.blobs_age = 30 * DAY;
	c->retention.blobs_size = 4ULL << 30;
	c->default_quota.sessions = 4;
	c->default_quota.memory = 8ULL << 30;
	return c;
}

void
conf_free(struct conf *c)
{
	struct conf_listen	*l;
	struct conf_image	*i;
	struct conf_user	*u;

	if (c == NULL)
		return;
	while ((l = TAILQ_FIRST(&c->listens)) != NULL) {
		TAILQ_REMOVE(&c->listens, l, entry);
		free(l->name);
		free(l->path);
		free(l->group);
		free(l->address);
		free(l->certificate);
		free(l->key);
		free(l);
	}
	while ((i = TAILQ_FIRST(&c->images)) != NULL) {
		TAILQ_REMOVE(&c->images, i, entry);
		free(i->name);
		free(i->path);
		free(i);
	}
	while ((u = TAILQ_FIRST(&c->users)) != NULL) {
		TAILQ_REMOVE(&c->users, u, entry);
		free(u->name);
		free(u);
	}
	free(c->prefix);
	free(c->run_dir);
	free(c->state_dir);
	free(c->image_dir);
	free(c->program_dir);
	free(c->cgroup);
	free(c->default_image);
	free(c);
}

const struct conf_image *
conf_image(const struct conf *c, const char *name)
{
	const struct conf_image	*i;

	TAILQ_FOREACH(i, &c->images, entry)
		if (strcmp(i->name, name) == 0)
			return i;
	return NULL;
}

const struct conf_user *
conf_user(const struct conf *c, uid_t uid)
{
	const struct conf_user	*u;

	TAILQ_FOREACH(u, &c->users, entry)
		if (u->uid == uid)
			return u;
	return NULL;
}

void
conf_path_below(char **path, const char *dir)
{
	char		*full;

	if (**path == '/')
		return;
	xasprintf(&full, "%s/%s", dir, *path);
	free(*path);
	*path = full;
}

static void
finish_paths(struct conf *c)
{
	struct conf_image	*i;

	c->state_dir = xstrdup(c->prefix != NULL ? c->prefix : STATE_DIR);
	xasprintf(&c->image_dir, "%s/images", c->state_dir);
	if (c->run_dir == NULL && c->prefix != NULL)
		xasprintf(&c->run_dir, "%s/run", c->prefix);
	else if (c->run_dir == NULL)
		c->run_dir = xstrdup(RUN_DIR);
	if (c->program_dir == NULL)
		c->program_dir = xstrdup(PROGRAM_DIR);
	TAILQ_FOREACH(i, &c->images, entry)
		if (i->path != NULL)
			conf_path_below(&i->path, c->image_dir);
}

static void
finish_images(struct parse *p)
{
	struct conf	*c = p->conf;
	char		 what[128];

	if (TAILQ_EMPTY(&c->images))
		set_image(p, "host", IMAGE_HOST, NULL);
	if (c->default_image == NULL)
		c->default_image = xstrdup(TAILQ_FIRST(&c->images)->name);
	if (conf_image(c, c->default_image) != NULL || p->image_file == NULL)
		return;
	snprintf(what, sizeof(what), "no image is named \"%.80s\"",
	    c->default_image);
	parse_error_at(p, p->image_file, p->image_line, what);
}

/* A desktop can grow to the usual large size, or as far as it began. */
static void
finish_desktop(struct parse *p, const char *file)
{
	struct msg_desktop_size	*d = &p->conf->desktop;

	if (d->max_width == 0) {
		d->max_width = d->width > 2560 ? d->width : 2560;
		d->max_height = d->height > 1600 ? d->height : 1600;
	}
	if (d->width > d->max_width || d->height > d->max_height)
		parse_error_at(p, file, 0,
		    "geometry is larger than max geometry");
}

/* Admins are limited only where their row says so. */
static void
finish_users(struct conf *c)
{
	struct conf_user	*u;

	if (conf_user(c, 0) == NULL) {
		u = xcalloc(1, sizeof(*u));
		u->name = xstrdup("root");
		u->admin = 1;
		u->quota.sessions = QUOTA_SESSIONS_UNSET;
		u->quota.memory = QUOTA_MEMORY_UNSET;
		TAILQ_INSERT_TAIL(&c->users, u, entry);
	}
	TAILQ_FOREACH(u, &c->users, entry) {
		if (u->quota.sessions == QUOTA_SESSIONS_UNSET)
			u->quota.sessions = u->admin ? SESSIONS_MAX :
			    c->default_quota.sessions;
		if (u->quota.memory == QUOTA_MEMORY_UNSET)
			u->quota.memory = u->admin ? USER_MEMORY_MAX :
			    c->default_quota.memory;
	}
}

static int
ids_overlap(const struct conf_ids *a, const struct conf_ids *b)
{
	return a->first <= b->first + (b->count - 1) &&
	    b->first <= a->first + (a->count - 1);
}

static void
finish_ids(struct parse *p, const char *file)
{
	struct conf	*c = p->conf;
	struct passwd	*pw;

	if (ids_overlap(&c->session_uids, &c->worker_uids))
		parse_error_at(p, file, 0, "uids and worker uids overlap");
	if (c->max_sessions > c->session_uids.count / SESSION_UIDS)
		parse_error_at(p, file, 0, "there are fewer uids than "
		    "max sessions need: each takes 65536");
	if (c->max_sessions > c->worker_uids.count - 1)
		parse_error_at(p, file, 0, "there are fewer worker uids than "
		    "max sessions need: each takes one, the broker another");
	pw = getpwnam(BROKER_USER);
	c->broker_uid = pw != NULL ? pw->pw_uid : c->worker_uids.first;
}

static void
lex_told(void *arg, const char *file, unsigned int line, const char *what)
{
	parse_error_at(arg, file, line, what);
}

struct conf *
conf_load(const char *path, char **errors)
{
	struct parse	 p;
	size_t		 len;

	*errors = NULL;
	memset(&p, 0, sizeof(p));
	if ((p.errors = open_memstream(errors, &len)) == NULL)
		fatal("open_memstream");
	p.conf = conf_new();
	p.lex = lex_new(lex_told, &p);
	if (lex_push(p.lex, path) == 0) {
		conf_parse(&p);
		finish_paths(p.conf);
		finish_listens(&p, path);
		finish_images(&p);
		finish_desktop(&p, path);
		finish_users(p.conf);
		finish_ids(&p, path);
	}
	lex_free(p.lex);
	fclose(p.errors);
	if (p.nerrors == 0) {
		free(*errors);
		*errors = NULL;
		return p.conf;
	}
	conf_free(p.conf);
	return NULL;
}
