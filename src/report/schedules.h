/* SPDX-License-Identifier: Apache-2.0 */
/* How schedules stand, as text, JSON and on a Nagios line: what is missed, stale, paused. */
#ifndef REPORT_SCHEDULES_H
#define REPORT_SCHEDULES_H

#include <jansson.h>

#include "model/readiness.h"
#include "report/paint.h"

/* Of each of which there is something to say; true when there was one. */
bool schedules_text(struct paint *p, const struct readiness_schedule *s, size_t count,
		    int64_t now_ns);

/* Of all; NULL when out of memory. */
json_t *schedules_to_json(const struct readiness_schedule *s, size_t count);

/*
 * The members "expected", "missed", "stale", "stale_after", "success" and "paused" of one; -1: no
 * memory.
 */
MUST_CHECK int schedule_members(json_t *o, const struct readiness_schedule *s);

/* {"until", "author", "reason"} of a pause; NULL: no memory. */
json_t *schedule_pause_to_json(int64_t ends_ns, const char *author, const char *reason);

/* "; schedule daily-verify: missed 3 times, stale": the first that is not well, and how many more. */
void schedules_nagios(struct paint *p, const struct readiness_schedule *s, size_t count);
/* " missed=3;0;;0 stale=1;0;;0 paused=0;;;0" */
void schedules_performance(struct paint *p, const struct readiness_schedule *s, size_t count);

#endif
