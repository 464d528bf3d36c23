/* SPDX-License-Identifier: Apache-2.0 */
/* Help as text, written from the command table. */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include <stdio.h>

#include "cmd/command.h"

/* Usage, the commands there are, where to read on: what `muster` alone prints. */
void help_program(const struct command *root, FILE *out);

/* Usage, description, options, examples of a command; `group` is NULL unless of a subcommand. */
void help_command_text(const struct command *root, const struct command *group,
		       const struct command *command, FILE *out);

void help_exit_codes(FILE *out);
void help_environment(FILE *out);

/* Environment variables that muster reads, and what for. */
struct help_variable {
	const char *name, *meaning;
};
/* Ended by a zeroed row. */
extern const struct help_variable help_variables[];

#endif
