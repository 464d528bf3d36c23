/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of recovery: how long it took and how much was lost, beside what is allowed. */
#include <math.h>

#include "report/metrics.intern.h"

static double recovery_time(const struct metrics_recovery *r)
{
	return metrics_seconds_if_told(r->time_ns);
}

static double recovery_time_objective(const struct metrics_recovery *r)
{
	return metrics_seconds_if_set(r->time_objective_ns);
}

static double recovery_point(const struct metrics_recovery *r)
{
	return metrics_seconds_if_told(r->point_ns);
}

static double recovery_point_objective(const struct metrics_recovery *r)
{
	return metrics_seconds_if_set(r->point_objective_ns);
}

static double restore_rate(const struct metrics_recovery *r)
{
	return r->bytes_per_second >= 0 ? (double)(uint64_t)r->bytes_per_second : (double)NAN;
}

static double drill_time(const struct metrics_drill *d)
{
	return metrics_seconds(d->time_ns);
}

static double drill_point(const struct metrics_drill *d)
{
	return metrics_seconds(d->point_ns);
}

static const struct recovery_family {
	const char *name, *help;
	double (*value)(const struct metrics_recovery *r);
	/* of a drill; NULL: the same for all kinds of runs, and without the label */
	double (*of_drill)(const struct metrics_drill *d);
} recovery_families[] = {
	{ "muster_recovery_time_seconds",
	  "How long the last restore that was proven took, or, of a drill, all until the platform "
	  "was validated; 0: none was measured.",
	  recovery_time, drill_time },
	{ "muster_recovery_time_objective_seconds", "How long it may take (objectives.rto).",
	  recovery_time_objective, NULL },
	{ "muster_recovery_point_seconds",
	  "How much data, in time, the last restored backup lacked when it was made, or, of a "
	  "drill, when the drill began; 0: none, or none was measured.",
	  recovery_point, drill_point },
	{ "muster_recovery_point_objective_seconds", "How much it may lack (objectives.rpo).",
	  recovery_point_objective, NULL },
	{ "muster_restore_bytes_per_second",
	  "Stored bytes of the backup that the last restore took in per second; 0: none was "
	  "measured.",
	  restore_rate, NULL },
};

void metrics_put_recoveries(struct exposition *x, const struct metrics *m)
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
				{ family->of_drill ? "kind" : NULL, "restore-test" },
				{ NULL, NULL },
			};

			if (!isnan(value))
				exposition_sample(x, "", labels, value);
		}
		if (family->of_drill && m->drill && m->drill->is_of_the_whole)
			exposition_sample(x, "",
					  LABELS({ "platform", m->platform },
						 { "component", METRICS_WHOLE },
						 { "kind", "drill" }),
					  family->of_drill(m->drill));
	}
}

static double drill_began(const struct metrics_drill *d)
{
	return metrics_seconds(d->began_ns);
}

static double drill_status(const struct metrics_drill *d)
{
	return metrics_status(d->status);
}

static double drill_duration(const struct metrics_drill *d)
{
	return metrics_seconds(d->duration_ns);
}

static const struct drill_family {
	const char *name, *help;
	double (*value)(const struct metrics_drill *d);
} drill_families[] = {
	{ "muster_drill_last_timestamp_seconds",
	  "T0 of the last drill that is over, or its start where it had none; 0: there is none.",
	  drill_began },
	{ "muster_drill_last_status",
	  "Verdict of that drill: 0 unknown (none, or it could not tell), 1 pass, 2 warn, 3 fail.",
	  drill_status },
	{ "muster_drill_duration_seconds",
	  "How long that drill took from its start to its end, with what people did; 0: there is "
	  "none.",
	  drill_duration },
};

void metrics_put_drill(struct exposition *x, const struct metrics *m)
{
	for (size_t f = 0; m->drill && f < COUNT(drill_families); f++) {
		exposition_family(x, drill_families[f].name, "gauge", drill_families[f].help);
		exposition_sample(x, "", LABELS({ "platform", m->platform }),
				  drill_families[f].value(m->drill));
	}
	exposition_family(x, "muster_actions_open", "gauge",
			  "Action items that are open, by whether the day is over on which they "
			  "were due.");
	for (int overdue = 0; m->drill && overdue < 2; overdue++)
		exposition_sample(x, "",
				  LABELS({ "platform", m->platform },
					 { "overdue", overdue ? "true" : "false" }),
				  (double)m->drill->actions[overdue]);
}
