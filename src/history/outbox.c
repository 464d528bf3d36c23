/* SPDX-License-Identifier: Apache-2.0 */
#include "history/outbox.h"

#include <string.h>

#include "history/outbox.intern.h"

static const char *const words[OUTBOX_STATE_COUNT] = {
#define X(name, word) [OUTBOX_##name] = (word),
	OUTBOX_STATE_TABLE(X)
#undef X
};

const char *outbox_state_name(enum outbox_state s)
{
	return words[s];
}

static enum outbox_state parse_state(const char *word)
{
	enum outbox_state s = OUTBOX_WAITING;

	while (s + 1 < OUTBOX_STATE_COUNT && strcmp(words[s], word) != 0)
		s++;
	return s;
}

void outbox_items_release(struct outbox_items *l)
{
	free(l->item);
	arena_release(&l->arena);
	*l = (struct outbox_items){ 0 };
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "history: no memory for notifications");
}

int outbox_read_row(sqlite3_stmt *s, void *cookie, struct error *err)
{
	struct outbox_items *out = cookie;
	const char *text[5];
	void *items = out->item;
	struct outbox_item *slot = store_slot(&items, out->count, sizeof(*slot));

	out->item = items;
	if (!slot)
		return no_memory(err);
	for (int i = 0; i < 5; i++) {
		text[i] = arena_strdup(&out->arena, store_text(s, i));
		if (!text[i])
			return no_memory(err);
	}
	*slot = (struct outbox_item){ .key = text[0],
				      .receiver = text[1],
				      .event = text[2],
				      .document = text[3],
				      .answer = text[4],
				      .state = parse_state(store_text(s, 5)),
				      .id = sqlite3_column_int64(s, 6),
				      .created_ns = sqlite3_column_int64(s, 7),
				      .tried_since_ns = sqlite3_column_int64(s, 8),
				      .due_ns = sqlite3_column_int64(s, 9),
				      .attempts = (unsigned)sqlite3_column_int(s, 10),
				      .ended_ns = sqlite3_column_int64(s, 11) };
	out->count++;
	return 0;
}

int outbox_add(struct history *h, const struct outbox_item *item, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	const char *const text[] = { item->key, item->receiver, item->event, item->document };

	if (store_prepare(h,
			  "INSERT INTO outbox"
			  " (key, receiver, event, document, created, tried_since, due)"
			  " VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5)",
			  &s, err) < 0)
		return -1;
	for (int i = 0; i < 4; i++) {
		if (store_bind_key(h, s, i + 1, text[i], err) < 0)
			return -1;
	}
	if (store_bind_int(h, s, 5, item->created_ns, err) < 0)
		return -1;
	return store_step(h, s, err);
}

int outbox_list(struct history *h, bool all, struct outbox_items *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  all ? "SELECT " OUTBOX_COLUMNS " FROM outbox ORDER BY id" :
				"SELECT " OUTBOX_COLUMNS
				" FROM outbox WHERE state IN ('waiting', 'given-up') ORDER BY id",
			  &s, err) < 0)
		return -1;
	return store_each_row(h, s, outbox_read_row, out, err);
}

int outbox_receivers(struct history *h, struct outbox_items *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  "SELECT DISTINCT '', receiver, '', '', '', state, 0, 0, 0, 0, 0, 0"
			  " FROM outbox WHERE state = 'waiting' ORDER BY receiver",
			  &s, err) < 0)
		return -1;
	return store_each_row(h, s, outbox_read_row, out, err);
}

/* A change of one item, by a statement whose parameters are number, answer, id, state. */
static int change(struct history *h, const char *sql, const struct outbox_item *to,
		  struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h, sql, &s, err) < 0 || store_bind_int(h, s, 1, to->due_ns, err) < 0 ||
	    store_bind_key(h, s, 2, to->answer, err) < 0 ||
	    store_bind_int(h, s, 3, to->id, err) < 0 ||
	    store_bind_key(h, s, 4, outbox_state_name(to->state), err) < 0)
		return -1;
	return store_step(h, s, err);
}

int outbox_end(struct history *h, int64_t id, enum outbox_state state, int64_t now_ns,
	       const char *answer, struct error *err)
{
	const struct outbox_item to = {
		.id = id, .state = state, .due_ns = now_ns, .answer = answer
	};

	return change(h,
		      "UPDATE outbox SET ended = ?1, answer = ?2, attempts = attempts + 1,"
		      " state = ?4 WHERE id = ?3 AND state = 'waiting'",
		      &to, err);
}

int outbox_later(struct history *h, int64_t id, int64_t due_ns, const char *answer,
		 struct error *err)
{
	const struct outbox_item to = {
		.id = id, .state = OUTBOX_WAITING, .due_ns = due_ns, .answer = answer
	};

	return change(h,
		      "UPDATE outbox SET due = ?1, answer = ?2, attempts = attempts + 1"
		      " WHERE id = ?3 AND state = ?4",
		      &to, err);
}

/* By a statement whose parameters are the time and an id; what has an end is past changing. */
static int change_open(struct history *h, const char *sql, int64_t id, int64_t now_ns,
		       size_t *count, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h, sql, &s, err) < 0 || store_bind_int(h, s, 1, now_ns, err) < 0 ||
	    store_bind_int(h, s, 2, id, err) < 0 || store_step(h, s, err) < 0)
		return -1;
	*count = (size_t)sqlite3_changes(h->db);
	if (*count || !id)
		return 0;
	(void)error_set(err, ERROR_NOT_FOUND, "no notification %lld waits or was given up",
			(long long)id);
	return error_hint(err, "muster notify list shows them");
}

#define OPEN_ONES " WHERE state IN ('waiting', 'given-up') AND (?2 = 0 OR id = ?2)"

int outbox_retry(struct history *h, int64_t id, int64_t now_ns, size_t *count, struct error *err)
{
	return change_open(h,
			   "UPDATE outbox SET state = 'waiting', due = ?1, tried_since = ?1,"
			   " attempts = 0, ended = NULL" OPEN_ONES,
			   id, now_ns, count, err);
}

int outbox_drop(struct history *h, int64_t id, int64_t now_ns, size_t *count, struct error *err)
{
	return change_open(h, "UPDATE outbox SET state = 'dropped', ended = ?1" OPEN_ONES, id,
			   now_ns, count, err);
}

int outbox_set_clock_back(struct history *h, int64_t now_ns, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *any = NULL;
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	/* asked first, since even a change of nothing waits for whoever writes */
	if (store_prepare(h, "SELECT 1 FROM outbox WHERE state = 'waiting' AND tried_since > ?1",
			  &any, err) < 0 ||
	    store_bind_int(h, any, 1, now_ns, err) < 0)
		return -1;
	rc = store_step(h, any, err);
	(void)sqlite3_reset(any);
	if (rc <= 0)
		return rc;
	if (store_prepare(h,
			  "UPDATE outbox SET due = ?1, tried_since = ?1"
			  " WHERE state = 'waiting' AND tried_since > ?1",
			  &s, err) < 0 ||
	    store_bind_int(h, s, 1, now_ns, err) < 0)
		return -1;
	return store_step(h, s, err);
}

int outbox_count(struct history *h, int64_t since_ns, struct outbox_counts *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  "SELECT count(*) FILTER (WHERE state = 'waiting'),"
			  " count(*) FILTER (WHERE state = 'sent'),"
			  " count(*) FILTER (WHERE state = 'given-up'),"
			  " count(*) FILTER (WHERE state = 'given-up' AND ended >= ?1)"
			  " FROM outbox",
			  &s, err) < 0 ||
	    store_bind_int(h, s, 1, since_ns, err) < 0 || store_step(h, s, err) < 0)
		return -1;
	*out = (struct outbox_counts){ .waiting = (uint64_t)sqlite3_column_int64(s, 0),
				       .sent = (uint64_t)sqlite3_column_int64(s, 1),
				       .given_up = (uint64_t)sqlite3_column_int64(s, 2),
				       .given_up_lately = (uint64_t)sqlite3_column_int64(s, 3) };
	return 0;
}

int outbox_expire(struct history *h, int64_t before_ns, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h, "DELETE FROM outbox WHERE ended < ?", &s, err) < 0 ||
	    store_bind_int(h, s, 1, before_ns, err) < 0)
		return -1;
	return store_step(h, s, err);
}
