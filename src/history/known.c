/* SPDX-License-Identifier: Apache-2.0 */
#include "history/known.h"

#include <string.h>

#include "base/buf.h"
#include "history/store.h"

void known_runs_release(struct known_runs *k)
{
	free(k->item);
	arena_release(&k->arena);
	*k = (struct known_runs){ 0 };
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "history: no memory for runs");
}

/* "cache,database", the names of which have no comma. */
static int split(struct arena *a, const char *names, struct known_run *run)
{
	size_t count = 1;
	char *copy = arena_strdup(a, names);
	const char **item;

	for (const char *c = names; *c; c++)
		count += *c == ',';
	item = arena_alloc(a, count * sizeof(*item));
	if (!copy || !item)
		return -1;
	for (char *rest = copy, *one; *copy && (one = strsep(&rest, ","));)
		item[run->component_count++] = one;
	run->component = item;
	return 0;
}

static bool is_success(const char *verdict)
{
	return strcmp(verdict, verdict_name(VERDICT_PASS)) == 0 ||
	       strcmp(verdict, verdict_name(VERDICT_WARN)) == 0;
}

static int read_run(sqlite3_stmt *s, struct arena *a, struct known_run *out, struct error *err)
{
	*out = (struct known_run){ .id = arena_strdup(a, store_text(s, 0)),
				   .kind = arena_strdup(a, store_text(s, 1)),
				   .started_ns = sqlite3_column_int64(s, 2),
				   .finished_ns = sqlite3_column_int64(s, 3),
				   .succeeded = is_success(store_text(s, 4)) };
	if (!out->id || !out->kind || split(a, store_text(s, 5), out) < 0)
		return no_memory(err);
	return 0;
}

static int append_run(sqlite3_stmt *s, void *cookie, struct error *err)
{
	struct known_runs *out = cookie;
	void *items = out->item;
	struct known_run *slot = store_slot(&items, out->count, sizeof(*slot));

	out->item = items;
	if (!slot)
		return no_memory(err);
	if (read_run(s, &out->arena, slot, err) < 0)
		return -1;
	out->count++;
	return 0;
}

int history_known_runs(struct history *h, int64_t since_ns, struct known_runs *out,
		       struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	*out = (struct known_runs){ 0 };
	if (store_prepare(h,
			  "SELECT s.run, s.kind, s.at, s.at + f.duration, f.verdict,"
			  " (SELECT group_concat(c.component) FROM run_component c"
			  "   WHERE c.run = s.run)"
			  " FROM event s LEFT JOIN event f"
			  "   ON f.run = s.run AND f.type = 'run-finished'"
			  " WHERE s.type = 'run-started' AND s.at >= ?1 ORDER BY s.at",
			  &s, err) < 0 ||
	    store_bind_int(h, s, 1, since_ns, err) < 0)
		return -1;
	rc = store_each_row(h, s, append_run, out, err);
	if (rc < 0)
		known_runs_release(out);
	return rc;
}

/* ?1 is the kind, ?2 and on the components. */
static int prepare_newest(struct history *h, const struct newest_question *q, sqlite3_stmt **s,
			  struct error *err)
{
	CLEANUP(buf_release)
	struct buf sql = { 0 };
	int rc = buf_printf(&sql, "SELECT s.run, s.at FROM event s"
				  " WHERE s.type = 'run-started' AND s.kind = ?1"
				  " AND" STORE_HAS_COME);

	if (q->succeeded)
		rc |= buf_printf(&sql, " AND EXISTS (SELECT 1 FROM event f WHERE f.run = s.run"
				       " AND f.type = 'run-finished'"
				       " AND f.verdict IN ('pass', 'warn'))");
	if (q->component_count) {
		rc |= buf_printf(&sql, " AND (SELECT count(*) FROM run_component c"
				       " WHERE c.run = s.run AND c.component IN (?2");
		for (size_t i = 1; i < q->component_count; i++)
			rc |= buf_printf(&sql, ", ?%zu", i + 2);
		rc |= buf_printf(&sql, ")) = %zu", q->component_count);
	}
	rc |= buf_printf(&sql, " ORDER BY s.at DESC LIMIT 1");
	if (rc < 0)
		return no_memory(err);
	if (store_prepare(h, sql.ptr, s, err) < 0 || store_bind_text(h, *s, 1, q->kind, err) < 0)
		return -1;
	for (size_t i = 0; i < q->component_count; i++) {
		if (store_bind_text(h, *s, (int)i + 2, q->component[i], err) < 0)
			return -1;
	}
	return 0;
}

int history_newest(struct history *h, const struct newest_question *q, char id[RUN_ID_SIZE],
		   int64_t *started_ns, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	id[0] = '\0';
	*started_ns = 0;
	if (prepare_newest(h, q, &s, err) < 0)
		return -1;
	rc = store_step(h, s, err);
	if (rc <= 0)
		return rc;
	(void)snprintf(id, RUN_ID_SIZE, "%s", store_text(s, 0));
	*started_ns = sqlite3_column_int64(s, 1);
	return 0;
}
