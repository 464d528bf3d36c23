/* SPDX-License-Identifier: Apache-2.0 */
/* One attempt to tell a notice to a receiver: mail, Slack, PagerDuty, a webhook, a ping. */
#ifndef NOTIFY_RECEIVER_H
#define NOTIFY_RECEIVER_H

#include "base/stop.h"
#include "config/config.h"
#include "notify/notice.h"

enum delivery_outcome {
	DELIVERY_DONE,
	DELIVERY_LATER,   /* network, busy server, greylisting: the same again later */
	DELIVERY_REFUSED, /* the receiver will never take it: wrong address, key, message */
};

struct delivery {
	enum delivery_outcome outcome;
	int64_t retry_after_ns; /* what the other side asks for; 0: it did not */
	char answer[400];       /* what it said, or what went wrong; no secret in it */
	char hint[256];         /* what to do; may be "" */
};

/*
 * Try once. 0 with what came of it in `out`; -1 is for our own errors (no memory, a secret
 * that cannot be fetched), and `stop` (NULL: nobody will), as ERROR_INTERRUPTED.
 * A receiver may not care for an event (a ping for what is missed, stale, announced or published;
 * PagerDuty for what is well): that is DELIVERY_DONE, answer "nothing to tell".
 */
MUST_CHECK int receiver_send(const struct receiver_config *receiver, const struct notice *notice,
			     const struct stop *stop, struct delivery *out, struct error *err);

#endif
