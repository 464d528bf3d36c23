/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill join: somebody takes a role in a drill. */
#include "cmd/commands.h"
#include "cmd/drill_entry.h"

struct options {
	struct drill_entry_options entry;
};

static const struct option_row rows[] = {
	DRILL_LATE_OPTIONS(struct options, entry),
	DRILL_REASON_OPTION(struct options, entry.reason, "why it is late or corrected"),
	DRILL_WHO_OPTIONS(struct options, entry),
	{ 0 },
};

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	struct drill_entry_request r = {
		.options = &o->entry,
		.entry = { .kind = ENTRY_PARTICIPANT,
			   .role = inv->argument[0],
			   .text = inv->argument_count > 1 ? inv->argument[1] : NULL },
	};

	return drill_entry_run(inv, &r, err);
}

const struct command drill_join_command = {
	.name = "join",
	.summary = "take a role in a drill",
	.description =
		"You take part in the drill that is under way as ROLE, one of the roles of its "
		"plan (coordinator, scribe, dba … of the monthly one), or PERSON does. The report "
		"tells who took part. Several people may have one role, and one person several.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick.",
	.arguments = "ROLE [PERSON]",
	.arguments_min = 1,
	.arguments_max = 2,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill join scribe\n"
		    "muster drill join dba \"Zoë\"  # who has no terminal here",
	.run = run,
};
