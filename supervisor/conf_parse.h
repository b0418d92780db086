/* The grammar, as conf.c calls it. */
#ifndef CONF_PARSE_H
#define CONF_PARSE_H

struct parse;

/* Reads what was pushed; mistakes are told through parse_error. */
void	conf_parse(struct parse *);

#endif
