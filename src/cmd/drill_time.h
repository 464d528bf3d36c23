/* SPDX-License-Identifier: Apache-2.0 */
/* Times of a drill as people type them. */
#ifndef CMD_DRILL_TIME_H
#define CMD_DRILL_TIME_H

#include <stdint.h>

#include "base/error.h"
#include "base/timezone.h"

/* On whose clocks, and what "10:05" may mean: the last one since the drill began, else today's. */
struct drill_clock {
	const struct zone *zone;
	int64_t began_ns, now_ns; /* wall clock */
};

/* "10:05", "10:05:30" or RFC 3339, into wall nanoseconds; ERROR_USAGE. */
MUST_CHECK int drill_time_parse(const char *text, const struct drill_clock *clock, int64_t *out_ns,
				struct error *err);

#endif
