/* SPDX-License-Identifier: Apache-2.0 */
/* A log that grows, looked at again and again for one line: what was read once is not read again. */
#ifndef SERVICE_LOG_FOLLOW_H
#define SERVICE_LOG_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

struct log_follow;

/* POSIX extended regular expression, letter case aside. ERROR_CONFIG: it is none. */
MUST_CHECK int log_follow_open(const char *pattern, struct log_follow **out, struct error *err);
void log_follow_close(struct log_follow *f); /* safe on NULL */

/*
 * Read what `fd` holds now and was not read yet, until a line matches, at most until
 * `deadline_ns` on the monotonic clock. `*found`: one does, or did before. From any thread.
 */
MUST_CHECK int log_follow_on(struct log_follow *f, int fd, int64_t deadline_ns, bool *found,
			     struct error *err);

#endif
