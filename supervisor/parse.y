/*
 * The grammar of deskd.conf(5).  Values are texts here; conf_set.c knows
 * what they mean.  After a mistake reading goes on at the next line, or the
 * next entry of a block, so that all of them are told at once.
 */
%{
#include <stdlib.h>
#include <string.h>

#include "conf_parse.h"
#include "conf_set.h"
#include "conf_value.h"

static struct parse	*p;
static enum lex_kind	 last_kind;
static const char	*last_text;

static int	yylex(void);
static void	yyerror(const char *);
%}

%union {
	const char	*text;
}

%token ADMIN AGE BAD BLOBS CERTIFICATE CGROUP CPU DEFAULT DEFAULTS DIR DISK
%token DPI ERRNO FROM GEOMETRY GROUP HOST IMAGE INCLUDE JOURNAL KEY KILL
%token LISTEN MAX MEMORY MODE NETWORK NONE ON PORT PROGRAMS PROXY RETENTION
%token RUN SANDBOX SESSION SESSIONS SIZE SOCKET TASKS TLS TO TOKEN UIDS USER
%token WORKER
%token <text> WORD STRING
%type <text> text

%%

file		: /* empty */
		| file '\n'
		| file statement '\n'
		| file INCLUDE text '\n'		{ lex_push(p->lex, $3); }
		| file error '\n'		{ yyerrok; }
		;

text		: WORD
		| STRING
		;

statement	: WORD '=' text			{ set_macro(p, $1, $3); }
		| RUN text {
			parse_once(p, SEEN_RUN, "run");
			set_path(p, "run", $2, &p->conf->run_dir);
		}
		| PROGRAMS text {
			parse_once(p, SEEN_PROGRAMS, "programs");
			set_path(p, "programs", $2, &p->conf->program_dir);
		}
		| CGROUP text {
			parse_once(p, SEEN_CGROUP, "cgroup");
			set_path(p, "cgroup", $2, &p->conf->cgroup);
		}
		| SANDBOX sandbox_how
		| MAX SESSIONS text {
			parse_once(p, SEEN_MAX_SESSIONS, "max sessions");
			set_number(p, "max sessions", $3, 1, SESSIONS_MAX,
			    &p->conf->max_sessions);
		}
		| uids
		| LISTEN ON SOCKET text		{ set_listen(p, $4); }
		  listen_options
		| LISTEN ON text PORT text	{ set_listen_tcp(p, $3, $5); }
		  tls_option
		| IMAGE text HOST {
			set_image(p, $2, IMAGE_HOST, NULL);
		}
		| IMAGE text DIR text {
			set_image(p, $2, IMAGE_DIR, $4);
		}
		| SESSION DEFAULTS {
			parse_once(p, SEEN_DEFAULTS, "session defaults");
		}
		  '{' separators_opt defaults_body '}'
		| RETENTION {
			parse_once(p, SEEN_RETENTION, "retention");
		}
		  '{' separators_opt retention_body '}'
		| DEFAULT USER {
			parse_once(p, SEEN_DEFAULT_USER, "default user");
			p->seen &= ~SEEN_USER;
			p->user = NULL;
		}
		  '{' separators_opt user_body '}'
		| USER text			{ set_user(p, $2); }
		  '{' separators_opt user_body '}'
		;

sandbox_how	: KILL {
			parse_once(p, SEEN_SANDBOX, "sandbox");
			p->conf->sandbox_kill = 1;
		}
		| ERRNO {
			parse_once(p, SEEN_SANDBOX, "sandbox");
			p->conf->sandbox_kill = 0;
		}
		;

uids		: UIDS FROM text {
			parse_once(p, SEEN_UIDS, "uids");
			set_ids(p, "uids", $3, NULL, SESSION_UIDS,
			    &p->conf->session_uids);
		}
		| UIDS FROM text TO text {
			parse_once(p, SEEN_UIDS, "uids");
			set_ids(p, "uids", $3, $5, SESSION_UIDS,
			    &p->conf->session_uids);
		}
		| WORKER UIDS FROM text {
			parse_once(p, SEEN_WORKER_UIDS, "worker uids");
			set_ids(p, "worker uids", $4, NULL, 1,
			    &p->conf->worker_uids);
		}
		| WORKER UIDS FROM text TO text {
			parse_once(p, SEEN_WORKER_UIDS, "worker uids");
			set_ids(p, "worker uids", $4, $6, 1,
			    &p->conf->worker_uids);
		}
		;

listen_options	: /* empty */
		| listen_options GROUP text	{ set_listen_group(p, $3); }
		| listen_options MODE text	{ set_listen_mode(p, $3); }
		| listen_options TOKEN		{ set_listen_token(p); }
		;

tls_option	: /* empty */			{ set_listen_plain(p); }
		| TLS CERTIFICATE text KEY text {
			set_listen_tls(p, $3, $5);
		}
		;

separator	: '\n'				{ yyerrok; }
		| ','				{ yyerrok; }
		;

separators	: separator
		| separators separator
		;

separators_opt	: /* empty */
		| separators
		;

defaults_body	: /* empty */
		| defaults_items separators_opt
		;

defaults_items	: defaults_item
		| defaults_items separators defaults_item
		;

defaults_item	: IMAGE text {
			parse_once(p, SEEN_IMAGE, "image");
			set_default_image(p, $2);
		}
		| GEOMETRY text {
			parse_once(p, SEEN_GEOMETRY, "geometry");
			set_geometry(p, "geometry", $2,
			    &p->conf->desktop.width, &p->conf->desktop.height);
		}
		| MAX GEOMETRY text {
			parse_once(p, SEEN_MAX_GEOMETRY, "max geometry");
			set_geometry(p, "max geometry", $3,
			    &p->conf->desktop.max_width,
			    &p->conf->desktop.max_height);
		}
		| DPI text {
			parse_once(p, SEEN_DPI, "dpi");
			set_number(p, "dpi", $2, DPI_MIN, DPI_MAX,
			    &p->conf->desktop.dpi);
		}
		| MEMORY text {
			parse_once(p, SEEN_MEMORY, "memory");
			set_size(p, "memory", $2, MEMORY_MIN, MEMORY_MAX,
			    &p->conf->resources.memory);
		}
		| CPU text {
			parse_once(p, SEEN_CPU, "cpu");
			set_percent(p, $2, &p->conf->resources.cpu_percent);
		}
		| TASKS text {
			parse_once(p, SEEN_TASKS, "tasks");
			set_number(p, "tasks", $2, TASKS_MIN, TASKS_MAX,
			    &p->conf->resources.tasks);
		}
		| DISK text {
			parse_once(p, SEEN_DISK, "disk");
			set_size(p, "disk", $2, DISK_MIN, DISK_MAX,
			    &p->conf->resources.disk);
		}
		| NETWORK NONE {
			parse_once(p, SEEN_NETWORK, "network");
		}
		| NETWORK text {
			parse_error(p, "network \"%s\" is not offered yet", $2);
		}
		| error
		;

retention_body	: /* empty */
		| retention_items separators_opt
		;

retention_items	: retention_item
		| retention_items separators retention_item
		;

retention_item	: JOURNAL AGE text {
			parse_once(p, SEEN_JOURNAL_AGE, "journal age");
			set_age(p, "journal age", $3,
			    &p->conf->retention.journal_age);
		}
		| JOURNAL SIZE text {
			parse_once(p, SEEN_JOURNAL_SIZE, "journal size");
			set_kept_size(p, "journal size", $3,
			    &p->conf->retention.journal_size);
		}
		| BLOBS AGE text {
			parse_once(p, SEEN_BLOBS_AGE, "blobs age");
			set_age(p, "blobs age", $3,
			    &p->conf->retention.blobs_age);
		}
		| BLOBS SIZE text {
			parse_once(p, SEEN_BLOBS_SIZE, "blobs size");
			set_kept_size(p, "blobs size", $3,
			    &p->conf->retention.blobs_size);
		}
		| error
		;

user_body	: /* empty */
		| user_items separators_opt
		;

user_items	: user_item
		| user_items separators user_item
		;

user_item	: ADMIN {
			parse_once(p, SEEN_USER_ADMIN, "admin");
			if (p->user != NULL)
				p->user->admin = 1;
			else
				parse_error(p, "admin needs a user of its own");
		}
		| PROXY {
			parse_once(p, SEEN_USER_PROXY, "proxy");
			if (p->user != NULL)
				p->user->proxy = 1;
			else
				parse_error(p, "proxy needs a user of its own");
		}
		| SESSIONS text {
			parse_once(p, SEEN_USER_SESSIONS, "sessions");
			set_number(p, "sessions", $2, 0, SESSIONS_MAX,
			    &set_quota(p)->sessions);
		}
		| MEMORY text {
			parse_once(p, SEEN_USER_MEMORY, "memory");
			set_size(p, "memory", $2, 0, USER_MEMORY_MAX,
			    &set_quota(p)->memory);
		}
		| error
		;

%%

static const struct {
	const char	*word;
	int		 token;
} keywords[] = {
	{ "admin",	ADMIN },
	{ "age",	AGE },
	{ "blobs",	BLOBS },
	{ "certificate", CERTIFICATE },
	{ "cgroup",	CGROUP },
	{ "cpu",	CPU },
	{ "default",	DEFAULT },
	{ "defaults",	DEFAULTS },
	{ "dir",	DIR },
	{ "disk",	DISK },
	{ "dpi",	DPI },
	{ "errno",	ERRNO },
	{ "from",	FROM },
	{ "geometry",	GEOMETRY },
	{ "group",	GROUP },
	{ "host",	HOST },
	{ "image",	IMAGE },
	{ "include",	INCLUDE },
	{ "journal",	JOURNAL },
	{ "key",	KEY },
	{ "kill",	KILL },
	{ "listen",	LISTEN },
	{ "max",	MAX },
	{ "memory",	MEMORY },
	{ "mode",	MODE },
	{ "network",	NETWORK },
	{ "none",	NONE },
	{ "on",		ON },
	{ "port",	PORT },
	{ "programs",	PROGRAMS },
	{ "proxy",	PROXY },
	{ "retention",	RETENTION },
	{ "run",	RUN },
	{ "sandbox",	SANDBOX },
	{ "session",	SESSION },
	{ "sessions",	SESSIONS },
	{ "size",	SIZE },
	{ "socket",	SOCKET },
	{ "tasks",	TASKS },
	{ "tls",	TLS },
	{ "to",		TO },
	{ "token",	TOKEN },
	{ "uids",	UIDS },
	{ "user",	USER },
	{ "worker",	WORKER },
};

static int
keyword(const char *word)
{
	size_t		 i;

	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcmp(keywords[i].word, word) == 0)
			return keywords[i].token;
	return WORD;
}

static int
yylex(void)
{
	last_kind = lex_next(p->lex, &last_text);
	yylval.text = last_text;
	switch (last_kind) {
	case LEX_END:
		return 0;
	case LEX_NEWLINE:
		return '\n';
	case LEX_OPEN:
		return '{';
	case LEX_CLOSE:
		return '}';
	case LEX_COMMA:
		return ',';
	case LEX_EQUALS:
		return '=';
	case LEX_STRING:
		return STRING;
	case LEX_NAME:
		return WORD;
	case LEX_WORD:
		return keyword(last_text);
	case LEX_BAD:
		break;
	}
	return BAD;
}

/* Tells what stands where it should not; yacc's own words help nobody. */
static void
yyerror(const char *message)
{
	switch (last_kind) {
	case LEX_BAD:
		return;
	case LEX_END:
		parse_error(p, "the file ends inside a block");
		return;
	case LEX_NEWLINE:
		parse_error(p, "the line ends too early");
		return;
	case LEX_OPEN:
		parse_error(p, "unexpected {");
		return;
	case LEX_CLOSE:
		parse_error(p, "unexpected }");
		return;
	case LEX_COMMA:
		parse_error(p, "unexpected comma");
		return;
	case LEX_EQUALS:
		parse_error(p, "unexpected =");
		return;
	case LEX_NAME:
	case LEX_STRING:
	case LEX_WORD:
		parse_error(p, "unexpected \"%s\"", last_text);
		return;
	}
	parse_error(p, "%s", message);
}

/* yacc keeps its state in variables of this file; so it is one at a time. */
void
conf_parse(struct parse *parse)
{
	p = parse;
	if (yyparse() != 0 && p->nerrors == 0)
		parse_error(p, "nested too deeply");
	p = NULL;
}
