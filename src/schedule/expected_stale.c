/* SPDX-License-Identifier: Apache-2.0 */
/* How old the newest success of a schedule may be. */
#include "base/clock.h"
#include "schedule/expected.h"

/* Leap years hold the rarest times, but for those that come once. */
#define HORIZON_NS (INT64_C(5) * 366 * 86400 * NS_PER_SECOND)
enum { TIMES_MAX = 5000 };

int64_t expected_stale_after(const struct calendar *c, int64_t now_ns)
{
	struct calendar_time before, t;
	int64_t longest = 0;

	if (!calendar_next(c, now_ns, &before))
		return 0;
	for (unsigned i = 0; i < TIMES_MAX && calendar_next(c, before.at_ns, &t); i++) {
		/* the next is looked at wherever it lies: it may be the only interval there is */
		if (t.at_ns - before.at_ns > longest)
			longest = t.at_ns - before.at_ns;
		if (t.at_ns - now_ns > HORIZON_NS)
			break;
		before = t;
	}
	return longest > INT64_MAX / 2 ? INT64_MAX : 2 * longest;
}

bool expected_is_stale(int64_t success_ns, int64_t since_ns, int64_t stale_after_ns, int64_t now_ns)
{
	int64_t from = success_ns > since_ns ? success_ns : since_ns;

	return stale_after_ns && now_ns - from > stale_after_ns;
}
