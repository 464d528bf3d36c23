/* SPDX-License-Identifier: Apache-2.0 */
/* muster notify drop: what nobody needs to be told any more. */
#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/notify_id.h"
#include "history/outbox.h"
#include "model/json.h"

/* All that are named, or none. */
static int drop(const struct invocation *inv, struct history *h, struct error *err)
{
	int64_t now_ns = clock_wall_ns();

	for (size_t i = 0; i < inv->argument_count; i++) {
		int64_t id = 0;

		if (notify_id_parse(inv->argument[i], &id, err) < 0 ||
		    outbox_drop(h, id, now_ns, err) < 0)
			return -1;
	}
	return 0;
}

static int tell(const struct invocation *inv, struct error *err)
{
	size_t count = inv->argument_count;
	CLEANUP(cleanup_json)
	json_t *o = NULL;

	if (!inv->global.json) {
		(void)fprintf(inv->out, "%zu notification%s dropped\n", count,
			      count == 1 ? "" : "s");
		return 0;
	}
	o = document_new("notify-drop");
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

	if (configuration_load(inv, &config, err) < 0 ||
	    history_open(config.state_dir, &h, err) < 0 || history_begin(h, err) < 0)
		return -1;
	if (history_end(h, drop(inv, h, err), err) < 0 || tell(inv, err) < 0)
		return -1;
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
