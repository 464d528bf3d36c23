/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill resume: a hold is over, or a drill whose process is gone is taken up again. */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/drill_entry.h"
#include "cmd/drill_resume_dead.h"

struct options {
	struct drill_entry_options entry;
};

static const struct option_row rows[] = {
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
	return is_dead ? drill_resume_dead(inv, id, err) : drill_entry_run(inv, &r, err);
}

const struct command drill_resume_command = {
	.name = "resume",
	.summary = "let a drill go on that is held, or whose process is gone",
	.description =
		"Ends the hold of the drill that is under way: new steps begin again.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick.",
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill resume --reason \"the incident is over\"",
	.run = run,
};
