/*
 * For shell tests: reads a PNG picture as strictly as png_read does and says
 * its size and the colours asked for, a line each.
 *
 *	png_pixel FILE [X,Y ...]
 *	png_pixel -p FILE	all of it, as PPM
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "png_read.h"
#include "xmalloc.h"

#define SIZE_MAX_BYTES	(64 * 1024 * 1024)

static size_t
slurp(const char *path, uint8_t *buf)
{
	FILE	*f = fopen(path, "rb");
	size_t	 n;

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	n = fread(buf, 1, SIZE_MAX_BYTES, f);
	fclose(f);
	return n;
}

static void
write_ppm(const struct png_picture *p)
{
	size_t	i;

	printf("P6\n%u %u\n255\n", p->width, p->height);
	for (i = 0; i < (size_t)p->width * p->height; i++) {
		putchar(p->pixels[i] >> 16 & 0xff);
		putchar(p->pixels[i] >> 8 & 0xff);
		putchar(p->pixels[i] & 0xff);
	}
}

int
main(int argc, char **argv)
{
	struct png_picture	 p;
	uint8_t			*buf = xmalloc(SIZE_MAX_BYTES);
	unsigned int		 x, y;
	int			 i, ppm;

	ppm = argc == 3 && strcmp(argv[1], "-p") == 0;
	if (argc < 2)
		return 2;
	argv += ppm;
	if (png_read(buf, slurp(argv[1], buf), &p) == -1) {
		fprintf(stderr, "%s: %s\n", argv[1], png_read_why());
		return 1;
	}
	if (ppm)
		write_ppm(&p);
	else
		printf("%ux%u\n", p.width, p.height);
	for (i = 2; i < argc - ppm; i++) {
		if (sscanf(argv[i], "%u,%u", &x, &y) != 2 || x >= p.width ||
		    y >= p.height)
			return 2;
		printf("%06x\n", p.pixels[(size_t)y * p.width + x]);
	}
	png_free(&p);
	free(buf);
	return 0;
}
