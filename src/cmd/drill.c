/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill: the whole platform rebuilt against the clock. */
#include "cmd/commands.h"

/* One line each. */
/* clang-format off */
static const struct command *const subcommands[] = {
	&drill_plan_command,
	&drill_announce_command,
	&drill_start_command,
	&drill_list_command,
	&drill_show_command,
	&drill_watch_command,
	&drill_tick_command,
	&drill_refuse_command,
	&drill_note_command,
	&drill_issue_command,
	&drill_deviation_command,
	&drill_join_command,
	&drill_hold_command,
	&drill_resume_command,
	&drill_abort_command,
	&drill_close_command,
	&drill_entries_command,
	&drill_review_command,
	&drill_publish_command,
	NULL,
};
/* clang-format on */

const struct command drill_command = {
	.name = "drill",
	.summary = "the whole platform rebuilt from its backups, against the clock",
	.description =
		"A drill rebuilds the whole platform from its backups in one sealed sandbox, "
		"people's part included, and measures how long that takes and what would be lost. "
		"Its plan says what is done, by whom and in which order (muster drill plan); "
		"people "
		"are told beforehand (announce); start begins it, and carries it to its end.\n\n"
		"T+ begins when the plan's start is ticked, mostly the gate \"go\"; what comes "
		"before "
		"is preparation. The recovery time ends when the restored platform has been "
		"validated. muster does its own steps as soon as what they wait for is done; for "
		"people's it waits.\n\n"
		"Whoever takes part in a drill tells it from a terminal of their own what has "
		"happened: a step is done, a gate opens (tick) or does not (refuse), something is "
		"worth remembering (note, issue, deviation), the drill is to wait or to end (hold, "
		"resume, abort, close). Each such entry has an author and a time; a late one has "
		"both times and a reason. None is ever changed: another may supersede it, and both "
		"stay. Any number of people may do so at once, also while the drill's own process "
		"is busy or gone; nobody waits for a lock.\n\n"
		"All of these are of the drill that is under way, unless --drill names another: "
		"notes, issues and deviations may follow when it is over, and so do the steps of "
		"its review. show, review, publish and list tell what came of drills.",
	.examples = "muster drill start  # then, from other terminals:\n"
		    "muster drill watch\n"
		    "muster drill tick go",
	.subcommands = subcommands,
};
