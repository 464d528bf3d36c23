/* SPDX-License-Identifier: Apache-2.0 */
/* muster notify drop: what nobody needs to be told any more. */
#include "cmd/commands.h"
#include "cmd/notify_change.h"

static int run(const struct invocation *inv, struct error *err)
{
	size_t count = 0;

	if (notify_change(inv, outbox_drop, &count, err) < 0)
		return -1;
	if (inv->global.json)
		return notify_change_print(inv, "notify-drop", count, err) < 0 ? -1 :
										 EXIT_CODE_PASS;
	(void)fprintf(inv->out, "%zu notification%s dropped\n", count, count == 1 ? "" : "s");
	return EXIT_CODE_PASS;
}

const struct command notify_drop_command = {
	.name = "drop",
	.summary = "tell nobody any more of notifications that wait or were given up",
	.description =
		"Ends the notifications named, which wait or were given up, for good: they are not "
		"tried again, and muster status warns of them no more. They stay in muster notify "
		"list --all, as dropped, for 90 days. It is for what is known by now, or was for "
		"a receiver that is no longer configured.\n\n"
		"With --json the document muster.notify-drop/v1 holds count.",
	.arguments = "ID...",
	.arguments_min = 1,
	.arguments_max = ARGUMENTS_ANY,
	.examples = "muster notify list\nmuster notify drop 17",
	.run = run,
};
