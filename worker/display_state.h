/*
 * What the files of the X side share: the display itself and the common
 * part of every op.  Nobody else includes this.
 */
#ifndef DISPLAY_STATE_H
#define DISPLAY_STATE_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "display.h"
#include "monotime.h"
#include "x.h"

struct capture;
struct clips;
struct input;
struct keymap;
struct settle;

/* What differs between ops. */
struct op_kind {
	void	(*undo)(struct op *);	/* or NULL: before it goes, in any way */
	void	(*report)(struct op *, enum problem);	/* NULL: op_cb */
};

/* First member of every op; the whole is one allocation. */
struct op {
	TAILQ_ENTRY(op)		 entry;
	struct display		*d;
	const struct op_kind	*kind;
	struct event		 timer;
	void			(*next)(struct op *);	/* after a sync */
	void			(*tick)(struct op *);	/* at the timer */
	enum problem		 failed;
	op_cb			*cb;
	void			*arg;
};
TAILQ_HEAD(ops, op);

enum atom {
	ATOM_SUPPORTING_WM_CHECK,
	ATOM_ACTIVE_WINDOW,
	ATOM_WM_PROTOCOLS,
	ATOM_WM_PING,
	ATOM_BACKGROUND,
	ATOM_CLIP,		/* ours: where a selection is put */
	ATOM_CLIPBOARD,
	ATOM_IMAGE_PNG,
	ATOM_INCR,
	ATOM_TARGETS,
	ATOM_TEXT,
	ATOM_TEXT_PLAIN,
	ATOM_TEXT_PLAIN_UTF8,
	ATOM_TIMESTAMP,
	ATOM_CLIENT_LIST_STACKING,
	ATOM_CLOSE_WINDOW,
	ATOM_MOVERESIZE_WINDOW,
	ATOM_NET_WM_NAME,
	ATOM_NET_WM_PID,
	ATOM_NET_WM_STATE,
	ATOM_NET_WM_DESKTOP,
	ATOM_NET_WM_WINDOW_TYPE,
	ATOM_NET_STARTUP_ID,
	ATOM_FRAME_EXTENTS,
	ATOM_UTF8_STRING,
	ATOM_WM_STATE,
	ATOM_WM_CHANGE_STATE,
	ATOM_WM_CLIENT_LEADER,
	/* In the order of enum window_state_bit and of enum window_type. */
	ATOM_STATE_MAXIMIZED_VERT,
	ATOM_STATE_MAXIMIZED_HORZ,
	ATOM_STATE_FULLSCREEN,
	ATOM_STATE_HIDDEN,
	ATOM_STATE_ABOVE,
	ATOM_STATE_BELOW,
	ATOM_STATE_SHADED,
	ATOM_STATE_STICKY,
	ATOM_STATE_MODAL,
	ATOM_STATE_DEMANDS_ATTENTION,
	ATOM_TYPE_NORMAL,
	ATOM_TYPE_DIALOG,
	ATOM_TYPE_UTILITY,
	ATOM_TYPE_TOOLBAR,
	ATOM_TYPE_MENU,
	ATOM_TYPE_SPLASH,
	ATOM_TYPE_DESKTOP,
	ATOM_TYPE_DOCK,
	ATOM_TYPE_NOTIFICATION,
	ATOM_TYPE_TOOLTIP,
	ATOM_TYPE_POPUP_MENU,
	ATOM_TYPE_DROPDOWN_MENU,
	ATOM_TYPE_COMBO,
	ATOM_TYPE_DND,
	ATOM__COUNT
};

enum extension {
	EXT_DAMAGE,
	EXT_RANDR,
	EXT_SHM,
	EXT_XFIXES,
	EXT_XTEST,
	EXT__COUNT
};

struct extension_codes {
	uint8_t		major;
	uint8_t		event;
};

/* Somebody waits for _NET_WM_PING to come back; see ping.c. */
struct ping;
TAILQ_HEAD(pings, ping);

/* Somebody waits for a corner to be drawn; see probe.c. */
struct probe;

/* One answer of the set-up, and what it is the answer to. */
struct setup_ask {
	struct display	*d;
	unsigned int	 what;		/* enum extension or enum atom */
};

struct display {
	struct display_conf	 conf;
	struct event_base	*base;
	struct x		*x;
	struct ops		 ops;
	struct pings		 pings;
	struct probe		*probe;
	uint32_t		 deaf;		/* a window that did not answer */
	struct event		 wm_timer;
	struct monotime		 opened;
	struct extension_codes	 ext[EXT__COUNT];
	uint32_t		 atom[ATOM__COUNT];
	uint32_t		 root;
	uint32_t		 width;
	uint32_t		 height;
	uint32_t		 damage;	/* the XDamage object */
	uint32_t		 ping_serial;
	struct setup_ask	 asks[EXT__COUNT + ATOM__COUNT];
	unsigned int		 asked;		/* answers of set-up missing */
	int			 busy;
	int			 closed;
	int			 failed;
	int			 usable;	/* set-up is complete */
	int			 ready;
	int			 has_wm;
	struct capture		*capture;
	struct clips		*clips;
	struct input		*input;
	struct keymap		*keymap;
	struct settle		*settle;
};

/* display.c */
void	display_enter(struct display *);
int	display_leave(struct display *);
void	display_fail(struct display *, const char *);
int	display_size_ok(uint32_t, uint32_t);

/* op.c */
void	op_init(struct op *, struct display *, const struct op_kind *, op_cb *,
	    void *);
void	op_end(struct op *, enum problem);	/* from the loop only */
void	op_fail(struct op *, enum problem);	/* soon, from anywhere */
void	op_after(struct op *, uint32_t, void (*)(struct op *));
void	op_sync(struct op *, void (*)(struct op *));
void	op_start(struct op *, void (*)(struct op *));
void	ops_free(struct ops *);

/* Where the screen was drawn upon. */
struct rect {
	int32_t		x, y, w, h;
};

/* capture.c */
struct capture	*capture_new(struct display *);
void		 capture_free(struct capture *);
void		 capture_damaged(struct capture *, const struct rect *);
void		 capture_resized(struct capture *);

/* clip_own.c */
struct clips	*clips_new(void);
void		 clips_free(struct display *);
void		 clip_event(struct display *, const uint8_t [32]);

/* input.c */
struct input	*input_new(void);
void		 input_free(struct input *);
void		 input_send(struct display *, uint8_t, uint8_t, uint32_t,
		    int32_t, int32_t);
void		 input_press(struct display *, uint8_t, int);
void		 input_recover(struct display *);

/* settle.c */
struct settle	*settle_new(void);
void		 settle_free(struct settle *);
void		 settle_damaged(struct display *, const struct rect *);

#endif
