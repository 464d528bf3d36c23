/* SPDX-License-Identifier: Apache-2.0 */
/* Pings of a service that alerts when they stay away (healthchecks.io and its like). */
#ifndef NOTIFY_PING_H
#define NOTIFY_PING_H

#include "notify/attempt.h"

/* What is appended to the URL's path: "", "/start", "/fail", "/log"; NULL: nothing to tell. */
const char *ping_signal(const struct notice *n);

/*
 * Append the URL: the signal goes behind the path, before a query; "rid", a UUID made of the
 * run's id, behind it, so that the service can tell how long a run took. -1: no memory.
 */
MUST_CHECK int ping_url(const char *url, const struct notice *n, struct buf *out,
			struct error *err);

/* As receiver_send(). */
MUST_CHECK int ping_send(const struct attempt *a, struct delivery *out, struct error *err);

#endif
