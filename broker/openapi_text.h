/* The description of the API, put together when deskd is built. */
#ifndef OPENAPI_TEXT_H
#define OPENAPI_TEXT_H

#include <stddef.h>

extern const unsigned char	openapi_text[];
extern const size_t		openapi_len;
extern const char		openapi_etag[];	/* with its quotes */

#endif
