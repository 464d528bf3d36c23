/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets taken out of what somebody else says. */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include "base/buf.h"
#include "base/cleanup.h"

/*
 * Append `said`, up to its end or first NUL, with "[hidden]" in the place of every occurrence of
 * a secret, the longest where several begin. An empty secret is none. -1: no memory.
 */
MUST_CHECK int redact(const struct span *secret, size_t count, struct span said, struct buf *out);

#endif
