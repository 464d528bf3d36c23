/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks: a CloudEvents 1.0 document (structured mode), signed as Standard Webhooks says. */
#ifndef NOTIFY_WEBHOOK_H
#define NOTIFY_WEBHOOK_H

#include "notify/attempt.h"

/* A new reference; NULL: no memory. */
json_t *webhook_event(const struct notice *n);

/*
 * Append "v1," and the base64 of the HMAC-SHA256 over "ID.SECONDS.BODY". The key is the bytes of
 * `key`, or what follows "whsec_" in it, decoded from base64.
 */
MUST_CHECK int webhook_sign(const struct buf *key, const char *id, int64_t seconds,
			    struct span body, struct buf *out, struct error *err);

/* As receiver_send(). */
MUST_CHECK int webhook_send(const struct attempt *a, struct delivery *out, struct error *err);

#endif
