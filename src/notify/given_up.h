/* SPDX-License-Identifier: Apache-2.0 */
/* A receiver that cannot be told is itself an alert, for another receiver. */
#ifndef NOTIFY_GIVEN_UP_H
#define NOTIFY_GIVEN_UP_H

#include "history/outbox.h"
#include "notify/notify.h"
#include "notify/receiver.h"

/*
 * End the item as given up, and tell the receiver that stands in of it, with what was to be told
 * (NULL: it cannot be read), in one transaction. What tells of a run that went its way is not
 * passed on one by one.
 */
MUST_CHECK int given_up(const struct notify_scope *s, const struct outbox_item *item,
			const struct notice *lost, const struct delivery *why, struct error *err);

/* End it as sent; when its receiver could not be told before, that is well again. */
MUST_CHECK int given_up_no_more(const struct notify_scope *s, const struct outbox_item *item,
				const struct delivery *how, struct error *err);

/*
 * What stands of receivers that are no longer configured is over: nobody will ever find that they
 * can be told again. The receiver that stands in is told so.
 */
MUST_CHECK int given_up_settle(const struct notify_scope *s, struct error *err);

#endif
