/* SPDX-License-Identifier: Apache-2.0 */
#include "history/pause.h"

#include <string.h>

#include "history/store.h"

static void release_one(struct pause *p)
{
	free(p->schedule);
	free(p->reason);
	free(p->author);
}

void pauses_release(struct pauses *p)
{
	for (size_t i = 0; i < p->count; i++)
		release_one(&p->item[i]);
	free(p->item);
	*p = (struct pauses){ 0 };
}

static int read_pause(sqlite3_stmt *s, struct pause *out, struct error *err)
{
	bool of_one = sqlite3_column_type(s, 0) != SQLITE_NULL;

	*out = (struct pause){ .schedule = of_one ? strdup(store_text(s, 0)) : NULL,
			       .reason = strdup(store_text(s, 1)),
			       .author = strdup(store_text(s, 2)),
			       .began_ns = sqlite3_column_int64(s, 3),
			       .ends_ns = sqlite3_column_int64(s, 4) };
	if (out->reason && out->author && (!of_one || out->schedule))
		return 0;
	release_one(out);
	return error_set(err, ERROR_NOMEM, "history: no memory for pauses");
}

static int append(sqlite3_stmt *s, void *cookie, struct error *err)
{
	struct pauses *out = cookie;
	void *items = out->item;
	struct pause *slot = store_slot(&items, out->count, sizeof(*slot));

	out->item = items;
	if (!slot)
		return error_set(err, ERROR_NOMEM, "history: no memory for pauses");
	if (read_pause(s, slot, err) < 0)
		return -1;
	out->count++;
	return 0;
}

int history_pauses(struct history *h, int64_t since_ns, struct pauses *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	*out = (struct pauses){ 0 };
	if (store_prepare(h,
			  "SELECT schedule, reason, author, began, coalesce(ended, ends) FROM pause"
			  " WHERE coalesce(ended, ends) > ?1 ORDER BY began, id",
			  &s, err) < 0 ||
	    store_bind_int(h, s, 1, since_ns, err) < 0)
		return -1;
	rc = store_each_row(h, s, append, out, err);
	if (rc < 0)
		pauses_release(out);
	return rc;
}

const struct pause *pauses_find(const struct pauses *p, const char *schedule, int64_t at_ns)
{
	const struct pause *last = NULL;

	for (size_t i = 0; i < p->count; i++) {
		const struct pause *one = &p->item[i];

		if ((one->schedule && strcmp(one->schedule, schedule) != 0) ||
		    at_ns < one->began_ns || at_ns >= one->ends_ns)
			continue;
		if (!last || one->ends_ns > last->ends_ns)
			last = one;
	}
	return last;
}

int history_add_pause(struct history *h, const struct pause *p, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  "INSERT INTO pause (schedule, reason, author, began, ends)"
			  " VALUES (?,?,?,?,?)",
			  &s, err) < 0 ||
	    store_bind_text(h, s, 1, p->schedule, err) < 0 ||
	    store_bind_text(h, s, 2, p->reason, err) < 0 ||
	    store_bind_text(h, s, 3, p->author, err) < 0 ||
	    store_bind_int(h, s, 4, p->began_ns, err) < 0 ||
	    store_bind_int(h, s, 5, p->ends_ns, err) < 0)
		return -1;
	return store_step(h, s, err) < 0 ? -1 : 0;
}

int history_resume(struct history *h, const char *schedule, int64_t now_ns, size_t *ended,
		   struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	*ended = 0;
	if (store_prepare(h,
			  "UPDATE pause SET ended = ?1 WHERE ended IS NULL"
			  " AND began <= ?1 AND ends > ?1 AND (?2 IS NULL OR schedule = ?2)",
			  &s, err) < 0 ||
	    store_bind_int(h, s, 1, now_ns, err) < 0 ||
	    store_bind_text(h, s, 2, schedule, err) < 0 || store_step(h, s, err) < 0)
		return -1;
	*ended = (size_t)sqlite3_changes(h->db);
	return 0;
}
