/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill refuse: a gate stays shut, or a drill stops at a failed step. */
#include "cmd/commands.h"
#include "cmd/drill_entry.h"

struct options {
	struct drill_entry_options entry;
};

static const struct option_row rows[] = {
	DRILL_REASON_OPTION(struct options, entry.reason, "why, for everybody who reads of it"),
	DRILL_LATE_OPTIONS(struct options, entry),
	DRILL_WHO_OPTIONS(struct options, entry),
	{ 0 },
};

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	struct drill_entry_request r = {
		.options = &o->entry,
		.entry = { .kind = ENTRY_REFUSE,
			   .step = inv->argument[0],
			   .text = o->entry.reason },
	};

	if (drill_entry_need_reason("a refusal", o->entry.reason, err) < 0)
		return -1;
	return drill_entry_run(inv, &r, err);
}

const struct command drill_refuse_command = {
	.name = "refuse",
	.summary = "a gate of a drill stays shut, or the drill stops at a failed step",
	.description =
		"Says of the drill that is under way that the gate STEP is not opened, or that it "
		"does not go on after the failed step STEP that asks. What depends on the step is "
		"left out then. A reason is needed.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick.",
	.arguments = "STEP",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill refuse go --reason \"no database administrator is there\"",
	.run = run,
};
