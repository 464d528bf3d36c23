/* SPDX-License-Identifier: Apache-2.0 */
/* One request to a service, and what is to be said of its answer. */
#ifndef SERVICE_ASK_REQUEST_H
#define SERVICE_ASK_REQUEST_H

#include "model/variables.h"
#include "service/ask.h"

struct ask_attempt {
	const struct request_config *request;
	struct variables *variables; /* what is saved goes there when all holds */
	struct hidden *hidden;       /* in what is told of the answer */
	int64_t attempt_ns;
	int64_t deadline_ns; /* on the monotonic clock */
};

/* Send it once. `out` says whether it held, and if not what did not. */
void ask_request_send(const struct ask_attempt *a, struct ask_answer *out);

#endif
