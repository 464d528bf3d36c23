/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of people in a drill: appended beside the run's events, never changed. */
#ifndef HISTORY_ENTRY_H
#define HISTORY_ENTRY_H

#include "history/history.h"
#include "model/entry.h"

/*
 * Append one, durably. Its number and run are given by `number` and `run`; what it is borrowed
 * for. ERROR_NOT_FOUND: there is no such run (by its exact id), or no entry that it supersedes;
 * ERROR_USAGE: that one is superseded already. In a transaction of the caller's, or its own.
 */
MUST_CHECK int history_entry_add(struct history *h, const char *run, const struct entry *e,
				 int64_t *number, struct error *err);

/*
 * Append to `out` the run's entries whose numbers are greater than `after_number` (0: all).
 * Cheap when there are none.
 */
MUST_CHECK int history_entries(struct history *h, const char *run, int64_t after_number,
			       struct entries *out, struct error *err);

#endif
