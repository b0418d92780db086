/* "SESSION:PATH", and URLs of what it names. */
#ifndef REMOTE_PATH_H
#define REMOTE_PATH_H

struct ctl;
struct json_object;

struct remote_path {
	char	*id;		/* of the session, found */
	char	*path;		/* never empty */
	int	 root;		/* as its root */
};

/* Where the colon stands, or NULL: a path here. */
const char *remote_colon(const char *);
/* Finds the session; -1: complained. */
int	 remote_parse(struct ctl *, struct remote_path *, const char *);
/* The same from two arguments, the path "." when it is NULL. */
int	 remote_open(struct ctl *, struct remote_path *, const char *,
	    const char *);
void	 remote_free(struct remote_path *);
/* Route ("", "/stat"), with the path; more of the query follows.  Owned. */
char	*remote_url(const struct remote_path *, const char *);
/* "directory", "file" for any other, "" for none; NULL: complained. */
const char *remote_type(struct ctl *, const struct remote_path *);
/* PATH/NAME in its place. */
void	 remote_enter(struct remote_path *, const char *);
/* The path as NAME, or as NAME_base64 when it is not UTF-8. */
void	 put_path(struct json_object *, const char *, const char *);
/* The last part of a path, allocated; "" for / and the like. */
char	*path_name(const char *);

#endif
