#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <xkbcommon/xkbcommon.h>

#include "keysym.h"

/* Other spellings people use, in any case. */
static const struct {
	const char	*name;
	uint32_t	 sym;
} aliases[] = {
	{ "alt", XKB_KEY_Alt_L },
	{ "altgr", XKB_KEY_ISO_Level3_Shift },
	{ "arrowdown", XKB_KEY_Down },
	{ "arrowleft", XKB_KEY_Left },
	{ "arrowright", XKB_KEY_Right },
	{ "arrowup", XKB_KEY_Up },
	{ "backspace", XKB_KEY_BackSpace },
	{ "capslock", XKB_KEY_Caps_Lock },
	{ "cmd", XKB_KEY_Super_L },
	{ "command", XKB_KEY_Super_L },
	{ "control", XKB_KEY_Control_L },
	{ "ctrl", XKB_KEY_Control_L },
	{ "del", XKB_KEY_Delete },
	{ "delete", XKB_KEY_Delete },
	{ "down", XKB_KEY_Down },
	{ "end", XKB_KEY_End },
	{ "enter", XKB_KEY_Return },
	{ "esc", XKB_KEY_Escape },
	{ "escape", XKB_KEY_Escape },
	{ "home", XKB_KEY_Home },
	{ "hyper", XKB_KEY_Hyper_L },
	{ "ins", XKB_KEY_Insert },
	{ "insert", XKB_KEY_Insert },
	{ "left", XKB_KEY_Left },
	{ "menu", XKB_KEY_Menu },
	{ "meta", XKB_KEY_Meta_L },
	{ "numlock", XKB_KEY_Num_Lock },
	{ "option", XKB_KEY_Alt_L },
	{ "pagedown", XKB_KEY_Page_Down },
	{ "page_down", XKB_KEY_Page_Down },
	{ "pageup", XKB_KEY_Page_Up },
	{ "page_up", XKB_KEY_Page_Up },
	{ "pgdn", XKB_KEY_Page_Down },
	{ "pgup", XKB_KEY_Page_Up },
	{ "printscreen", XKB_KEY_Print },
	{ "return", XKB_KEY_Return },
	{ "right", XKB_KEY_Right },
	{ "scrolllock", XKB_KEY_Scroll_Lock },
	{ "shift", XKB_KEY_Shift_L },
	{ "space", XKB_KEY_space },
	{ "spacebar", XKB_KEY_space },
	{ "super", XKB_KEY_Super_L },
	{ "tab", XKB_KEY_Tab },
	{ "up", XKB_KEY_Up },
	{ "win", XKB_KEY_Super_L },
	{ "windows", XKB_KEY_Super_L }
};

int32_t
utf8_next(const char *text, size_t len, size_t *used)
{
	const unsigned char	*p = (const unsigned char *)text;
	int32_t			 c;
	size_t			 n, i;

	*used = 1;
	if (len == 0)
		return -1;
	if (p[0] < 0x80)
		return p[0];
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		n = 2;
		c = p[0] & 0x1f;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		n = 3;
		c = p[0] & 0x0f;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		n = 4;
		c = p[0] & 0x07;
	} else
		return -1;
	if (len < n)
		return -1;
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if ((n == 3 && c < 0x800) || (n == 4 && c < 0x10000) ||
	    c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -1;
	*used = n;
	return c;
}

uint32_t
keysym_char(uint32_t c)
{
	xkb_keysym_t	sym;

	if (c == '\n' || c == '\r')
		return XKB_KEY_Return;
	if (c == '\t')
		return XKB_KEY_Tab;
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return 0;
	sym = xkb_utf32_to_keysym(c);
	return sym == XKB_KEY_NoSymbol ? 0 : sym;
}

int
keysym_is_modifier(uint32_t sym)
{
	return (sym >= XKB_KEY_Shift_L && sym <= XKB_KEY_Hyper_R) ||
	    (sym >= XKB_KEY_ISO_Lock && sym <= XKB_KEY_ISO_Level5_Lock) ||
	    sym == XKB_KEY_Mode_switch || sym == XKB_KEY_Num_Lock;
}

uint32_t
keysym_name(const char *text, size_t len)
{
	char		name[64];
	size_t		used, i;
	int32_t		c;

	/* A single character stands for itself. */
	if ((c = utf8_next(text, len, &used)) > 0x20 && used == len)
		return keysym_char(c);
	if (len == 0 || len >= sizeof(name))
		return 0;
	memcpy(name, text, len);
	name[len] = '\0';
	if (strlen(name) != len)
		return 0;
	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcasecmp(aliases[i].name, name) == 0)
			return aliases[i].sym;
	return xkb_keysym_from_name(name, XKB_KEYSYM_NO_FLAGS);
}

int
keysym_combo(const char *text, struct key_combo *combo, const char **bad)
{
	const char	*p = text;
	size_t		 len;
	uint32_t	 sym;

	memset(combo, 0, sizeof(*combo));
	for (;;) {
		if (bad != NULL)
			*bad = p;
		/* A plus that is no separator is the key: "ctrl++", "+". */
		len = strcspn(p, "+");
		if (len == 0 && *p == '+')
			len = 1;
		if (len == 0 || combo->n == KEY_COMBO_MAX ||
		    (sym = keysym_name(p, len)) == 0)
			return -1;
		combo->sym[combo->n++] = sym;
		p += len;
		if (*p == '\0')
			return 0;
		if (*p++ != '+')
			return -1;
	}
}
