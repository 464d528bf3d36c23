/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object of a bucket as bytes on a pipe, so that its reader stays as confined as any: a
 * child fetches it by several ranges at once, resumes what breaks off, and does nothing else.
 */
#ifndef INSPECT_FEED_H
#define INSPECT_FEED_H

#include "base/process.h"
#include "inspect/inspect.h"

struct feed {
	struct process process; /* pid 0: none */
	int word;               /* what it says at its end; does not block */
};
#define FEED_INIT                                                                                  \
	{                                                                                          \
		.process = PROCESS_INIT, .word = -1                                                \
	}

/* Fork the child; the caller must have no threads. *bytes is the caller's, to be read to its end. */
MUST_CHECK int feed_start(const struct inspect_source *source, struct feed *out, int *bytes,
			  struct error *err);

/*
 * After the bytes have been read to their end, or nobody wants more: end the child. -1: not
 * all of the object has come, and why; ERROR_INTERNAL when it was ended before it could say.
 */
MUST_CHECK int feed_end(struct feed *f, struct error *err);

#endif
