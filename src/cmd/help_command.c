/* SPDX-License-Identifier: Apache-2.0 */
/* muster help: the program, a command, or a topic. */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/help.h"

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
	.examples = "muster help verify      # the options of verify\n"
		    "muster help exit-codes  # what the exit codes mean",
	.run = run,
};
