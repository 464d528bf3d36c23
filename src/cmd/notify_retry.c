/* SPDX-License-Identifier: Apache-2.0 */
/* muster notify retry: again, after what was in the way is gone. */
#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/notify_id.h"
#include "history/outbox.h"
#include "model/json.h"

/* All that are named, or none. */
static int retry(const struct invocation *inv, struct history *h, size_t *count, struct error *err)
{
	int64_t now_ns = clock_wall_ns();

	if (!inv->argument_count)
		return outbox_retry(h, 0, now_ns, count, err);
	for (size_t i = 0; i < inv->argument_count; i++) {
		int64_t id = 0;
		size_t one = 0;

		if (notify_id_parse(inv->argument[i], &id, err) < 0 ||
		    outbox_retry(h, id, now_ns, &one, err) < 0)
			return -1;
		*count += one;
	}
	return 0;
}

static int tell(const struct invocation *inv, size_t count, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = NULL;

	if (!inv->global.json) {
		(void)fprintf(inv->out, "%zu notification%s will be tried again\n", count,
			      count == 1 ? "" : "s");
		if (count && !inv->global.quiet)
			(void)fputs("Next: muster notify deliver\n", inv->out);
		return 0;
	}
	o = document_new("notify-retry");
	if (!o || !member_put(o, "count", json_integer((json_int_t)count)))
		return document_no_memory(err);
	return document_print(inv->out, TAKE(o), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	size_t count = 0;

	if (configuration_load(inv, &config, err) < 0 ||
	    history_open(config.state_dir, &h, err) < 0 || history_begin(h, err) < 0)
		return -1;
	if (history_end(h, retry(inv, h, &count, err), err) < 0 || tell(inv, count, err) < 0)
		return -1;
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
