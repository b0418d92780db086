#include <errno.h>
#include <stddef.h>

#include "problem.h"

static const struct {
	int		error;
	enum problem	problem;
} errors[] = {
	{ ENOENT,	PROBLEM_NOT_FOUND },
	{ ESRCH,	PROBLEM_NOT_FOUND },
	{ EEXIST,	PROBLEM_EXISTS },
	{ ENOTDIR,	PROBLEM_NOT_DIRECTORY },
	{ EISDIR,	PROBLEM_IS_DIRECTORY },
	{ ENXIO,	PROBLEM_NOT_REGULAR },
	{ ENODEV,	PROBLEM_NOT_REGULAR },
	{ ENOTEMPTY,	PROBLEM_NOT_EMPTY },
	{ ELOOP,	PROBLEM_BAD_PATH },
	{ ENAMETOOLONG,	PROBLEM_BAD_PATH },
	{ EINVAL,	PROBLEM_BAD_PATH },
	{ EXDEV,	PROBLEM_BAD_PATH },
	{ EACCES,	PROBLEM_DENIED },
	{ EPERM,	PROBLEM_DENIED },
	{ EROFS,	PROBLEM_DENIED },
	{ ENOSPC,	PROBLEM_NO_SPACE },
	{ EDQUOT,	PROBLEM_NO_SPACE },
	{ EFBIG,	PROBLEM_NO_SPACE },
	{ EBUSY,	PROBLEM_CONFLICT },
	{ ETXTBSY,	PROBLEM_CONFLICT },
	{ EMFILE,	PROBLEM_LIMIT },
	{ ENFILE,	PROBLEM_LIMIT },
	{ ENOMEM,	PROBLEM_LIMIT },
	{ EMLINK,	PROBLEM_LIMIT },
	{ EIO,		PROBLEM_DISK },
	{ ESTALE,	PROBLEM_DISK },
	{ ECANCELED,	PROBLEM_CANCELLED },
};

enum problem
problem_of_errno(int error)
{
	size_t	i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].error == error)
			return errors[i].problem;
	return PROBLEM_INTERNAL;
}
