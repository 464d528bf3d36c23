/* SPDX-License-Identifier: Apache-2.0 */
/* How old the newest success of a schedule may be. */
#include "schedule/expected.h"

int64_t expected_stale_after(const struct calendar *c, int64_t now_ns)
{
	int64_t longest = calendar_longest_interval(c, now_ns);

	return longest > INT64_MAX / 2 ? INT64_MAX : 2 * longest;
}

bool expected_is_stale(int64_t success_ns, int64_t since_ns, int64_t stale_after_ns, int64_t now_ns)
{
	int64_t from = success_ns > since_ns ? success_ns : since_ns;

	return stale_after_ns && now_ns - from > stale_after_ns;
}
