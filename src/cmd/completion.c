/* SPDX-License-Identifier: Apache-2.0 */
/* muster completion: what a shell needs to complete muster's words, from the command table. */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/completion.intern.h"
#include "cmd/drill_session.h"

enum steps { STEPS_NONE, STEPS_OPEN, STEPS_ALL };
static const char *const steps[] = { "none", "open", "all", NULL };

struct options {
	int steps;
};

static const struct option_row rows[] = {
	{ .name = "steps",
	  .type = OPTION_CHOICE,
	  .choices = steps,
	  .summary = "the steps of the drill under way instead, open or all",
	  .help = "One a line, for the scripts: \"open\" are those that wait for somebody. Nothing "
		  "when no drill is under way.",
	  .offset = offsetof(struct options, steps) },
	{ 0 },
};

static const char *const shells[] = { "bash", "zsh", "fish", NULL };

static void (*const writers[])(FILE *out, const struct command *root) = {
	completion_bash,
	completion_zsh,
	completion_fish,
};

bool completion_takes_step(const struct command *command)
{
	return command->arguments && strcmp(command->arguments, "STEP") == 0;
}

bool completion_is_step(const struct option_row *row)
{
	return row->metavar && strcmp(row->metavar, "STEP") == 0;
}

/* Who presses a key wants no complaint: what cannot be told is not there. */
static void print_steps(const struct invocation *inv, enum steps which)
{
	CLEANUP(drill_session_close)
	struct drill_session s = { .now_ns = 0 };
	const struct drill_question q = { .choice = DRILL_THAT_LASTS };
	struct error ignored = ERROR_INIT;

	if (drill_session_open(inv, &q, &s, &ignored) < 0)
		return;
	for (size_t i = 0; i < s.record.plan.step_count; i++) {
		const struct drill_record_step *step = &s.record.step[i];

		if (which == STEPS_ALL || step->state == DRILL_STEP_READY || step->asks)
			(void)fprintf(inv->out, "%s\n", step->plan->id);
	}
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;

	if (o->steps != STEPS_NONE) {
		print_steps(inv, (enum steps)o->steps);
		return EXIT_CODE_PASS;
	}
	if (!inv->argument_count) {
		(void)error_set(err, ERROR_USAGE, "SHELL is missing");
		return error_hint(err, "there are completions for bash, zsh and fish");
	}
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
	.description =
		"Writes a script that completes commands and options in the shell SHELL: "
		"bash, zsh or fish. Packages install all three. They complete the steps of a "
		"drill that is under way, too.",
	.arguments = "[SHELL]",
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "eval \"$(muster completion bash)\"\n"
		    "muster completion fish > ~/.config/fish/completions/muster.fish",
	.run = run,
};
