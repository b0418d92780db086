/* GET openapi.json: what the API is, for programs. */
#include <string.h>

#include "api.h"
#include "http.h"
#include "openapi_text.h"

void
api_openapi(struct request *r)
{
	const char	*have = request_header(r, "If-None-Match");

	reply_header(r, "ETag", openapi_etag);
	reply_header(r, "Cache-Control", "no-cache");
	if (have != NULL && strstr(have, openapi_etag) != NULL)
		reply_empty(r, 304);
	else
		reply_bytes(r, 200, "application/openapi+json", openapi_text,
		    openapi_len);
}
