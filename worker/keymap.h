/*
 * The server's keyboard: which key gives which character, which keys are
 * free to be given new ones, and who has them now.
 */
#ifndef KEYMAP_H
#define KEYMAP_H

#include <stddef.h>
#include <stdint.h>

#include "x.h"

struct display;
struct keymap;

struct key {
	uint8_t		code;
	uint8_t		shift;	/* needs the shift key */
	uint8_t		lent;	/* a spare key: its character can change */
};

struct keymap	*keymap_new(struct display *, uint8_t, uint8_t);
void		 keymap_free(struct keymap *);
void		 keymap_load(struct keymap *);	/* asks the server */
void		 keymap_changed(struct keymap *, const uint8_t [32]);
int		 keymap_loaded(const struct keymap *);

/* 0 and the key, or -1 when no key gives this keysym. */
int		 keymap_find(struct keymap *, uint32_t, struct key *);
/* A letter's or a sign's key, for text: never one that programs act upon. */
int		 keymap_find_text(struct keymap *, uint32_t, struct key *);

/*
 * Find out which spare keys a window manager has claimed for itself: they
 * would never reach a program.  Known when the next answer has come.
 */
void		 keymap_probe(struct keymap *);

/*
 * Give spare keys to as many of these keysyms as there are spares: returns
 * how many of them (from the first) can be typed afterwards.  Keysyms that
 * have a key keep it.  The plan is made first and carried out by
 * keymap_commit, so that the caller can wait in between when it takes keys
 * from others (keymap_takes).
 */
size_t		 keymap_plan(struct keymap *, const uint32_t *, size_t);
int		 keymap_plan_empty(const struct keymap *);
int		 keymap_takes(const struct keymap *);
void		 keymap_commit(struct keymap *);
void		 keymap_drop_plan(struct keymap *);

#endif
