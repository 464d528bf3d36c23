/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill plan: what a drill consists of. */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/drill_plan_show.h"
#include "cmd/drill_plans.h"
#include "cmd/listing.h"
#include "model/json.h"

struct options {
	bool yaml;
};

static const struct option_row option_rows[] = {
	{ .name = "yaml",
	  .type = OPTION_FLAG,
	  .summary = "the plan's own text, to write another from",
	  .offset = offsetof(struct options, yaml) },
	{ 0 },
};

/* Plans that are built in need no configuration; one that is wrong is an error all the same. */
static int load_config(const struct invocation *inv, struct config *out, struct error *err)
{
	if (configuration_load(inv, out, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND || inv->global.config)
		return -1;
	error_clear(err);
	return 0;
}

static int print_list(const struct invocation *inv, const char *directory, struct error *err)
{
	static const struct listing_column columns[] = {
		{ .title = "PLAN" },
		{ .title = "STEPS", .right = true },
		{ .title = "TITLE", .gives_width = true },
	};
	CLEANUP(drill_plan_names_release)
	struct drill_plan_names names = { 0 };
	CLEANUP(listing_release)
	struct listing l = { .terminal = &inv->screen, .column = columns, .columns = 3 };

	if (drill_plan_names(directory, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		CLEANUP(drill_plan_release)
		struct drill_plan plan = { 0 };
		CLEANUP(config_complaints_release)
		struct config_complaints complaints = { 0 };
		struct error failure = ERROR_INIT;
		int rc = drill_plan_load(directory, names.item[i], &plan, &complaints, &failure);

		listing_text(&l, names.item[i]);
		listing_number(&l, rc == 0, plan.step_count);
		listing_text(&l, rc == 0 ? plan.title : failure.message);
	}
	return listing_print(&l, err);
}

static int print_list_json(const struct invocation *inv, const char *directory, struct error *err)
{
	CLEANUP(drill_plan_names_release)
	struct drill_plan_names names = { 0 };
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	if (drill_plan_names(directory, &names, err) < 0)
		return -1;
	for (size_t i = 0; list && i < names.count; i++)
		if (json_array_append_new(list, text_to_json(names.item[i])) < 0)
			return document_no_memory(err);
	return document_print_list(inv->out, "drill-plans", "plans", TAKE(list), err);
}

static int print_plan(const struct invocation *inv, const struct drill_plan *plan,
		      struct error *err)
{
	const struct options *options = inv->options;

	if (options->yaml)
		(void)fputs(plan->source.text, inv->out);
	else if (inv->global.json)
		return drill_plan_print_json(inv->out, plan, err);
	else
		drill_plan_print(&inv->screen, plan);
	return 0;
}

static int show_plan(const struct invocation *inv, const char *directory, struct error *err)
{
	CLEANUP(drill_plan_release)
	struct drill_plan plan = { 0 };
	CLEANUP(config_complaints_release)
	struct config_complaints complaints = { 0 };
	int rc = drill_plan_load(directory, inv->argument[0], &plan, &complaints, err);

	configuration_complain(&inv->message, &complaints);
	return rc < 0 ? -1 : print_plan(inv, &plan, err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *options = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };
	int rc;

	if (options->yaml && (!inv->argument_count || inv->global.json))
		return error_set(err, ERROR_USAGE,
				 "--yaml is of one plan, and goes without --json");
	if (load_config(inv, &config, err) < 0)
		return -1;
	if (inv->argument_count)
		rc = show_plan(inv, config.drill_plans, err);
	else if (inv->global.json)
		rc = print_list_json(inv, config.drill_plans, err);
	else
		rc = print_list(inv, config.drill_plans, err);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command drill_plan_command = {
	.name = "plan",
	.summary = "show a drill's plan as a checklist, and the order of its steps",
	.description =
		"Shows the plan PLAN: one of the directory drill.plans, or the built-in one, "
		"monthly, which follows the checklist of a monthly drill; without PLAN, the plans "
		"that there are. A PLAN with a \"/\" or that ends in \".yaml\" is a file. What is "
		"wrong with a plan is told with its line, here and by muster check-config: steps "
		"that wait for each other, names of nothing, milestones that waits make "
		"impossible, orders that show nothing (a sandbox removed before what is done in "
		"it, "
		"restores before what they need, validated before what it validates). A milestone "
		"that is missed when every step uses its objective up is a "
		"warning.\n\n"
		"A plan is YAML: \"version: 1\", title, start (the gate or tick with whose end T+ "
		"begins), validated (the step with whose end the recovery time ends), roles (a map "
		"of names and titles) and phases, a map of names. A phase has a title, a milestone "
		"(T+ by which its steps have done what they are for), after_end (true: its steps "
		"are ticked when "
		"the "
		"drill is over, as a review's are) and steps, a map of names that are unique in "
		"the plan. A step has a title and:\n\n"
		"kind: automatic (muster does it), command (a program does), tick (a person does, "
		"and says so; that is what a step is without it), gate (a person lets the drill go "
		"on) or wait.\n\n"
		"does, of an automatic one: ready, seal, fetch, restore, prove, sound, replicate, "
		"statistics, round-trip, deploy, health, smoke, workflows, monitor, logs, judge, "
		"remove or report; engine: postgresql, redis, rabbitmq or service, whose "
		"components "
		"are meant.\n\n"
		"command: the program and its words, a list; the last 2000 bytes that it writes "
		"stand "
		"in the drill's record as they are, so that it must write no secret. role: who "
		"does it, or watches over "
		"it; a gate needs one. after: a list of the steps that it waits for, [] for none; "
		"without it, the "
		"step before. objective: how long it may take, of a wait how long it takes. "
		"on_failure: go-on, stop (what depends on it is left out; what a gate does) or "
		"ask. always: true, of a step that begins also when what it waits for failed or "
		"was "
		"left out, as judge, remove and report do.\n\n"
		"With --json the document muster.drill-plan/v1 holds name, title, start, "
		"validated, "
		"ends_by, roles and phases[] of id, title, milestone, after_end and steps[] of id, "
		"title, "
		"kind, does, engine, command, role, after, objective, on_failure, always, "
		"begins_by and "
		"ends_by: seconds, those of T+ when each step uses its objective up; null where "
		"there is none. Without PLAN, muster.drill-plans/v1 holds plans[], their names.",
	.arguments = "[PLAN]",
	.arguments_max = 1,
	.options = option_rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill plan monthly\n"
		    "muster drill plan monthly --yaml >plans/own.yaml  # to change it",
	.run = run,
};
