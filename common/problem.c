#include <stddef.h>

#include "problem.h"

static const struct {
	const char	*code;
	const char	*title;
	int		 status;
} table[PROBLEM__COUNT] = {
	[PROBLEM_NONE]		= { "none", "No problem", 200 },
	[PROBLEM_INTERNAL]	= { "internal", "Internal error", 500 },
	[PROBLEM_BAD_JSON]	= { "bad_json", "Body is not acceptable JSON", 400 },
	[PROBLEM_INVALID_FIELD]	= { "invalid_field", "Invalid field", 422 },
	[PROBLEM_UNKNOWN_FIELD]	= { "unknown_field", "Unknown field", 422 },
	[PROBLEM_MISSING_FIELD]	= { "missing_field", "Missing field", 422 },
	[PROBLEM_INVALID_PARAMETER] = { "invalid_parameter", "Invalid parameter", 400 },
	[PROBLEM_TOO_LARGE]	= { "too_large", "Too large", 413 },
	[PROBLEM_NOT_FOUND]	= { "not_found", "Not found", 404 },
	[PROBLEM_METHOD]	= { "method_not_allowed", "Method not allowed", 405 },
	[PROBLEM_NOT_ACCEPTABLE] = { "not_acceptable", "Not acceptable", 406 },
	[PROBLEM_UNSUPPORTED_TYPE] = { "unsupported_media_type", "Unsupported media type", 415 },
	[PROBLEM_FORBIDDEN]	= { "forbidden", "Forbidden", 403 },
	[PROBLEM_CONFLICT]	= { "conflict", "Conflict", 409 },
	[PROBLEM_WRONG_STATE]	= { "wrong_state", "Not possible in this state", 409 },
	[PROBLEM_IDEMPOTENCY]	= { "idempotency_mismatch", "Idempotency key used for another request", 422 },
	[PROBLEM_LIMIT]		= { "limit_reached", "Limit reached", 429 },
	[PROBLEM_NO_DESKTOP]	= { "no_desktop", "Session has no desktop", 409 },
	[PROBLEM_DESKTOP_FAILED] = { "desktop_failed", "Desktop failed", 502 },
	[PROBLEM_DISPLAY_TIMEOUT] = { "display_timeout", "Display does not answer", 504 },
	[PROBLEM_UNKNOWN_KEY]	= { "unknown_key", "Unknown key", 422 },
	[PROBLEM_UNTYPABLE]	= { "untypable", "Text cannot be typed", 422 },
	[PROBLEM_NOT_EXECUTED]	= { "not_executed", "Not executed: an earlier action failed", 409 },
	[PROBLEM_CANCELLED]	= { "cancelled", "Cancelled", 409 },
	[PROBLEM_BUSY]		= { "busy", "Too much work at once", 429 },
	[PROBLEM_UNAVAILABLE]	= { "unavailable", "Not available now", 503 },
	[PROBLEM_TIMEOUT]	= { "timeout", "Timed out", 504 },
	[PROBLEM_NO_SUCH_IMAGE]	= { "no_such_image", "No such image", 422 },
	[PROBLEM_NO_SUCH_PROGRAM] = { "no_such_program", "Program cannot be started", 422 },
	[PROBLEM_NOT_OFFERED]	= { "not_offered", "Not offered here", 422 },
	[PROBLEM_DISK]		= { "disk", "Disk trouble", 507 },
	[PROBLEM_SESSION_FAILED] = { "session_failed", "Session failed", 502 },
	[PROBLEM_SELECTION]	= { "selection_owner", "Owner of the selection misbehaves", 502 },
	[PROBLEM_EXISTS]	= { "exists", "Already exists", 409 },
	[PROBLEM_NOT_DIRECTORY]	= { "not_a_directory", "Not a directory", 409 },
	[PROBLEM_IS_DIRECTORY]	= { "is_a_directory", "Is a directory", 409 },
	[PROBLEM_NOT_REGULAR]	= { "not_regular", "Not a regular file", 409 },
	[PROBLEM_NOT_EMPTY]	= { "not_empty", "Directory is not empty", 409 },
	[PROBLEM_BAD_PATH]	= { "bad_path", "Path cannot be used", 422 },
	[PROBLEM_DENIED]	= { "permission_denied", "Permission denied", 403 },
	[PROBLEM_NO_SPACE]	= { "no_space", "No space left", 507 },
	[PROBLEM_PRECONDITION]	= { "precondition_failed", "Precondition failed", 412 },
	[PROBLEM_RANGE]		= { "range_not_satisfiable", "Range not satisfiable", 416 },
	[PROBLEM_BAD_ARCHIVE]	= { "bad_archive", "Archive cannot be read", 422 },
	[PROBLEM_UPGRADE]	= { "upgrade_required", "Upgrade required", 426 }
};

const char *
problem_code(enum problem p)
{
	return table[p].code;
}

const char *
problem_title(enum problem p)
{
	return table[p].title;
}

int
problem_status(enum problem p)
{
	return table[p].status;
}

enum problem
problem_valid(unsigned int p)
{
	return p < PROBLEM__COUNT ? (enum problem)p : PROBLEM_INTERNAL;
}
