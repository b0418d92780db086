#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <webp/decode.h>

#include "png_read.h"
#include "scene.h"
#include "xmalloc.h"

void
scene_flat(uint32_t *p, uint32_t w, uint32_t h)
{
	size_t	i;

	for (i = 0; i < (size_t)w * h; i++)
		p[i] = 0x336699;
}

/* Something like a screen of text: 8 by 16 cells, some of them full. */
void
scene_text(uint32_t *p, uint32_t w, uint32_t h)
{
	uint32_t	x, y, cell;

	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++) {
			cell = (x / 8 * 31 + y / 16 * 17) % 40;
			p[(size_t)y * w + x] = cell > 12 &&
			    ((x * cell ^ y * 3) % 7) == 0 ? 0xe0e0e0 + cell :
			    0x101018;
		}
}

void
scene_noise(uint32_t *p, uint32_t w, uint32_t h)
{
	size_t	i;

	for (i = 0; i < (size_t)w * h; i++)
		p[i] = (uint32_t)random() & 0xffffff;
}

/* Smooth both ways with some noise, as a photograph. */
void
scene_photo(uint32_t *p, uint32_t w, uint32_t h)
{
	uint32_t	x, y, noise;

	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++) {
			noise = (uint32_t)random();
			p[(size_t)y * w + x] =
			    (x * 255 / w + noise % 4) % 256 << 16 |
			    (y * 255 / h + noise / 4 % 4) % 256 << 8 |
			    ((x + y) / 9 + noise / 16 % 4) % 256;
		}
}

const struct scene	scenes[] = {
	{ "flat", scene_flat }, { "text", scene_text },
	{ "noise", scene_noise }, { "photo", scene_photo }
};
const unsigned int	nscenes = sizeof(scenes) / sizeof(scenes[0]);

/* Anything wrong ends the test: the library's own way. */
uint32_t *
scene_read_jpeg(const uint8_t *data, size_t len, uint32_t *w, uint32_t *h)
{
	struct jpeg_decompress_struct	 z;
	struct jpeg_error_mgr		 err;
	uint32_t			*pixels, x;
	uint8_t				*line;

	z.err = jpeg_std_error(&err);
	jpeg_create_decompress(&z);
	jpeg_mem_src(&z, data, len);
	jpeg_read_header(&z, TRUE);
	z.out_color_space = JCS_RGB;
	jpeg_start_decompress(&z);
	*w = z.output_width;
	*h = z.output_height;
	pixels = xcalloc((size_t)*w * *h, sizeof(*pixels));
	line = xcalloc(*w, 3);
	while (z.output_scanline < z.output_height) {
		uint32_t	*row = pixels + (size_t)z.output_scanline * *w;

		jpeg_read_scanlines(&z, &line, 1);
		for (x = 0; x < *w; x++)
			row[x] = (uint32_t)line[x * 3] << 16 |
			    (uint32_t)line[x * 3 + 1] << 8 | line[x * 3 + 2];
	}
	jpeg_finish_decompress(&z);
	/* A marker out of its place is only warned of. */
	if (err.num_warnings > 0) {
		printf("# jpeg: %ld warnings\n", err.num_warnings);
		free(pixels);
		pixels = NULL;
	}
	jpeg_destroy_decompress(&z);
	free(line);
	return pixels;
}

uint32_t *
scene_read_webp(const uint8_t *data, size_t len, uint32_t *w, uint32_t *h)
{
	uint32_t	*pixels;
	uint8_t		*rgb;
	int		 width, height;
	size_t		 i;

	if ((rgb = WebPDecodeRGB(data, len, &width, &height)) == NULL)
		return NULL;
	*w = (uint32_t)width;
	*h = (uint32_t)height;
	pixels = xcalloc((size_t)*w * *h, sizeof(*pixels));
	for (i = 0; i < (size_t)*w * *h; i++)
		pixels[i] = (uint32_t)rgb[i * 3] << 16 |
		    (uint32_t)rgb[i * 3 + 1] << 8 | rgb[i * 3 + 2];
	WebPFree(rgb);
	return pixels;
}

uint32_t *
scene_read(enum shot_format format, const uint8_t *data, size_t len,
    uint32_t *w, uint32_t *h)
{
	struct png_picture	 png;

	if (format == SHOT_JPEG)
		return scene_read_jpeg(data, len, w, h);
	if (format == SHOT_WEBP)
		return scene_read_webp(data, len, w, h);
	if (png_read(data, len, &png) != 0) {
		printf("# png: %s\n", png_read_why());
		return NULL;
	}
	*w = png.width;
	*h = png.height;
	return png.pixels;
}

double
scene_psnr(const struct encode_image *im, const uint32_t *p)
{
	uint32_t	x, y, a, b;
	double		sum = 0;
	int		s, d;

	for (y = 0; y < im->height; y++)
		for (x = 0; x < im->width; x++)
			for (s = 0; s <= 16; s += 8) {
				a = im->pixels[(size_t)y * im->stride + x];
				b = p[(size_t)y * im->width + x];
				d = (int)(a >> s & 0xff) - (int)(b >> s & 0xff);
				sum += d * d;
			}
	if (sum == 0)
		return 100;
	return 10 * log10(255.0 * 255 * 3 * im->width * im->height / sum);
}
