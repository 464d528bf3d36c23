/* SPDX-License-Identifier: Apache-2.0 */
/* The statements that a history executes, and how SQLite would answer each. */
#ifndef TESTS_HISTORY_PLANS_H
#define TESTS_HISTORY_PLANS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "history/store.h"

struct statements {
	char *sql[64];
	size_t count;
};

static inline int remember_statement(unsigned what, void *cookie, void *statement, void *text)
{
	struct statements *seen = cookie;
	const char *sql = sqlite3_sql(statement);

	(void)what;
	(void)text;
	if (sql && seen->count < 64 && strncmp(sql, "EXPLAIN", 7) != 0)
		seen->sql[seen->count++] = strdup(sql);
	return 0;
}

/* Until statements_end(). */
static inline void statements_begin(struct statements *seen, struct history *h)
{
	(void)sqlite3_trace_v2(h->db, SQLITE_TRACE_STMT, remember_statement, seen);
}

static inline void expect_plan(sqlite3 *db, const char *sql, bool (*good)(const char *line))
{
	char explain[2048];
	sqlite3_stmt *s = NULL;

	(void)snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", sql);
	assert_int_equal(sqlite3_prepare_v2(db, explain, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(s, 3);

		if (!good(line))
			fail_msg("%s\n%s", sql, line);
	}
	(void)sqlite3_finalize(s);
}

/* Fails unless there were `least`, and each line of each plan is good. */
static inline void statements_end(struct statements *seen, struct history *h, size_t least,
				  bool (*good)(const char *line))
{
	(void)sqlite3_trace_v2(h->db, 0, NULL, NULL);
	assert_true(seen->count >= least);
	for (size_t i = 0; i < seen->count; i++) {
		expect_plan(h->db, seen->sql[i], good);
		free(seen->sql[i]);
	}
	seen->count = 0;
}

#endif
