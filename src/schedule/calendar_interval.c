/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "schedule/calendar.h"

/* Enough for every change of clocks and every length of month; of frequent times fewer do. */
#define HORIZON_NS (INT64_C(5) * 366 * 86400 * NS_PER_SECOND)
enum { TIMES_MAX = 4000 };

int64_t calendar_longest_interval(const struct calendar *c, int64_t after_ns)
{
	struct calendar_time time;
	int64_t longest = 0, last;

	if (!calendar_next(c, after_ns, &time))
		return 0;
	last = time.at_ns;
	for (int i = 0; i < TIMES_MAX && (!longest || last - after_ns < HORIZON_NS); i++) {
		if (!calendar_next(c, last, &time))
			break;
		if (time.at_ns - last > longest)
			longest = time.at_ns - last;
		last = time.at_ns;
	}
	return longest;
}
