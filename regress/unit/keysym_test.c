/* Names of keys, as people and models write them. */
#include <stdint.h>
#include <string.h>

#include "keysym.h"
#include "test.h"

#include <xkbcommon/xkbcommon-keysyms.h>

static void
good(const char *text, unsigned int n, uint32_t a, uint32_t b, uint32_t c)
{
	struct key_combo	k;
	uint32_t		want[3] = { a, b, c };
	int			rv = keysym_combo(text, &k, NULL);

	ok(rv == 0 && k.n == n && memcmp(k.sym, want, n * sizeof(*want)) == 0,
	    "\"%s\"", text);
}

static void
bad(const char *text, size_t at)
{
	struct key_combo	 k;
	const char		*where = NULL;
	int			 rv = keysym_combo(text, &k, &where);

	ok(rv == -1 && where == text + at, "\"%s\" is bad at %zu", text, at);
}

static void
utf8(const char *text, size_t len, int32_t c, size_t used)
{
	size_t	n = 0;
	int32_t	got = utf8_next(text, len, &n);

	ok(got == c && n == used, "utf-8 of %zu bytes is %d", len, c);
}

int
main(void)
{
	good("a", 1, XKB_KEY_a, 0, 0);
	good("A", 1, XKB_KEY_A, 0, 0);
	good("ctrl+l", 2, XKB_KEY_Control_L, XKB_KEY_l, 0);
	good("ctrl+shift+t", 3, XKB_KEY_Control_L, XKB_KEY_Shift_L, XKB_KEY_t);
	good("Control_L+Alt_L+Delete", 3, XKB_KEY_Control_L, XKB_KEY_Alt_L,
	    XKB_KEY_Delete);
	good("CTRL+ALT+DEL", 3, XKB_KEY_Control_L, XKB_KEY_Alt_L,
	    XKB_KEY_Delete);
	good("Return", 1, XKB_KEY_Return, 0, 0);
	good("enter", 1, XKB_KEY_Return, 0, 0);
	good("Esc", 1, XKB_KEY_Escape, 0, 0);
	good("super", 1, XKB_KEY_Super_L, 0, 0);
	good("cmd+space", 2, XKB_KEY_Super_L, XKB_KEY_space, 0);
	good("KP_1", 1, XKB_KEY_KP_1, 0, 0);
	good("KP_Enter", 1, XKB_KEY_KP_Enter, 0, 0);
	good("F12", 1, XKB_KEY_F12, 0, 0);
	good("plus", 1, XKB_KEY_plus, 0, 0);
	good("+", 1, XKB_KEY_plus, 0, 0);
	good("ctrl++", 2, XKB_KEY_Control_L, XKB_KEY_plus, 0);
	good("ctrl+minus", 2, XKB_KEY_Control_L, XKB_KEY_minus, 0);
	good("ctrl+-", 2, XKB_KEY_Control_L, XKB_KEY_minus, 0);
	good("Page_Down", 1, XKB_KEY_Page_Down, 0, 0);
	good("PageDown", 1, XKB_KEY_Page_Down, 0, 0);
	good("Next", 1, XKB_KEY_Next, 0, 0);
	good("XF86AudioMute", 1, 0x1008ff12, 0, 0);
	good("\303\251", 1, XKB_KEY_eacute, 0, 0);
	good("U4e2d", 1, 0x1004e2d, 0, 0);
	good("ArrowUp", 1, XKB_KEY_Up, 0, 0);
	bad("", 0);
	bad("ctrl+", 5);
	bad("ctrl+nosuch", 5);
	bad("+a", 0);
	bad("nosuch+a", 0);
	bad("a b", 0);
	bad("a+a+a+a+a+a+a+a+a", 16);
	bad(" ", 0);
	utf8("a", 1, 'a', 1);
	utf8("\303\205", 2, 0xc5, 2);
	utf8("\344\270\255", 3, 0x4e2d, 3);
	utf8("\360\237\230\200", 4, 0x1f600, 4);
	utf8("\303", 1, -1, 1);
	utf8("\200", 1, -1, 1);
	utf8("\300\200", 2, -1, 1);
	utf8("\355\240\200", 3, -1, 1);
	utf8("\364\220\200\200", 4, -1, 1);
	utf8("\340\200\200", 3, -1, 1);
	utf8("", 0, -1, 1);
	ok(keysym_char('\n') == XKB_KEY_Return, "a newline is Return");
	ok(keysym_char('\t') == XKB_KEY_Tab, "a tab is Tab");
	ok(keysym_char(7) == 0 && keysym_char(0x7f) == 0 &&
	    keysym_char(0x85) == 0, "other control characters are nothing");
	ok(keysym_char(0x1f600) == 0x101f600, "emoji");
	ok(keysym_is_modifier(XKB_KEY_Shift_L) &&
	    keysym_is_modifier(XKB_KEY_Super_R) &&
	    !keysym_is_modifier(XKB_KEY_a), "modifiers");
	return done();
}
