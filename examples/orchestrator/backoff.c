/* SPDX-License-Identifier: Apache-2.0 */
/* The bound is low, since what waits is a service that people look at. */
#include "backoff.h"

#include "base/clock.h"

static const int64_t shortest_ns = NS_PER_SECOND / 10, longest_ns = 5 * NS_PER_SECOND;

bool backoff_may_try(const struct backoff *b)
{
	return !b->delay_ns || clock_monotonic_ns() >= b->next_ns;
}

void backoff_failed(struct backoff *b)
{
	b->delay_ns = b->delay_ns ? b->delay_ns * 2 : shortest_ns;
	if (b->delay_ns > longest_ns)
		b->delay_ns = longest_ns;
	b->next_ns = clock_monotonic_ns() + b->delay_ns;
}

void backoff_succeeded(struct backoff *b)
{
	*b = (struct backoff){ 0 };
}
