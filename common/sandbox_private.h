/* Between the halves of the sandbox. */
#ifndef SANDBOX_PRIVATE_H
#define SANDBOX_PRIVATE_H

struct sandbox_path;

void	sandbox_landlock(const struct sandbox_path *);

#endif
