/*
 * Every action: what it takes, and each kind of what it does not take, with
 * the place that is named; the limit and one past it.  Screen: 1280x800.
 */
#include <string.h>

#include <json-c/json.h>

#include "batch_read.h"
#include "sizes.h"
#include "test.h"
#include "xmalloc.h"

#define P31	"[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0]," \
		"[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0]," \
		"[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0]," \
		"[0,0]"
#define P255	P31 "," P31 "," P31 "," P31 "," P31 "," P31 "," P31 "," P31 \
		",[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0]"

#define GOOD	PROBLEM_NONE
#define BAD	PROBLEM_INVALID_FIELD
#define LACKS	PROBLEM_MISSING_FIELD
#define ODD	PROBLEM_UNKNOWN_FIELD
#define NOKEY	PROBLEM_UNKNOWN_KEY

/* Without braces and quotes: 'type':'wait' becomes {"type":"wait"}. */
static const struct {
	const char	*json;
	enum problem	 problem;
	const char	*pointer;
} cases[] = {
	/* what is no action */
	{ "", LACKS, "/type" },
	{ "'type':1", BAD, "/type" },
	{ "'type':null", BAD, "/type" },
	{ "'type':'fly'", BAD, "/type" },
	{ "'type':'Wait','duration_ms':1", BAD, "/type" },
	{ "'x':1", LACKS, "/type" },

	{ "'type':'window_focus','window':'win_1a'", GOOD, "" },
	{ "'type':'window_focus'", LACKS, "/window" },
	{ "'type':'window_focus','window':26", BAD, "/window" },
	{ "'type':'window_focus','window':'1a'", BAD, "/window" },
	{ "'type':'window_focus','window':'win_'", BAD, "/window" },
	{ "'type':'window_focus','window':'win_0'", BAD, "/window" },
	{ "'type':'window_focus','window':'win_01a'", BAD, "/window" },
	{ "'type':'window_focus','window':'win_1A'", BAD, "/window" },
	{ "'type':'window_focus','window':'win_ffffffff'", GOOD, "" },
	{ "'type':'window_focus','window':'win_100000000'", BAD, "/window" },
	{ "'type':'window_focus','window':'win_-1'", BAD, "/window" },
	{ "'type':'window_focus','window':'win_1a','x':1", ODD, "/x" },
	{ "'type':'window_move','window':'win_1','x':-16383,'y':16383", GOOD,
	    "" },
	{ "'type':'window_move','window':'win_1','x':-1,'y':-1", GOOD, "" },
	{ "'type':'window_move','window':'win_1','x':-16384,'y':0", BAD,
	    "/x" },
	{ "'type':'window_move','window':'win_1','x':0,'y':16384", BAD,
	    "/y" },
	{ "'type':'window_move','window':'win_1','x':0", LACKS, "/y" },
	{ "'type':'window_resize','window':'win_1','width':1,'height':16383",
	    GOOD, "" },
	{ "'type':'window_resize','window':'win_1','width':0,'height':1", BAD,
	    "/width" },
	{ "'type':'window_resize','window':'win_1','width':1,'height':16384",
	    BAD, "/height" },
	{ "'type':'window_resize','window':'win_1','width':1", LACKS,
	    "/height" },
	{ "'type':'window_maximize','window':'win_1'", GOOD, "" },
	{ "'type':'window_minimize','window':'win_1'", GOOD, "" },
	{ "'type':'window_restore','window':'win_1'", GOOD, "" },
	{ "'type':'window_close','window':'win_1'", GOOD, "" },
	{ "'type':'window_wait'", GOOD, "" },
	{ "'type':'window_wait','title':'t','class':'c','startup_id':'s',"
	    "'pid':1,'not_in':['win_1','win_2'],'match':'any',"
	    "'timeout_seconds':0.5", GOOD, "" },
	{ "'type':'window_wait','title':''", BAD, "/title" },
	{ "'type':'window_wait','class':7", BAD, "/class" },
	{ "'type':'window_wait','pid':0", BAD, "/pid" },
	{ "'type':'window_wait','pid':2147483648", BAD, "/pid" },
	{ "'type':'window_wait','not_in':[]", GOOD, "" },
	{ "'type':'window_wait','not_in':'win_1'", BAD, "/not_in" },
	{ "'type':'window_wait','not_in':['win_1','w']", BAD, "/not_in/1" },
	{ "'type':'window_wait','match':'some'", BAD, "/match" },
	{ "'type':'window_wait','timeout_seconds':300", GOOD, "" },
	{ "'type':'window_wait','timeout_seconds':300.1", BAD,
	    "/timeout_seconds" },
	{ "'type':'window_wait','timeout_seconds':-1", BAD,
	    "/timeout_seconds" },
	{ "'type':'window_wait','timeout_seconds':'1'", BAD,
	    "/timeout_seconds" },
	{ "'type':'screenshot'", GOOD, "" },
	{ "'type':'screenshot','region':[0,0,1280,800]", GOOD, "" },
	{ "'type':'screenshot','region':[1279,799,1,1]", GOOD, "" },
	{ "'type':'screenshot','pointer':true,'out_width':640", GOOD, "" },
	{ "'type':'screenshot','region':[0,0,1281,800]", BAD, "/region/2" },
	{ "'type':'screenshot','region':[0,0,1280,801]", BAD, "/region/3" },
	{ "'type':'screenshot','region':[1,0,1280,800]", BAD, "/region/2" },
	{ "'type':'screenshot','region':[1280,0,1,1]", BAD, "/region/0" },
	{ "'type':'screenshot','region':[0,800,1,1]", BAD, "/region/1" },
	{ "'type':'screenshot','region':[-1,0,1,1]", BAD, "/region/0" },
	{ "'type':'screenshot','region':[5,5,0,1]", BAD, "/region/2" },
	{ "'type':'screenshot','region':[5,5,1,-1]", BAD, "/region/3" },
	{ "'type':'screenshot','region':[1,2,3]", BAD, "/region" },
	{ "'type':'screenshot','region':[1,2,3,4,5]", BAD, "/region" },
	{ "'type':'screenshot','region':'1,2,3,4'", BAD, "/region" },
	{ "'type':'screenshot','region':[1,2,'3',4]", BAD, "/region/2" },
	{ "'type':'screenshot','region':[1,2,null,4]", BAD, "/region/2" },
	{ "'type':'screenshot','pointer':1", BAD, "/pointer" },
	{ "'type':'screenshot','out_width':0", BAD, "/out_width" },
	{ "'type':'screenshot','out_width':8192", GOOD, "" },
	{ "'type':'screenshot','out_width':8193", BAD, "/out_width" },
	{ "'type':'screenshot','out_height':-1", BAD, "/out_height" },
	{ "'type':'screenshot','region':[0,0,1,800],'out_width':10", GOOD,
	    "" },
	{ "'type':'screenshot','region':[0,0,1,800],'out_width':11", BAD,
	    "/out_width" },
	{ "'type':'screenshot','region':[0,0,1280,1],'out_height':7", BAD,
	    "/out_height" },
	{ "'type':'screenshot','x':1", ODD, "/x" },
	{ "'type':'screenshot','format':'jpeg','quality':1", GOOD, "" },
	{ "'type':'screenshot','format':'webp','quality':100", GOOD, "" },
	{ "'type':'screenshot','format':'webp','lossless':true", GOOD, "" },
	{ "'type':'screenshot','format':'gif'", BAD, "/format" },
	{ "'type':'screenshot','format':1", BAD, "/format" },
	{ "'type':'screenshot','format':'jpeg','quality':0", BAD, "/quality" },
	{ "'type':'screenshot','format':'jpeg','quality':101", BAD,
	    "/quality" },
	{ "'type':'screenshot','quality':50", BAD, "/quality" },
	{ "'type':'screenshot','format':'webp','lossless':true,'quality':5",
	    BAD, "/quality" },
	{ "'type':'screenshot','format':'jpeg','lossless':true", BAD,
	    "/lossless" },
	{ "'type':'zoom','region':[1,1,9,9],'format':'jpeg'", GOOD, "" },
	{ "'type':'zoom','region':[1,1,9,9],'lossless':true", BAD,
	    "/lossless" },

	{ "'type':'zoom','region':[10,10,100,100]", GOOD, "" },
	{ "'type':'zoom','region':[10,10,100,100],'out_width':9", GOOD, "" },
	{ "'type':'zoom'", LACKS, "/region" },
	{ "'type':'zoom','region':[10,10,0,0]", BAD, "/region/2" },

	{ "'type':'mouse_move','x':0,'y':0", GOOD, "" },
	{ "'type':'mouse_move','x':1279,'y':799", GOOD, "" },
	{ "'type':'mouse_move','x':1280,'y':0", BAD, "/x" },
	{ "'type':'mouse_move','x':0,'y':800", BAD, "/y" },
	{ "'type':'mouse_move','x':-1,'y':0", BAD, "/x" },
	{ "'type':'mouse_move','x':0.5,'y':0", BAD, "/x" },
	{ "'type':'mouse_move','x':'1','y':0", BAD, "/x" },
	{ "'type':'mouse_move','x':99999999999999999999,'y':0", BAD, "/x" },
	{ "'type':'mouse_move','x':4294967296,'y':0", BAD, "/x" },
	{ "'type':'mouse_move','x':1", LACKS, "/y" },
	{ "'type':'mouse_move'", LACKS, "/x" },
	{ "'type':'mouse_move','x':1,'y':1,'z':1", ODD, "/z" },

	{ "'type':'left_click'", GOOD, "" },
	{ "'type':'left_click','x':1,'y':2", GOOD, "" },
	{ "'type':'left_click','x':1,'y':2,'modifiers':['ctrl']", GOOD, "" },
	{ "'type':'left_click','modifiers':'ctrl+shift'", GOOD, "" },
	{ "'type':'left_click','modifiers':['ctrl','alt+shift']", GOOD, "" },
	{ "'type':'left_click','modifiers':[]", GOOD, "" },
	{ "'type':'left_click','modifiers':''", GOOD, "" },
	{ "'type':'left_click','x':1", LACKS, "/y" },
	{ "'type':'left_click','y':1", LACKS, "/x" },
	{ "'type':'left_click','modifiers':1", BAD, "/modifiers" },
	{ "'type':'left_click','modifiers':[1]", BAD, "/modifiers/0" },
	{ "'type':'left_click','modifiers':['ctrl','a']", BAD,
	    "/modifiers/1" },
	{ "'type':'left_click','modifiers':'ctrl+a'", BAD, "/modifiers" },
	{ "'type':'left_click','modifiers':'ctrl+nix'", NOKEY, "/modifiers" },
	{ "'type':'left_click','modifiers':['nix']", NOKEY, "/modifiers/0" },
	{ "'type':'left_click','modifiers':['ctrl','ctrl','ctrl','ctrl',"
	    "'ctrl','ctrl','ctrl','ctrl']", GOOD, "" },
	{ "'type':'left_click','modifiers':['ctrl','ctrl','ctrl','ctrl',"
	    "'ctrl','ctrl','ctrl','ctrl','ctrl']", BAD, "/modifiers" },
	{ "'type':'left_click','modifiers':['ctrl+ctrl+ctrl+ctrl+ctrl',"
	    "'ctrl+ctrl+ctrl','ctrl']", BAD, "/modifiers/2" },
	{ "'type':'left_click','button':'left'", ODD, "/button" },
	{ "'type':'right_click','x':1,'y':2", GOOD, "" },
	{ "'type':'middle_click','x':1,'y':2", GOOD, "" },
	{ "'type':'back_click'", GOOD, "" },
	{ "'type':'forward_click'", GOOD, "" },
	{ "'type':'double_click','x':1280,'y':2", BAD, "/x" },
	{ "'type':'triple_click','x':1,'y':800", BAD, "/y" },

	{ "'type':'mouse_down'", GOOD, "" },
	{ "'type':'mouse_down','button':'forward','x':1,'y':1", GOOD, "" },
	{ "'type':'mouse_up','button':'middle'", GOOD, "" },
	{ "'type':'mouse_up','button':'thumb'", BAD, "/button" },
	{ "'type':'mouse_up','button':1", BAD, "/button" },
	{ "'type':'mouse_up','modifiers':'ctrl'", ODD, "/modifiers" },

	{ "'type':'drag','x':5,'y':5", GOOD, "" },
	{ "'type':'drag','start_x':1,'start_y':1,'x':5,'y':5", GOOD, "" },
	{ "'type':'drag','path':[[0,0],[1279,799]],'button':'right',"
	    "'modifiers':['shift'],'duration_ms':60000", GOOD, "" },
	{ "'type':'drag','path':[" P255 ",[1,1]]", GOOD, "" },
	{ "'type':'drag','path':[" P255 ",[1,1],[1,1]]", BAD, "/path" },
	{ "'type':'drag','path':[[0,0]]", BAD, "/path" },
	{ "'type':'drag','path':[]", BAD, "/path" },
	{ "'type':'drag','path':'0,0'", BAD, "/path" },
	{ "'type':'drag','path':[[0,0],[1280,0]]", BAD, "/path/1/0" },
	{ "'type':'drag','path':[[0,0],[0,-1]]", BAD, "/path/1/1" },
	{ "'type':'drag','path':[[0,0],[0]]", BAD, "/path/1" },
	{ "'type':'drag','path':[[0,0],{}]", BAD, "/path/1" },
	{ "'type':'drag','path':[[0,0],[1,1]],'x':1,'y':1", BAD, "/path" },
	{ "'type':'drag'", LACKS, "/x" },
	{ "'type':'drag','x':1", LACKS, "/y" },
	{ "'type':'drag','start_x':1,'x':1,'y':1", LACKS, "/start_y" },
	{ "'type':'drag','start_y':1,'x':1,'y':1", LACKS, "/start_x" },
	{ "'type':'drag','start_x':1280,'start_y':1,'x':1,'y':1", BAD,
	    "/start_x" },
	{ "'type':'drag','x':1,'y':1,'duration_ms':60001", BAD,
	    "/duration_ms" },
	{ "'type':'drag','x':1,'y':1,'duration_ms':-1", BAD, "/duration_ms" },

	{ "'type':'scroll','direction':'down','amount':1", GOOD, "" },
	{ "'type':'scroll','x':1,'y':1,'direction':'left','amount':100,"
	    "'modifiers':'ctrl'", GOOD, "" },
	{ "'type':'scroll','direction':'down','amount':0", BAD, "/amount" },
	{ "'type':'scroll','direction':'down','amount':-3", BAD, "/amount" },
	{ "'type':'scroll','direction':'down','amount':101", BAD, "/amount" },
	{ "'type':'scroll','direction':'down'", LACKS, "/amount" },
	{ "'type':'scroll','amount':1", LACKS, "/direction" },
	{ "'type':'scroll','direction':'in','amount':1", BAD, "/direction" },

	{ "'type':'key','keys':'ctrl+l'", GOOD, "" },
	{ "'type':'key','keys':'ctrl+shift+t Return','repeat':100", GOOD, "" },
	{ "'type':'key','keys':' a '", GOOD, "" },
	{ "'type':'key','keys':'ctrl+l','repeat':0", BAD, "/repeat" },
	{ "'type':'key','keys':'ctrl+l','repeat':101", BAD, "/repeat" },
	{ "'type':'key','keys':'ctrl+nix'", NOKEY, "/keys" },
	{ "'type':'key','keys':'a nix'", NOKEY, "/keys" },
	{ "'type':'key','keys':'ctrl+'", NOKEY, "/keys" },
	{ "'type':'key','keys':'a+b+c+d+e+f+g+h'", GOOD, "" },
	{ "'type':'key','keys':'a+b+c+d+e+f+g+h+i'", NOKEY, "/keys" },
	{ "'type':'key','keys':''", BAD, "/keys" },
	{ "'type':'key','keys':'  '", BAD, "/keys" },
	{ "'type':'key','keys':['a']", BAD, "/keys" },
	{ "'type':'key','keys':'a\\u0000b'", BAD, "/keys" },
	{ "'type':'key'", LACKS, "/keys" },
	{ "'type':'key','key':'a'", ODD, "/key" },

	{ "'type':'key_down','key':'shift'", GOOD, "" },
	{ "'type':'key_up','key':'ctrl+shift'", GOOD, "" },
	{ "'type':'key_up','key':'a b'", BAD, "/key" },
	{ "'type':'key_up'", LACKS, "/key" },
	{ "'type':'hold_key','keys':'w','duration_ms':60000", GOOD, "" },
	{ "'type':'hold_key','keys':'w','duration_ms':60001", BAD,
	    "/duration_ms" },
	{ "'type':'hold_key','keys':'w'", LACKS, "/duration_ms" },
	{ "'type':'hold_key','keys':'w a','duration_ms':1", BAD, "/keys" },

	{ "'type':'type','text':'Hello, world\\n'", GOOD, "" },
	{ "'type':'type','text':''", GOOD, "" },
	{ "'type':'type'", LACKS, "/text" },
	{ "'type':'type','text':1", BAD, "/text" },
	{ "'type':'type','text':'a\\u0000'", BAD, "/text" },
	{ "'type':'type','text':'a\\u0007'", PROBLEM_UNTYPABLE, "/text" },
	{ "'type':'type','text':'\xc3('", BAD, "/text" },
	{ "'type':'type','text':'a','delay':1", ODD, "/delay" },

	{ "'type':'wait','duration_ms':0", GOOD, "" },
	{ "'type':'wait','duration_ms':60000", GOOD, "" },
	{ "'type':'wait','duration_ms':60001", BAD, "/duration_ms" },
	{ "'type':'wait','duration_ms':-1", BAD, "/duration_ms" },
	{ "'type':'wait'", LACKS, "/duration_ms" },

	{ "'type':'cursor_position'", GOOD, "" },
	{ "'type':'cursor_position','x':1", ODD, "/x" }
};

#define NCASES	(sizeof(cases) / sizeof(cases[0]))

static const struct screen	screen = { PROBLEM_NONE, 1280, 800 };

/* Single quotes are double ones; the result is freed by the caller. */
static char *
quote(const char *before, const char *json, const char *after)
{
	char	*text, *p;

	xasprintf(&text, "%s{%s}%s", before, json, after);
	for (p = text; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	return text;
}

static int
reads_on(const char *text, const struct screen *s, enum problem problem,
    const char *pointer)
{
	struct batch_plan	plan;
	struct field_error	err;
	int			good;

	if (batch_read(&plan, text, strlen(text), s, &err) == 0) {
		batch_plan_clear(&plan);
		good = problem == PROBLEM_NONE;
	} else
		good = problem == err.problem && err.detail[0] != '\0' &&
		    strcmp(pointer, err.pointer) == 0;
	if (!good)
		printf("# %.200s: %s at \"%s\": %s\n", text,
		    problem_code(err.problem), err.pointer, err.detail);
	return good;
}

static int
reads(const char *text, enum problem problem, const char *pointer)
{
	return reads_on(text, &screen, problem, pointer);
}

static void
singles(void)
{
	char	*text;
	size_t	 i;

	for (i = 0; i < NCASES; i++) {
		text = quote("", cases[i].json, "");
		ok(reads(text, cases[i].problem, cases[i].pointer),
		    "alone: %.60s", cases[i].json);
		free(text);
	}
}

/* The same as the third of a batch, between good ones. */
static void
in_batches(void)
{
	char	*text, pointer[64];
	size_t	 i;
	int	 good = 1;

	for (i = 0; i < NCASES; i++) {
		text = quote("{'actions':[{'type':'left_click'},"
		    "{'type':'wait','duration_ms':1},", cases[i].json,
		    ",{'type':'screenshot'}]}");
		snprintf(pointer, sizeof(pointer), "/actions/2%s",
		    cases[i].pointer);
		if (!reads(text, cases[i].problem, pointer))
			good = 0;
		free(text);
	}
	ok(good, "the same in a batch, %zu cases", NCASES);
}

static const struct {
	const char	*json;
	enum problem	 problem;
	const char	*pointer;
} wholes[] = {
	{ "'actions':[{'type':'left_click'}]", GOOD, "" },
	{ "'actions':[{'type':'left_click'}],'on_error':'continue',"
	    "'screenshot':'each','settle_ms':10000,'settle_timeout_ms':60000,"
	    "'wait_for_change':true,'pointer':true", GOOD, "" },
	{ "'type':'left_click','screenshot':'last','settle_ms':100", GOOD, "" },
	{ "'type':'screenshot','pointer':true,'settle_ms':100", GOOD, "" },
	{ "'type':'left_click','on_error':'stop'", ODD, "/on_error" },
	{ "'actions':[]", BAD, "/actions" },
	{ "'actions':{}", BAD, "/actions" },
	{ "'actions':null", BAD, "/actions" },
	{ "'actions':[1]", BAD, "/actions/0" },
	{ "'actions':[[]]", BAD, "/actions/0" },
	{ "'actions':[{'type':'left_click'}],'type':'left_click'", ODD,
	    "/type" },
	{ "'actions':[{'type':'left_click'}],'on_error':'ignore'", BAD,
	    "/on_error" },
	{ "'type':'left_click','screenshot':'last','format':'jpeg',"
	    "'quality':5", GOOD, "" },
	{ "'type':'left_click','screenshot':'last','lossless':true", BAD,
	    "/lossless" },
	{ "'actions':[{'type':'wait','duration_ms':1}],'format':'jpeg',"
	    "'quality':0", BAD, "/quality" },
	{ "'actions':[{'type':'screenshot','quality':7}]", BAD,
	    "/actions/0/quality" },
	{ "'actions':[{'type':'left_click'}],'screenshot':true", BAD,
	    "/screenshot" },
	{ "'actions':[{'type':'left_click'}],'settle_ms':10001", BAD,
	    "/settle_ms" },
	{ "'actions':[{'type':'left_click'}],'settle_ms':-1", BAD,
	    "/settle_ms" },
	{ "'actions':[{'type':'left_click'}],'settle_timeout_ms':60001", BAD,
	    "/settle_timeout_ms" },
	{ "'actions':[{'type':'left_click'}],'wait_for_change':1", BAD,
	    "/wait_for_change" },
	{ "'actions':[{'type':'left_click','settle_ms':1}]", ODD,
	    "/actions/0/settle_ms" }
};

static void
bodies(void)
{
	static const char *const	bad[] = { "", " ", "null", "[]", "1",
	    "\"x\"", "{", "{'a'}", "{\"type\":\"wait\",\"duration_ms\":1}x",
	    "{\"type\":\"wait\",\"duration_ms\":1}{}", "{\"a\":[[[[[[[]]]]]]]}",
	    "{\"a\":1,}", "/**/{}", "\xef\xbb\xbf{}" };
	char				*text;
	size_t				 i;

	for (i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++) {
		text = quote("", wholes[i].json, "");
		ok(reads(text, wholes[i].problem, wholes[i].pointer),
		    "whole: %.60s", wholes[i].json);
		free(text);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(reads(bad[i], PROBLEM_BAD_JSON, ""), "not JSON: %s",
		    bad[i]);
	ok(reads(" {\"type\":\"left_click\"}\r\n\t ", GOOD, ""),
	    "space around it");
}

/* A batch of n actions. */
static char *
many(size_t n)
{
	static const char	one[] = ",{\"type\":\"left_click\"}";
	char			*text = xmalloc(n * sizeof(one) + 32);
	size_t			 i;

	strlcpy(text, "{\"actions\":[{\"type\":\"left_click\"}", 64);
	for (i = 1; i < n; i++)
		strlcat(text, one, n * sizeof(one) + 32);
	strlcat(text, "]}", n * sizeof(one) + 32);
	return text;
}

/* An action that types n characters of the given bytes. */
static char *
typing(size_t n, const char *one)
{
	size_t	 k = strlen(one), i;
	char	*text = xmalloc(n * k + 64), *p = text;

	p += strlcpy(text, "{\"type\":\"type\",\"text\":\"", 64);
	for (i = 0; i < n; i++, p += k)
		memcpy(p, one, k);
	memcpy(p, "\"}", 3);
	return text;
}

static void
limits(void)
{
	struct batch_plan	 plan;
	struct field_error	 err;
	char			*text;
	size_t			 len;

	text = many(ACTIONS_MAX);
	ok(reads(text, GOOD, ""), "%d actions", ACTIONS_MAX);
	free(text);
	text = many(ACTIONS_MAX + 1);
	ok(reads(text, BAD, "/actions"), "%d actions", ACTIONS_MAX + 1);
	free(text);
	text = typing(TYPE_TEXT_MAX, "\xe4\xb8\xad");
	ok(reads(text, GOOD, ""), "%d characters", TYPE_TEXT_MAX);
	free(text);
	text = typing(TYPE_TEXT_MAX + 1, "a");
	ok(reads(text, BAD, "/text"), "%d characters", TYPE_TEXT_MAX + 1);
	free(text);

	len = ACTIONS_BODY_MAX + 1;
	text = xmalloc(len + 1);
	memset(text, ' ', len);
	memcpy(text, "{\"type\":\"left_click\"}", 21);
	text[len] = '\0';
	ok(batch_read(&plan, text, len - 1, &screen, &err) == 0,
	    "the largest body");
	batch_plan_clear(&plan);
	ok(batch_read(&plan, text, len, &screen, &err) == -1 &&
	    err.problem == PROBLEM_TOO_LARGE, "one byte more");
	free(text);
}

/*
 * Bodies with a byte changed, dropped or doubled, always the same ones: they
 * are read or refused, and a refusal can be told in JSON.
 */
static void
mutations(void)
{
	static const char	 any[] = "{}[]\",:0919-.\\eE \xff\x80/~ut";
	struct batch_plan	 plan;
	struct field_error	 err;
	uint32_t		 seed = 4711;
	char			*text;
	size_t			 i, len, at;
	int			 n, good = 1;

	for (i = 0; i < NCASES * 100; i++) {
		text = quote("{'actions':[", cases[i % NCASES].json, "]}");
		for (n = 0; n < 3; n++) {
			len = strlen(text);
			seed = seed * 1103515245 + 12345;
			at = (seed >> 8) % len;
			if (seed >> 30 == 0)
				memmove(text + at, text + at + 1, len - at);
			else
				text[at] = any[(seed >> 4) % (sizeof(any) - 1)];
		}
		if (batch_read(&plan, text, strlen(text), &screen, &err) == 0)
			batch_plan_clear(&plan);
		else if (err.problem == PROBLEM_NONE || field_utf8_length(
		    err.pointer, strlen(err.pointer)) == -1 ||
		    field_utf8_length(err.detail, strlen(err.detail)) == -1)
			good = 0;
		free(text);
	}
	ok(good, "%zu broken bodies", i);
}

static void
without_screen(void)
{
	static const struct screen	none = { PROBLEM_NO_DESKTOP, 0, 0 };
	static const struct screen	bad = { PROBLEM_DESKTOP_FAILED, 0, 0 };

	ok(reads_on("{\"type\":\"wait\",\"duration_ms\":1}", &none, GOOD, ""),
	    "waiting needs no desktop");
	ok(reads_on("{\"type\":\"left_click\"}", &none, PROBLEM_NO_DESKTOP,
	    "/type"), "a click needs one");
	ok(reads_on("{\"type\":\"screenshot\"}", &bad, PROBLEM_DESKTOP_FAILED,
	    "/type"), "a failed one will not do");
	ok(reads_on("{\"type\":\"left_click\",\"x\":1,\"nix\":1}", &none,
	    PROBLEM_NO_DESKTOP, "/type"), "and is told first");
}

static void
records(void)
{
	struct batch_plan	 plan;
	struct field_error	 err;
	struct json_object	*o;
	static const char	 body[] = "{\"actions\":["
	    "{\"type\":\"type\",\"text\":\"geheim\"},"
	    "{\"y\":2,\"type\":\"left_click\",\"x\":1}]}";

	if (!ok(batch_read(&plan, body, strlen(body), &screen, &err) == 0,
	    "a batch to record"))
		return;
	o = action_record(batch_plan_object(&plan, 0), &plan.actions[0]);
	ok(strcmp(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
	    "{\"type\":\"type\",\"text_length\":6}") == 0,
	    "typed text is a length in the journal");
	json_object_put(o);
	o = action_record(batch_plan_object(&plan, 1), &plan.actions[1]);
	ok(strcmp(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
	    "{\"type\":\"left_click\",\"x\":1,\"y\":2}") == 0,
	    "a click is told in full");
	json_object_put(o);
	batch_plan_clear(&plan);
}

int
main(void)
{
	singles();
	in_batches();
	bodies();
	limits();
	mutations();
	without_screen();
	records();
	return done();
}
