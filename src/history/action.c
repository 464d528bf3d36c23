/* SPDX-License-Identifier: Apache-2.0 */
#include "history/action.h"

#include <inttypes.h>
#include <string.h>

#include "history/store.h"

static void release_one(struct action *a)
{
	free(a->title);
	free(a->owner);
	free(a->author);
	free(a->reason);
	free(a->done_by);
	free(a->note);
}

void actions_release(struct actions *l)
{
	for (size_t i = 0; i < l->count; i++)
		release_one(&l->item[i]);
	free(l->item);
	*l = (struct actions){ 0 };
}

/* How each item stands; ?1: those that are done, too. */
static const char query[] =
	"SELECT a.action, a.title, a.owner,"
	"  (SELECT due FROM action_entry WHERE action = a.action AND due IS NOT NULL"
	"    ORDER BY seq DESC LIMIT 1) AS due_on,"
	"  a.run, a.author, a.at,"
	"  (SELECT count(*) FROM action_entry WHERE action = a.action AND entry = 'deferred'),"
	"  (SELECT note FROM action_entry WHERE action = a.action AND entry = 'deferred'"
	"    ORDER BY seq DESC LIMIT 1),"
	"  f.at, f.author, f.note"
	" FROM action_entry a LEFT JOIN action_entry f ON f.action = a.action AND f.entry = 'done'"
	" WHERE a.entry = 'added' AND (?1 OR f.seq IS NULL)"
	" ORDER BY f.seq IS NOT NULL, due_on, a.action";

static int read_action(sqlite3_stmt *s, struct action *out, struct error *err)
{
	*out = (struct action){ .number = sqlite3_column_int64(s, 0),
				.title = strdup(store_text(s, 1)),
				.owner = strdup(store_text(s, 2)),
				.author = strdup(store_text(s, 5)),
				.added_ns = sqlite3_column_int64(s, 6),
				.deferrals = (size_t)sqlite3_column_int64(s, 7),
				.reason = strdup(store_text(s, 8)),
				.done = sqlite3_column_type(s, 9) != SQLITE_NULL,
				.done_ns = sqlite3_column_int64(s, 9),
				.done_by = strdup(store_text(s, 10)),
				.note = strdup(store_text(s, 11)) };
	(void)snprintf(out->due, sizeof(out->due), "%s", store_text(s, 3));
	(void)snprintf(out->run, sizeof(out->run), "%s", store_text(s, 4));
	if (out->title && out->owner && out->author && out->reason && out->done_by && out->note)
		return 0;
	release_one(out);
	return error_set(err, ERROR_NOMEM, "history: no memory for action items");
}

static int append(sqlite3_stmt *s, void *cookie, struct error *err)
{
	struct actions *out = cookie;
	void *items = out->item;
	struct action *slot = store_slot(&items, out->count, sizeof(*slot));

	out->item = items;
	if (!slot)
		return error_set(err, ERROR_NOMEM, "history: no memory for action items");
	if (read_action(s, slot, err) < 0)
		return -1;
	out->count++;
	return 0;
}

int history_actions(struct history *h, bool all, struct actions *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	*out = (struct actions){ 0 };
	if (store_prepare(h, query, &s, err) < 0 || store_bind_int(h, s, 1, all, err) < 0)
		return -1;
	rc = store_each_row(h, s, append, out, err);
	if (rc < 0)
		actions_release(out);
	return rc;
}

static int append_entry(struct history *h, int64_t number, const char *entry,
			const struct action_entry *e, struct error *err)
{
	const char *const texts[] = {
		entry, e->author, e->title, e->owner, e->due, e->run, e->note
	};
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  "INSERT INTO action_entry"
			  " (action, at, entry, author, title, owner, due, run, note)"
			  " VALUES (?,?,?,?,?,?,?,?,?)",
			  &s, err) < 0 ||
	    store_bind_int(h, s, 1, number, err) < 0 || store_bind_int(h, s, 2, e->at_ns, err) < 0)
		return -1;
	for (int i = 0; i < (int)(sizeof(texts) / sizeof(*texts)); i++)
		if (store_bind_text(h, s, i + 3, texts[i], err) < 0)
			return -1;
	return store_step(h, s, err) < 0 ? -1 : 0;
}

/* One number; `*out` stays as it is when there is no row. */
static int ask_number(struct history *h, const char *sql, int64_t parameter, int64_t *out,
		      struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	if (store_prepare(h, sql, &s, err) < 0 || store_bind_int(h, s, 1, parameter, err) < 0)
		return -1;
	rc = store_step(h, s, err);
	if (rc > 0)
		*out = sqlite3_column_int64(s, 0);
	return rc < 0 ? -1 : 0;
}

int history_action_add(struct history *h, const struct action_entry *e, int64_t *number,
		       struct error *err)
{
	bool alone = !h->in_transaction;
	int rc;

	*number = 0;
	if (alone && history_begin(h, err) < 0)
		return -1;
	rc = ask_number(h, "SELECT coalesce(max(action), 0) + ?1 FROM action_entry", 1, number,
			err);
	if (rc == 0)
		rc = append_entry(h, *number, "added", e, err);
	return alone ? history_end(h, rc, err) : rc;
}

/* Within a transaction, so that nobody ends it meanwhile. */
static int check_open(struct history *h, int64_t number, struct error *err)
{
	int64_t entries = 0, ends = 0;

	if (ask_number(h, "SELECT count(*) FROM action_entry WHERE action = ?1", number, &entries,
		       err) < 0 ||
	    ask_number(h, "SELECT count(*) FROM action_entry WHERE action = ?1 AND entry = 'done'",
		       number, &ends, err) < 0)
		return -1;
	if (!entries) {
		(void)error_set(err, ERROR_NOT_FOUND, "there is no action item %" PRId64, number);
		return error_hint(err, "muster action list --all shows those that there are");
	}
	return ends ? error_set(err, ERROR_USAGE, "action item %" PRId64 " is done already",
				number) :
		      0;
}

static int append_to_open(struct history *h, int64_t number, const char *entry,
			  const struct action_entry *e, struct error *err)
{
	int rc;

	if (history_begin(h, err) < 0)
		return -1;
	rc = check_open(h, number, err);
	if (rc == 0)
		rc = append_entry(h, number, entry, e, err);
	return history_end(h, rc, err);
}

int history_action_defer(struct history *h, int64_t number, const struct action_entry *e,
			 struct error *err)
{
	return append_to_open(h, number, "deferred", e, err);
}

int history_action_done(struct history *h, int64_t number, const struct action_entry *e,
			struct error *err)
{
	return append_to_open(h, number, "done", e, err);
}
