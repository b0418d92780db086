/* Fields of a JSON object: read by a table, refused by their pointer. */
#include <string.h>

#include <json-c/json.h>

#include "field.h"
#include "test.h"

struct thing {
	int			number;
	int			flag;
	int			word;
	struct field_text	text;
};

static const char *const	words[] = { "stop", "go", NULL };

static const struct field	thing_fields[] = {
	{ "number", field_int, offsetof(struct thing, number), 1, -5, 10,
	    NULL },
	{ "flag", field_bool, offsetof(struct thing, flag), 0, 0, 0, NULL },
	{ "word", field_word, offsetof(struct thing, word), 0, 0, 0, words },
	{ "text", field_text, offsetof(struct thing, text), 0, 1, 3, NULL }
};
static const struct field_table	things = { thing_fields, 4 };

static const struct field	other_fields[] = {
	{ "other", field_int, 0, 0, 0, 1, NULL }
};
static const struct field_table	others = { other_fields, 1 };

static struct json_object *
parse(const char *text)
{
	struct json_object	*o = json_tokener_parse(text);

	if (o == NULL && strcmp(text, "null") != 0) {
		printf("Bail out! %s\n", text);
		exit(1);
	}
	return o;
}

static const struct {
	const char	*json;
	enum problem	 problem;
	const char	*pointer;
} cases[] = {
	{ "{\"number\":-5}", PROBLEM_NONE, "" },
	{ "{\"number\":10}", PROBLEM_NONE, "" },
	{ "{\"number\":-6}", PROBLEM_INVALID_FIELD, "/number" },
	{ "{\"number\":11}", PROBLEM_INVALID_FIELD, "/number" },
	{ "{\"number\":99999999999999999999}", PROBLEM_INVALID_FIELD,
	    "/number" },
	{ "{\"number\":4294967297}", PROBLEM_INVALID_FIELD, "/number" },
	{ "{\"number\":1.0}", PROBLEM_INVALID_FIELD, "/number" },
	{ "{\"number\":\"1\"}", PROBLEM_INVALID_FIELD, "/number" },
	{ "{\"number\":true}", PROBLEM_INVALID_FIELD, "/number" },
	{ "{\"number\":null}", PROBLEM_INVALID_FIELD, "/number" },
	{ "{}", PROBLEM_MISSING_FIELD, "/number" },
	{ "[]", PROBLEM_INVALID_FIELD, "" },
	{ "null", PROBLEM_INVALID_FIELD, "" },
	{ "{\"number\":1,\"flag\":true}", PROBLEM_NONE, "" },
	{ "{\"number\":1,\"flag\":1}", PROBLEM_INVALID_FIELD, "/flag" },
	{ "{\"number\":1,\"word\":\"go\"}", PROBLEM_NONE, "" },
	{ "{\"number\":1,\"word\":\"gone\"}", PROBLEM_INVALID_FIELD, "/word" },
	{ "{\"number\":1,\"word\":1}", PROBLEM_INVALID_FIELD, "/word" },
	{ "{\"number\":1,\"word\":null}", PROBLEM_INVALID_FIELD, "/word" },
	{ "{\"number\":1,\"text\":\"\"}", PROBLEM_INVALID_FIELD, "/text" },
	{ "{\"number\":1,\"text\":\"\xc3\xa4\xc3\xa4\xc3\xa4\"}", PROBLEM_NONE,
	    "" },
	{ "{\"number\":1,\"text\":\"four\"}", PROBLEM_INVALID_FIELD, "/text" },
	{ "{\"number\":1,\"text\":\"a\\u0000\"}", PROBLEM_INVALID_FIELD,
	    "/text" },
	{ "{\"number\":1,\"text\":\"\xff\"}", PROBLEM_INVALID_FIELD, "/text" },
	{ "{\"number\":1,\"text\":[]}", PROBLEM_INVALID_FIELD, "/text" },
	{ "{\"number\":1,\"other\":1}", PROBLEM_NONE, "" },
	{ "{\"number\":1,\"Number\":1}", PROBLEM_UNKNOWN_FIELD, "/Number" },
	{ "{\"number\":1,\"\":1}", PROBLEM_UNKNOWN_FIELD, "/" },
	{ "{\"number\":1,\"a/b~c\":1}", PROBLEM_UNKNOWN_FIELD, "/a~1b~0c" },
	{ "{\"x\":1}", PROBLEM_UNKNOWN_FIELD, "/x" }
};

static void
table(void)
{
	struct field_error	 err;
	struct field_at		 root;
	struct json_object	*o;
	struct thing		 thing;
	size_t			 i;
	int			 ret;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&err, 0, sizeof(err));
		memset(&thing, 0, sizeof(thing));
		root = field_root(&err, NULL);
		o = parse(cases[i].json);
		ret = fields_read(o, &things, &others, &root, &thing);
		ok(ret == (cases[i].problem == PROBLEM_NONE ? 0 : -1) &&
		    err.problem == cases[i].problem &&
		    strcmp(err.pointer, cases[i].pointer) == 0 &&
		    (ret == 0 || err.detail[0] != '\0'),
		    "case %zu: %s at \"%s\"", i, problem_code(err.problem),
		    err.pointer);
		json_object_put(o);
	}
}

static void
values(void)
{
	struct field_error	 err = { .problem = PROBLEM_NONE };
	struct field_at		 root = field_root(&err, NULL);
	struct json_object	*o;
	struct thing		 thing;

	o = parse("{\"number\":7,\"flag\":true,\"word\":\"go\","
	    "\"text\":\"\xe4\xb8\xad\"}");
	memset(&thing, 0, sizeof(thing));
	ok(fields_read(o, &things, NULL, &root, &thing) == 0 &&
	    thing.number == 7 && thing.flag == 1 && thing.word == 1 &&
	    thing.text.len == 3 && thing.text.chars == 1 &&
	    memcmp(thing.text.text, "\xe4\xb8\xad", 3) == 0,
	    "every value is where it belongs");
	json_object_put(o);
}

static void
pointers(void)
{
	struct field_error	err;
	struct field_at		root = field_root(&err, NULL), list, item, leaf;
	char			name[1000];
	size_t			n;

	list = field_member(&root, "actions");
	item = field_element(&list, 3);
	leaf = field_member(&item, "x");
	field_fail(&leaf, PROBLEM_INVALID_FIELD, "%s", "why");
	ok(strcmp(err.pointer, "/actions/3/x") == 0, "a nested place");

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	leaf = field_member(&item, name);
	field_fail(&leaf, PROBLEM_UNKNOWN_FIELD, "%s", name);
	ok(strlen(err.pointer) == sizeof(err.pointer) - 1 &&
	    strlen(err.detail) == sizeof(err.detail) - 1, "a long name is cut");

	for (n = 0; n + 3 < sizeof(name); n += 3)
		memcpy(name + n, "\xe4\xb8\xad", 3);
	name[n] = '\0';
	field_fail(&leaf, PROBLEM_UNKNOWN_FIELD, "x%s", name);
	ok(field_utf8_length(err.pointer, strlen(err.pointer)) > 0 &&
	    field_utf8_length(err.detail, strlen(err.detail)) > 0,
	    "cuts fall between characters");

	leaf = field_member(&item, "\xff\xfe/\xe4\xb8");
	field_fail(&leaf, PROBLEM_UNKNOWN_FIELD, "why");
	ok(field_utf8_length(err.pointer, strlen(err.pointer)) > 0,
	    "a name that is no UTF-8 makes a pointer that is: %s",
	    err.pointer);
}

static const struct {
	const char	*text;
	int64_t		 length;
} texts[] = {
	{ "", 0 },
	{ "abc", 3 },
	{ "\xc3\xa4", 1 },
	{ "\xf0\x9f\x98\x80", 1 },
	{ "\xf4\x8f\xbf\xbf", 1 },
	{ "\xf4\x90\x80\x80", -1 },
	{ "\xc0\x80", -1 },
	{ "\xe0\x80\x80", -1 },
	{ "\xf0\x80\x80\x80", -1 },
	{ "\xed\xa0\x80", -1 },
	{ "\xe4\xb8", -1 },
	{ "\x80", -1 },
	{ "\xfe", -1 },
	{ "a\xc3", -1 },
	{ "\xc3(", -1 }
};

static void
utf8(void)
{
	size_t	i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ok(field_utf8_length(texts[i].text, strlen(texts[i].text)) ==
		    texts[i].length, "UTF-8 case %zu", i);
}

int
main(void)
{
	table();
	values();
	pointers();
	utf8();
	return done();
}
