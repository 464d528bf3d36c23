/* SPDX-License-Identifier: Apache-2.0 */
/* muster completion: what a shell needs to complete muster's words, from the command table. */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/completion.intern.h"

static const char *const shells[] = { "bash", "zsh", "fish", NULL };

static void (*const writers[])(FILE *out, const struct command *root) = {
	completion_bash,
	completion_zsh,
	completion_fish,
};

static int run(const struct invocation *inv, struct error *err)
{
	for (size_t i = 0; shells[i]; i++) {
		if (strcmp(shells[i], inv->argument[0]) == 0) {
			writers[i](inv->out, inv->root);
			return EXIT_CODE_PASS;
		}
	}
	(void)error_set(err, ERROR_USAGE, "no completions for \"%s\"", inv->argument[0]);
	return error_hint(err, "there are some for bash, zsh and fish");
}

const struct command completion_command = {
	.name = "completion",
	.summary = "write completions for a shell",
	.description = "Writes a script that completes commands and options in the shell SHELL: "
		       "bash, zsh or fish. Packages install all three.",
	.arguments = "SHELL",
	.arguments_min = 1,
	.arguments_max = 1,
	.examples = "eval \"$(muster completion bash)\"\n"
		    "muster completion fish > ~/.config/fish/completions/muster.fish",
	.run = run,
};
