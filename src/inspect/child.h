/* SPDX-License-Identifier: Apache-2.0 */
/* The child that reads one backup file: confined, it hands its parent one document and ends. */
#ifndef INSPECT_CHILD_H
#define INSPECT_CHILD_H

#include <stdatomic.h>
#include <sys/types.h>

#include "inspect/inspect.h"

/* Why a worker ended before it had a document to hand over. */
enum { CHILD_DONE = 0, CHILD_NOT_CONFINED = 70, CHILD_NO_MEMORY = 71 };

struct child_order {
	const char *path;           /* for messages */
	int stored;                 /* the file, at its start */
	int decoded;                /* what the decoder makes of it; -1: there is none */
	int result;                 /* where the document goes */
	int unpacked;               /* where the content goes; -1: nowhere */
	_Atomic uint64_t *progress; /* shared: stored bytes read so far */
	uint64_t expansion_max;     /* as struct envelope_options has it */
	unsigned threads;           /* as struct envelope_options has it */
	uint64_t memory_max;        /* as confine_self() has it */
	bool list;                  /* as struct inspect_request has it */
};

/* Fork it; the caller must have no threads. Its pid, or -1. */
MUST_CHECK pid_t child_start(const struct child_order *order, struct error *err);

#endif
