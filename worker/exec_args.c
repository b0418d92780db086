#include <stdlib.h>
#include <string.h>

#include "exec_args.h"
#include "sizes.h"
#include "wire.h"
#include "xmalloc.h"

const char *
exec_args_read(struct exec_args *want, struct wire_msg *m)
{
	struct msg_tail	 tail;

	memcpy(&want->head, m->data, sizeof(want->head));
	if (want->head.argc == 0 || want->head.argc > EXEC_ARGS_MAX ||
	    want->head.envc > EXEC_ARGS_MAX)
		return "exec with a wrong number of texts";
	if ((want->head.flags & ~(uint32_t)(EXEC_TTY | EXEC_ROOT |
	    EXEC_PUMP)) != 0)
		return "exec with unknown flags";
	if ((want->head.flags & EXEC_PUMP) && ((want->head.flags & EXEC_TTY) ||
	    want->head.envc > 0))
		return "a pump with a terminal or an environment";
	msg_tail_init(&tail, m->data, m->len, sizeof(want->head));
	return exec_args_texts(want, &tail);
}

const char *
exec_args_texts(struct exec_args *want, struct msg_tail *tail)
{
	uint32_t	i;

	if (want->head.argc > EXEC_ARGS_MAX || want->head.envc > EXEC_ARGS_MAX)
		return "exec with a wrong number of texts";
	if ((want->cwd = msg_tail_next(tail)) == NULL)
		return "exec without a directory";
	want->args = tail->p;
	for (i = 0; i < want->head.argc; i++)
		if (msg_tail_next(tail) == NULL)
			return "exec with too few arguments";
	want->args_len = (size_t)(tail->p - want->args);
	want->env = xcalloc(want->head.envc + 1, sizeof(*want->env));
	for (i = 0; i < want->head.envc; i++)
		if ((want->env[i] = msg_tail_next(tail)) == NULL)
			return "exec with too few variables";
	return tail->left == 0 ? NULL : "exec with too many texts";
}

void
exec_args_clear(struct exec_args *want)
{
	free(want->env);
	want->env = NULL;
}

static int
same_name(const char *a, const char *b)
{
	size_t	n = strcspn(a, "=");

	return strncmp(a, b, n) == 0 && b[n] == '=';
}

static int
is_replaced(const struct exec_args *want, const char *var)
{
	uint32_t	i;

	for (i = 0; i < want->head.envc; i++)
		if (same_name(var, want->env[i]))
			return 1;
	return 0;
}

static void
put(struct exec_tail *t, const char *bytes, size_t len)
{
	if (t->is_full || len > sizeof(t->buf) - t->len) {
		t->is_full = 1;
		return;
	}
	memcpy(t->buf + t->len, bytes, len);
	t->len += len;
}

int
exec_args_merge(const struct exec_args *want, char *const *env,
    uint32_t envc, struct msg_exec *head, struct exec_tail *t)
{
	uint32_t	i;

	t->len = 0;
	t->is_full = 0;
	*head = want->head;
	put(t, want->cwd, strlen(want->cwd) + 1);
	put(t, want->args, want->args_len);
	for (i = 0; i < envc; i++) {
		if (is_replaced(want, env[i]))
			continue;
		put(t, env[i], strlen(env[i]) + 1);
		head->envc++;
	}
	for (i = 0; i < want->head.envc; i++)
		put(t, want->env[i], strlen(want->env[i]) + 1);
	if (head->envc > EXEC_ARGS_MAX ||
	    sizeof(struct msg_hdr) + sizeof(*head) + t->len > MSG_MAX)
		t->is_full = 1;
	return t->is_full ? -1 : 0;
}
