/* SPDX-License-Identifier: Apache-2.0 */
/* Families are rows: a name, what it tells, and how one sample of it is found. */
#include "report/metrics.h"

#include <math.h>

#include "base/clock.h"
#include "report/exposition.h"

#define LABELS(...)  ((const struct exposition_label[]){ __VA_ARGS__, { NULL, NULL } })
#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* A sample's value; NAN: there is none. */
static double seconds(int64_t ns)
{
	int64_t milliseconds = ns / 1000000;

	return (double)milliseconds / 1000;
}

static double seconds_if_set(int64_t ns)
{
	return ns > 0 ? seconds(ns) : (double)NAN;
}

static double seconds_if_told(int64_t ns)
{
	return ns >= 0 ? seconds(ns) : (double)NAN;
}

static double status(enum verdict v)
{
	static const double numbers[VERDICT_COUNT] = {
		[VERDICT_ERROR] = 0, [VERDICT_PASS] = 1,    [VERDICT_WARN] = 2,
		[VERDICT_FAIL] = 3,  [VERDICT_SKIPPED] = 4,
	};

	return numbers[v];
}

static double last_success(const struct metrics_component *c)
{
	return seconds(c->last_success_ns);
}

static double max_age(const struct metrics_component *c)
{
	return seconds_if_set(c->max_age_ns);
}

static double copies(const struct metrics_component *c)
{
	return c->copies;
}

static const struct component_family {
	const char *name, *help;
	double (*value)(const struct metrics_component *c);
} component_families[] = {
	{ "muster_backup_last_success_timestamp_seconds",
	  "Time of the newest backup of the component that lies in the repository; 0: there is "
	  "none.",
	  last_success },
	{ "muster_backup_max_age_seconds", "How old the newest backup may be (backups.max_age).",
	  max_age },
	{ "muster_backup_copies", "Places that hold the newest backup.", copies },
};

static void put_components(struct exposition *x, const struct metrics *m)
{
	for (size_t f = 0; f < COUNT(component_families); f++) {
		const struct component_family *family = &component_families[f];

		exposition_family(x, family->name, "gauge", family->help);
		for (size_t i = 0; i < m->component_count; i++) {
			const struct metrics_component *c = &m->component[i];
			double value = family->value(c);

			if (!isnan(value))
				exposition_sample(x, "",
						  LABELS({ "platform", m->platform },
							 { "component", c->name },
							 { "engine", c->engine }),
						  value);
		}
	}
}

static void put_sizes(struct exposition *x, const struct metrics *m)
{
	exposition_family(x, "muster_backup_size_bytes", "gauge",
			  "Stored bytes of the newest backup of the component.");
	for (size_t i = 0; i < m->component_count; i++) {
		const struct metrics_component *c = &m->component[i];

		exposition_sample(x, "",
				  LABELS({ "platform", m->platform }, { "component", c->name },
					 { "engine", c->engine }, { "location", "repository" }),
				  (double)c->size);
	}
}

static void put_checks(struct exposition *x, const struct metrics *m)
{
	exposition_family(
		x, "muster_check_status", "gauge",
		"What the newest run of the kind said: 0 unknown (not checked, or it could "
		"not be told), 1 pass, 2 warn, 3 fail, 4 skipped.");
	for (size_t i = 0; i < m->check_count; i++) {
		const struct metrics_check *c = &m->check[i];

		exposition_sample(x, "",
				  LABELS({ "platform", m->platform }, { "component", c->component },
					 { "kind", c->kind }, { "check", c->check }),
				  status(c->verdict));
	}
}

static double run_attempts(const struct metrics_run *r)
{
	return (double)r->started;
}

static double run_last(const struct metrics_run *r)
{
	return status(r->last);
}

static double run_in_progress(const struct metrics_run *r)
{
	return r->in_progress;
}

static const struct run_family {
	const char *name, *type, *help;
	double (*value)(const struct metrics_run *r);
} run_families[] = {
	{ "muster_run_attempts_total", "counter", "Runs that were begun.", run_attempts },
	{ "muster_run_last_status", "gauge",
	  "Verdict of the newest finished run: 0 unknown (none, or it could not tell), 1 pass, 2 "
	  "warn, 3 fail.",
	  run_last },
	{ "muster_run_in_progress", "gauge", "1 while a run of the kind is under way.",
	  run_in_progress },
};

static void put_runs(struct exposition *x, const struct metrics *m)
{
	for (size_t f = 0; f < COUNT(run_families); f++) {
		exposition_family(x, run_families[f].name, run_families[f].type,
				  run_families[f].help);
		for (size_t i = 0; i < m->run_count; i++)
			exposition_sample(
				x, "",
				LABELS({ "platform", m->platform }, { "kind", m->run[i].kind }),
				run_families[f].value(&m->run[i]));
	}
	exposition_family(
		x, "muster_run_failures_total", "counter",
		"Runs that ended with the verdict fail (a backup is bad) or error (it could "
		"not be told).");
	for (size_t i = 0; i < m->run_count; i++) {
		const struct metrics_run *r = &m->run[i];

		exposition_sample(x, "",
				  LABELS({ "platform", m->platform }, { "kind", r->kind },
					 { "outcome", "fail" }),
				  (double)r->failed);
		exposition_sample(x, "",
				  LABELS({ "platform", m->platform }, { "kind", r->kind },
					 { "outcome", "error" }),
				  (double)r->errors);
	}
}

static double schedule_success(const struct metrics_schedule *s)
{
	return s->expected ? seconds(s->last_success_ns) : (double)NAN;
}

static double schedule_interval(const struct metrics_schedule *s)
{
	return seconds_if_set(s->max_interval_ns);
}

static double schedule_next(const struct metrics_schedule *s)
{
	return seconds(s->next_ns);
}

static double schedule_within(const struct metrics_schedule *s)
{
	return s->expected ? seconds_if_set(s->run_within_ns) : (double)NAN;
}

static double schedule_stale_after(const struct metrics_schedule *s)
{
	return s->expected ? seconds_if_set(s->stale_after_ns) : (double)NAN;
}

static double schedule_stale(const struct metrics_schedule *s)
{
	return s->expected ? s->stale : (double)NAN;
}

static double schedule_paused(const struct metrics_schedule *s)
{
	return s->paused;
}

static double schedule_missed(const struct metrics_schedule *s)
{
	return (double)s->missed;
}

static const struct schedule_family {
	const char *name, *type, *help;
	double (*value)(const struct metrics_schedule *s);
} schedule_families[] = {
	{ "muster_run_last_success_timestamp_seconds", "gauge",
	  "Start of the newest run that passed, perhaps with warnings, and covers what the "
	  "schedule "
	  "does; 0: there is none.",
	  schedule_success },
	{ "muster_schedule_stale", "gauge",
	  "1 when no success is newer than muster_schedule_stale_after_seconds.", schedule_stale },
	{ "muster_schedule_stale_after_seconds", "gauge",
	  "How old the newest success may be (schedules.*.stale_after).", schedule_stale_after },
	{ "muster_schedule_max_interval_seconds", "gauge",
	  "Longest interval between times of the schedule.", schedule_interval },
	{ "muster_schedule_next_run_timestamp_seconds", "gauge",
	  "Next time of the schedule; 0: there is none.", schedule_next },
	{ "muster_schedule_run_within_seconds", "gauge",
	  "How long after its time a run may begin (schedules.*.run_within).", schedule_within },
	{ "muster_schedule_missed_runs_total", "counter",
	  "Times of the schedule that passed with no run.", schedule_missed },
	{ "muster_schedule_paused", "gauge", "1 while somebody has paused the schedule.",
	  schedule_paused },
};

static void put_schedules(struct exposition *x, const struct metrics *m)
{
	for (size_t f = 0; f < COUNT(schedule_families); f++) {
		const struct schedule_family *family = &schedule_families[f];

		exposition_family(x, family->name, family->type, family->help);
		for (size_t i = 0; i < m->schedule_count; i++) {
			const struct metrics_schedule *s = &m->schedule[i];
			double value = family->value(s);

			if (!isnan(value))
				exposition_sample(x, "",
						  LABELS({ "platform", m->platform },
							 { "kind", s->kind },
							 { "schedule", s->name }),
						  value);
		}
	}
}

static double recovery_time(const struct metrics_recovery *r)
{
	return seconds_if_told(r->time_ns);
}

static double recovery_time_objective(const struct metrics_recovery *r)
{
	return seconds_if_set(r->time_objective_ns);
}

static double recovery_point(const struct metrics_recovery *r)
{
	return seconds_if_told(r->point_ns);
}

static double recovery_point_objective(const struct metrics_recovery *r)
{
	return seconds_if_set(r->point_objective_ns);
}

static double restore_rate(const struct metrics_recovery *r)
{
	return r->bytes_per_second >= 0 ? (double)(uint64_t)r->bytes_per_second : (double)NAN;
}

static const struct recovery_family {
	const char *name, *help;
	double (*value)(const struct metrics_recovery *r);
	bool by_kind; /* of run */
} recovery_families[] = {
	{ "muster_recovery_time_seconds",
	  "How long the last restore that was proven took; 0: none was measured.", recovery_time,
	  true },
	{ "muster_recovery_time_objective_seconds", "How long it may take (objectives.rto).",
	  recovery_time_objective, false },
	{ "muster_recovery_point_seconds",
	  "How much data, in time, the last restored backup lacked when it was made; 0: none, or "
	  "none was measured.",
	  recovery_point, true },
	{ "muster_recovery_point_objective_seconds", "How much it may lack (objectives.rpo).",
	  recovery_point_objective, false },
	{ "muster_restore_bytes_per_second",
	  "Stored bytes of the backup that the last restore took in per second; 0: none was "
	  "measured.",
	  restore_rate, false },
};

static void put_recoveries(struct exposition *x, const struct metrics *m)
{
	for (size_t f = 0; f < COUNT(recovery_families); f++) {
		const struct recovery_family *family = &recovery_families[f];

		exposition_family(x, family->name, "gauge", family->help);
		for (size_t i = 0; i < m->recovery_count; i++) {
			const struct metrics_recovery *r = &m->recovery[i];
			double value = family->value(r);
			const struct exposition_label labels[] = {
				{ "platform", m->platform },
				{ "component", r->component },
				{ family->by_kind ? "kind" : NULL, "restore-test" },
				{ NULL, NULL },
			};

			if (!isnan(value))
				exposition_sample(x, "", labels, value);
		}
	}
}

static void put_step(struct exposition *x, const struct metrics *m, const struct step_tally *t)
{
	uint64_t count = 0;
	char bound[32];

	for (size_t i = 0; i <= STEP_BUCKETS; i++) {
		count += t->count[i];
		(void)snprintf(bound, sizeof(bound), "%lld",
			       i < STEP_BUCKETS ? (long long)tally_step_bounds[i] : 0);
		exposition_sample(x, "_bucket",
				  LABELS({ "platform", m->platform }, { "kind", t->kind },
					 { "step", t->step },
					 { "le", i < STEP_BUCKETS ? bound : "+Inf" }),
				  (double)count);
	}
	exposition_sample(
		x, "_sum",
		LABELS({ "platform", m->platform }, { "kind", t->kind }, { "step", t->step }),
		seconds(t->sum_ns));
	exposition_sample(
		x, "_count",
		LABELS({ "platform", m->platform }, { "kind", t->kind }, { "step", t->step }),
		(double)count);
}

static void put_steps(struct exposition *x, const struct metrics *m)
{
	exposition_family(x, "muster_step_duration_seconds", "histogram",
			  "How long the steps of runs took.");
	for (size_t i = 0; i < m->step_count; i++)
		put_step(x, m, &m->step[i]);
}

static double messages_sent(const struct metrics_receiver *r)
{
	return (double)r->sent;
}

static double messages_failed(const struct metrics_receiver *r)
{
	return (double)r->failed;
}

static double messages_waiting(const struct metrics_receiver *r)
{
	return (double)r->waiting;
}

static const struct receiver_family {
	const char *name, *type, *help;
	double (*value)(const struct metrics_receiver *r);
} receiver_families[] = {
	{ "muster_notifications_sent_total", "counter", "Messages that the receiver took.",
	  messages_sent },
	{ "muster_notifications_failed_total", "counter",
	  "Messages that were given up: the receiver did not take them.", messages_failed },
	{ "muster_notifications_waiting", "gauge", "Messages that are still to be delivered.",
	  messages_waiting },
};

static void put_receivers(struct exposition *x, const struct metrics *m)
{
	for (size_t f = 0; f < COUNT(receiver_families); f++) {
		const struct receiver_family *family = &receiver_families[f];

		exposition_family(x, family->name, family->type, family->help);
		for (size_t i = 0; i < m->receiver_count; i++)
			exposition_sample(x, "",
					  LABELS({ "platform", m->platform },
						 { "receiver", m->receiver[i].name },
						 { "type", m->receiver[i].type }),
					  family->value(&m->receiver[i]));
	}
}

int metrics_text(const struct metrics *m, struct buf *out)
{
	struct exposition x = { .out = out };

	exposition_family(&x, "muster_build_info", "gauge", "Which muster wrote this; always 1.");
	exposition_sample(&x, "",
			  LABELS({ "platform", m->platform }, { "version", m->version },
				 { "compiler", m->compiler }),
			  1);
	put_components(&x, m);
	put_sizes(&x, m);
	put_checks(&x, m);
	put_runs(&x, m);
	put_schedules(&x, m);
	put_recoveries(&x, m);
	put_steps(&x, m);
	put_receivers(&x, m);
	return x.failed ? -1 : 0;
}
