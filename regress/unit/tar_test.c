/* Archives: what others write is read, what is hostile is refused. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tar.h"
#include "tar_extract.h"
#include "tar_private.h"
#include "test.h"
#include "xmalloc.h"

static char	 made[1 << 20];		/* the archive of a case */
static size_t	 made_len;
static char	 seen[65536];		/* what the reader called, as text */
static const char *why;

static void
put(const void *bytes, size_t len)
{
	memcpy(made + made_len, bytes, len);
	made_len += len;
}

static void
checksum(struct tar_block *b)
{
	const unsigned char	*p = (const unsigned char *)b;
	unsigned int		 sum = 0;
	size_t			 i;

	memset(b->checksum, ' ', sizeof(b->checksum));
	for (i = 0; i < sizeof(*b); i++)
		sum += p[i];
	snprintf(b->checksum, sizeof(b->checksum), "%06o", sum);
}

/* A block as a good writer would make it, for the cases to spoil. */
static struct tar_block
block(const char *name, char type, const char *size)
{
	struct tar_block	b;

	memset(&b, 0, sizeof(b));
	memcpy(b.name, name, strnlen(name, sizeof(b.name)));
	memcpy(b.mode, "0000644", 8);
	memcpy(b.uid, "0001750", 8);
	memcpy(b.gid, "0001750", 8);
	memcpy(b.size, size, strnlen(size, sizeof(b.size)));
	memcpy(b.mtime, "00000000144", 12);
	memcpy(b.magic, "ustar", 6);
	memcpy(b.version, "00", 2);
	b.type = type;
	return b;
}

static void
add_block(struct tar_block b)
{
	checksum(&b);
	put(&b, sizeof(b));
}

static void
add_bytes(const char *bytes)
{
	static const char	zeros[TAR_BLOCK];
	size_t			len = strlen(bytes);

	put(bytes, len);
	put(zeros, -len & (TAR_BLOCK - 1));
}

static void
add(const char *name, char type, const char *link, const char *bytes)
{
	struct tar_block	b;
	char			size[24];

	snprintf(size, sizeof(size), "%011zo", bytes == NULL ? 0 :
	    strlen(bytes));
	b = block(name, type, size);
	if (link != NULL)
		memcpy(b.link, link, strnlen(link, sizeof(b.link)));
	add_block(b);
	if (bytes != NULL)
		add_bytes(bytes);
}

static void
add_end(void)
{
	static const char	zeros[2 * TAR_BLOCK];

	put(zeros, sizeof(zeros));
}

__attribute__((__format__(__printf__, 1, 2)))
static void
say(const char *fmt, ...)
{
	size_t	len = strlen(seen);
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(seen + len, sizeof(seen) - len, fmt, ap);
	va_end(ap);
}

static int
see_member(void *arg, const struct tar_header *h)
{
	static const char	types[] = " fhldpbo";

	(void)arg;
	say("%c %s%s %llu:", types[h->type], h->path, h->type == TAR_SYMLINK ||
	    h->type == TAR_HARD_LINK ? h->link : "",
	    (unsigned long long)h->size);
	return strcmp(h->path, "stop") == 0 ? -1 : 0;
}

static int
see_data(void *arg, const void *bytes, size_t len)
{
	size_t	at = strlen(seen);

	(void)arg;
	if (at + len < sizeof(seen)) {
		memcpy(seen + at, bytes, len);
		seen[at + len] = '\0';
	}
	return 0;
}

static int
see_end(void *arg)
{
	(void)arg;
	say(";");
	return 0;
}

static const struct tar_calls see = { see_member, see_data, see_end };

/* By so many bytes at once. */
static int
read_by(size_t by)
{
	struct tar_reader	*r = tar_reader_new(&see, NULL);
	size_t			 at, n;
	int			 rv = 0;

	memset(seen, 0, sizeof(seen));
	for (at = 0; at < made_len && rv == 0; at += n) {
		n = made_len - at < by ? made_len - at : by;
		rv = tar_read(r, made + at, n);
	}
	if (rv == 0)
		rv = tar_read_end(r);
	why = tar_reader_why(r);
	tar_reader_free(r);
	return rv;
}

/* The same, however it comes in pieces. */
static int
reads(const char *want)
{
	static const size_t	by[] = { 1, 7, 511, 512, 513, 1 << 20 };
	size_t			i;

	for (i = 0; i < sizeof(by) / sizeof(by[0]); i++)
		if (read_by(by[i]) == -1 || strcmp(seen, want) != 0) {
			printf("# by %zu: %s; %s\n", by[i], seen,
			    why == NULL ? "" : why);
			return 0;
		}
	return 1;
}

static int
refused(const char *reason)
{
	size_t	by;

	for (by = 1; by < 2000; by += 511)
		if (read_by(by) == 0 || why == NULL ||
		    strstr(why, reason) == NULL) {
			printf("# by %zu: %s\n", by,
			    why == NULL ? "no reason" : why);
			return 0;
		}
	return 1;
}

static void
begin(void)
{
	made_len = 0;
}

static void
good_ones(void)
{
	struct tar_block	b;

	begin();
	add("a", '0', NULL, "hello");
	add("d/", '5', NULL, NULL);
	add("l", '2', "a", NULL);
	add("h", '1', "a", NULL);
	add("p", '6', NULL, NULL);
	add("c", '3', NULL, NULL);
	add("?", 'Z', NULL, "passed over");
	add("", '0', NULL, NULL);
	made_len -= TAR_BLOCK;
	add_end();
	ok(reads("f a 5:hello;d d/ 0:;l la 0:;h ha 0:;p p 0:;b c 0:;o ? 0:;"),
	    "each type, in pieces of any size");

	begin();
	b = block("name", '0', "00000000000");
	memcpy(b.prefix, "some/where", 10);
	add_block(b);
	memcpy(b.magic, "ustar ", 6);
	add_block(b);
	b = block("old/", '\0', "00000000000");
	memset(b.magic, 0, 8);
	add_block(b);
	add_end();
	ok(reads("f some/where/name 0:;f name 0:;d old/ 0:;"),
	    "a prefix is POSIX's alone, a slash makes a directory");

	begin();
	add("././@LongLink", 'L', NULL, "a long name");
	add("././@LongLink", 'K', NULL, "a long link");
	add("short", '2', "short", NULL);
	add("next", '2', "next", NULL);
	add_end();
	ok(reads("l a long namea long link 0:;l nextnext 0:;"),
	    "GNU's long names, each for one member");

	begin();
	add("x", 'x', NULL, "12 path=new\n15 linkpath=to\n");
	add("old", '2', "from", NULL);
	add("g", 'g', NULL, "13 path=all!\n");
	add("x", 'x', NULL, "10 size=3\n");
	add_block(block("sized", '0', "00000000000"));
	add_bytes("abc");
	add_end();
	ok(reads("l newto 0:;f sized 3:abc;"), "extended headers");

	begin();
	b = block("big", '0', "");
	memcpy(b.size, "\x80\0\0\0\0\0\0\0\0\0\0\3", 12);
	memcpy(b.mtime, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12);
	add_block(b);
	add_bytes("abc");
	add_block(block("hard", '5', "00000000777"));
	add_end();
	ok(reads("f big 3:abc;d hard 0:;"),
	    "binary numbers; a directory has no bytes");

	begin();
	add("stop", '0', NULL, "x");
	add_end();
	ok(read_by(512) == -1 && why == NULL, "a call can stop it");
}

static void
spoiled(const char *what, const char *reason, size_t at, const void *bytes,
    size_t len)
{
	struct tar_block	b = block("a", '0', "00000000005");

	begin();
	memcpy((char *)&b + at, bytes, len);
	add_block(b);
	add_bytes("hello");
	add_end();
	ok(refused(reason), "%s", what);
}

#define FIELD(f)	offsetof(struct tar_block, f)

static void
bad_headers(void)
{
	begin();
	ok(refused("empty"), "nothing at all");
	memset(made, 'x', 3 * TAR_BLOCK);
	made_len = 3 * TAR_BLOCK;
	ok(refused("checksum"), "no archive");
	begin();
	add("a", '0', NULL, "hello");
	made[0] ^= 1;
	ok(refused("checksum"), "one bit");
	begin();
	add("a", '0', NULL, "hello");
	ok(refused("middle"), "no end");
	made_len = TAR_BLOCK + 3;
	ok(refused("middle"), "cut in a file");
	made_len = 100;
	ok(refused("middle"), "cut in a header");
	spoiled("a negative size", "size", FIELD(size),
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12);
	spoiled("a size of 2^63", "size", FIELD(size),
	    "\x80\0\0\0\x80\0\0\0\0\0\0\0", 12);
	spoiled("a size of 2^90", "size", FIELD(size),
	    "\x80\4\0\0\0\0\0\0\0\0\0\0", 12);
	spoiled("a size with a sign", "size", FIELD(size), "-0000000005", 11);
	spoiled("a size with a digit too high", "size", FIELD(size),
	    "00000000009", 11);
	spoiled("a mode that is none", "number", FIELD(mode), "rwxrwxr", 7);
	spoiled("no name", "without a name", FIELD(name), "", 1);
	spoiled("a link to nothing", "link to nothing", FIELD(type), "2", 1);
	spoiled("a hard link to nothing", "link to nothing", FIELD(type),
	    "1", 1);
	spoiled("a sparse file", "sparse", FIELD(type), "S", 1);
	spoiled("a volume's part", "volumes", FIELD(type), "M", 1);
}

static void
bad_pax(const char *what, const char *reason, const char *text)
{
	begin();
	add("x", 'x', NULL, text);
	add("a", '0', NULL, NULL);
	add_end();
	ok(refused(reason), "extended: %s", what);
}

static void
bad_extended(void)
{
	struct tar_block	b = block("x", 'L', "00004000001");

	begin();
	add_block(b);
	ok(refused("too long"), "a long name one past 1 MB");
	bad_pax("no length", "length", "path=a\n");
	bad_pax("a length past the end", "length", "99 path=a\n");
	bad_pax("a length too short", "length", "3 path=a\n");
	bad_pax("a length of zero", "length", "0 path=a\n");
	bad_pax("a length of 2^64", "length",
	    "18446744073709551616 path=a\n");
	bad_pax("no line's end", "length", "9 path=ab");
	bad_pax("no key", "key", "7 =ab1\n");
	bad_pax("no equals sign", "key", "9 pathab\n");
	bad_pax("a size below zero", "size", "11 size=-1\n");
	bad_pax("a size of 2^63", "size", "28 size=9223372036854775808\n");
	bad_pax("a time of words", "time", "14 mtime=noon\n");
	bad_pax("a sparse file", "sparse", "22 GNU.sparse.major=1\n");
}

/* Into a directory of the test's own. */
static char	dir[] = "/tmp/tar_test.XXXXXX";
static char	inner[64];
static char	reason[256];
static struct tar_counts	counts;

static int
extract(void)
{
	struct tar_extract	*x;
	int			 fd, rv;

	fd = open(inner, O_PATH | O_DIRECTORY | O_CLOEXEC);
	x = tar_extract_new(fd);
	rv = tar_extract(x, made, made_len);
	if (rv == 0)
		rv = tar_extract_end(x);
	if (rv == 0)
		tar_extract_directories(x, fd);
	counts = *tar_extract_counts(x);
	snprintf(reason, sizeof(reason), "%s: %s",
	    rv == 0 ? "" : problem_code(tar_extract_problem(x)),
	    tar_extract_why(x));
	tar_extract_free(x);
	close(fd);
	return rv;
}

static int
run(const char *command)
{
	char	whole[1024];

	snprintf(whole, sizeof(whole), "cd %s && { %s; } > /dev/null 2>&1", dir,
	    command);
	return system(whole) == 0;
}

static int
extract_refused(const char *text)
{
	add_end();
	if (extract() == -1 && strstr(reason, text) != NULL)
		return 1;
	printf("# %s\n", reason);
	return 0;
}

static void
way_out(const char *what, const char *name, char type, const char *link,
    const char *text)
{
	begin();
	add(name, type, link, type == '0' ? "evil" : NULL);
	ok(extract_refused(text) && run("test \"$(cat secret)\" = secret && "
	    "test \"$(ls -A | tr '\\n' ' ')\" = 'in secret '"),
	    "refused: %s", what);
}

static void
ways_out(void)
{
	ok(run("mkdir in && echo secret > secret"), "a directory");
	way_out("above", "../secret", '0', NULL, "leads out");
	way_out("above, later", "a/../../secret", '0', NULL, "leads out");
	way_out("a directory above", "..", '5', NULL, "leads out");
	way_out("absolute", "/etc/deskd_tar_test", '0', NULL, "leads out");
	way_out("a hard link above", "h", '1', "../secret", "leads out");
	way_out("an absolute hard link", "h", '1', "/etc/passwd",
	    "leads out");
	way_out("a hard link to nothing there", "h", '1', "none",
	    "not_found");
	way_out("a file without a name", ".", '0', NULL, "no name");

	begin();
	add("l", '2', "..", NULL);
	add("l/secret", '0', NULL, "evil");
	ok(extract_refused("bad_path") && run("grep -q secret secret"),
	    "refused: through a link of the archive's");
	begin();
	add("l", '2', "..", NULL);
	add("l/new", '5', NULL, NULL);
	ok(extract_refused("bad_path") && run("! test -e new"),
	    "refused: a directory through it");
	begin();
	add("l", '2', "..", NULL);
	add("h", '1', "l/secret", NULL);
	ok(extract_refused("bad_path"), "refused: a hard link through it");
	begin();
	add("l", '2', "../secret", NULL);
	add("h", '1', "l", NULL);
	ok(extract_refused("bad_path"), "refused: a hard link to it");
	begin();
	add("d", '5', NULL, NULL);
	add("d", '2', "..", NULL);
	ok(extract_refused("is_a_directory"),
	    "refused: a link in place of a directory");
	begin();
	add("l", '2', "..", NULL);
	add("l", '5', NULL, NULL);
	ok(extract_refused("not_a_directory"),
	    "refused: a directory in place of a link");
	begin();
	add("m", '2', "../secret", NULL);
	add("m", '0', NULL, "mine");
	add_end();
	ok(extract() == 0 && run("grep -q secret secret && "
	    "test \"$(cat in/m)\" = mine && ! test -L in/m"),
	    "a file takes a link's place, not what it leads to");
	begin();
	add("n", '0', NULL, "one");
	add("h", '1', "n", NULL);
	add("n", '0', NULL, "two");
	add("h", '1', "h", NULL);
	add_end();
	ok(extract() == 0 && run("test \"$(cat in/h)\" = one && "
	    "test \"$(cat in/n)\" = two && ! ls -A in | grep '^.deskd'"),
	    "a file does not change under another name");
}

static void
what_is_made(void)
{
	struct tar_block	b = block("suid", '0', "00000000000");

	begin();
	memcpy(b.mode, "0006755", 8);
	add_block(b);
	add("dev", '3', NULL, NULL);
	add("blk", '4', NULL, NULL);
	add("fifo", '6', NULL, NULL);
	add("odd", 'Z', NULL, "bytes");
	add("x/y/z/deep", '0', NULL, "deep");
	add("./x//y/./w", '0', NULL, "w");
	b = block("ro", '5', "00000000000");
	memcpy(b.mode, "0000555", 8);
	add_block(b);
	add("ro/file", '0', NULL, "in it");
	add_end();
	ok(extract() == 0 && counts.skipped == 4 && counts.files == 4 &&
	    counts.directories == 1 && counts.bytes == 10,
	    "devices, FIFOs and the unknown are skipped and counted");
	ok(run("test \"$(stat -c %a in/suid)\" = 755"), "set-id bits are not");
	ok(run("test \"$(cat in/x/y/z/deep)\" = deep && "
	    "test \"$(cat in/x/y/w)\" = w"), "what is missing on the way is");
	ok(run("test \"$(cat in/ro/file)\" = 'in it' && "
	    "test \"$(stat -c '%a %Y' in/ro)\" = '555 100'"),
	    "a directory has its mode and time at last");
	ok(run("! test -e in/dev && ! test -e in/fifo && ! test -e in/odd && "
	    "! ls -A in | grep '^.deskd'"), "nothing else is there");
	begin();
	add("cut", '0', NULL, "whole");
	made_len -= TAR_BLOCK;
	ok(extract() == -1 && strstr(reason, "bad_archive") != NULL &&
	    run("! test -e in/cut && ! ls -A in | grep '^.deskd'"),
	    "a file that is cut short is not");
}

static void
load(const char *name)
{
	char	path[128];
	ssize_t	n;
	int	fd;

	made_len = 0;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return;
	while ((n = read(fd, made + made_len, sizeof(made) - made_len)) > 0)
		made_len += (size_t)n;
	close(fd);
}

/* What GNU tar writes, in each format it has. */
static void
of_others(void)
{
	static const char *const	formats[] = { "v7", "oldgnu", "gnu",
					    "ustar", "pax" };
	char				command[512];
	size_t				i;

	ok(run("mkdir -p t/sub/$(printf 'n%.0s' $(seq 60)) && echo a > t/a && "
	    "ln -s a t/l && ln t/a t/h && printf 'b%.0s' $(seq 70000) > t/b && "
	    "touch -d @1000000000.5 t/b && : > t/empty && chmod 600 t/b"),
	    "a tree");
	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		snprintf(command, sizeof(command), "chmod -R u+w in; "
		    "rm -rf in; mkdir in; tar --format=%s -cf t.tar t",
		    formats[i]);
		if (!run(command))
			ok(0, "tar writes %s", formats[i]);
		load("t.tar");
		ok(extract() == 0 && run("diff -r --no-dereference t in/t && "
		    "test in/t/a -ef in/t/h && test \"$(stat -c '%a %Y' "
		    "in/t/b)\" = '600 1000000000'"), "tar's %s", formats[i]);
	}
	ok(run("n=$(printf 'x%.0s' $(seq 200)); rm -rf t in; mkdir -p in "
	    "t/$n/$n; echo deep > t/$n/$n/$n; ln -s $n/$n/$n t/l; "
	    "tar --format=gnu -cf t.tar t; tar --format=pax -cf u.tar t"),
	    "long names");
	load("t.tar");
	ok(extract() == 0 && run("diff -r --no-dereference t in/t"),
	    "tar's long names");
	ok(run("rm -rf in; mkdir in"), "again");
	load("u.tar");
	ok(extract() == 0 && run("diff -r --no-dereference t in/t"),
	    "long names in extended headers");
	ok(run("rm -rf in; mkdir in; truncate -s 1M sparse; "
	    "tar -S -cf t.tar sparse"), "a sparse file");
	load("t.tar");
	ok(extract() == -1 && strstr(reason, "sparse") != NULL, "is refused");
}

static int
to_made(void *arg, const void *bytes, size_t len)
{
	(void)arg;
	put(bytes, len);
	return 0;
}

static void
written(struct tar_header h, const char *bytes)
{
	h.size = bytes == NULL ? h.size : strlen(bytes);
	tar_write_header(&h, to_made, NULL);
	if (bytes != NULL) {
		put(bytes, strlen(bytes));
		tar_write_pad(h.size, to_made, NULL);
	}
}

static int
save(const char *name)
{
	char	path[128];
	int	fd, good;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	good = fd != -1 && write(fd, made, made_len) == (ssize_t)made_len;
	if (fd != -1)
		close(fd);
	return good;
}

/* What we write, read by GNU tar and by ourselves. */
static void
of_ours(void)
{
	char	name[600], want[2000];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	name[200] = name[400] = '/';
	begin();
	written((struct tar_header){ .type = TAR_FILE, .path = name,
	    .mode = 0640, .mtime = 1000000000, .mtime_nsec = 500000000 },
	    "long");
	written((struct tar_header){ .type = TAR_SYMLINK, .path = "l",
	    .link = name, .mtime = -5 }, NULL);
	written((struct tar_header){ .type = TAR_DIRECTORY, .path = "d/",
	    .mode = 0755, .uid = 4000000000, .mtime = 99 }, NULL);
	tar_write_end(to_made, NULL);
	snprintf(want, sizeof(want), "f %s 4:long;l l%s 0:;d d/ 0:;", name,
	    name);
	ok(reads(want), "what is written is read");
	ok(save("w.tar") && run("rm -rf in; mkdir in; tar -C in -xf w.tar "
	    "--no-same-owner && test \"$(cat in/n*/n*/n*)\" = long && "
	    "test \"$(readlink in/l)\" = \"$(cd in && echo n*/n*/n*)\" && "
	    "test \"$(stat -c '%a %.1Y' in/n*/n*/n*)\" = "
	    "'640 1000000000.5' && test \"$(stat -c %Y in/l in/d | "
	    "tr '\\n' ' ')\" = '-5 99 '"), "and by tar");
	ok(run("tar --numeric-owner -tvf w.tar d | grep -q 4000000000/0"),
	    "a large uid too");
	begin();
	written((struct tar_header){ .type = TAR_FILE, .path = "huge",
	    .size = 1ULL << 40 }, NULL);
	ok(save("w.tar") && run("tar -tvf w.tar 2> /dev/null | "
	    "grep -q 1099511627776"), "and a size of a terabyte");
}

int
main(void)
{
	umask(022);
	good_ones();
	bad_headers();
	bad_extended();
	if (mkdtemp(dir) == NULL)
		skip_all("no directory");
	snprintf(inner, sizeof(inner), "%s/in", dir);
	ways_out();
	what_is_made();
	of_others();
	of_ours();
	ok(run("chmod -R u+w . && cd / && rm -rf \"$OLDPWD\""), "cleaned up");
	return done();
}
