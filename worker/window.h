/*
 * Windows as the window manager knows them (EWMH): what there is, and what
 * can be done to one.  All that a window says of itself is only what its
 * program wrote: texts are cut and cleaned, numbers may be lies.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdint.h>

#include "op.h"
#include "sizes.h"

struct display;
struct json_object;

#define WINDOW_TITLE_MAX	1024	/* bytes of UTF-8 */
#define WINDOW_ID_TEXT		16	/* "win_" and hex digits */

/* The first ones stand in the same order in enum atom. */
enum window_state_bit {
	WINDOW_MAXIMIZED_VERT,
	WINDOW_MAXIMIZED_HORZ,
	WINDOW_FULLSCREEN,
	WINDOW_HIDDEN,
	WINDOW_ABOVE,
	WINDOW_BELOW,
	WINDOW_SHADED,
	WINDOW_STICKY,
	WINDOW_MODAL,
	WINDOW_ATTENTION,
	WINDOW_STATE_ATOMS,
	WINDOW_FOCUSED = WINDOW_STATE_ATOMS,
	WINDOW_MINIMIZED
};

enum window_type {
	WINDOW_NORMAL,
	WINDOW_DIALOG,
	WINDOW_UTILITY,
	WINDOW_TOOLBAR,
	WINDOW_MENU,
	WINDOW_SPLASH,
	WINDOW_DESKTOP,
	WINDOW_DOCK,
	WINDOW_NOTIFICATION,
	WINDOW_TOOLTIP,
	WINDOW_POPUP_MENU,
	WINDOW_DROPDOWN_MENU,
	WINDOW_COMBO,
	WINDOW_DND,
	WINDOW_TYPES
};

#define WINDOW_NO_DESKTOP	0xfffffffeU	/* none known; above it: all */

/* What sizes a window wants, by WM_NORMAL_HINTS; 0: nothing said. */
struct window_hints {
	uint32_t	min_width, min_height;
	uint32_t	max_width, max_height;
	uint32_t	base_width, base_height;
	uint32_t	width_inc, height_inc;
};

/* x, y, width and height are the program's own area, without the frame. */
struct window {
	uint32_t		id;
	uint32_t		pid;		/* 0: it said none */
	uint32_t		transient_for;
	uint32_t		leader;
	uint32_t		desktop;
	int32_t			x, y;
	uint32_t		width, height;
	uint32_t		left, right, top, bottom;	/* frame */
	unsigned int		state;		/* 1 << enum window_state_bit */
	unsigned int		type;		/* enum window_type */
	int			is_there;	/* else it has vanished */
	struct window_hints	hints;		/* when one was asked for */
	char			title[WINDOW_TITLE_MAX + 1];
	char			instance[WINDOW_NAME_MAX + 1];
	char			class[WINDOW_NAME_MAX + 1];
	char			startup_id[WINDOW_NAME_MAX + 1];
};

struct windows {
	struct window	*list;		/* the topmost first */
	unsigned int	 n;
	unsigned int	 total;		/* there may be more */
	uint32_t	 active;
	int		 has_wm;	/* else nothing of this is true */
};

/* The list lives as long as the callback. */
typedef void windows_cb(enum problem, const struct windows *, void *);

/* Of all windows, or only of one, which then may be missing. */
struct op	*windows_query(struct display *, uint32_t, windows_cb *,
		    void *);

enum window_deed {
	WINDOW_FOCUS,
	WINDOW_MOVE,
	WINDOW_RESIZE,
	WINDOW_MAXIMIZE,
	WINDOW_MINIMIZE,
	WINDOW_RESTORE,
	WINDOW_CLOSE
};

struct window_want {
	uint32_t		window;
	enum window_deed	deed;
	int32_t			x, y;
	uint32_t		width, height;
};

/* What is waited for: all that is given, or with any set one of it. */
struct window_match {
	const char	*title;		/* a part of it; NULL: any title */
	const char	*class;		/* class or instance */
	const char	*startup_id;
	uint32_t	 pid;
	const uint32_t	*not_in;	/* windows that do not count */
	unsigned int	 nnot_in;
	int		 any;
	uint32_t	 limit_ms;
};

/* How it went, in words where it failed, and the window as it is now. */
typedef void window_cb(enum problem, const char *, const struct window *,
		    void *);

/* Ends when it is so, seen in what the window manager says. */
struct op	*window_act(struct display *, const struct window_want *,
		    window_cb *, void *);
/* Texts and list of the match must live as long as the op. */
struct op	*window_wait(struct display *, const struct window_match *,
		    window_cb *, void *);

/* window_json.c: names of windows, and windows for the API. */
const char	*window_id_text(uint32_t, char [WINDOW_ID_TEXT]);
uint32_t	 window_id_parse(const char *);		/* 0: it is none */
struct json_object *window_json(const struct window *);

#endif
