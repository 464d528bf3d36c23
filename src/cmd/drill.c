/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill: the whole platform rebuilt against the clock. */
#include "cmd/commands.h"

/* One line each. */
/* clang-format off */
static const struct command *const subcommands[] = {
	&drill_plan_command,
	&drill_announce_command,
	&drill_start_command,
	NULL,
};
/* clang-format on */

const struct command drill_command = {
	.name = "drill",
	.summary = "plans of drills, and their announcement",
	.description =
		"A drill rebuilds the whole platform from its backups against the clock, people's "
		"part included. This version reads, checks and shows their plans, and announces "
		"drills; it does not carry them out yet.",
	.subcommands = subcommands,
};
