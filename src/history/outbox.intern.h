/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the outbox, as its two files read them. */
#ifndef HISTORY_OUTBOX_INTERN_H
#define HISTORY_OUTBOX_INTERN_H

#include "history/outbox.h"
#include "history/store.h"

/* In the order in which outbox_read_row() takes them. */
#define OUTBOX_COLUMNS                                                                             \
	"key, receiver, event, document, answer, state, id, created, tried_since, due, attempts,"  \
	" ended"

/* Appends the row of these columns that a statement stands at. */
MUST_CHECK int outbox_read_row(sqlite3_stmt *s, void *items, struct error *err);

#endif
