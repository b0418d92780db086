/*
 * Names of keys and characters, and the X keysyms they stand for.  Pure
 * functions: no display, no files.
 */
#ifndef KEYSYM_H
#define KEYSYM_H

#include <stddef.h>
#include <stdint.h>

#define KEY_COMBO_MAX	8

/* Keys pressed together, e.g. "ctrl+shift+t". */
struct key_combo {
	uint32_t	sym[KEY_COMBO_MAX];
	unsigned int	n;
};

/*
 * xdotool's spelling: names of keysyms, single characters, and aliases such
 * as ctrl, alt, shift, super, meta, win, cmd, esc, enter, del, pgup,
 * spacebar.  Case matters only for single letters ("A" is shift and a).
 * Returns 0, or -1 when a name is unknown or there are none or too many; *bad
 * then points into the text, at the bad name (bad may be NULL).
 */
int	 keysym_combo(const char *, struct key_combo *, const char **);

uint32_t keysym_name(const char *, size_t);	/* 0: unknown */
uint32_t keysym_char(uint32_t);			/* of a code point; 0: none */
int	 keysym_is_modifier(uint32_t);

/*
 * The next code point of UTF-8 text, or -1 when it is not UTF-8 (overlong,
 * surrogate, cut off) and *used is then 1.
 */
int32_t	 utf8_next(const char *, size_t, size_t *);

#endif
