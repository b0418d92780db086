/* Entries of a session's files, for people. */
#ifndef FILE_PRINT_H
#define FILE_PRINT_H

struct json_object;

void	file_print(struct json_object *);		/* one, all of it */
void	file_print_list(struct json_object *, int);	/* long? */
void	file_print_event(struct json_object *);		/* of a watch */

#endif
