/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill resume: a hold is over, or a drill whose process is gone is taken up again. */
#include "cmd/commands.h"
#include "cmd/drill_carry.h"
#include "cmd/drill_entry.h"

struct options {
	struct drill_entry_options entry;
	bool detach;
};

static const struct option_row rows[] = {
	{ .name = "detach",
	  .type = OPTION_FLAG,
	  .summary = "carry a drill whose process is gone in the background",
	  .help = "muster drill watch shows it then.",
	  .offset = offsetof(struct options, detach) },
	DRILL_REASON_OPTION(struct options, entry.reason, "why, or what was done meanwhile"),
	DRILL_WHO_OPTIONS(struct options, entry),
	{ 0 },
};

/* Of which drill, and is nobody at it? */
static int look(const struct invocation *inv, char id[RUN_ID_SIZE], bool *is_dead,
		struct error *err)
{
	const struct options *o = inv->options;
	CLEANUP(drill_session_close)
	struct drill_session s = { .now_ns = 0 };
	const struct drill_question q = { .id = o->entry.drill };

	if (drill_session_open(inv, &q, &s, err) < 0)
		return -1;
	(void)snprintf(id, RUN_ID_SIZE, "%s", s.id);
	*is_dead = s.run.unattended;
	return 0;
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	struct drill_entry_request r = {
		.options = &o->entry,
		.entry = { .kind = ENTRY_RESUME, .text = o->entry.reason },
	};
	char id[RUN_ID_SIZE];
	bool is_dead = false;

	if (drill_entry_check_texts(&r, err) < 0 || look(inv, id, &is_dead, err) < 0)
		return -1;
	return is_dead ? drill_carry_on(inv, id, o->detach, err) : drill_entry_run(inv, &r, err);
}

const struct command drill_resume_command = {
	.name = "resume",
	.summary = "let a drill go on that is held, or whose process is gone",
	.description =
		"Ends the hold of the drill that is under way: new steps begin again.\n\n"
		"A drill whose process is gone, since it was killed or the machine went down, is "
		"taken up again, and carried to its end as by muster drill start: what is done and "
		"entered stays, what was cut short begins again, the clock has never stood still. "
		"That is possible for a day after its last sign of life.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick; of a "
		"drill that is taken up again it is its report, muster.run/v1.",
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill resume --reason \"the incident is over\"\n"
		    "muster drill resume --detach  # after a crash",
	.run = run,
};
