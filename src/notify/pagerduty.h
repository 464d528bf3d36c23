/* SPDX-License-Identifier: Apache-2.0 */
/* PagerDuty's Events API, version 2 (its schema: events-v2 of PagerDuty/api-schema). */
#ifndef NOTIFY_PAGERDUTY_H
#define NOTIFY_PAGERDUTY_H

#include "notify/attempt.h"

/*
 * "trigger" or "resolve"; NULL: nothing to tell. Drills page nobody, but for the test, and what
 * is well, under way or to come is no incident.
 */
const char *pagerduty_action(const struct notice *n);

/* The request's document, a new reference; NULL, without an error: no memory. */
json_t *pagerduty_event(const struct notice *n, const char *routing_key, struct error *err);

/* As receiver_send(). */
MUST_CHECK int pagerduty_send(const struct attempt *a, struct delivery *out, struct error *err);

#endif
