/*
 * Every size that two parts must agree on.  A limit that only one file
 * knows stands in that file.
 */
#ifndef SIZES_H
#define SIZES_H

#define MSG_MAX			65536	/* header and payload together */
#define MSG_FDS_MAX		3	/* stdin, stdout, stderr */
#define PEER_QUEUE_MAX		1024	/* messages waiting for a slow peer */

#define ACTIONS_BODY_MAX	(1024 * 1024)	/* JSON of one batch */
#define ACTIONS_MAX		100	/* actions in one batch */
#define PICTURE_MAX		(256 * 1024 * 1024)
#define CLIP_TEXT_MAX		(1024 * 1024)	/* bytes of UTF-8 */
#define CLIP_PNG_MAX		(16 * 1024 * 1024)
#define TYPE_TEXT_MAX		100000	/* characters in one type action */

#define SCREEN_MIN		64	/* pixels on a side */
#define SCREEN_MAX		8192
#define DPI_MIN			48
#define DPI_MAX			480

#define WINDOWS_MAX		256	/* in one list, the topmost */
#define WINDOWS_BODY_MAX	(4 * 1024 * 1024)	/* its JSON */
#define WINDOW_PLACE_MAX	16383	/* coordinates and sides */
#define WINDOW_NAME_MAX		256	/* of class, startup id */

#define EXEC_ARGS_MAX		1024
#define EXEC_ARGS_BYTES		49152	/* argv, env and cwd together */

/* What a session may be given, by the configuration or by a client. */
#define MEMORY_MIN		(16ULL << 20)
#define MEMORY_MAX		(16ULL << 40)
#define DISK_MIN		(16ULL << 20)
#define DISK_MAX		(64ULL << 40)
#define CPU_PERCENT_MIN		1	/* 100 is one CPU */
#define CPU_PERCENT_MAX		102400
#define TASKS_MIN		8
#define TASKS_MAX		1048576

#define NAME_MAX_LEN		63	/* session, image and user names */
#define SESSION_UIDS		65536	/* ids mapped into one session */
#define SESSION_UID		1000	/* the session's user, inside */

#endif
