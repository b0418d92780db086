#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "command.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "suggest.h"

static const struct command commands[] = {
	{ "create", cmd_create,
	    "[-wX] [-g WxH] [-i image] [-n name] [option ...]",
	    "make a session and start it",
	    "  -g WxH      size of the screen (--geometry)\n"
	    "  -m WxH      largest size later (--max-geometry)\n"
	    "  -d DPI      resolution (--dpi)\n"
	    "  -X          no desktop (--no-desktop)\n"
	    "  -i IMAGE    what it starts from (--image)\n"
	    "  -n NAME     a name for it (--name)\n"
	    "  -M SIZE     memory, like 2G (--memory)\n"
	    "  -c PERCENT  cpu; 100% is one (--cpu)\n"
	    "  -t N        processes and threads (--tasks)\n"
	    "  -D SIZE     disk, like 4G (--disk)\n"
	    "  -e K=V      environment of its programs (--env)\n"
	    "  -l K=V      label (--label)\n"
	    "  -w          wait until it runs (--wait)\n"
	    "  -T SECONDS  for so long; 60 (--timeout)\n" },
	{ "ls", cmd_ls, "[-aq] [-l key=value] ...", "list sessions",
	    "  -a          stopped ones too (--all)\n"
	    "  -l K=V      only those with this label (--label)\n"
	    "  -q          only their ids (--quiet)\n" },
	{ "show", cmd_show, "ID", "show all about a session", "" },
	{ "set", cmd_set, "[-n name] [-l key=value] [-M size] [-c percent] "
	    "[-t tasks] ID", "change a session",
	    "  -n NAME     its name (--name)\n"
	    "  -l K=V      one label; the others stay (--label)\n"
	    "  -M SIZE     memory (--memory)\n"
	    "  -c PERCENT  cpu (--cpu)\n"
	    "  -t N        processes and threads (--tasks)\n" },
	{ "stop", cmd_stop, "ID ...", "stop sessions; their disks stay", "" },
	{ "start", cmd_start, "[-w] [-T seconds] ID ...",
	    "start stopped sessions",
	    "  -w          wait until they run (--wait)\n"
	    "  -T SECONDS  for so long; 60 (--timeout)\n" },
	{ "rm", cmd_rm, "ID ...", "delete sessions and their disks", "" },
	{ "shot", cmd_shot, "[-lp] [-f format] [-o file] [-q quality] "
	    "[-r x,y,w,h] [-s WxH|factor] ID",
	    "take a picture of the screen",
	    "  -o FILE     write it there; - is standard output (--output)\n"
	    "  -f FORMAT   png, jpeg, webp; else as FILE ends (--format)\n"
	    "  -q QUALITY  of jpeg and webp, 1 to 100 (--quality)\n"
	    "  -l          webp that loses nothing (--lossless)\n"
	    "  -r X,Y,W,H  only this part of the screen (--region)\n"
	    "  -s WxH|F    scaled to this size or by this factor (--scale)\n"
	    "  -p          with the pointer (--pointer)\n" },
	{ "click", cmd_click, "[-b button] [-n count] [-m modifiers] ID [X Y]",
	    "click the mouse",
	    "  -b BUTTON   left, middle, right, back, forward (--button)\n"
	    "  -n COUNT    1, 2 or 3 clicks (--count)\n"
	    "  -m KEYS     held meanwhile, like ctrl+shift (--modifiers)\n" },
	{ "move", cmd_move, "ID X Y", "move the mouse", "" },
	{ "drag", cmd_drag,
	    "[-b button] [-m modifiers] [-d ms] ID X1 Y1 X2 Y2 ...",
	    "drag the mouse along a path",
	    "  -b BUTTON   left, middle or right (--button)\n"
	    "  -m KEYS     held meanwhile, like ctrl+shift (--modifiers)\n"
	    "  -d MS       how long it takes (--duration)\n" },
	{ "scroll", cmd_scroll,
	    "[-m modifiers] ID up|down|left|right [N] [X Y]",
	    "turn the mouse wheel",
	    "  -m KEYS     held meanwhile, like ctrl+shift (--modifiers)\n" },
	{ "type", cmd_type, "ID TEXT ... | ID -",
	    "type text; - reads it from standard input", "" },
	{ "key", cmd_key, "[-r count] ID KEYS ...",
	    "press keys, like ctrl+l Return",
	    "  -r COUNT    so many times (--repeat)\n" },
	{ "actions", cmd_actions, "ID FILE | ID -",
	    "do a batch of actions written in JSON", "" },
	{ "clip", cmd_clip, "[-pP] [-f file] get|set|clear ID [TEXT ... | -]",
	    "read or set the clipboard",
	    "  -f FILE     read it from there, or write it there (--file)\n"
	    "  -P          a PNG and not text (--png)\n"
	    "  -p          the primary selection (--primary)\n" },
	{ "resize", cmd_resize, "ID WxH", "change the size of the screen",
	    "" },
	{ "windows", cmd_windows, "ID", "list windows, the topmost first", "" },
	{ "window", cmd_window, "focus|move|resize|max|min|restore|close "
	    "ID WINDOW [X Y | W H]", "do something to a window", "" },
	{ "apps", cmd_apps, "[-a] ID", "list applications",
	    "  -a          those that menus do not show, too (--all)\n" },
	{ "launch", cmd_launch,
	    "[-W] [-e key=value] [-T seconds] ID APP [FILE ...]",
	    "start an application and wait for its window",
	    "  -e K=V      environment (--env)\n"
	    "  -T SECONDS  wait for so long; 30 (--timeout)\n"
	    "  -W          do not wait (--no-wait)\n" },
	{ "exec", cmd_exec, "[-it] [-u user] [-C dir] [-e key=value] "
	    "[-T seconds] ID [--] [CMD ...]", "run a command in a session",
	    "  -i          give it standard input (--stdin)\n"
	    "  -t          in a terminal, seen in this one; a shell when no\n"
	    "              command is given; Ctrl-] d detaches (--terminal)\n"
	    "  -u USER     user or root (--user)\n"
	    "  -C DIR      working directory (--cwd)\n"
	    "  -e K=V      environment (--env)\n"
	    "  -T SECONDS  kill it after that; 60 (--timeout)\n" },
	{ "attach", cmd_attach, "[-r] ID [TERMINAL]",
	    "see and use a terminal of a session",
	    "  -r          only see it (--read-only)\n"
	    "Ctrl-] d detaches.\n" },
	{ "cp", cmd_cp, "[-r] [-u user] SRC DST",
	    "copy files into a session, or out of one",
	    "  -r          directories, and all in them (--recursive)\n"
	    "  -u USER     user or root of the session (--user)\n"
	    "\nOne of SRC and DST is SESSION:PATH, the other a file here or -.\n" },
	{ "file", cmd_file,
	    "[-u user] ls|stat|mkdir|mv|cp|rm|watch ID PATH ...",
	    "look at a session's files and change them",
	    "  ls [-l] ID [PATH]         list a directory\n"
	    "  stat ID PATH ...          show what is there\n"
	    "  mkdir [-p] ID PATH ...    make directories\n"
	    "  mv [-f] ID FROM TO        move or rename\n"
	    "  cp [-f] ID FROM TO        copy, directories as well\n"
	    "  rm [-r] ID PATH ...       delete\n"
	    "  watch [-r] ID PATH        say what changes\n"
	    "\n"
	    "  -l          with mode, owner, size and time (--long)\n"
	    "  -p          and the directories above (--parents)\n"
	    "  -f          over what is there (--force)\n"
	    "  -r          and all below it (--recursive)\n"
	    "  -u USER     as user or root of the session (--user)\n" },
	{ "log", cmd_log, "[-f] [-n count] [-k kind] [ID]", "show events",
	    "  -f          go on as they happen (--follow)\n"
	    "  -n COUNT    only the last ones (--lines)\n"
	    "  -k KIND     only these, like session.failed (--kind)\n" },
	{ "top", cmd_top, "[-1]", "show what sessions use",
	    "  -1          once (--once)\n" },
	{ "system", cmd_system, "", "show what this machine can do", "" },
	{ "doctor", cmd_doctor, "", "say what this machine lacks", "" },
	{ "shutdown", cmd_shutdown, "", "stop deskd and all sessions", "" },
	{ "version", cmd_version, "", "show the version", "" },
	{ "help", cmd_help, "[command]", "explain a command", "" }
};

#define NCOMMANDS	(sizeof(commands) / sizeof(commands[0]))

const struct command *
command_find(const char *name)
{
	size_t	i;

	for (i = 0; i < NCOMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

void
command_usage(FILE *fp)
{
	size_t	i;

	fprintf(fp, "usage: deskctl [-hj] [-s socket] command "
	    "[argument ...]\n\n");
	for (i = 0; i < NCOMMANDS; i++)
		fprintf(fp, "  %-9s %s\n", commands[i].name, commands[i].what);
	fprintf(fp, "\n`deskctl help COMMAND' explains one.  ID is a session's "
	    "id, the beginning\nof one, or its name.\n");
}

void
command_unknown(const char *name)
{
	struct suggest	s;
	size_t		i;

	suggest_start(&s, name);
	for (i = 0; i < NCOMMANDS; i++)
		suggest_try(&s, commands[i].name);
	if (s.best != NULL)
		fprintf(stderr, "deskctl: unknown command %s; did you mean "
		    "%s?\n", name, s.best);
	else
		fprintf(stderr, "deskctl: unknown command %s; deskctl -h "
		    "lists them\n", name);
}

void
command_help(const struct command *cmd, int wrong)
{
	FILE	*fp = wrong ? stderr : stdout;

	fprintf(fp, "usage: deskctl %s%s%s\n\n%s\n", cmd->name,
	    *cmd->args != '\0' ? " " : "", cmd->args, cmd->what);
	if (*cmd->options != '\0')
		fprintf(fp, "\n%s", cmd->options);
}

int
cmd_help(struct ctl *c, int argc, char **argv)
{
	const struct command	*cmd;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 0, 1);
	if (optind == argc) {
		command_usage(stdout);
		return 0;
	}
	if ((cmd = command_find(argv[optind])) == NULL) {
		command_unknown(argv[optind]);
		return EXIT_USAGE;
	}
	command_help(cmd, 0);
	return 0;
}

int
cmd_version(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o;

	while (c->cmd != NULL && ctl_option(c, argc, argv, "", NULL) != -1)
		;
	if (!c->json) {
		printf("deskctl %s\n", PACKAGE_VERSION);
		return 0;
	}
	o = json_object_new_object();
	put_text(o, "version", PACKAGE_VERSION);
	output_json(stdout, o);
	json_object_put(o);
	return 0;
}
