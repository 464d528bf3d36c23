/* SPDX-License-Identifier: Apache-2.0 */
/* What the other side says, without the secrets that it repeats. */
#ifndef NOTIFY_HIDE_H
#define NOTIFY_HIDE_H

#include "notify/attempt.h"

/*
 * Append `said`, ended by a NUL that it holds or by its length, with "[hidden]" for the attempt's
 * URL, each longer part of its path and query, key, and password. -1: no memory.
 */
MUST_CHECK int hide_secrets(const struct attempt *a, struct span said, struct buf *out);

#endif
