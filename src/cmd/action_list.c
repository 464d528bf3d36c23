/* SPDX-License-Identifier: Apache-2.0 */
/* muster action list: what is to be done. */
#include "cmd/action_entry.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/listing.h"
#include "model/json.h"

struct options {
	bool all;
};

static const struct option_row rows[] = {
	{ .name = "all",
	  .letter = 'a',
	  .type = OPTION_FLAG,
	  .summary = "also what is done",
	  .offset = offsetof(struct options, all) },
	{ 0 },
};

static const struct listing_column columns[] = {
	{ .title = "ITEM", .right = true },
	{ .title = "DUE" },
	{ .title = "STATE" },
	{ .title = "OWNER" },
	{ .title = "RUN", .spare = 1 },
	{ .title = "TITLE", .gives_width = true },
};

static void list_state(struct listing *l, const struct action *a, const char *today)
{
	if (a->done)
		listing_text(l, "done");
	else if (action_is_overdue(a, today))
		listing_text(l, "OVERDUE");
	else if (a->deferrals)
		listing_format(l, "deferred %zux", a->deferrals);
	else
		listing_text(l, "open");
}

static int print(const struct invocation *inv, const struct actions *list, const char *today,
		 struct error *err)
{
	CLEANUP(listing_release)
	struct listing l = { .terminal = &inv->screen,
			     .column = columns,
			     .columns = sizeof(columns) / sizeof(*columns) };

	if (!list->count) {
		(void)fputs("nothing is to be done\n", inv->out);
		return 0;
	}
	for (size_t i = 0; i < list->count; i++) {
		const struct action *a = &list->item[i];

		listing_format(&l, "%lld", (long long)a->number);
		listing_text(&l, a->due);
		list_state(&l, a, today);
		listing_text(&l, a->owner);
		listing_text(&l, *a->run ? a->run : "-");
		listing_text(&l, a->title);
	}
	return listing_print(&l, err);
}

static int print_json(const struct invocation *inv, const struct actions *list, const char *today,
		      struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *items = json_array();

	for (size_t i = 0; items && i < list->count; i++)
		if (json_array_append_new(items, action_to_json(&list->item[i], today)) < 0)
			return document_no_memory(err);
	return document_print_list(inv->out, "action-list", "actions", TAKE(items), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *options = inv->options;
	CLEANUP(action_session_close)
	struct action_session s = { .now_ns = 0 };
	CLEANUP(actions_release)
	struct actions list = { 0 };
	int rc;

	if (action_session_open(inv, false, &s, err) < 0 ||
	    history_actions(s.history, options->all, &list, err) < 0)
		return -1;
	rc = inv->global.json ? print_json(inv, &list, s.today, err) :
				print(inv, &list, s.today, err);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command action_list_command = {
	.name = "list",
	.summary = "what is to be done, what is due first before the rest",
	.description =
		"Lists the action items that are open, with --all also those that are done. An "
		"item whose day is over is OVERDUE, one that got another day is deferred, with how "
		"often.\n\n"
		"With --json the document muster.action-list/v1 holds actions[] with the members "
		"of "
		"muster.action/v1.",
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster action list --all",
	.run = run,
};
