/* SPDX-License-Identifier: Apache-2.0 */
/* A check of CHECK_TABLE, judged with the severity that the configuration gives it. */
#ifndef PLAN_JUDGE_H
#define PLAN_JUDGE_H

#include "config/config.h"
#include "plan/plan.h"

struct question {
	enum check_id id;
	const struct component_config *component; /* NULL: the platform as a whole */
	const char *subject;                      /* NULL: none */
	const char *expected, *found, *hint;      /* NULL: none */
};

/* The verdict of `id` when it does not hold; VERDICT_SKIPPED when it is not wanted. */
enum verdict judge_severity(enum check_id id, const struct component_config *component);

/* Record that it holds or not, with a printf-style message. */
__attribute__((format(printf, 5, 6))) MUST_CHECK int judge(struct plan_run *run,
							   const struct question *q, bool holds,
							   struct error *err, const char *fmt, ...);

/* Record a verdict that is not the severity's to decide, such as the worst of several findings. */
__attribute__((format(printf, 5, 6))) MUST_CHECK int judge_as(struct plan_run *run,
							      const struct question *q,
							      enum verdict verdict,
							      struct error *err, const char *fmt,
							      ...);

/* Record that it could not be asked here, and why. */
__attribute__((format(printf, 4, 5))) MUST_CHECK int judge_skipped(struct plan_run *run,
								   const struct question *q,
								   struct error *err,
								   const char *fmt, ...);

/* Record that asking it failed for a reason that says nothing about the backup. */
MUST_CHECK int judge_error(struct plan_run *run, const struct question *q,
			   const struct error *cause, struct error *err);

#endif
