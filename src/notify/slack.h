/* SPDX-License-Identifier: Apache-2.0 */
/* Slack's incoming webhooks: a text beside blocks. */
#ifndef NOTIFY_SLACK_H
#define NOTIFY_SLACK_H

#include "notify/attempt.h"

/*
 * At most 50 blocks, 3000 characters a section and about 12 000 in all, which is what Slack
 * takes. Nothing that others named is markup, a link or a mention. NULL: no memory.
 */
json_t *slack_message(const struct notice *n);

/* As receiver_send(). */
MUST_CHECK int slack_send(const struct attempt *a, struct delivery *out, struct error *err);

#endif
