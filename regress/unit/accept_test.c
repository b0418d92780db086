/* What an Accept header likes best. */
#include "accept.h"
#include "test.h"

static const char *const	types[] = { "image/png", "image/jpeg",
				    "image/webp", NULL };

int
main(void)
{
	static const struct {
		const char	*header;
		int		 best;
	} cases[] = {
		{ NULL, 0 }, { "", -1 }, { "*/*", 0 }, { "image/*", 0 },
		{ "image/webp", 2 }, { "IMAGE/JPEG", 1 }, { "text/html", -1 },
		{ "image/webp, image/png", 0 },
		{ "image/webp, image/png;q=0.5", 2 },
		{ "image/avif,image/webp,*/*;q=0.8", 2 },
		{ "image/png;q=0, image/*;q=0.1", 1 },
		{ "*/*;q=0.1, image/jpeg;q=0.2", 1 },
		{ "image/jpeg; x=1 ; q=0.9, image/webp;q=0.95", 2 },
		{ "image/jpeg;q=2", -1 }, { "image/jpeg;q=-1", -1 },
		{ "image/jpeg;q=nan", -1 }, { "image/jpe", -1 },
		{ "image/jpegs", -1 }, { ",,;,image/webp,", 2 },
		{ "application/json", -1 }, { ";q=1", -1 },
		{ "image/png;q=0.000", -1 }, { "*/*;q=0", -1 }
	};
	size_t	i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(accept_best(cases[i].header, types) == cases[i].best,
		    "\"%s\"", cases[i].header != NULL ? cases[i].header :
		    "no header");
	return done();
}
