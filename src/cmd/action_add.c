/* SPDX-License-Identifier: Apache-2.0 */
/* muster action add: something is to be done. */
#include "cmd/action_entry.h"
#include "cmd/author.h"
#include "cmd/commands.h"

struct options {
	const char *owner, *due, *run, *author;
};

static const struct option_row rows[] = {
	{ .name = "owner",
	  .type = OPTION_STRING,
	  .metavar = "NAME",
	  .summary = "who sees to it",
	  .offset = offsetof(struct options, owner) },
	{ .name = "due",
	  .type = OPTION_STRING,
	  .metavar = "DAY",
	  .summary = "until when: \"2027-03-01\"",
	  .help = "A day in the platform's time zone.",
	  .offset = offsetof(struct options, due) },
	{ .name = "run",
	  .type = OPTION_STRING,
	  .metavar = "RUN",
	  .summary = "the run that showed it",
	  .help = "Its id, the beginning of it, or \"latest\".",
	  .offset = offsetof(struct options, run) },
	AUTHOR_OPTION(struct options, author),
	{ 0 },
};

static int add(const struct invocation *inv, const struct action_session *s, struct error *err)
{
	const struct options *o = inv->options;
	CLEANUP(run_release)
	struct run run = { .kind = NULL };
	char name[AUTHOR_SIZE];
	struct action_entry e = { .author = author_name(o->author, name),
				  .title = inv->argument[0],
				  .owner = o->owner,
				  .due = o->due,
				  .at_ns = s->now_ns };
	int64_t number;

	if (action_check_due(s->today, o->due, err) < 0 ||
	    (o->run && history_load_brief(s->history, o->run, &run, err) < 0))
		return -1;
	e.run = run.id;
	if (history_action_add(s->history, &e, &number, err) < 0)
		return -1;
	return action_tell(inv, s, number, err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	CLEANUP(action_session_close)
	struct action_session s = { .now_ns = 0 };

	if (action_check_text("TITLE", inv->argument[0], true, err) < 0 ||
	    action_check_text("--owner", o->owner, true, err) < 0 ||
	    author_check(o->author, err) < 0 || action_session_open(inv, true, &s, err) < 0 ||
	    add(inv, &s, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

const struct command action_add_command = {
	.name = "add",
	.summary = "somebody is to do something until a day",
	.description =
		"Adds the action item TITLE. --owner and --due are needed: what is nobody's, or "
		"due "
		"at no time, is not done. It gets the next number.\n\n"
		"With --json the document muster.action/v1 holds number, title, owner, due, "
		"overdue, run, author, added, deferrals, reason (of the last deferral), done (a "
		"time), done_by and note; null where there is none.",
	.arguments = "TITLE",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster action add \"Rotate the bucket's credentials\" --owner ops "
		    "--due 2027-03-01 --run latest",
	.run = run,
};
