/* SPDX-License-Identifier: Apache-2.0 */
/* One attempt to deliver a notice: what every type of receiver needs for it. */
#ifndef NOTIFY_ATTEMPT_H
#define NOTIFY_ATTEMPT_H

#include "base/buf.h"
#include "notify/receiver.h"

struct attempt {
	const struct receiver_config *receiver;
	const struct notice *notice;
	const struct stop *stop;
	struct buf url, key, password; /* secrets; "" where there is none */
};

/* "nothing to tell". Returns 0. */
int attempt_nothing(struct delivery *out);

/*
 * Put what the other side said into the answer, behind `begin` and ": ": one line, with
 * control characters quoted and every secret of the attempt hidden. -1: no memory.
 */
MUST_CHECK int attempt_answer(const struct attempt *a, const char *begin, struct span said,
			      struct delivery *out, struct error *err);

#endif
