/* SPDX-License-Identifier: Apache-2.0 */
#include "history/entry.h"

#include <inttypes.h>
#include <string.h>

#include "history/store.h"

/* A number that is asked of one run, perhaps of one of its entries. */
static int ask(struct history *h, const char *sql, const char *run, int64_t entry, int64_t *out,
	       struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	if (store_prepare(h, sql, &s, err) < 0 || store_bind_key(h, s, 1, run, err) < 0 ||
	    (entry && store_bind_int(h, s, 2, entry, err) < 0))
		return -1;
	rc = store_step(h, s, err);
	*out = rc > 0 ? sqlite3_column_int64(s, 0) : 0;
	return rc < 0 ? -1 : 0;
}

static int check_run(struct history *h, const char *run, struct error *err)
{
	int64_t there = 0;

	if (ask(h, "SELECT count(*) FROM event WHERE run = ?1 AND type = 'run-started'", run, 0,
		&there, err) < 0)
		return -1;
	return there ? 0 : error_set(err, ERROR_NOT_FOUND, "no run %s in the history", run);
}

static int check_superseded(struct history *h, const char *run, int64_t number, struct error *err)
{
	int64_t there = 0, by = 0;

	if (!number)
		return 0;
	if (ask(h, "SELECT count(*) FROM run_entry WHERE run = ?1 AND number = ?2", run, number,
		&there, err) < 0 ||
	    ask(h, "SELECT number FROM run_entry WHERE run = ?1 AND supersedes = ?2", run, number,
		&by, err) < 0)
		return -1;
	if (!there)
		return error_set(err, ERROR_NOT_FOUND, "%s has no entry %" PRId64, run, number);
	if (!by)
		return 0;
	(void)error_set(err, ERROR_USAGE, "entry %" PRId64 " is superseded already, by %" PRId64,
			number, by);
	return error_hint(err, "supersede entry %" PRId64 " instead", by);
}

static int bind_numbers(struct history *h, sqlite3_stmt *s, const struct entry *e, int64_t number,
			struct error *err)
{
	if (store_bind_int(h, s, 2, number, err) < 0 ||
	    store_bind_int(h, s, 3, e->at_ns, err) < 0 ||
	    store_bind_int(h, s, 4, e->recorded_ns, err) < 0)
		return -1;
	/* NULL where there is none: a reference may not be 0 */
	if ((e->action && store_bind_int(h, s, 13, e->action, err) < 0) ||
	    (e->supersedes && store_bind_int(h, s, 14, e->supersedes, err) < 0))
		return -1;
	return 0;
}

static int append(struct history *h, const char *run, const struct entry *e, int64_t number,
		  struct error *err)
{
	const char *const texts[] = { entry_kind_name(e->kind),
				      e->author ? e->author : "",
				      e->step,
				      e->role,
				      e->text,
				      e->reason,
				      entry_severity_name(e->severity),
				      e->resolution };
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  "INSERT INTO run_entry (run, number, at, recorded, kind, author, step,"
			  " role, text, reason, severity, resolution, action, supersedes)"
			  " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
			  &s, err) < 0 ||
	    store_bind_key(h, s, 1, run, err) < 0 || bind_numbers(h, s, e, number, err) < 0 ||
	    store_bind_key(h, s, 5, texts[0], err) < 0 ||
	    store_bind_key(h, s, 6, texts[1], err) < 0)
		return -1;
	for (int i = 2; i < (int)(sizeof(texts) / sizeof(*texts)); i++) {
		if (store_bind_text(h, s, i + 5, texts[i], err) < 0)
			return -1;
	}
	return store_step(h, s, err) < 0 ? -1 : 0;
}

static int add_checked(struct history *h, const char *run, const struct entry *e, int64_t *number,
		       struct error *err)
{
	if (check_run(h, run, err) < 0 || check_superseded(h, run, e->supersedes, err) < 0 ||
	    ask(h, "SELECT coalesce(max(number), 0) + 1 FROM run_entry WHERE run = ?1", run, 0,
		number, err) < 0)
		return -1;
	return append(h, run, e, *number, err);
}

int history_entry_add(struct history *h, const char *run, const struct entry *e, int64_t *number,
		      struct error *err)
{
	bool alone = !h->in_transaction;
	int rc;

	*number = 0;
	if (alone && history_begin(h, err) < 0)
		return -1;
	rc = add_checked(h, run, e, number, err);
	return alone ? history_end(h, rc, err) : rc;
}

/* False: the file holds a word that is none of ours. */
static bool read_words(sqlite3_stmt *s, struct entry *out)
{
	const char *severity = store_text(s, 9);

	return entry_kind_parse(store_text(s, 3), &out->kind) &&
	       (!*severity || entry_severity_parse(severity, &out->severity));
}

static int read_entry(struct history *h, const char *run, sqlite3_stmt *s, struct entries *out,
		      struct error *err)
{
	struct entry e = { .number = sqlite3_column_int64(s, 0),
			   .run = run,
			   .at_ns = sqlite3_column_int64(s, 1),
			   .recorded_ns = sqlite3_column_int64(s, 2),
			   .author = store_text(s, 4),
			   .step = store_text(s, 5),
			   .role = store_text(s, 6),
			   .text = store_text(s, 7),
			   .reason = store_text(s, 8),
			   .resolution = store_text(s, 10),
			   .action = sqlite3_column_int64(s, 11),
			   .supersedes = sqlite3_column_int64(s, 12) };

	if (!read_words(s, &e))
		return error_set(err, ERROR_IO,
				 "history %s: entry %" PRId64 " of %s is of an unknown kind",
				 h->path, e.number, run);
	if (entries_add(out, &e) < 0)
		return error_set(err, ERROR_NOMEM, "history: no memory for entries");
	return 0;
}

int history_entries(struct history *h, const char *run, int64_t after_number, struct entries *out,
		    struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	if (store_prepare(h,
			  "SELECT number, at, recorded, kind, author, step, role, text, reason,"
			  " severity, resolution, action, supersedes FROM run_entry"
			  " WHERE run = ?1 AND number > ?2 ORDER BY number",
			  &s, err) < 0 ||
	    store_bind_key(h, s, 1, run, err) < 0 || store_bind_int(h, s, 2, after_number, err) < 0)
		return -1;
	while ((rc = store_step(h, s, err)) > 0) {
		if (read_entry(h, run, s, out, err) < 0)
			return -1;
	}
	return rc;
}
