/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill: the whole platform rebuilt against the clock. */
#include "cmd/commands.h"

static const struct command *const subcommands[] = {
	&drill_plan_command,
	NULL,
};

const struct command drill_command = {
	.name = "drill",
	.summary = "plans of drills: who does what, in which order, by when",
	.description =
		"A drill rebuilds the whole platform from its backups against the clock, people's "
		"part included. This version reads, checks and shows their plans; it does not "
		"carry "
		"them out yet.",
	.subcommands = subcommands,
};
