/* SPDX-License-Identifier: Apache-2.0 */
/* muster action: what is to be done because of what runs and drills showed. */
#include "cmd/commands.h"

/* One line each. */
/* clang-format off */
static const struct command *const subcommands[] = {
	&action_list_command,
	&action_add_command,
	&action_done_command,
	&action_defer_command,
	NULL,
};
/* clang-format on */

const struct command action_command = {
	.name = "action",
	.summary = "action items: what is to be done, by whom, until when",
	.description =
		"A gap that a run or a drill showed is closed by somebody until some day, or it is "
		"found again the next time. An action item has an owner and a day, and stays in "
		"the "
		"list until it is done. Entries are never changed or removed: who added, deferred "
		"or did an item, when and why, is kept.",
	.subcommands = subcommands,
};
