/*
 * Configuration files: whatever stands in one is read or refused with a
 * reason.  What is taken is printed, taken again and printed the same.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "input.h"

static struct conf *
load(const void *text, size_t len, char **errors)
{
	struct conf	*c;
	char		 path[64];
	int		 fd;

	if ((fd = memfd_create("conf", MFD_CLOEXEC)) == -1 ||
	    fchmod(fd, 0600) == -1 || write(fd, text, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	c = conf_load(path, errors);
	close(fd);
	return c;
}

static char *
print(const struct conf *c)
{
	char	*text;
	size_t	 len;
	FILE	*f;

	if ((f = open_memstream(&text, &len)) == NULL)
		abort();
	conf_print(c, f);
	fclose(f);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf	*c, *again;
	char		*errors, *text, *text_again;

	if ((c = load(data, size, &errors)) == NULL) {
		if (errors == NULL || *errors == '\0')
			abort();
		free(errors);
		return 0;
	}
	text = print(c);
	if ((again = load(text, strlen(text), &errors)) == NULL) {
		fprintf(stderr, "%s%s", text, errors);
		abort();
	}
	text_again = print(again);
	if (strcmp(text, text_again) != 0) {
		fprintf(stderr, "%s---\n%s", text, text_again);
		abort();
	}
	free(text);
	free(text_again);
	conf_free(c);
	conf_free(again);
	return 0;
}
