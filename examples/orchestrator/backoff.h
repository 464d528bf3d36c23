/* SPDX-License-Identifier: Apache-2.0 */
/* When to try again to reach a store that is gone: 0.1 s, doubling up to 5 s. */
#ifndef ORCHESTRATOR_BACKOFF_H
#define ORCHESTRATOR_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: nothing has failed yet. */
struct backoff {
	int64_t delay_ns;
	int64_t next_ns; /* monotonic; not to be tried before */
};

bool backoff_may_try(const struct backoff *b);
void backoff_failed(struct backoff *b);
void backoff_succeeded(struct backoff *b);

#endif
