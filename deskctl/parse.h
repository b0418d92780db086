/*
 * What people type: sizes, geometries, pairs.  Every function returns 0,
 * or -1 with *why set to a sentence that fits after the word.
 */
#ifndef PARSE_H
#define PARSE_H

#include <stdint.h>

struct geometry {
	int	width;
	int	height;
};

struct region {
	int	x, y;
	int	width, height;
};

int	parse_size(const char *, uint64_t *, const char **);	/* 512M */
int	parse_geometry(const char *, struct geometry *, const char **);
int	parse_region(const char *, struct region *, const char **);
int	parse_percent(const char *, int *, const char **);	/* 150% */
int	parse_int(const char *, int, int, int *, const char **);
int	parse_seconds(const char *, double, double *, const char **);
int	parse_factor(const char *, double *, const char **);	/* 0.5, 50% */
/* "KEY=VALUE": ends the key in place and points at the value. */
int	parse_pair(char *, char **, const char **);

#endif
