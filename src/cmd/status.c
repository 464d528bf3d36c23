/* SPDX-License-Identifier: Apache-2.0 */
/* muster status: could the platform be brought back now, as far as we know? */
#include <string.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/proven.h"
#include "cmd/report_format.h"
#include "cmd/schedule_state.h"
#include "cmd/status_drill.h"
#include "history/history.h"
#include "history/outbox.h"
#include "report/readiness.h"
#include "repository/catalogue.h"

struct status_options {
	bool nagios;
};

static const struct option_row options[] = {
	{ .name = "nagios",
	  .type = OPTION_FLAG,
	  .summary = "one status line with performance data; exit 0, 1, 2 or 3",
	  .help = "For Nagios, Icinga and their kin: OK, WARNING, CRITICAL, UNKNOWN.",
	  .offset = offsetof(struct status_options, nagios) },
	{ 0 },
};

/* Older runs than these are not asked for a proof: it would be stale many times over. */
enum { RUNS_ASKED = 60 };

static void fill(struct readiness_component *c, const struct component_config *config)
{
	*c = (struct readiness_component){
		.name = config->name,
		.engine = engine_kind_name(config->engine),
		.has_backups = config_has_backups(config),
		.set = "",
		.max_age_ns = config->backups.max_age_ns,
		.rto_ns = config->rto_ns,
		.rpo_ns = config->rpo_ns,
		.no_set = config->severity[CHECK_EXISTS],
		.old_set = config->severity[CHECK_AGE],
	};
}

/* The newest runs as a whole: one is nearly always enough for all components. */
static int learn_from_newest(struct history *h, struct readiness *r, struct error *err)
{
	struct history_filter filter = { .kind = "verify", .limit = RUNS_ASKED, .has_come = true };
	struct run *runs = NULL, whole = { 0 };
	size_t count = 0;
	bool curious = true;
	int rc = history_list(h, &filter, &runs, &count, err);

	for (size_t i = 0; rc == 0 && curious && i < count; i++) {
		rc = history_load_brief(h, runs[i].id, &whole, err);
		if (rc == 0)
			curious = readiness_learn(r, &whole);
		run_release(&whole);
	}
	history_free_runs(runs, count);
	return rc;
}

/* A component that the newest runs left out, by name. */
static int learn_last(struct history *h, struct readiness *r, const char *name, struct error *err)
{
	struct run run = { 0 };
	int rc = history_last_run(h, "verify", name, &run, err);

	if (rc < 0 && err->kind == ERROR_NOT_FOUND) {
		error_clear(err);
		return 0;
	}
	if (rc == 0)
		(void)readiness_learn(r, &run);
	run_release(&run);
	return rc;
}

/* What the readiness borrows from. */
struct status_sources {
	struct catalogue sets;
	struct history_holders holders;
	struct readiness_run *running;
	struct schedule_states states;
	struct readiness_schedule *schedules;
	struct status_drill drill;
};

static void sources_release(struct status_sources *s)
{
	catalogue_release(&s->sets);
	history_holders_release(&s->holders);
	free(s->running);
	schedule_states_release(&s->states);
	free(s->schedules);
	status_drill_release(&s->drill);
}

static int learn_running(struct history *h, struct status_sources *from, struct readiness *r,
			 struct error *err)
{
	const struct history_holders *holders = &from->holders;

	if (history_holders(h, &from->holders, err) < 0)
		return -1;
	from->running = calloc(holders->count + 1, sizeof(*from->running));
	if (!from->running)
		return error_set(err, ERROR_NOMEM, "no memory for the runs under way");
	for (size_t i = 0; i < holders->count; i++) {
		const struct history_holder *holder = &holders->item[i];

		from->running[i] = (struct readiness_run){
			.run = holder->run,
			.command = holder->command,
			.component = (const char *const *)holder->component,
			.component_count = holder->component_count,
			.pid = holder->pid,
			.since_ns = holder->since_ns,
		};
	}
	r->running = from->running;
	r->running_count = holders->count;
	return 0;
}

static int learn_schedules(const struct config *config, struct history *h,
			   struct status_sources *from, struct readiness *r, struct error *err)
{
	if (schedule_states_learn(config, h, r->at_ns, &from->states, err) < 0)
		return -1;
	from->schedules = schedule_states_readiness(&from->states);
	if (!from->schedules)
		return error_set(err, ERROR_NOMEM, "no memory for the schedules");
	r->schedule = from->schedules;
	r->schedule_count = from->states.count;
	return 0;
}

/* Longer ago than this there is nothing left to be done about it. */
#define GIVEN_UP_LATELY_NS (INT64_C(7) * 86400 * NS_PER_SECOND)

static int learn_undelivered(struct history *h, struct readiness *r, struct error *err)
{
	struct outbox_counts counts = { 0 };

	if (outbox_count(h, r->at_ns - GIVEN_UP_LATELY_NS, &counts, err) < 0)
		return -1;
	r->undelivered = (size_t)counts.given_up_lately;
	return 0;
}

static int learn(const struct config *config, struct status_sources *from, struct readiness *r,
		 struct error *err)
{
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	CLEANUP(proofs_release)
	struct proofs proofs = { 0 };

	if (history_open_read(config->state_dir, &h, err) < 0 ||
	    learn_running(h, from, r, err) < 0 || learn_undelivered(h, r, err) < 0 ||
	    learn_from_newest(h, r, err) < 0 || learn_schedules(config, h, from, r, err) < 0 ||
	    status_drill_learn(config, h, &from->states, &from->drill, r, err) < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++) {
		if (!r->component[i].run[0] && learn_last(h, r, r->component[i].name, err) < 0)
			return -1;
	}
	if (history_proofs(h, NULL, &proofs, err) < 0)
		return -1;
	proven_learn(&from->sets, config, &proofs, r);
	return 0;
}

static bool holds_part_of(const struct backup_set *set, const char *component)
{
	for (size_t i = 0; i < set->file_count; i++) {
		if (strcmp(set->file[i].component->name, component) == 0)
			return true;
	}
	return false;
}

static struct backup_set *newest_of(struct catalogue *sets, const char *component)
{
	for (size_t i = 0; i < sets->set_count; i++) {
		if (holds_part_of(&sets->set[i], component))
			return &sets->set[i];
	}
	return NULL;
}

/* The manifest knows the set's time best; what is wrong with it is for verify to say. */
static int take_time(struct backup_set *set, struct error *err)
{
	struct findings findings = FINDINGS_INIT("manifest");
	int rc = set->manifest ? 0 : catalogue_load_manifest(set, &findings, err);

	findings_release(&findings);
	if (rc < 0 && err->kind != ERROR_NOMEM) {
		error_clear(err);
		return 0;
	}
	return rc;
}

/* Keeps the sets' names in `sets`, which must live as long as `r`. */
static int learn_sets(const struct config *config, struct catalogue *sets, struct readiness *r,
		      struct error *err)
{
	if (catalogue_load(config, sets, err) < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++) {
		struct readiness_component *c = &r->component[i];
		struct backup_set *set = c->has_backups ? newest_of(sets, c->name) : NULL;

		c->set_known = c->has_backups;
		if (!set)
			continue;
		if (take_time(set, err) < 0)
			return -1;
		c->set = set->id;
		c->set_time_ns = set->time_ns;
	}
	return 0;
}

static int show(const struct invocation *inv, const struct readiness *r, struct error *err)
{
	const struct status_options *chosen = inv->options;
	struct report_style style = report_style_of(&inv->screen);
	CLEANUP(buf_release)
	struct buf text = { 0 };
	int rc;

	if (chosen->nagios)
		rc = readiness_nagios(r, &text);
	else if (inv->global.json)
		rc = readiness_json(r, &text);
	else
		rc = readiness_text(r, &style, &text);
	if (rc < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the result");
	if (fwrite(text.ptr, 1, text.len, inv->out) != text.len)
		return error_set_errno(err, ERROR_IO, "write the result");
	return chosen->nagios ? report_nagios_code(r->state) :
				exit_code_of_verdict(r->state, false);
}

static int assess(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(sources_release)
	struct status_sources from = { .running = NULL };
	CLEANUP(cleanup_free)
	struct readiness_component *components = NULL;
	struct readiness r = { .at_ns = clock_wall_ns() };

	if (configuration_load(inv, &config, err) < 0)
		return -1;
	components = calloc(config.component_count + 1, sizeof(*components));
	if (!components)
		return error_set(err, ERROR_NOMEM, "no memory for %zu components",
				 config.component_count);
	for (size_t i = 0; i < config.component_count; i++) {
		if (config_is_verified(&config.component[i]))
			fill(&components[r.count++], &config.component[i]);
	}
	r.platform = config.platform;
	r.rto_ns = config.rto_ns;
	r.rpo_ns = config.rpo_ns;
	r.component = components;
	if (learn_sets(&config, &from.sets, &r, err) < 0 || learn(&config, &from, &r, err) < 0)
		return -1;
	readiness_judge(&r);
	return show(inv, &r, err);
}

/* Monitoring reads one line of standard output, also when there is nothing to tell. */
static int run(const struct invocation *inv, struct error *err)
{
	const struct status_options *chosen = inv->options;
	CLEANUP(buf_release)
	struct buf line = { 0 };
	int rc = assess(inv, err);

	if (rc >= 0 || !chosen->nagios || report_nagios_error(err, &line) < 0)
		return rc;
	error_clear(err);
	(void)fwrite(line.ptr, 1, line.len, inv->out);
	return report_nagios_code(VERDICT_ERROR);
}

const struct command status_command = {
	.name = "status",
	.summary = "show whether the platform could be brought back now",
	.description =
		"Prints for each component the newest backup set, what the last verification said, "
		"how old the proof is and what it may be, the newest set that a restore test has "
		"proven, and the objectives; then which set to use in an emergency (the newest of "
		"which every component is proven), with a warning when a newer one is not proven "
		"or no restore was proven in 8 days; with another one for notifications that were "
		"given up in the last week; the last drill and the next one, how many action items "
		"are open and which of them "
		"are overdue; what is under way, and the state of the whole. "
		"Schedules are shown of which a time passed with no run since (missed), with no "
		"success as new as it should be (stale), or that are paused.\n\n"
		"A component that was never verified, or whose proof is older than its max_age, is "
		"an error: we cannot tell. A schedule that is missed or stale is a warning, so "
		"that "
		"a host on which muster no longer runs is seen. The exit code is that of the "
		"worst.\n\n"
		"With --json the document muster.status/v1 holds platform, time, state, rto, rpo, "
		"newest_set, newest_set_unproven, restore_test_overdue, emergency{set, run, time, "
		"age, restore}, undelivered, under_way[] of run, command, components[], pid, "
		"since, "
		"schedules[] of name, run, expected (its times are held against runs), missed "
		"(null, or times, last, reason), stale, stale_after, success (null, or run, "
		"started) and paused (null, or until, author, reason), last_drill (null, or run, "
		"began, "
		"verdict, recovery_time, recovery_time_objective), next_drill (a time, or null), "
		"actions_open (how many), actions_overdue[] of number, title, owner, due, and "
		"components[] of name, "
		"engine, state, words, "
		"newest_set, "
		"newest_set_time, "
		"last_run, last_verified, last_verdict, proven, proven_set, proof_age, max_age, "
		"restored (as emergency), rto and rpo (durations in seconds).",
	.options = options,
	.options_size = sizeof(struct status_options),
	.examples = "muster status\n"
		    "muster status --nagios  # as a check of a monitoring system",
	.run = run,
};
