/* SPDX-License-Identifier: Apache-2.0 */
/* muster schedule: what runs when. */
#include "cmd/commands.h"

/* One line each. */
/* clang-format off */
static const struct command *const subcommands[] = {
	&schedule_list_command,
	&schedule_next_command,
	&schedule_test_command,
	&schedule_export_command,
	&schedule_run_command,
	&schedule_missed_command,
	&schedule_pause_command,
	&schedule_resume_command,
	NULL,
};
/* clang-format on */

const struct command schedule_command = {
	.name = "schedule",
	.summary = "what runs when, what was missed, and pauses",
	.description =
		"Times are written as systemd writes them (systemd.time(7), \"Calendar Events\"): "
		"weekdays, date, time and zone, each of which may be missing. Lists have commas, "
		"ranges \"..\", steps \"/\", and \"~\" counts days from the end of the month: "
		"\"Sun 01:00\", \"Thu *-*-1..7 10:00\" (the first Thursday of the month), "
		"\"Mon *-03,06,09,12~07/1 09:00\" (the last Monday of a quarter), \"daily\". The "
		"five fields of a cron line are understood, too, with a warning where cron means "
		"something else than one would think.\n\n"
		"Clocks that change neither lose a run nor double one: a time that they skip is "
		"shifted by as much (systemd leaves it out), of one that they show twice it is the "
		"first.",
	.subcommands = subcommands,
};
