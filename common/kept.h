/*
 * The stream of a program that init keeps: packets on a SOCK_SEQPACKET pair
 * between init and the broker.  A packet is this header and bytes; its kind
 * says who may send it.  The program's output is one sequence of bytes,
 * counted from its start, whichever stream they came from.
 */
#ifndef KEPT_H
#define KEPT_H

#include <stdint.h>

#define KEPT_CHUNK	16384	/* bytes in one packet */

enum kept_packet_kind {
	KEPT_OUTPUT = 1,	/* init: of stdout, or of a terminal */
	KEPT_ERROR,		/* init: of stderr */
	KEPT_NOW,		/* init: all that was kept has been sent */
	KEPT_LOST,		/* init: bytes before at were dropped unread */
	KEPT_END,		/* init: it has exited; struct kept_end */
	KEPT_INPUT,		/* broker: for its stdin or terminal */
	KEPT_INPUT_END		/* broker: stdin is at its end */
};

struct kept_packet {
	uint64_t	at;	/* offset of the first byte */
	uint32_t	kind;
	uint32_t	len;	/* of the bytes that follow */
};

struct kept_end {
	int32_t		code;	/* -1 when killed by a signal */
	int32_t		signal;
};

#endif
