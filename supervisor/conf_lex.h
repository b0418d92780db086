/* The words of a configuration file, macros and included files resolved. */
#ifndef CONF_LEX_H
#define CONF_LEX_H

struct lex;

enum lex_kind {
	LEX_END,
	LEX_NEWLINE,
	LEX_WORD,		/* bare: may be a keyword */
	LEX_NAME,		/* bare, before =: never a keyword */
	LEX_STRING,		/* quoted, or a macro's value */
	LEX_OPEN,
	LEX_CLOSE,
	LEX_COMMA,
	LEX_EQUALS,
	LEX_BAD			/* already reported */
};

/* Told of each mistake: file, line, what. */
typedef void lex_error_fn(void *, const char *, unsigned int, const char *);

struct lex	*lex_new(lex_error_fn *, void *);
void		 lex_free(struct lex *);

/* A file to read next; -1 after telling why not.  "-" is standard input. */
int		 lex_push(struct lex *, const char *);

/* The text lives until lex_free; NULL where the kind says it all. */
enum lex_kind	 lex_next(struct lex *, const char **);

/* Where the token that lex_next returned last stands. */
const char	*lex_file(const struct lex *);
unsigned int	 lex_line(const struct lex *);

void		 lex_macro(struct lex *, const char *, const char *);

#endif
