/* SPDX-License-Identifier: Apache-2.0 */
/* muster action done: somebody has done it. */
#include "cmd/action_entry.h"
#include "cmd/author.h"
#include "cmd/commands.h"

struct options {
	const char *note, *author;
};

static const struct option_row rows[] = {
	{ .name = "note",
	  .type = OPTION_STRING,
	  .metavar = "TEXT",
	  .summary = "what was done",
	  .offset = offsetof(struct options, note) },
	AUTHOR_OPTION(struct options, author),
	{ 0 },
};

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	CLEANUP(action_session_close)
	struct action_session s = { .now_ns = 0 };
	char name[AUTHOR_SIZE];
	struct action_entry e = { .author = author_name(o->author, name), .note = o->note };
	int64_t number;

	if (action_read_number(inv->argument[0], &number, err) < 0 ||
	    action_check_text("--note", o->note, false, err) < 0 ||
	    author_check(o->author, err) < 0 || action_session_open(inv, true, &s, err) < 0)
		return -1;
	e.at_ns = s.now_ns;
	if (history_action_done(s.history, number, &e, err) < 0 ||
	    action_tell(inv, &s, number, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

const struct command action_done_command = {
	.name = "done",
	.summary = "an action item is done",
	.description = "Closes the action item NUMBER. It leaves the list; action list --all shows "
		       "it.\n\n"
		       "With --json the document is muster.action/v1, as of muster action add.",
	.arguments = "NUMBER",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster action done 3 --note \"rotated by a timer now, CHG-1234\"",
	.run = run,
};
