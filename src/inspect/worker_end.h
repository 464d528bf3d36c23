/* SPDX-License-Identifier: Apache-2.0 */
/* What ended a worker that had nothing to hand over, and what to do about it. */
#ifndef INSPECT_WORKER_END_H
#define INSPECT_WORKER_END_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Why we ended a worker. */
enum overrun { OVER_NOTHING, OVER_TIME, OVER_DOCUMENT };

struct worker_end {
	const char *path;
	enum overrun over;
	int status;          /* as waitpid() gives it */
	int64_t time_max_ns; /* the limits it had */
	uint64_t document_max, memory_max;
};

void worker_end_explain(const struct worker_end *end, struct error *err);

/* Whatever of the reader's ran out: the limit on it was too low for this file. */
void worker_end_explain_memory(const struct worker_end *end, struct error *err);

#endif
