/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that render metrics share. */
#ifndef REPORT_METRICS_INTERN_H
#define REPORT_METRICS_INTERN_H

#include "report/exposition.h"
#include "report/metrics.h"

#define LABELS(...)  ((const struct exposition_label[]){ __VA_ARGS__, { NULL, NULL } })
#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* A sample's value; NAN: there is none. */
double metrics_seconds(int64_t ns);
/* None for 0. */
double metrics_seconds_if_set(int64_t ns);
/* None for -1. */
double metrics_seconds_if_told(int64_t ns);
double metrics_status(enum verdict v);

/* Families, in their order. */
void metrics_put_runs(struct exposition *x, const struct metrics *m);
void metrics_put_schedules(struct exposition *x, const struct metrics *m);
void metrics_put_recoveries(struct exposition *x, const struct metrics *m);
void metrics_put_drill(struct exposition *x, const struct metrics *m);
void metrics_put_steps(struct exposition *x, const struct metrics *m);

#endif
