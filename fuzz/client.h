/* The place where a server under test listens, and its clients. */
#ifndef CLIENT_H
#define CLIENT_H

int	 client_listen(void);	/* a listening socket, for the server */
int	 client_open(void);
/* What has been answered is read away; -1: the server has closed. */
int	 client_drain(int);

#endif
