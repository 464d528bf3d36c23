/* SPDX-License-Identifier: Apache-2.0 */
/* muster help: the program, a command, or a topic. */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/help.h"
#include "cmd/man.h"

struct help_options {
	const char *man;
};

static const struct option_row options[] = {
	{ .name = "man",
	  .type = OPTION_PATH,
	  .metavar = "DIRECTORY",
	  .summary = "write the manual pages below DIRECTORY",
	  .help = "All of them, in mdoc, into its subdirectories man1 and man5.",
	  .offset = offsetof(struct help_options, man) },
	{ 0 },
};

/* What is not a command but has its own page of help. */
static const struct {
	const char *name;
	void (*print)(FILE *out);
} topics[] = {
	{ "exit-codes", help_exit_codes },
	{ "environment", help_environment },
};

static int help_of_command(const struct invocation *inv, struct error *err)
{
	const struct command *group = NULL, *command = inv->root;

	for (size_t i = 0; i < inv->argument_count; i++) {
		const char *suggestion = NULL;

		group = command == inv->root ? NULL : command;
		command = command_find(command, inv->argument[i], &suggestion);
		if (command)
			continue;
		(void)error_set(err, ERROR_USAGE, "no help on \"%s\"", inv->argument[i]);
		if (suggestion)
			return error_hint(err, "did you mean \"%s\"?", suggestion);
		return error_hint(err, "\"muster help\" lists the commands and topics");
	}
	help_command_text(inv->root, group, command, inv->out);
	return EXIT_CODE_PASS;
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct help_options *given = inv->options;

	if (given->man)
		return man_write_pages(inv->root, given->man, err) < 0 ? -1 : EXIT_CODE_PASS;
	if (inv->argument_count == 0) {
		help_program(inv->root, inv->out);
		return EXIT_CODE_PASS;
	}
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		if (strcmp(inv->argument[0], topics[i].name) == 0) {
			topics[i].print(inv->out);
			return EXIT_CODE_PASS;
		}
	}
	return help_of_command(inv, err);
}

const struct command help_command = {
	.name = "help",
	.summary = "show help on a command or a topic",
	.description = "Without arguments: the commands there are. With the name of a command: its "
		       "options and examples. The topic exit-codes lists what the program's exit "
		       "codes mean, the topic environment the variables it reads.",
	.arguments = "[COMMAND [SUBCOMMAND] | TOPIC]",
	.arguments_max = 2,
	.options = options,
	.options_size = sizeof(struct help_options),
	.examples = "muster help verify      # the options of verify\n"
		    "muster help exit-codes  # what the exit codes mean",
	.run = run,
};
