/* SPDX-License-Identifier: Apache-2.0 */
#include "history/alert.h"

#include <string.h>

#include "history/store.h"

void alerts_release(struct alerts *a)
{
	free(a->item);
	arena_release(&a->arena);
	*a = (struct alerts){ 0 };
}

const struct alert *alerts_find(const struct alerts *a, const char *key)
{
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->item[i].key, key) == 0)
			return &a->item[i];
	}
	return NULL;
}

static int add_row(sqlite3_stmt *s, void *cookie, struct error *err)
{
	struct alerts *out = cookie;
	const char *text[7];
	static const int columns[7] = { 0, 1, 2, 3, 4, 7, 8 };
	void *items = out->item;
	struct alert *slot = store_slot(&items, out->count, sizeof(*slot));

	out->item = items;
	if (!slot)
		return error_set(err, ERROR_NOMEM, "history: no memory for alerts");
	for (int i = 0; i < 7; i++) {
		text[i] = arena_strdup(&out->arena, store_text(s, columns[i]));
		if (!text[i])
			return error_set(err, ERROR_NOMEM, "history: no memory for alerts");
	}
	*slot = (struct alert){ .key = text[0],
				.platform = text[1],
				.kind = text[2],
				.component = text[3],
				.name = text[4],
				.since_ns = sqlite3_column_int64(s, 5),
				.told_ns = sqlite3_column_int64(s, 6),
				.event = text[5],
				.message = text[6] };
	out->count++;
	return 0;
}

int alert_list(struct history *h, const char *platform, const char *kind, struct alerts *out,
	       struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  "SELECT key, platform, kind, component, name, since, told, event, message"
			  " FROM alert WHERE platform = ?1 AND (?2 IS NULL OR kind = ?2)"
			  " ORDER BY key",
			  &s, err) < 0 ||
	    store_bind_key(h, s, 1, platform, err) < 0 || store_bind_text(h, s, 2, kind, err) < 0)
		return -1;
	return store_each_row(h, s, add_row, out, err);
}

int alert_put(struct history *h, const struct alert *a, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	const char *const text[] = { a->key,  a->platform, a->kind,   a->component,
				     a->name, a->event,    a->message };

	if (store_prepare(h,
			  "INSERT OR REPLACE INTO alert"
			  " (key, platform, kind, component, name, event, message, since, told)"
			  " VALUES (?,?,?,?,?,?,?,?,?)",
			  &s, err) < 0)
		return -1;
	for (int i = 0; i < 7; i++) {
		if (store_bind_key(h, s, i + 1, text[i], err) < 0)
			return -1;
	}
	if (store_bind_int(h, s, 8, a->since_ns, err) < 0 ||
	    store_bind_int(h, s, 9, a->told_ns, err) < 0)
		return -1;
	return store_step(h, s, err);
}

int alert_remove(struct history *h, const char *key, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h, "DELETE FROM alert WHERE key = ?", &s, err) < 0 ||
	    store_bind_key(h, s, 1, key, err) < 0)
		return -1;
	return store_step(h, s, err);
}
