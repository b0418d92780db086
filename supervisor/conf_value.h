/* Numbers as people write them in deskd.conf.  0, or -1 when text is none. */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#define SIZE_TEXT	32

int	value_number(const char *, uint64_t *);		/* 512, 0x70000000 */
int	value_size(const char *, uint64_t *);		/* 2G, 512M, 4096 */
int	value_time(const char *, uint64_t *);		/* 90d, 12h, 30m, 5s */
int	value_percent(const char *, uint64_t *);	/* 150% */
int	value_geometry(const char *, uint32_t *, uint32_t *); /* 1280x800 */
int	value_mode(const char *, mode_t *);		/* 0660 */

/* The shortest spelling that is exact; returns its buffer. */
const char *size_text(uint64_t, char [SIZE_TEXT]);

const char *time_text(uint64_t, char [SIZE_TEXT]);

#endif
