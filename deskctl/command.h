/* The table of commands, and what usage is made of. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdio.h>

void	command_usage(FILE *);
void	command_unknown(const char *);

#endif
