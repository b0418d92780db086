/* Strict JSON, and typed reading of it with pointers to what is wrong. */
#include <stdarg.h>
#include <string.h>

#include <json.h>

#include "field.h"
#include "http.h"
#include "json_read.h"
#include "test.h"

/* fields_reply is the HTTP side's; nothing here answers anyone. */
void
reply_problem(struct request *r, enum problem problem, const char *pointer,
    const char *fmt, ...)
{
	(void)r;
	(void)problem;
	(void)pointer;
	(void)fmt;
}

static void
good(const char *text)
{
	struct json_error error = { 0, "" };
	struct json_object *o;

	o = json_read(text, strlen(text), &error);
	ok(o != NULL, "taken: %.*s %s", (int)strcspn(text, "\r\n"), text,
	    error.what);
	json_object_put(o);
}

static void
bad_bytes(const char *text, size_t len, size_t at, const char *what)
{
	struct json_error error = { 0, "" };
	struct json_object *o;

	o = json_read(text, len, &error);
	if (!ok(o == NULL && error.at == at &&
	    strstr(error.what, what) != NULL, "refused: byte %zu %s", at,
	    what))
		printf("# %s: byte %zu %s\n", o == NULL ? "refused" : "taken",
		    error.at, error.what);
	json_object_put(o);
}

static void
bad(const char *text, size_t at, const char *what)
{
	bad_bytes(text, strlen(text), at, what);
}

static void
nest(char *text, int depth)
{
	int i;

	for (i = 0; i < depth; i++)
		text[i] = '[';
	for (; i < depth * 2; i++)
		text[i] = ']';
	text[i] = '\0';
}

static void
test_json(void)
{
	char text[4 * JSON_DEPTH_MAX];

	good("{}");
	good(" [ ] \r\n\t");
	good("{\"a\":{\"a\":1},\"b\":[{\"a\":2},{\"a\":3}]}");
	good("[-0, 0.5, 1e5, 1E+5, -1.25e-3, 12345678901234567890]");
	good("\"\\ud83d\\ude00 \xf0\x9f\x98\x80 \\u0000 \\/\"");
	good("[true,false,null]");
	good("12");
	nest(text, JSON_DEPTH_MAX);
	good(text);
	nest(text, JSON_DEPTH_MAX + 1);
	bad(text, JSON_DEPTH_MAX, "nested too deep");
	bad("", 0, "unexpected end");
	bad("{", 1, "a name");
	bad("{\"a\"}", 4, "a colon");
	bad("{\"a\":}", 5, "a value");
	bad("{\"a\":1,}", 7, "a name");
	bad("[1,]", 3, "a value");
	bad("[1 2]", 3, "a comma or ]");
	bad("{} x", 3, "more after");
	bad("{}{}", 2, "more after");
	bad("01", 1, "more after");
	bad("[+1]", 1, "a value");
	bad("[1.]", 3, "a digit");
	bad("[.5]", 1, "a value");
	bad("[1e]", 3, "a digit");
	bad("[NaN]", 1, "a value");
	bad("[Infinity]", 1, "a value");
	bad("[tru]", 1, "a value");
	bad("['a']", 1, "a value");
	bad("{a:1}", 1, "a name");
	bad("[1] // c", 4, "more after");
	bad("/**/[1]", 0, "a value");
	bad("\"a", 2, "unfinished");
	bad("\"a\nb\"", 2, "control character");
	bad("\"\\x\"", 2, "unknown escape");
	bad("\"\\u12g4\"", 5, "hexadecimal");
	bad("\"\\ud800\"", 7, "surrogate");
	bad("\"\\ud800\\n\"", 8, "surrogate");
	bad("\"\\ud800\\u0041\"", 13, "surrogate");
	bad("\"\\udc00\"", 7, "surrogate");
	bad("\"\xff\"", 1, "UTF-8");
	bad("\"\xc0\xaf\"", 1, "UTF-8");
	bad("\"\xed\xa0\x80\"", 1, "UTF-8");
	bad("\"\xf4\x90\x80\x80\"", 1, "UTF-8");
	bad("\"\xe2\x82\"", 1, "UTF-8");
	bad("{\"\\u0000\":1}", 8, "NUL in a name");
	bad("{\"a\":1,\"a\":2}", 7, "twice");
	bad("{\"a\":1,\"\\u0061\":2}", 7, "twice");
	bad("[{\"b\":{\"a\":1}},{\"a\":[{\"c\":1,\"c\":1}]}]", 28, "twice");
	bad_bytes("[1]\0", 4, 3, "more after");
	bad_bytes("\"a\0b\"", 5, 2, "control character");
}

/* "[x,x,...]": at the limit of the array itself and its items, and past. */
static void
test_many(const char *item, size_t most, const char *what)
{
	struct json_error error = { 0, "" };
	size_t i, len = strlen(item), n = most;
	struct json_object *o;
	char *text;

	text = malloc((len + 1) * (n + 1) + 2);
	for (i = 0; i < n; i++) {
		text[i * (len + 1)] = ',';
		memcpy(text + i * (len + 1) + 1, item, len);
	}
	text[0] = '[';
	text[n * (len + 1)] = ']';
	o = json_read(text, n * (len + 1) + 1, &error);
	ok(o == NULL && strstr(error.what, what) != NULL, "%s", what);
	text[(n - 1) * (len + 1)] = ']';
	o = json_read(text, (n - 1) * (len + 1) + 1, &error);
	ok(o != NULL, "one less than %s", what);
	json_object_put(o);
	free(text);
}

static struct json_object	*doc;

static void
begin(struct fields *f, const char *text)
{
	struct json_error error;

	json_object_put(doc);
	doc = json_read(text, strlen(text), &error);
	fields_begin(f, doc);
}

static void
expect(struct fields *f, enum problem problem, const char *where,
    const char *detail)
{
	fields_end(f);
	if (!ok(f->problem == problem && strcmp(f->where, where) == 0 &&
	    strstr(f->detail, detail) != NULL, "%s %s %s",
	    problem_code(problem), where, detail))
		printf("# got %s %s %s\n", problem_code(f->problem), f->where,
		    f->detail);
}

static void
test_values(void)
{
	static const char *const colours[] = { "red", "blue", NULL };
	struct fields f, d;
	size_t len;

	begin(&f, "{\"s\":\"abc\",\"i\":-5,\"n\":1.5,\"b\":true,\"c\":\"blue\","
	    "\"o\":{\"x\":7},\"z\":null,\"t\":[\"a\",\"b\"],\"m\":{\"k\":\"v\"}}");
	ok(strcmp(field_string(&f, "s", 3, 3, "x"), "abc") == 0, "string");
	ok(field_int(&f, "i", -5, 5, 0) == -5, "int");
	ok(field_number(&f, "n", 1.5, 2, 0) == 1.5, "number");
	ok(field_bool(&f, "b", 0) == 1, "bool");
	ok(field_choice(&f, "c", colours, 0) == 1, "choice");
	ok(field_object(&f, "o", &d) && field_int(&d, "x", 0, 7, 1) == 7 &&
	    fields_end(&d) == 0, "object");
	ok(field_kind(&f, "z") == FIELD_NULL && !field_object(&f, "z", &d),
	    "null");
	ok(json_object_array_length(field_texts(&f, "t", 2, 1)) == 2,
	    "texts");
	ok(field_map(&f, "m", 1, 1, 1) != NULL, "map");
	ok(field_int(&f, "none", 0, 9, 4) == 4 &&
	    field_kind(&f, "none") == FIELD_ABSENT, "default");
	ok(fields_end(&f) == 0, "nothing wrong");
	begin(&f, "{\"s\":\"a\\u0000b\"}");
	ok(field_bytes(&f, "s", 3, &len) != NULL && len == 3, "bytes");
	fields_begin(&f, NULL);
	ok(field_string(&f, "s", 0, 9, NULL) == NULL && fields_end(&f) == 0,
	    "no body reads as {}");
}

/* Names and texts: one wrong of each kind. */
static void
test_wrong(void)
{
	struct fields f, d;

	begin(&f, "{\"x\":1}");
	expect(&f, PROBLEM_UNKNOWN_FIELD, "/x", "no such field");
	begin(&f, "{\"a/b~c\":1}");
	expect(&f, PROBLEM_UNKNOWN_FIELD, "/a~1b~0c", "");
	begin(&f, "{\"o\":{\"x\":1}}");
	field_object(&f, "o", &d);
	fields_end(&d);
	expect(&f, PROBLEM_UNKNOWN_FIELD, "/o/x", "");
	begin(&f, "{}");
	field_require(&f, "a");
	expect(&f, PROBLEM_MISSING_FIELD, "/a", "required");
	begin(&f, "{\"a\":1}");
	field_string(&f, "a", 0, 9, NULL);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "must be a string");
	begin(&f, "{\"a\":null}");
	field_string(&f, "a", 0, 9, NULL);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "must be a string");
	begin(&f, "{\"a\":\"12345\"}");
	field_string(&f, "a", 0, 4, NULL);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "0 to 4 bytes, has 5");
	begin(&f, "{\"a\":\"\"}");
	field_string(&f, "a", 1, 4, NULL);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "has 0");
	begin(&f, "{\"a\":\"x\\u0000\"}");
	field_string(&f, "a", 0, 4, NULL);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "NUL");
}

/* Numbers, choices, lists: one wrong of each kind. */
static void
test_wrong_values(void)
{
	static const char *const colours[] = { "red", "blue", NULL };
	struct fields f, d;

	begin(&f, "{\"a\":11}");
	field_int(&f, "a", 0, 10, 0);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "from 0 to 10");
	begin(&f, "{\"a\":1.0}");
	field_int(&f, "a", 0, 10, 0);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "an integer");
	begin(&f, "{\"a\":9223372036854775808}");
	field_int(&f, "a", 0, INT64_MAX, 0);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "from 0");
	begin(&f, "{\"a\":99999999999999999999999999}");
	field_int(&f, "a", 0, INT64_MAX, 0);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "");
	begin(&f, "{\"a\":1e999}");
	field_number(&f, "a", 0, 1e300, 0);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "from 0 to 1e+300");
	begin(&f, "{\"a\":\"1\"}");
	field_number(&f, "a", 0, 2, 0);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "a number");
	begin(&f, "{\"a\":1}");
	field_bool(&f, "a", 0);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "true or false");
	begin(&f, "{\"a\":\"pink\"}");
	field_choice(&f, "a", colours, 0);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "must be red, blue");
	begin(&f, "{\"a\":[]}");
	field_object(&f, "a", &d);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "an object");
	begin(&f, "{\"a\":[\"x\",\"y\",3]}");
	field_texts(&f, "a", 3, 1);
	expect(&f, PROBLEM_INVALID_FIELD, "/a/2", "a string");
	begin(&f, "{\"a\":[\"x\",\"y\",\"z\"]}");
	field_texts(&f, "a", 2, 1);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "at most 2 entries");
	begin(&f, "{\"a\":{\"k\":\"vv\"}}");
	field_map(&f, "a", 1, 1, 1);
	expect(&f, PROBLEM_INVALID_FIELD, "/a/k", "bytes");
	begin(&f, "{\"a\":{\"kk\":\"v\"}}");
	field_map(&f, "a", 1, 1, 1);
	expect(&f, PROBLEM_INVALID_FIELD, "/a", "names");
	begin(&f, "{\"a\":1,\"b\":1}");
	field_bool(&f, "b", 0);
	field_bool(&f, "a", 0);
	expect(&f, PROBLEM_INVALID_FIELD, "/b", "");
}

/* A name of any length gives a pointer that fits. */
static void
test_long_pointer(void)
{
	char text[1024];
	struct fields f;

	memset(text, 'n', sizeof(text));
	memcpy(text, "{\"", 2);
	memcpy(text + sizeof(text) - 5, "\":1}", 5);
	begin(&f, text);
	expect(&f, PROBLEM_UNKNOWN_FIELD, "", "no such field");
}

int
main(void)
{
	test_json();
	test_many("{}", JSON_NESTS_MAX, "too many objects and arrays");
	test_many("1", JSON_VALUES_MAX, "too many values");
	test_values();
	test_wrong();
	test_wrong_values();
	test_long_pointer();
	json_object_put(doc);
	return done();
}
