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

#define KEPT_BYTES	(256 * 1024)		/* kept, when nobody says */
#define KEPT_BYTES_MIN	4096
#define KEPT_BYTES_MAX	(4 * 1024 * 1024)
#define KEPT_BYTES_ALL	(32 * 1024 * 1024)	/* of one session */
#define KEPT_RUN_MAX	64	/* that run at once in a session */
#define KEPT_ENDED_MAX	32	/* that ended and are remembered */
#define KEPT_ATTACH_MAX	64	/* attached at once to those of a session */
#define KEPT_ARGV_BYTES	2048	/* of a program's arguments in an item */

enum kept_packet_kind {
	KEPT_OUTPUT = 1,	/* init: of stdout, or of a terminal */
	KEPT_ERROR,		/* init: of stderr */
	KEPT_NOW,		/* init: all that was kept has been sent */
	KEPT_LOST,		/* init: bytes before at were dropped unread */
	KEPT_END,		/* init: it has exited; struct kept_end */
	KEPT_TAKEN,		/* init: at bytes of this input were taken */
	KEPT_INPUT,		/* broker: for its stdin or terminal */
	KEPT_INPUT_END		/* broker: stdin is at its end */
};

/*
 * KEPT_NOW comes once.  KEPT_END comes after it, when the program has ended;
 * then, and without KEPT_FOLLOW after KEPT_NOW, init closes the pair.  Of
 * each who is attached init takes one packet of input at a time, when the
 * program takes it: more waits in the socket.
 */
struct kept_packet {
	uint64_t	at;	/* offset of the first byte */
	uint32_t	kind;
	uint32_t	len;	/* of the bytes that follow */
};

struct kept_end {
	int32_t		code;	/* -1 when killed by a signal */
	int32_t		signal;
	uint32_t	flags;	/* KEPT_TIMED_OUT */
	uint32_t	duration_ms;
};

#endif
