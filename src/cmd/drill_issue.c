/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill issue: something goes wrong in a drill. */
#include "cmd/commands.h"
#include "cmd/drill_entry.h"

struct options {
	struct drill_entry_options entry;
	const char *step, *resolution, *action, *owner, *due;
	int severity; /* of `severities`; -1: not given */
};

static const char *const severities[] = { "low", "medium", "high", "critical", NULL };

static const struct option_row rows[] = {
	{ .name = "severity",
	  .type = OPTION_CHOICE,
	  .choices = severities,
	  .summary = "how grave it is",
	  .offset = offsetof(struct options, severity) },
	{ .name = "resolution",
	  .type = OPTION_STRING,
	  .metavar = "TEXT",
	  .summary = "what was done about it",
	  .offset = offsetof(struct options, resolution) },
	{ .name = "step",
	  .type = OPTION_STRING,
	  .metavar = "STEP",
	  .summary = "the step in which it showed",
	  .offset = offsetof(struct options, step) },
	{ .name = "action",
	  .type = OPTION_STRING,
	  .metavar = "TITLE",
	  .summary = "add an action item, too; needs --owner and --due",
	  .help = "It is in muster action list then, until somebody has done it.",
	  .offset = offsetof(struct options, action) },
	{ .name = "owner",
	  .type = OPTION_STRING,
	  .metavar = "NAME",
	  .summary = "who sees to the action item",
	  .offset = offsetof(struct options, owner) },
	{ .name = "due",
	  .type = OPTION_STRING,
	  .metavar = "DAY",
	  .summary = "until when: \"2027-03-01\"",
	  .offset = offsetof(struct options, due) },
	DRILL_LATE_OPTIONS(struct options, entry),
	DRILL_REASON_OPTION(struct options, entry.reason, "why it is late or corrected"),
	DRILL_WHO_OPTIONS(struct options, entry),
	{ 0 },
};

static int check(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;

	if ((o->owner || o->due) && !o->action)
		return error_set(err, ERROR_USAGE, "--owner and --due are of an --action");
	if (o->entry.supersedes)
		return 0;
	if (!inv->argument_count)
		return error_set(err, ERROR_USAGE, "TEXT is missing");
	if (o->severity >= 0)
		return 0;
	(void)error_set(err, ERROR_USAGE, "--severity is missing");
	return error_hint(err, "low, medium, high or critical");
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	const struct action_entry action = { .title = o->action, .owner = o->owner, .due = o->due };
	struct drill_entry_request r = {
		.options = &o->entry,
		.entry = { .kind = ENTRY_ISSUE,
			   .step = o->step,
			   .text = inv->argument_count ? inv->argument[0] : NULL,
			   .resolution = o->resolution,
			   .severity = (enum entry_severity)(o->severity + ENTRY_SEVERITY_LOW) },
		.action = o->action ? &action : NULL,
	};

	if (check(inv, err) < 0)
		return -1;
	return drill_entry_run(inv, &r, err);
}

const struct command drill_issue_command = {
	.name = "issue",
	.summary = "something goes wrong in a drill",
	.description =
		"Adds the issue TEXT to the drill that is under way; with --drill, also to one "
		"that is over. --severity is needed. With --action somebody is to do something "
		"about it: the action item is added together with the issue, or neither is.\n\n"
		"What is known later, such as what was done about it, is told by another entry "
		"that replaces the first: --supersede N --reason TEXT, and only what is new; TEXT "
		"and the severity may be left out then.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick.",
	.arguments = "[TEXT]",
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.options_default = &(const struct options){ .severity = -1 },
	.examples =
		"muster drill issue \"the runbook names a host that is gone\" --severity medium "
		"--action \"Correct the runbook\" --owner dba --due 2027-03-01\n"
		"muster drill issue --supersede 7 --resolution \"the index was built again\" "
		"--reason \"known now\"",
	.run = run,
};
