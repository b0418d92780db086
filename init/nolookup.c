/*
 * libevent's static archive asks for names of hosts and services, which init
 * never looks up.  These stand in for the C library's: without them a static
 * program would carry NSS and load the image's shared libraries as pid 1.
 */
#include <sys/socket.h>

#include <netdb.h>
#include <stddef.h>

int
getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
	(void)node;
	(void)service;
	(void)hints;
	*res = NULL;
	return EAI_FAIL;
}

void
freeaddrinfo(struct addrinfo *ai)
{
	(void)ai;
}

struct servent *
getservbyname(const char *name, const char *proto)
{
	(void)name;
	(void)proto;
	return NULL;
}

struct protoent *
getprotobynumber(int number)
{
	(void)number;
	return NULL;
}
