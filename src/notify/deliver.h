/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivery of what waits in the outbox: by any number of processes at once, none of which may
 * delay a run. What cannot be delivered is tried again, later and later, and given up in the end,
 * of which another receiver is told.
 */
#ifndef NOTIFY_DELIVER_H
#define NOTIFY_DELIVER_H

#include "config/config.h"
#include "history/outbox.h"
#include "notify/receiver.h"

struct deliver_request {
	const struct config *config;
	struct history *history;     /* open for writing; no lock is needed */
	int64_t deadline_ns;         /* monotonic clock: no attempt begins later */
	int (*stop_requested)(void); /* NULL: nobody will */
	/* Told of each attempt; NULL: nobody asks. */
	void (*heard)(void *cookie, const struct outbox_item *item, enum outbox_state now,
		      const char *answer);
	void *cookie;
};

struct deliver_result {
	size_t sent, later, given_up; /* attempts that came to that */
};

/*
 * Deliver what is due, and what will be before the deadline. 0 also when nothing could be
 * delivered; -1 is for the history, and for stop_requested (ERROR_INTERRUPTED).
 */
MUST_CHECK int deliver(const struct deliver_request *request, struct deliver_result *out,
		       struct error *err);

/* How long to wait after so many failed attempts before: 5 s, doubled each time up to an hour, of
 * which `random` takes away up to a half. The time to give up cuts it short. */
int64_t deliver_backoff_ns(unsigned attempts, uint32_t random);

#endif
