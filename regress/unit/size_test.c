/* What people type on deskctl's command line. */
#include <string.h>

#include "parse.h"
#include "test.h"

static void
sizes(void)
{
	static const struct {
		const char	*text;
		uint64_t	 size;		/* 0: refused */
	} row[] = {
		{ "1", 1 }, { "4096", 4096 }, { "1K", 1024 }, { "512M", 512ULL << 20 },
		{ "512m", 512ULL << 20 }, { "2G", 2ULL << 30 },
		{ "2GB", 2ULL << 30 }, { "2GiB", 2ULL << 30 },
		{ "1T", 1ULL << 40 }, { "8388607T", 8388607ULL << 40 },
		{ "9223372036854775807", INT64_MAX },
		{ "9223372036854775808", 0 }, { "8388608T", 0 },
		{ "99999999999999999999999", 0 }, { "0", 0 }, { "0G", 0 },
		{ "", 0 }, { "G", 0 }, { "-1", 0 }, { "+1", 0 }, { " 1", 0 },
		{ "1 G", 0 }, { "1.5G", 0 }, { "1GG", 0 }, { "0x10", 0 },
		{ "1X", 0 }, { "1 ", 0 }
	};
	const char	*why;
	uint64_t	 size;
	size_t		 i;
	int		 status;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		size = 0;
		why = NULL;
		status = parse_size(row[i].text, &size, &why);
		ok(row[i].size != 0 ? status == 0 && size == row[i].size :
		    status == -1 && why != NULL, "size \"%s\"", row[i].text);
	}
}

static void
geometries(void)
{
	static const char *const bad[] = { "", "x", "1280", "1280x", "x800",
	    "1280x800x", "-1x2", "0x800", "1280x0", "1280 x 800", "1280*800",
	    "4294967297x1", "99999999999999999999x1" };
	struct geometry	 g;
	const char	*why;
	size_t		 i;

	ok(parse_geometry("1280x800", &g, &why) == 0 && g.width == 1280 &&
	    g.height == 800, "1280x800");
	ok(parse_geometry("64X64", &g, &why) == 0 && g.width == 64, "64X64");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(parse_geometry(bad[i], &g, &why) == -1,
		    "geometry \"%s\" is refused", bad[i]);
}

static void
regions(void)
{
	static const char *const bad[] = { "", "1,2,3", "1,2,3,4,5", "1,2,3,4,",
	    "1,2,0,4", "1,2,3,0", "-1,2,3,4", "1, 2,3,4", "a,b,c,d",
	    "1,2,3,99999999999" };
	struct region	 r;
	const char	*why;
	size_t		 i;

	ok(parse_region("10,20,300,400", &r, &why) == 0 && r.x == 10 &&
	    r.y == 20 && r.width == 300 && r.height == 400, "10,20,300,400");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(parse_region(bad[i], &r, &why) == -1,
		    "region \"%s\" is refused", bad[i]);
}

static void
numbers(void)
{
	const char	*why;
	double		 d;
	int		 n;

	ok(parse_percent("150%", &n, &why) == 0 && n == 150, "150%%");
	ok(parse_percent("50", &n, &why) == 0 && n == 50, "50");
	ok(parse_percent("0%", &n, &why) == -1, "0%% is refused");
	ok(parse_percent("1.5", &n, &why) == -1, "1.5 is refused");
	ok(parse_percent("150%%", &n, &why) == -1, "150%%%% is refused");
	ok(parse_int("7", 1, 7, &n, &why) == 0 && n == 7, "the most");
	ok(parse_int("8", 1, 7, &n, &why) == -1 &&
	    strcmp(why, "must be a number from 1 to 7") == 0, "one past it");
	ok(parse_int("-5", -9, 7, &n, &why) == 0 && n == -5, "-5");
	ok(parse_int("+5", 1, 7, &n, &why) == -1, "+5 is refused");
	ok(parse_int(" 5", 1, 7, &n, &why) == -1, "\" 5\" is refused");
	ok(parse_int("", 0, 7, &n, &why) == -1, "nothing is refused");
	ok(parse_int("5x", 0, 7, &n, &why) == -1, "5x is refused");
	ok(parse_seconds("0.5", 10, &d, &why) == 0 && d == 0.5, "0.5 s");
	ok(parse_seconds("10s", 10, &d, &why) == 0 && d == 10, "10s");
	ok(parse_seconds("10.1", 10, &d, &why) == -1, "10.1 of 10 is refused");
	ok(parse_seconds("0", 10, &d, &why) == -1, "0 s is refused");
	ok(parse_seconds("1e1", 100, &d, &why) == -1, "1e1 is refused");
	ok(parse_seconds("nan", 100, &d, &why) == -1, "nan is refused");
	ok(parse_seconds("-1", 100, &d, &why) == -1, "-1 s is refused");
	ok(parse_factor("0.5", &d, &why) == 0 && d == 0.5, "factor 0.5");
	ok(parse_factor("50%", &d, &why) == 0 && d == 0.5, "factor 50%%");
	ok(parse_factor("1", &d, &why) == 0 && d == 1, "factor 1");
	ok(parse_factor("1.01", &d, &why) == -1, "factor 1.01 is refused");
	ok(parse_factor("0", &d, &why) == -1, "factor 0 is refused");
	ok(parse_factor("inf", &d, &why) == -1, "factor inf is refused");
}

static void
pairs(void)
{
	const char	*why;
	char		 good[] = "KEY=a=b", empty[] = "KEY=", no[] = "KEY";
	char		 bare[] = "=x", *value;

	ok(parse_pair(good, &value, &why) == 0 && strcmp(good, "KEY") == 0 &&
	    strcmp(value, "a=b") == 0, "KEY=a=b");
	ok(parse_pair(empty, &value, &why) == 0 && *value == '\0', "KEY=");
	ok(parse_pair(no, &value, &why) == -1, "KEY is refused");
	ok(parse_pair(bare, &value, &why) == -1, "=x is refused");
}

int
main(void)
{
	sizes();
	geometries();
	regions();
	numbers();
	pairs();
	return done();
}
