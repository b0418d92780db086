/*
 * Actions on the desktop: what each is called, which fields it takes and
 * what it does.
 */
#ifndef ACTION_H
#define ACTION_H

#include <stdint.h>

#include <event2/event_struct.h>

#include "capture.h"
#include "encode.h"
#include "field.h"
#include "gate.h"
#include "input.h"
#include "keysym.h"
#include "picture.h"

struct action_run;

#define ACTION_KEYS_MAX		100	/* combinations in one "key" */
#define ACTION_KEYS_TEXT_MAX	1000	/* characters of their names */
#define ACTION_WAIT_MAX_MS	60000
#define ACTION_WINDOW_MS	30000	/* window_wait, when not given */
#define ACTION_WINDOW_MAX_MS	300000
#define ACTION_HERE		(-1)	/* x: where the pointer is */

/* The screen that coordinates are checked against. */
struct screen {
	enum problem	problem;	/* else there is none today */
	uint32_t	width;
	uint32_t	height;
};

struct region {
	uint32_t	x, y, width, height;	/* all 0: the whole screen */
};

/* Of a picture, as asked for. */
struct kind_args {
	int	format;		/* place in the names' list */
	int	quality;	/* 0: not given */
	int	lossless;
};

struct action_args {
	int			 x, y;		/* ACTION_HERE: not given */
	int			 start_x, start_y;
	struct input_point	*path;
	unsigned int		 npath;
	struct key_combo	 modifiers;
	struct key_combo	*keys;
	unsigned int		 nkeys;
	struct field_text	 text;
	struct region		 region;
	int			 out_width, out_height;	/* both 0: as it is */
	int			 button;	/* place in the names' list */
	int			 direction;	/* the same */
	int			 amount;
	int			 repeat;
	int			 duration_ms;
	int			 pointer;
	struct kind_args	 kind_args;
	struct encode_kind	 kind;		/* of them */
	uint32_t		 window;
	int			 width, height;
	struct field_text	 title, class, startup_id;	/* or NULL */
	int			 pid;
	uint32_t		*not_in;	/* windows */
	unsigned int		 nnot_in;
	int			 match;		/* place in the words' list */
	int			 timeout_ms;
};

#define ACTION_LOOKS	0x1	/* its answer is a picture */
#define ACTION_PRESSES	0x2	/* may leave something held when cut short */
#define ACTION_BESIDE	0x4	/* alone in its batch, it takes no turn */

struct action_row {
	struct deed_kind	 kind;
	struct field_table	 fields;
	unsigned int		 flags;
	enum input_button	 button;	/* of the clicks */
	unsigned int		 clicks;
	/* What no single field can tell; NULL: nothing. */
	int			(*check)(struct action_args *,
				    const struct field_at *);
	void			(*start)(struct action_run *);
};

/* One action as asked for; its texts stay in the JSON document. */
struct action {
	const struct action_row	*row;
	struct action_args	 args;
};

/*
 * Reads and checks one action.  Fields of the second table are not the
 * action's and are left alone.  The env of the place is a struct screen.
 */
int	action_read(struct action *, struct json_object *,
	    const struct field_table *, const struct field_at *);
void	action_clear(struct action *);

/* What the journal keeps of it: all but typed text.  The caller frees. */
struct json_object *action_record(struct json_object *,
	    const struct action *);

/* action_field.c: readers of values only actions have. */
field_fn	field_any, field_x, field_y, field_region, field_path;
field_fn	field_modifiers, field_keys, field_typed, field_format;

/* Do they go together?  at is the object they stand in. */
int	kind_check(const struct kind_args *, const struct field_at *,
	    struct encode_kind *);

/* action_window.c: the same for windows. */
field_fn	field_window, field_windows, field_timeout;

/* action_run.c */
struct action_run {
	struct deed		 deed;		/* first: it is one */
	struct worker		*w;
	const struct action	*action;
	struct op		*op;		/* under way, or NULL */
	struct event		 timer;
	struct picture		 picture;
	const struct settle_want *settle;	/* before a picture, or NULL */
	unsigned int		 at;		/* next of args.keys */
	unsigned int		 round;
	struct json_object	*result;	/* members of the answer */
	char			 detail[FIELD_DETAIL_MAX];
	void			(*look)(struct action_run *,
				    const struct shot *, int);
	void			(*ended)(struct action_run *, enum problem);
};

void	action_begin(struct worker *, struct deed *);
void	action_done(struct worker *, struct deed *, enum problem);
void	action_stop(struct action_run *);	/* what it does, uncalled */

void	action_move(struct action_run *);
void	action_click(struct action_run *);
void	action_button_down(struct action_run *);
void	action_button_up(struct action_run *);
void	action_drag(struct action_run *);
void	action_scroll(struct action_run *);
void	action_key(struct action_run *);
void	action_key_down(struct action_run *);
void	action_key_up(struct action_run *);
void	action_hold(struct action_run *);
void	action_type(struct action_run *);
void	action_wait(struct action_run *);
void	action_position(struct action_run *);
void	action_look(struct action_run *);
void	action_window_focus(struct action_run *);
void	action_window_move(struct action_run *);
void	action_window_resize(struct action_run *);
void	action_window_maximize(struct action_run *);
void	action_window_minimize(struct action_run *);
void	action_window_restore(struct action_run *);
void	action_window_close(struct action_run *);
void	action_window_wait(struct action_run *);

#endif
