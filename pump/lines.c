#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "json.h"
#include "lines.h"

static char	gathered[65536];
static size_t	used;
static int	broken;

int
lines_flush(void)
{
	if (used > 0 && bytes_write(STDOUT_FILENO, gathered, used) == -1)
		broken = 1;
	used = 0;
	return broken ? -1 : 0;
}

static void
put(const char *bytes, size_t len)
{
	if (len > sizeof(gathered) - used)
		(void)lines_flush();
	if (len > sizeof(gathered)) {
		if (bytes_write(STDOUT_FILENO, bytes, len) == -1)
			broken = 1;
		return;
	}
	memcpy(gathered + used, bytes, len);
	used += len;
}

void
lines_put(struct json *j)
{
	put(j->text, j->len);
	put("\n", 1);
	json_free(j);
}
