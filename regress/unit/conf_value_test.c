/* Numbers as people write them: each kind, its end, and one past it. */
#include <inttypes.h>
#include <string.h>

#include "conf_value.h"
#include "test.h"

static void
size_is(const char *text, uint64_t wanted, const char *printed)
{
	char		buf[SIZE_TEXT];
	uint64_t	n = 0;

	ok(value_size(text, &n) == 0 && n == wanted, "%s is %" PRIu64, text,
	    wanted);
	ok(strcmp(size_text(n, buf), printed) == 0, "%s prints as %s", text,
	    printed);
}

static void
sizes(void)
{
	static const char *const bad[] = { "", "G", "-1", "+1", " 1", "1 ",
	    "1g", "1GB", "1.5G", "0x10", "1G1", "16E", "99999999999P",
	    "18446744073709551616" };
	uint64_t	n;
	size_t		i;

	size_is("0", 0, "0");
	size_is("1023", 1023, "1023");
	size_is("1024", 1024, "1K");
	size_is("1K", 1024, "1K");
	size_is("1536M", 1536ULL << 20, "1536M");
	size_is("2G", 2ULL << 30, "2G");
	size_is("2048M", 2ULL << 30, "2G");
	size_is("3T", 3ULL << 40, "3T");
	size_is("4P", 4ULL << 50, "4P");
	size_is("15E", 15ULL << 60, "15E");
	size_is("18446744073709551615", UINT64_MAX, "18446744073709551615");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(value_size(bad[i], &n) == -1, "\"%s\" is no size", bad[i]);
}

static void
numbers(void)
{
	static const char *const bad[] = { "", "-1", "0x", "0xg", "12a", " 1",
	    "18446744073709551616", "0x10000000000000000" };
	uint64_t	n;
	size_t		i;

	ok(value_number("0", &n) == 0 && n == 0, "0");
	ok(value_number("010", &n) == 0 && n == 10, "010 is ten");
	ok(value_number("0x70000000", &n) == 0 && n == 0x70000000,
	    "hexadecimal");
	ok(value_number("18446744073709551615", &n) == 0 && n == UINT64_MAX,
	    "the largest number");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(value_number(bad[i], &n) == -1, "\"%s\" is no number",
		    bad[i]);
	ok(value_percent("150%", &n) == 0 && n == 150, "150%%");
	ok(value_percent("150", &n) == -1, "150 is no percentage");
	ok(value_percent("1%%", &n) == -1, "1%%%% is no percentage");
	ok(value_percent("%", &n) == -1, "%% is no percentage");
}

static void
geometries(void)
{
	static const char *const bad[] = { "", "x", "1280", "1280x", "x800",
	    "1280X800", "1280x800x24", "1280 x 800", "-1x1", "1x-1",
	    "4294967296x1", "1x4294967296" };
	uint32_t	w, h;
	size_t		i;

	ok(value_geometry("1280x800", &w, &h) == 0 && w == 1280 && h == 800,
	    "1280x800");
	ok(value_geometry("4294967295x1", &w, &h) == 0 && w == UINT32_MAX,
	    "the widest geometry");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(value_geometry(bad[i], &w, &h) == -1,
		    "\"%s\" is no geometry", bad[i]);
}

static void
modes(void)
{
	mode_t		m;

	ok(value_mode("0660", &m) == 0 && m == 0660, "0660");
	ok(value_mode("7777", &m) == 0 && m == 07777, "the largest mode");
	ok(value_mode("10000", &m) == -1, "one past the largest mode");
	ok(value_mode("0668", &m) == -1, "0668 is no mode");
	ok(value_mode("rw", &m) == -1, "rw is no mode");
	ok(value_mode("", &m) == -1, "nothing is no mode");
}

int
main(void)
{
	sizes();
	numbers();
	geometries();
	modes();
	return done();
}
