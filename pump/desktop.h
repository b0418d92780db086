/*
 * A desktop entry: the group [Desktop Entry] of a .desktop file, without its
 * translations.
 */
#ifndef DESKTOP_H
#define DESKTOP_H

#define DESKTOP_KEYS \
	KEY(type, "Type") \
	KEY(name, "Name") \
	KEY(generic_name, "GenericName") \
	KEY(comment, "Comment") \
	KEY(icon, "Icon") \
	KEY(exec, "Exec") \
	KEY(try_exec, "TryExec") \
	KEY(path, "Path") \
	KEY(categories, "Categories") \
	KEY(mime_types, "MimeType") \
	KEY(only_show_in, "OnlyShowIn") \
	KEY(not_show_in, "NotShowIn") \
	KEY(wm_class, "StartupWMClass") \
	KEY(startup_notify, "StartupNotify") \
	KEY(terminal, "Terminal") \
	KEY(no_display, "NoDisplay") \
	KEY(hidden, "Hidden")

/* Values as in the file, NULL without; escapes are still to be undone. */
struct desktop {
#define KEY(member, name)	char *member;
	DESKTOP_KEYS
#undef KEY
};

int	 desktop_read(struct desktop *, const char *);	/* -1: not one */
void	 desktop_free(struct desktop *);
int	 desktop_true(const char *);
/* \s \n \t \r \\ undone; allocated. */
char	*desktop_text(const char *);
/* An application that can be started here. */
int	 desktop_usable(const struct desktop *);
/* Whether a program of this name, or path, is there; *found allocated. */
int	 desktop_program(const char *, char **);

#endif
