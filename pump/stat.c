/* stat PATH NOFOLLOW: head with the entry, done. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "entry.h"
#include "json.h"
#include "path.h"
#include "pump.h"

int
op_stat(int argc, char **argv)
{
	struct entry	 e;
	struct json	 j = JSON_NEW;
	char		*path;
	int		 fd, nofollow;

	(void)argc;
	if ((nofollow = say_flag("/nofollow", argv[1])) == -1)
		return -1;
	if ((path = path_absolute(argv[0])) == NULL)
		return say_errno("/path", "path");
	fd = path_open(AT_FDCWD, path, O_PATH | (nofollow ? O_NOFOLLOW : 0));
	if (fd == -1 || entry_read(&e, fd, "") == -1) {
		say_errno("/path", "cannot look at it");
		if (fd != -1)
			close(fd);
		free(path);
		return -1;
	}
	json_open(&j, NULL, '{');
	entry_json(&j, "entry", &e, path, fd, "");
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	say_done();
	close(fd);
	free(path);
	return 0;
}
