/* SPDX-License-Identifier: Apache-2.0 */
/* What those that read runs of the journal share. */
#ifndef HISTORY_QUERY_INTERN_H
#define HISTORY_QUERY_INTERN_H

#include "history/store.h"

/* Texts of a run live in its arena; a failed copy is "" and shows at the end of the row. */
const char *query_keep(struct run *run, sqlite3_stmt *s, int column, bool *failed);
/* What is no verdict is an error. */
enum verdict query_verdict(sqlite3_stmt *s, int column);
int query_no_memory(struct error *err);

#endif
