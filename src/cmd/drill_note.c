/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill note, muster drill deviation: what is worth remembering of a drill. */
#include "cmd/commands.h"
#include "cmd/drill_entry.h"

struct options {
	struct drill_entry_options entry;
	const char *step;
};

static const struct option_row rows[] = {
	{ .name = "step",
	  .type = OPTION_STRING,
	  .metavar = "STEP",
	  .summary = "the step that it is about",
	  .offset = offsetof(struct options, step) },
	DRILL_LATE_OPTIONS(struct options, entry),
	DRILL_REASON_OPTION(struct options, entry.reason, "why it is late or corrected"),
	DRILL_WHO_OPTIONS(struct options, entry),
	{ 0 },
};

static int say(const struct invocation *inv, enum entry_kind kind, struct error *err)
{
	const struct options *o = inv->options;
	struct drill_entry_request r = {
		.options = &o->entry,
		.entry = { .kind = kind, .step = o->step, .text = inv->argument[0] },
	};

	return drill_entry_run(inv, &r, err);
}

static int run_note(const struct invocation *inv, struct error *err)
{
	return say(inv, ENTRY_NOTE, err);
}

static int run_deviation(const struct invocation *inv, struct error *err)
{
	return say(inv, ENTRY_DEVIATION, err);
}

const struct command drill_note_command = {
	.name = "note",
	.summary = "write something down in a drill",
	.description =
		"Adds TEXT to the drill that is under way, with its author and time, for the "
		"timeline of its report; with --drill, also to one that is over. At most 4000 "
		"bytes.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick.",
	.arguments = "TEXT",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill note \"the chat was down for five minutes\" --at 10:20 "
		    "--reason \"the chat was down\"\n"
		    "muster drill note \"slower than in November\" --step restore-postgresql",
	.run = run_note,
};

const struct command drill_deviation_command = {
	.name = "deviation",
	.summary = "something in a drill is done otherwise than planned",
	.description =
		"Writes down that something is done otherwise than the plan says, such as \"the "
		"copy on this host was used, not the one off site\": the report tells it beside "
		"its results, since they may mean something else then. What muster itself does "
		"otherwise it writes down by itself.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick.",
	.arguments = "TEXT",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill deviation \"the application lead took part by phone only\"",
	.run = run_deviation,
};
