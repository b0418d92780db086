/* Options that say how much a session may have. */
#ifndef RESOURCES_H
#define RESOURCES_H

struct ctl;
struct json_object;

/* Puts -M, -c, -t or -D into the body; 0 when it is another option. */
int	resource_option(struct ctl *, struct json_object *, int, char *);
/* Puts KEY=VALUE into the object named so in the body. */
void	pair_option(struct ctl *, struct json_object *, const char *, int,
	    char *);

#endif
