/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill hold, abort: people stop a drill for a while, or for good. */
#include "cmd/commands.h"
#include "cmd/drill_entry.h"

struct options {
	struct drill_entry_options entry;
};

static const struct option_row rows[] = {
	DRILL_REASON_OPTION(struct options, entry.reason, "why, for everybody who reads of it"),
	DRILL_WHO_OPTIONS(struct options, entry),
	{ 0 },
};

static int stop(const struct invocation *inv, enum entry_kind kind, const char *what,
		struct error *err)
{
	const struct options *o = inv->options;
	struct drill_entry_request r = {
		.options = &o->entry,
		.entry = { .kind = kind, .text = o->entry.reason },
	};

	if (drill_entry_need_reason(what, o->entry.reason, err) < 0)
		return -1;
	return drill_entry_run(inv, &r, err);
}

static int run_hold(const struct invocation *inv, struct error *err)
{
	return stop(inv, ENTRY_HOLD, "a hold", err);
}

static int run_abort(const struct invocation *inv, struct error *err)
{
	return stop(inv, ENTRY_ABORT, "an abort", err);
}

const struct command drill_hold_command = {
	.name = "hold",
	.summary = "let no new step of a drill begin for now",
	.description =
		"No new step of the drill that is under way begins until muster drill resume; what "
		"is under way goes on to its end. The clock goes on: the time of the hold is told "
		"in the report, and subtracted from nothing. A reason is needed.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick.",
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill hold --reason \"a real incident has come in between\"",
	.run = run_hold,
};

const struct command drill_abort_command = {
	.name = "abort",
	.summary = "break a drill off",
	.description =
		"Ends the drill that is under way: what runs is stopped, what has not begun is "
		"left out, the sandbox is removed, and the report tells how far it came. The drill "
		"ends as an error then, or as failed when something had failed, or was late, by "
		"then. A reason is needed.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick.",
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill abort --reason \"the network is needed for a real incident\"",
	.run = run_abort,
};
