/* SPDX-License-Identifier: Apache-2.0 */
/* muster notify list: what is to be told, and could not be. */
#include <string.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/listing.h"
#include "history/outbox.h"
#include "model/json.h"

struct list_options {
	bool all;
};

static const struct option_row rows[] = {
	{ .name = "all",
	  .letter = 'a',
	  .type = OPTION_FLAG,
	  .summary = "also those that were sent or dropped",
	  .help = "They are kept for 90 days.",
	  .offset = offsetof(struct list_options, all) },
	{ 0 },
};

static const struct listing_column columns[] = {
	{ .title = "ID", .right = true },
	{ .title = "RECEIVER" },
	{ .title = "EVENT" },
	{ .title = "STATE" },
	{ .title = "TRIED", .right = true, .spare = 2 },
	{ .title = "NEXT OR END", .spare = 1 },
	{ .title = "KEY", .gives_width = true, .spare = 3 },
	{ .title = "ANSWER" },
};

static void add_row(struct listing *l, const struct outbox_item *i)
{
	char time[CLOCK_RFC3339_SIZE];

	listing_format(l, "%lld", (long long)i->id);
	listing_text(l, i->receiver);
	listing_text(l, i->event);
	listing_text(l, outbox_state_name(i->state));
	listing_format(l, "%u", i->attempts);
	listing_text(l, clock_format_rfc3339(i->ended_ns ? i->ended_ns : i->due_ns, time));
	listing_text(l, i->key);
	listing_text(l, *i->answer ? i->answer : "-");
}

static int print(const struct invocation *inv, const struct outbox_items *all, struct error *err)
{
	const struct list_options *options = inv->options;
	struct listing l = { .terminal = &inv->screen,
			     .column = columns,
			     .columns = sizeof(columns) / sizeof(*columns) };
	int rc;

	if (!all->count) {
		(void)fputs(options->all ? "there are no notifications\n" :
					   "no notification waits, none was given up\n",
			    inv->out);
		return 0;
	}
	for (size_t i = 0; i < all->count; i++)
		add_row(&l, &all->item[i]);
	rc = listing_print(&l, err);
	listing_release(&l);
	return rc;
}

/* Without the file that goes with it: a whole report is for whom it is sent to. */
static json_t *notice_of(const struct outbox_item *i)
{
	json_t *notice = json_loads(i->document, 0, NULL);

	(void)json_object_del(notice, "file");
	return notice ? notice : json_null();
}

static json_t *item_to_json(const struct outbox_item *i)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "id", json_integer(i->id)) &&
	    member_put(o, "receiver", text_to_json(i->receiver)) &&
	    member_put(o, "key", text_to_json(i->key)) &&
	    member_put(o, "event", text_to_json(i->event)) &&
	    member_put(o, "state", text_to_json(outbox_state_name(i->state))) &&
	    member_put(o, "attempts", json_integer(i->attempts)) &&
	    member_put(o, "created", time_to_json(i->created_ns)) &&
	    member_put(o, "next", i->ended_ns ? json_null() : time_to_json(i->due_ns)) &&
	    member_put(o, "ended", time_to_json(i->ended_ns)) &&
	    member_put(o, "answer", text_to_json(i->answer)) &&
	    member_put(o, "notice", notice_of(i)))
		return TAKE(o);
	return NULL;
}

static int print_json(const struct invocation *inv, const struct outbox_items *all,
		      struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < all->count; i++) {
		if (json_array_append_new(list, item_to_json(&all->item[i])) < 0)
			return document_no_memory(err);
	}
	return document_print_list(inv->out, "notify-list", "notifications", TAKE(list), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct list_options *options = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	CLEANUP(outbox_items_release)
	struct outbox_items all = { 0 };
	int rc;

	if (configuration_load(inv, &config, err) < 0 ||
	    history_open_read(config.state_dir, &h, err) < 0 ||
	    outbox_list(h, options->all, &all, err) < 0)
		return -1;
	rc = inv->global.json ? print_json(inv, &all, err) : print(inv, &all, err);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command notify_list_command = {
	.name = "list",
	.summary = "list the notifications that wait and those given up",
	.description =
		"Lists what is still to be told and what was given up: to whom, how often it was "
		"tried, when it is tried next or was given up, and what the other side said last. "
		"One that waits behind another of its key is not tried before that.\n\n"
		"With --json the document muster.notify-list/v1 holds notifications[] of id, "
		"receiver, key, event, state (waiting, sent, given-up, dropped), attempts, "
		"created, next, "
		"ended, answer and notice (what is told, as webhooks get it).",
	.options = rows,
	.options_size = sizeof(struct list_options),
	.examples = "muster notify list --all",
	.run = run,
};
