/* SPDX-License-Identifier: Apache-2.0 */
/* muster notify retry: again, after what was in the way is gone. */
#include "cmd/commands.h"
#include "cmd/notify_change.h"

static int run(const struct invocation *inv, struct error *err)
{
	size_t count = 0;

	if (notify_change(inv, outbox_retry, &count, err) < 0)
		return -1;
	if (inv->global.json)
		return notify_change_print(inv, "notify-retry", count, err) < 0 ? -1 :
										  EXIT_CODE_PASS;
	(void)fprintf(inv->out, "%zu notification%s will be tried again\n", count,
		      count == 1 ? "" : "s");
	if (count && !inv->global.quiet)
		(void)fputs("Next: muster notify deliver\n", inv->out);
	return EXIT_CODE_PASS;
}

const struct command notify_retry_command = {
	.name = "retry",
	.summary = "try notifications again that wait or were given up",
	.description =
		"Makes the notifications named, or all that wait or were given up, due at once, "
		"as if they had just come up. The next delivery takes them.\n\n"
		"With --json the document muster.notify-retry/v1 holds count.",
	.arguments = "[ID...]",
	.arguments_max = ARGUMENTS_ANY,
	.examples = "muster notify retry && muster notify deliver",
	.run = run,
};
