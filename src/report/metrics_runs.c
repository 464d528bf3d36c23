/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of runs, of their steps, and of the schedules that they are to follow. */
#include <math.h>
#include <stdio.h>

#include "report/metrics.intern.h"

static double run_attempts(const struct metrics_run *r)
{
	return (double)r->started;
}

static double run_last(const struct metrics_run *r)
{
	return metrics_status(r->last);
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

void metrics_put_runs(struct exposition *x, const struct metrics *m)
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
	return s->expected ? metrics_seconds(s->last_success_ns) : (double)NAN;
}

static double schedule_interval(const struct metrics_schedule *s)
{
	return metrics_seconds_if_set(s->max_interval_ns);
}

static double schedule_next(const struct metrics_schedule *s)
{
	return metrics_seconds(s->next_ns);
}

static double schedule_within(const struct metrics_schedule *s)
{
	return s->expected ? metrics_seconds_if_set(s->run_within_ns) : (double)NAN;
}

static double schedule_stale_after(const struct metrics_schedule *s)
{
	return s->expected ? metrics_seconds_if_set(s->stale_after_ns) : (double)NAN;
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

void metrics_put_schedules(struct exposition *x, const struct metrics *m)
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
		metrics_seconds(t->sum_ns));
	exposition_sample(
		x, "_count",
		LABELS({ "platform", m->platform }, { "kind", t->kind }, { "step", t->step }),
		(double)count);
}

void metrics_put_steps(struct exposition *x, const struct metrics *m)
{
	exposition_family(x, "muster_step_duration_seconds", "histogram",
			  "How long the steps of runs took.");
	for (size_t i = 0; i < m->step_count; i++)
		put_step(x, m, &m->step[i]);
}
