/* The checker of schemas itself: what it lets pass, and what it does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "json_schema.h"
#include "test.h"

/* In these, single quotes are double ones. */
static const char	document[] =
    "{'components':{'schemas':{"
    "'Point':{'type':'object','required':['x'],'properties':{"
	"'x':{'type':'integer','minimum':0,'maximum':9},"
	"'y':{'type':['integer','null']}}},"
    "'Named':{'allOf':[{'$ref':'#/components/schemas/Point'}],"
	"'properties':{'name':{'type':'string','minLength':1,"
	"'pattern':'^[a-z]+$'}}},"
    "'Either':{'oneOf':[{'type':'object','required':['a'],"
	"'properties':{'a':{'enum':['one','two']}}},"
	"{'type':'object','required':['b'],'properties':{'b':{}}}]},"
    "'List':{'type':'array','maxItems':2,'items':"
	"{'$ref':'#/components/schemas/Point'}},"
    "'Open':{'type':'object','additionalProperties':{'type':'string'}},"
    "'Closed':{'type':'object','additionalProperties':false},"
    "'Lost':{'$ref':'#/components/schemas/Nowhere'},"
    "'Odd':{'type':'object','dependentRequired':{}}}}}";

static const struct {
	const char	*schema;
	const char	*value;
	const char	*why;		/* part of it, or NULL: it fits */
} cases[] = {
	{ "Point", "{'x':0}", NULL },
	{ "Point", "{'x':9,'y':null}", NULL },
	{ "Point", "{'x':10}", "maximum" },
	{ "Point", "{'x':-1}", "minimum" },
	{ "Point", "{'x':1.5}", "/x: is not of type integer" },
	{ "Point", "{'y':1}", "lacks x" },
	{ "Point", "{'x':1,'z':1}", "z is not described" },
	{ "Point", "[]", "not of type object" },
	{ "Point", "{'x':1,'y':'1'}", "/y" },
	{ "Named", "{'x':1,'name':'a'}", NULL },
	{ "Named", "{'name':'a'}", "lacks x" },
	{ "Named", "{'x':1,'name':''}", "minLength" },
	{ "Named", "{'x':1,'name':'A'}", "does not match" },
	{ "Named", "{'x':1,'nam':'a'}", "nam is not described" },
	{ "Either", "{'a':'one'}", NULL },
	{ "Either", "{'b':{'what':'ever'}}", NULL },
	{ "Either", "{'a':'three'}", "0 alternatives" },
	{ "Either", "{'a':'one','b':1}", "0 alternatives" },
	{ "List", "[{'x':1},{'x':2}]", NULL },
	{ "List", "[{'x':1},{'x':2},{'x':3}]", "maxItems" },
	{ "List", "[{'x':1},{'x':99}]", "/1/x" },
	{ "Open", "{'any':'text'}", NULL },
	{ "Open", "{'any':1}", "/any" },
	{ "Closed", "{}", NULL },
	{ "Closed", "{'a':1}", "a is not described" },
	{ "Lost", "{}", "nothing is called" },
	{ "Odd", "{}", "not understood" }
};

static struct json_object *
parse(const char *text)
{
	struct json_object	*o;
	char			*copy = strdup(text), *p;

	for (p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	o = json_tokener_parse(copy);
	free(copy);
	return o;
}

int
main(void)
{
	struct json_object	*doc = parse(document), *value, *schema;
	const char		*why;
	size_t			 i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		schema = member(member(member(doc, "components"), "schemas"),
		    cases[i].schema);
		value = parse(cases[i].value);
		why = schema_check(doc, schema, value);
		ok(cases[i].why == NULL ? why == NULL : why != NULL &&
		    strstr(why, cases[i].why) != NULL, "%s %s: %s",
		    cases[i].schema, cases[i].value, why != NULL ? why :
		    "fits");
		json_object_put(value);
	}
	json_object_put(doc);
	return done();
}
