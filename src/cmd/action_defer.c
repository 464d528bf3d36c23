/* SPDX-License-Identifier: Apache-2.0 */
/* muster action defer: it is done later, for a reason. */
#include "cmd/action_entry.h"
#include "cmd/author.h"
#include "cmd/commands.h"

struct options {
	const char *due, *reason, *author;
};

static const struct option_row rows[] = {
	{ .name = "due",
	  .type = OPTION_STRING,
	  .metavar = "DAY",
	  .summary = "until when now: \"2027-03-01\"",
	  .offset = offsetof(struct options, due) },
	{ .name = "reason",
	  .type = OPTION_STRING,
	  .metavar = "TEXT",
	  .summary = "why, for everybody who sees it",
	  .offset = offsetof(struct options, reason) },
	AUTHOR_OPTION(struct options, author),
	{ 0 },
};

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	CLEANUP(action_session_close)
	struct action_session s = { .now_ns = 0 };
	char name[AUTHOR_SIZE];
	struct action_entry e = { .author = author_name(o->author, name),
				  .due = o->due,
				  .note = o->reason };
	int64_t number;

	if (action_read_number(inv->argument[0], &number, err) < 0 ||
	    action_check_text("--reason", o->reason, true, err) < 0 ||
	    author_check(o->author, err) < 0 || action_session_open(inv, true, &s, err) < 0 ||
	    action_check_due(s.today, o->due, err) < 0)
		return -1;
	e.at_ns = s.now_ns;
	if (history_action_defer(s.history, number, &e, err) < 0 ||
	    action_tell(inv, &s, number, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

const struct command action_defer_command = {
	.name = "defer",
	.summary = "an action item is due later, for a reason",
	.description =
		"Gives the open action item NUMBER another day. A reason is needed, and is shown "
		"with the number of times that the item was deferred.\n\n"
		"With --json the document is muster.action/v1, as of muster action add.",
	.arguments = "NUMBER",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples =
		"muster action defer 3 --due 2027-04-01 --reason \"the vendor's patch is late\"",
	.run = run,
};
