/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill start: the drill begins. */
#include <string.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/drill_carry.h"

struct options {
	bool automatic, local, detach;
	int scenario;
	struct option_list lost;
	const char *trusted;
	unsigned jobs;
};

static const char *const scenarios[] = {
#define X(id, name) name,
	DRILL_SCENARIO_TABLE(X)
#undef X
		NULL
};

static const struct option_row rows[] = {
	{ .name = "auto",
	  .type = OPTION_FLAG,
	  .summary = "nobody is there: what people do is left out",
	  .help = "Their ticks and gates are recorded as skipped, never as ticked; T+ begins when "
		  "the machine is ready.",
	  .offset = offsetof(struct options, automatic) },
	{ .name = "scenario",
	  .type = OPTION_CHOICE,
	  .choices = scenarios,
	  .summary = "what has happened (data-centre)",
	  .help = "data-centre: everything is lost but the backups. component-lost: only the "
		  "components of --lost are. newest-unusable: the newest set of each component "
		  "may not be used. offsite-only: nothing is left but the off-site copy. "
		  "person-absent: whoever has a role is not there, and another must stand in. "
		  "corrupted-primary: sets newer than --trusted-until may not be used.",
	  .offset = offsetof(struct options, scenario) },
	{ .name = "lost",
	  .type = OPTION_LIST,
	  .metavar = "COMPONENT",
	  .summary = "of component-lost: what is lost",
	  .offset = offsetof(struct options, lost) },
	{ .name = "trusted-until",
	  .type = OPTION_STRING,
	  .metavar = "TIME",
	  .summary = "of corrupted-primary: the last time when the data was sound",
	  .help = "As RFC 3339 writes it: \"2027-03-01T00:00:00Z\".",
	  .offset = offsetof(struct options, trusted) },
	{ .name = "local",
	  .type = OPTION_FLAG,
	  .summary = "restore from the repository, though there is an off-site copy",
	  .offset = offsetof(struct options, local) },
	{ .name = "jobs",
	  .letter = 'j',
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "sessions of each restore at a time",
	  .offset = offsetof(struct options, jobs) },
	{ .name = "detach",
	  .type = OPTION_FLAG,
	  .summary = "go on in the background when it has begun",
	  .help = "muster drill watch shows it then.",
	  .offset = offsetof(struct options, detach) },
	{ 0 },
};

/* What goes with one scenario only. */
static int take_scenario(const struct options *o, struct drill_wishes *w, struct error *err)
{
	w->scenario = (enum drill_scenario)o->scenario;
	if ((w->scenario == DRILL_SCENARIO_COMPONENT_LOST) != (o->lost.count > 0))
		return error_set(err, ERROR_USAGE,
				 "--lost COMPONENT and --scenario=component-lost go together");
	if ((w->scenario == DRILL_SCENARIO_CORRUPTED_PRIMARY) != (o->trusted != NULL))
		return error_set(
			err, ERROR_USAGE,
			"--trusted-until TIME and --scenario=corrupted-primary go together");
	if (o->trusted && clock_parse_rfc3339(o->trusted, &w->trusted_until_ns) < 0)
		return error_set(err, ERROR_USAGE,
				 "--trusted-until: \"%.100s\" is no time, such as "
				 "2027-03-01T00:00:00Z",
				 o->trusted);
	if (o->local && w->scenario == DRILL_SCENARIO_OFFSITE_ONLY)
		return error_set(err, ERROR_USAGE,
				 "--local and --scenario=offsite-only contradict");
	w->lost = o->lost.item;
	w->lost_count = o->lost.count;
	return 0;
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	struct drill_wishes w = { .plan = inv->argument_count ? inv->argument[0] : NULL,
				  .automatic = o->automatic,
				  .local = o->local,
				  .jobs = o->jobs,
				  .detached = o->detach };

	if (take_scenario(o, &w, err) < 0)
		return -1;
	return drill_carry(inv, &w, err);
}

const struct command drill_start_command = {
	.name = "start",
	.summary = "begin a drill, and carry it to its end",
	.description =
		"Looks whether it can begin (backups there and recent, room, programs), seals an "
		"empty sandbox, waits for the word \"go\", restores the whole platform into the "
		"sandbox from the off-site copy where there is one, proves what came back, starts "
		"the services, tries them, measures, and writes metrics and report: whatever PLAN "
		"(monthly, unless given) says; muster drill plan shows it.\n\n"
		"This process carries the drill: when it ends, so does the sandbox. People take "
		"part from other terminals: muster drill tick, refuse, note, issue, hold. One that "
		"was killed goes on with muster drill resume; while that can be, no other begins, "
		"unless "
		"both are automatic, or it began a day ago and the new one is automatic: then it "
		"is "
		"ended as an error, interrupted.\n\n"
		"With --json the document at the end is muster.run/v1, as muster run show has it; "
		"with --detach as well it is muster.drill-begun/v1, which holds drill.",
	.arguments = "[PLAN]",
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill start                        # with people\n"
		    "muster drill start --auto                 # what the machine can do\n"
		    "muster drill start --scenario=component-lost --lost redis-main\n"
		    "muster drill start --detach && muster drill watch",
	.run = run,
};
