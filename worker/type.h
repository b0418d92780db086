/*
 * Any text, typed exactly: nothing lost, doubled, reordered or in the wrong
 * case.  A newline (or CR, or both) is Return, a tab is Tab; other control
 * characters cannot be typed.
 */
#ifndef TYPE_H
#define TYPE_H

#include <stddef.h>

#include "op.h"

struct display;

/*
 * Can this UTF-8 text be typed?  PROBLEM_NONE, PROBLEM_UNTYPABLE (not UTF-8
 * or a control character; offset in bytes of the first) or
 * PROBLEM_TOO_LARGE.  Stores the number of characters (may be NULL).
 */
enum problem	 type_check(const char *, size_t, size_t *, size_t *);
			/* text, bytes, characters, offset */

/* The text is copied.  Ends when the server has had the last key. */
struct op	*type_text(struct display *, const char *, size_t, op_cb *,
		    void *);

#endif
