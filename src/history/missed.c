/* SPDX-License-Identifier: Apache-2.0 */
#include "history/missed.h"

#include <string.h>

#include "base/clock.h"
#include "history/store.h"

static void release_one(struct missed *m)
{
	free(m->schedule);
	free(m->kind);
	free(m->reason);
}

void missed_list_release(struct missed_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		release_one(&l->item[i]);
	free(l->item);
	*l = (struct missed_list){ 0 };
}

int missed_list_add(struct missed_list *l, const struct missed *m, struct error *err)
{
	struct missed given = *m;
	void *items = l->item;
	struct missed *slot = store_slot(&items, l->count, sizeof(*slot));

	l->item = items;
	if (!slot || !m->schedule || !m->kind || !m->reason) {
		release_one(&given);
		return error_set(err, ERROR_NOMEM, "no memory for what was missed");
	}
	*slot = given;
	l->count++;
	return 0;
}

/* Each condition stands only when asked for, so that an index can serve what is left. */
static int prepare(struct history *h, const struct missed_filter *filter, sqlite3_stmt **s,
		   struct error *err)
{
	char sql[400];

	(void)snprintf(sql, sizeof(sql),
		       "SELECT schedule, kind, reason, at, noticed, times FROM missed"
		       " WHERE 1%s%s ORDER BY at, schedule",
		       filter->schedule ? " AND schedule = ?1" : "",
		       filter->since_ns ? " AND at >= ?2" : "");
	if (store_prepare(h, sql, s, err) < 0)
		return -1;
	if ((filter->schedule && store_bind_text(h, *s, 1, filter->schedule, err) < 0) ||
	    (filter->since_ns && store_bind_int(h, *s, 2, filter->since_ns, err) < 0))
		return -1;
	return 0;
}

static int add_row(sqlite3_stmt *s, void *cookie, struct error *err)
{
	struct missed_list *out = cookie;
	struct missed m = { .schedule = strdup(store_text(s, 0)),
			    .kind = strdup(store_text(s, 1)),
			    .reason = strdup(store_text(s, 2)),
			    .at_ns = sqlite3_column_int64(s, 3),
			    .noticed_ns = sqlite3_column_int64(s, 4),
			    .times = sqlite3_column_int64(s, 5) };

	return missed_list_add(out, &m, err);
}

int history_missed(struct history *h, const struct missed_filter *filter, struct missed_list *out,
		   struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	*out = (struct missed_list){ 0 };
	if (prepare(h, filter, &s, err) < 0)
		return -1;
	rc = store_each_row(h, s, add_row, out, err);
	if (rc < 0)
		missed_list_release(out);
	return rc;
}

int history_add_missed(struct history *h, const struct missed *m, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  "INSERT OR IGNORE INTO missed (schedule, at, kind, reason, noticed,"
			  " times) VALUES (?,?,?,?,?,?)",
			  &s, err) < 0 ||
	    store_bind_text(h, s, 1, m->schedule, err) < 0 ||
	    store_bind_int(h, s, 2, m->at_ns, err) < 0 ||
	    store_bind_text(h, s, 3, m->kind, err) < 0 ||
	    store_bind_text(h, s, 4, m->reason, err) < 0 ||
	    store_bind_int(h, s, 5, m->noticed_ns, err) < 0 ||
	    store_bind_int(h, s, 6, m->times, err) < 0)
		return -1;
	return store_step(h, s, err) < 0 ? -1 : 0;
}
