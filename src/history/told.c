/* SPDX-License-Identifier: Apache-2.0 */
#include "history/told.h"

#include "history/store.h"

/* A statement with one parameter: 1 if it yields a row. */
static int ask(struct history *h, const char *sql, const char *of, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h, sql, &s, err) < 0 || store_bind_key(h, s, 1, of, err) < 0)
		return -1;
	return store_step(h, s, err);
}

int told_mark(struct history *h, const char *of, struct error *err)
{
	return ask(h, "INSERT OR IGNORE INTO told (of) VALUES (?)", of, err);
}

int told_is(struct history *h, const char *of, bool *out, struct error *err)
{
	int rc = ask(h, "SELECT 1 FROM told WHERE of = ?", of, err);

	*out = rc > 0;
	return rc < 0 ? -1 : 0;
}

int told_missing_runs(struct history *h, char (**out)[RUN_ID_SIZE], size_t *count,
		      struct error *err)
{
	return query_ids(h,
			 "SELECT run FROM event WHERE type = 'run-finished'"
			 " AND run NOT IN (SELECT of FROM told) ORDER BY seq",
			 out, count, err);
}
