/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets taken out of what somebody else says. */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cleanup.h"

/*
 * Append `said`, up to its end or first NUL, with "[hidden]" in the place of every occurrence of
 * a secret, the longest where several begin. An empty secret is none. -1: no memory.
 */
MUST_CHECK int redact(const struct span *secret, size_t count, struct span said, struct buf *out);

/*
 * The same of bytes that come in pieces and may hold NULs. What may be the beginning of a secret
 * is left for the next piece; of the last one it is hidden when it has `least` bytes. `*used`:
 * how many of `said` are done with. -1: no memory.
 */
struct redact_piece {
	const struct span *secret;
	size_t count, least;
	bool last;
};
MUST_CHECK int redact_piece(const struct redact_piece *how, struct span said, size_t *used,
			    struct buf *out);

#endif
