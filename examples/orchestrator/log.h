/* SPDX-License-Identifier: Apache-2.0 */
/* Lines to standard error: the time in UTC, the level, what happened. */
#ifndef ORCHESTRATOR_LOG_H
#define ORCHESTRATOR_LOG_H

#include "base/error.h"

enum log_level { LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* One line in one write, of at most 1 KiB; bytes that are no printable ASCII become "?". */
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *fmt, ...);

/* What went wrong, and what to do about it. */
void log_error(enum log_level level, const struct error *err);

#endif
