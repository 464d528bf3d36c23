/* SPDX-License-Identifier: Apache-2.0 */
/* From when on schedules are expected. */
#include <string.h>

#include "history/missed.h"
#include "history/store.h"

static void release_one(struct expectation *e)
{
	free(e->schedule);
	free(e->expression);
}

void expectations_release(struct expectations *e)
{
	for (size_t i = 0; i < e->count; i++)
		release_one(&e->item[i]);
	free(e->item);
	*e = (struct expectations){ 0 };
}

const struct expectation *expectations_find(const struct expectations *e, const char *schedule,
					    const char *expression)
{
	for (size_t i = 0; i < e->count; i++) {
		if (strcmp(e->item[i].schedule, schedule) == 0)
			return strcmp(e->item[i].expression, expression) == 0 ? &e->item[i] : NULL;
	}
	return NULL;
}

static int append(sqlite3_stmt *s, void *cookie, struct error *err)
{
	struct expectations *out = cookie;
	void *items = out->item;
	struct expectation *e = store_slot(&items, out->count, sizeof(*e));

	out->item = items;
	if (!e)
		return error_set(err, ERROR_NOMEM, "history: no memory for schedules");
	*e = (struct expectation){ .schedule = strdup(store_text(s, 0)),
				   .since_ns = sqlite3_column_int64(s, 1),
				   .judged_ns = sqlite3_column_int64(s, 2),
				   .expression = strdup(store_text(s, 3)) };
	if (!e->schedule || !e->expression) {
		release_one(e);
		return error_set(err, ERROR_NOMEM, "history: no memory for schedules");
	}
	out->count++;
	return 0;
}

int history_expectations(struct history *h, struct expectations *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	*out = (struct expectations){ 0 };
	if (store_prepare(h,
			  "SELECT schedule, since, judged, expression FROM expected"
			  " ORDER BY schedule",
			  &s, err) < 0)
		return -1;
	rc = store_each_row(h, s, append, out, err);
	if (rc < 0)
		expectations_release(out);
	return rc;
}

int history_set_expectation(struct history *h, const struct expectation *e, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  "INSERT OR REPLACE INTO expected (schedule, since, judged, expression)"
			  " VALUES (?,?,?,?)",
			  &s, err) < 0 ||
	    store_bind_text(h, s, 1, e->schedule, err) < 0 ||
	    store_bind_int(h, s, 2, e->since_ns, err) < 0 ||
	    store_bind_int(h, s, 3, e->judged_ns, err) < 0 ||
	    store_bind_text(h, s, 4, e->expression, err) < 0)
		return -1;
	return store_step(h, s, err) < 0 ? -1 : 0;
}

int history_drop_expectation(struct history *h, const char *schedule, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h, "DELETE FROM expected WHERE schedule = ?", &s, err) < 0 ||
	    store_bind_text(h, s, 1, schedule, err) < 0)
		return -1;
	return store_step(h, s, err) < 0 ? -1 : 0;
}
