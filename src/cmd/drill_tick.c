/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill tick: a person's step is done, a gate opens, a drill goes on. */
#include "cmd/commands.h"
#include "cmd/drill_entry.h"

struct options {
	struct drill_entry_options entry;
	const char *note;
};

static const struct option_row rows[] = {
	{ .name = "note",
	  .type = OPTION_STRING,
	  .metavar = "TEXT",
	  .summary = "something that is worth remembering of it",
	  .offset = offsetof(struct options, note) },
	DRILL_LATE_OPTIONS(struct options, entry),
	DRILL_REASON_OPTION(struct options, entry.reason, "why it is late, corrected, or done"),
	DRILL_WHO_OPTIONS(struct options, entry),
	{ 0 },
};

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	struct drill_entry_request r = {
		.options = &o->entry,
		.entry = { .kind = ENTRY_TICK, .step = inv->argument[0], .text = o->note },
	};

	return drill_entry_run(inv, &r, err);
}

const struct command drill_tick_command = {
	.name = "tick",
	.summary = "a person's step of a drill is done, a gate opens, or the drill goes on",
	.description =
		"Says of the drill that is under way that STEP is done: a step of kind tick, or a "
		"gate, which opens; and of a failed step that asks (on_failure: ask) that the "
		"drill goes on all the same. The drill goes on within a second.\n\n"
		"A step is ticked when it is its turn: before that, the steps that it waits for "
		"are told. What was done at another time than now is ticked late, with --at and "
		"--reason. A step is ticked once; --supersede corrects its time or note, which "
		"stops nothing that has begun since. The time of the plan's start step is "
		"corrected "
		"no more once it is ticked and T+ runs, since all is measured from it: "
		"muster drill deviation or note tells when it should have begun. Of several people "
		"who tick a step at the same moment one does.\n\n"
		"Steps of phases that are for after the drill (after_end in its plan) are ticked "
		"when it is over, in any order, with --drill.\n\n"
		"With --json the document muster.drill-entry/v1 holds drill, number, author, at, "
		"recorded, late, kind, step, role, text, reason, severity, resolution, action (the "
		"number of an action item), supersedes and superseded_by; null where there is "
		"none.",
	.arguments = "STEP",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill tick channels\n"
		    "muster drill tick go --as \"Zoë\" --note \"all teams answered\"\n"
		    "muster drill tick scribe --at 10:05 --reason \"the laptop was not unlocked\"\n"
		    "muster drill tick meeting --drill latest  # the review, after the drill",
	.run = run,
};
