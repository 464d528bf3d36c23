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

/* What there is to be gone on with. */
struct stopped {
	char id[RUN_ID_SIZE];
	bool is_dead; /* nobody carries it */
	bool is_held;
};

static int look(const struct invocation *inv, struct stopped *out, struct error *err)
{
	const struct options *o = inv->options;
	CLEANUP(drill_session_close)
	struct drill_session s = { .now_ns = 0 };
	const struct drill_question q = { .id = o->entry.drill };

	if (drill_session_open(inv, &q, &s, err) < 0)
		return -1;
	(void)snprintf(out->id, sizeof(out->id), "%s", s.id);
	out->is_dead = s.run.unattended;
	out->is_held = drill_record_is_held(&s.record);
	return 0;
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	struct drill_entry_request r = {
		.options = &o->entry,
		.entry = { .kind = ENTRY_RESUME, .text = o->entry.reason },
	};
	struct stopped drill = { .is_dead = false };

	if (drill_entry_check_texts(&r, err) < 0 || look(inv, &drill, err) < 0)
		return -1;
	if (!drill.is_dead)
		return drill_entry_run(inv, &r, err);
	/* who takes it up does not do so to keep it waiting */
	if (drill.is_held && drill_entry_enter(inv, &r, err) < 0)
		return -1;
	return drill_carry_on(inv, drill.id, o->detach, err);
}

const struct command drill_resume_command = {
	.name = "resume",
	.summary = "let a drill go on that is held, or whose process is gone",
	.description =
		"Ends the hold of the drill that is under way: new steps begin again.\n\n"
		"A drill whose process is gone, since it was killed or the machine went down, is "
		"taken up again, and carried to its end as by muster drill start: what is done and "
		"entered stays, what was cut short begins again, the clock has never stood still; "
		"a hold is ended by it, and a wait ends when it would have. "
		"That is possible for a day after its last sign of life.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick; of a "
		"drill that is taken up again it is its report, muster.run/v1, or with --detach "
		"muster.drill-begun/v1.",
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill resume --reason \"the incident is over\"\n"
		    "muster drill resume --detach  # after a crash",
	.run = run,
};
