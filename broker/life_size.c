/* The wish for another size of the screen, once the screen has it. */
#include <json-c/json.h>

#include "life.h"
#include "move.h"

static enum problem
resize_prepare(struct session *s, struct session_row *r, struct move *m)
{
	const struct life_size	*size = m->change;
	struct json_object	*o;

	(void)s;
	if (r->desired == STATE_DELETED)
		return PROBLEM_WRONG_STATE;
	if (r->desktop.width == size->width &&
	    r->desktop.height == size->height) {
		m->kind[0] = '\0';
		return PROBLEM_NONE;
	}
	r->desktop.width = size->width;
	r->desktop.height = size->height;
	o = json_object_new_object();
	json_object_object_add(o, "width",
	    json_object_new_int64(size->width));
	json_object_object_add(o, "height",
	    json_object_new_int64(size->height));
	m->data = json_object_new_object();
	json_object_object_add(m->data, "desktop", o);
	return PROBLEM_NONE;
}

void
life_resize(struct session *s, uid_t actor, const struct life_size *size,
    life_cb *done, void *arg)
{
	struct move	*m;

	m = move_new("session.updated", actor);
	m->prepare = resize_prepare;
	m->change = size;
	m->done = done;
	m->arg = arg;
	move_start(s, m);
}
