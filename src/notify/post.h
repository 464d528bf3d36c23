/* SPDX-License-Identifier: Apache-2.0 */
/* A message by HTTP, and what the answer means for its delivery. */
#ifndef NOTIFY_POST_H
#define NOTIFY_POST_H

#include "notify/attempt.h"

struct post {
	const char *url; /* NULL: the receiver's */
	const char *content_type;
	const char *const *headers; /* "Name: value" each, NULL-terminated; NULL: none */
	struct span body;
};

/*
 * POST it once. 2xx is done; 408, 425, 429, 5xx and failures of the network are for later; what
 * else is answered is a refusal. No URL stands in any message.
 */
MUST_CHECK int post_send(const struct attempt *a, const struct post *p, struct delivery *out,
			 struct error *err);

#endif
