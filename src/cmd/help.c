/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/help.h"

#include <string.h>

enum { OPTION_COLUMN = 30, COMMAND_COLUMN = 22 };

const struct help_variable help_variables[] = {
	{ "MUSTER_CONFIG", "the configuration file, unless -c names one" },
	{ "MUSTER_PLATFORM_NAME, MUSTER_REPOSITORY_PATH, …",
	  "settings outside components: the key in capitals, each dot an underscore" },
	{ "NO_COLOR", "when set and not empty, no colour" },
	{ "TERM", "\"dumb\": no colour, no redrawn line" },
	{ "XDG_STATE_HOME", "where the history lies when it is not root's (~/.local/state)" },
	{ "TMPDIR", "where temporary servers and files lie (/tmp)" },
	{ NULL, NULL },
};

static void usage(const struct command *root, const struct command *group,
		  const struct command *command, FILE *out)
{
	const char *between = group ? " " : "";
	const char *group_name = group ? group->name : "";

	(void)fprintf(out, "Usage:");
	if (command->run)
		(void)fprintf(out, " %s %s%s%s [OPTION...]%s%s\n", root->name, group_name, between,
			      command->name, command->arguments ? " " : "",
			      command->arguments ? command->arguments : "");
	if (command->subcommands)
		(void)fprintf(out, "%s %s %s COMMAND [OPTION...]\n", command->run ? "      " : "",
			      root->name, command->name);
}

static void command_rows(const struct command *const *commands, FILE *out)
{
	for (; *commands; commands++)
		(void)fprintf(out, "  %-*s%s\n", COMMAND_COLUMN, (*commands)->name,
			      (*commands)->summary);
}

static void option_rows(const struct option_row *rows, FILE *out)
{
	char choices[128];

	for (; rows && rows->name; rows++) {
		const char *operand = option_operand(rows, choices, sizeof(choices));
		char left[160];

		(void)snprintf(left, sizeof(left), "%c%c%s --%s%s%s", rows->letter ? '-' : ' ',
			       rows->letter ? rows->letter : ' ', rows->letter ? "," : " ",
			       rows->name, operand ? " " : "", operand ? operand : "");
		if (strlen(left) + 4 > OPTION_COLUMN)
			(void)fprintf(out, "  %s\n%*s%s\n", left, OPTION_COLUMN, "", rows->summary);
		else
			(void)fprintf(out, "  %-*s%s\n", OPTION_COLUMN - 2, left, rows->summary);
	}
}

void help_program(const struct command *root, FILE *out)
{
	(void)fprintf(out, "Usage: %s COMMAND [OPTION...] [ARGUMENT...]\n\n%s.\n\nCommands:\n",
		      root->name, root->summary);
	command_rows(root->subcommands, out);
	(void)fprintf(out, "\nOptions of every command:\n");
	option_rows(arguments_global_rows, out);
	(void)fprintf(out,
		      "\n\"%s help COMMAND\" tells more of a command; \"%s help exit-codes\" "
		      "and\n\"%s help environment\" are topics of their own.\n",
		      root->name, root->name, root->name);
}

/* Lines of at most 78 columns; paragraphs are parted by empty lines. */
static void wrap(const char *text, FILE *out)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " \n");

		if (column && column + 1 + len > 78) {
			(void)fputc('\n', out);
			column = 0;
		}
		(void)fprintf(out, "%s%.*s", column ? " " : "", (int)len, text);
		column += len + (column > 0);
		text += len;
		if (strncmp(text, "\n\n", 2) == 0) {
			(void)fprintf(out, "\n\n");
			column = 0;
		}
		text += strspn(text, " \n");
	}
	(void)fputc('\n', out);
}

void help_command_text(const struct command *root, const struct command *group,
		       const struct command *command, FILE *out)
{
	usage(root, group, command, out);
	(void)fputc('\n', out);
	wrap(command->description ? command->description : command->summary, out);
	if (command->subcommands) {
		(void)fprintf(out, "\nCommands:\n");
		command_rows(command->subcommands, out);
	}
	if (command->options) {
		(void)fprintf(out, "\nOptions:\n");
		option_rows(command->options, out);
	}
	(void)fprintf(out, "\nOptions of every command:\n");
	option_rows(arguments_global_rows, out);
	if (!command->examples)
		return;
	(void)fprintf(out, "\nExamples:\n");
	for (const char *line = command->examples; *line;) {
		size_t len = strcspn(line, "\n");

		(void)fprintf(out, "  %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

void help_exit_codes(FILE *out)
{
	(void)fprintf(out, "Exit codes:\n");
	for (const struct exit_code_row *row = exit_codes; row->meaning; row++)
		(void)fprintf(out, "  %3d  %s\n", (int)row->code, row->meaning);
	(void)fprintf(out, "\nAny other code but 0 is a failure too. With --nagios the codes are\n"
			   "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n");
}

void help_environment(FILE *out)
{
	(void)fprintf(out, "Environment variables:\n");
	for (const struct help_variable *v = help_variables; v->name; v++)
		(void)fprintf(out, "  %s\n      %s\n", v->name, v->meaning);
}
