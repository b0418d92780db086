/*
 * deskctl: asks deskd for things, over the same socket and with the same
 * API as everyone else, and shows what it says.  It has no rights of its
 * own: the kernel tells deskd who asks, or a token does.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <getopt.h>

#include <json-c/json.h>

#include "access.h"
#include "ctl.h"
#include "field.h"
#include "http.h"
#include "output.h"
#include "paths.h"
#include "suggest.h"
#include "command.h"
#include "xmalloc.h"

static const struct option no_long[] = {
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

enum { OPT_CA = 256, OPT_TOKEN };

static const struct option global[] = {
	{ "ca",		required_argument,	NULL, OPT_CA },
	{ "token-file",	required_argument,	NULL, OPT_TOKEN },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ "socket",	required_argument,	NULL, 's' },
	{ "version",	no_argument,		NULL, 'V' },
	{ NULL,		0,			NULL, 0 }
};

int
main(int argc, char **argv)
{
	struct ctl	 c = { .socket = getenv("DESKD_SOCKET") };
	const char	*ca = getenv("DESKD_CA"), *token_file = NULL;
	int		 ch, status;

	log_init("deskctl", 1, 0);
	while ((ch = getopt_long(argc, argv, "+hjs:", global, NULL)) != -1) {
		switch (ch) {
		case 'h':
			command_usage(stdout);
			return 0;
		case 'V':
			return cmd_version(&c, 1, argv);
		case 'j':
			c.json = 1;
			break;
		case 's':
			c.socket = optarg;
			break;
		case OPT_CA:
			ca = optarg;
			break;
		case OPT_TOKEN:
			token_file = optarg;
			break;
		default:
			command_usage(stderr);
			return EXIT_USAGE;
		}
	}
	argc -= optind;
	argv += optind;
	if (c.socket == NULL || *c.socket == '\0')
		c.socket = DESKD_SOCKET;
	if (argc == 0) {
		command_usage(stderr);
		return EXIT_USAGE;
	}
	if ((c.cmd = command_find(argv[0])) == NULL) {
		command_unknown(argv[0]);
		return EXIT_USAGE;
	}
	if (access_set(&c, token_file, ca) == -1)
		return 1;
	optind = 0;		/* glibc: start over */
	status = c.cmd->run(&c, argc, argv);
	http_close(c.http);
	if (fflush(stdout) != 0 && status == 0)
		status = 1;
	return status == -1 ? 1 : status;
}

void
ctl_usage(struct ctl *c, const char *fmt, ...)
{
	va_list	ap;

	fprintf(stderr, "deskctl: %s: ", c->cmd->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: deskctl %s%s%s\n", c->cmd->name,
	    *c->cmd->args != '\0' ? " " : "", c->cmd->args);
	exit(EXIT_USAGE);
}

int
ctl_fail(struct ctl *c, const char *code, const char *fmt, ...)
{
	struct json_object	*o;
	char			*text;
	va_list			 ap;

	if (c->quiet)
		return -1;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		fatal("vasprintf");
	va_end(ap);
	fflush(stdout);
	if (c->json) {
		o = json_object_new_object();
		put_text(o, "code", code);
		put_text(o, "detail", text);
		output_json(stderr, o);
		json_object_put(o);
	} else
		fprintf(stderr, "deskctl: %s: %s\n", c->cmd->name, text);
	free(text);
	return -1;
}

int
ctl_option(struct ctl *c, int argc, char **argv, const char *short_options,
    const struct option *long_options)
{
	char	*with_global;
	int	 ch;

	/* A leading + must stay first; the colon asks for ':' below. */
	xasprintf(&with_global, "%s:hj%s", *short_options == '+' ? "+" : "",
	    short_options + (*short_options == '+'));
	opterr = 0;
	for (;;) {
		ch = getopt_long(argc, argv, with_global,
		    long_options != NULL ? long_options : no_long, NULL);
		if (ch == 'j')
			c->json = 1;
		else if (ch == 'h') {
			command_help(c->cmd, 0);
			exit(0);
		} else
			break;
	}
	free(with_global);
	if (ch == '?' && optopt != 0)
		ctl_usage(c, "unknown option -%c", optopt);
	if (ch == '?')
		ctl_usage(c, "unknown option %s", argv[optind - 1]);
	if (ch == ':')
		ctl_usage(c, "option %s needs a value", argv[optind - 1]);
	return ch;
}

void
ctl_operands(struct ctl *c, int left, int min, int max)
{
	if (left < min)
		ctl_usage(c, left == 0 ? "nothing to work on" :
		    "something is missing");
	if (max != -1 && left > max)
		ctl_usage(c, "too many arguments");
}
