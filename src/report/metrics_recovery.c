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
				{ family->by_kind ? "kind" : NULL, "restore-test" },
				{ NULL, NULL },
			};

			if (!isnan(value))
				exposition_sample(x, "", labels, value);
		}
	}
}
