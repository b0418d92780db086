/*
 * The one dispatcher: may it be done, do it, record it.  A control lease,
 * a policy and an approval are asked for in gate_allows, the only place that
 * decides; an approval's wait ends in go_on.
 */
#include <string.h>

#include <json-c/json.h>

#include "gate.h"
#include "peer.h"
#include "worker.h"

static enum problem
gate_allows(const struct worker *w, const struct deed *d)
{
	if ((d->kind->needs & GATE_NEEDS_INIT) != 0 && w->init == NULL)
		return PROBLEM_UNAVAILABLE;
	if ((d->kind->needs & GATE_NEEDS_DESKTOP) != 0)
		return desktop_problem(w);
	return PROBLEM_NONE;
}

static void
go_on(struct worker *w, struct deed *d)
{
	d->began = monotime_now();
	d->kind->begin(w, d);
}

/*
 * Looking at the screen changes nothing, and programs are recorded by the
 * broker, who sees their end: such deeds carry no record.
 */
static void
record(struct worker *w, const struct deed *d, enum problem problem)
{
	struct msg_record	 m = { .principal = d->principal,
				    .problem = problem,
				    .duration_us = d->duration_us };
	struct msg_out		 out = { .type = MSG_RECORD,
				    .request = d->request,
				    .session = &w->session, .data = &m,
				    .len = sizeof(m) };
	const char		*text;

	if (d->record == NULL || w->broker == NULL)
		return;
	text = json_object_to_json_string_ext(d->record,
	    JSON_C_TO_STRING_PLAIN);
	out.tail = text;
	out.tail_len = strlen(text) + 1;
	peer_send(w->broker, &out);
}

void
gate_pass(struct worker *w, struct deed *d)
{
	enum problem	problem;

	if ((problem = gate_allows(w, d)) == PROBLEM_NONE) {
		go_on(w, d);
		return;
	}
	d->duration_us = 0;
	record(w, d, problem);
	d->kind->done(w, d, problem);
}

void
gate_done(struct worker *w, struct deed *d, enum problem problem)
{
	d->duration_us = (uint32_t)monotime_since_us(d->began);
	record(w, d, problem);
	d->kind->done(w, d, problem);
}
