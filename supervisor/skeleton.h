/*
 * The host image's lowest layer: a made-up root around the machine's own
 * /usr, with the public part of /etc that programs need and nothing else.
 */
#ifndef SKELETON_H
#define SKELETON_H

int	skeleton_make(const char *);	/* builds the tree anew at path */

#endif
