/* Where things are when neither an option nor the configuration says so. */
#ifndef PATHS_H
#define PATHS_H

#define DESKD_CONF	"/etc/deskd/deskd.conf"
#define DESKD_PREFIX	"/var/lib/deskd"	/* state; `prefix` moves it */
#define DESKD_RUN	"/run/deskd"		/* PREFIX/run when moved */
#define DESKD_SOCKET	DESKD_RUN "/api.sock"
#define DESKD_GROUP	"deskd"			/* who may use the socket */

#endif
