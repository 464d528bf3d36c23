/* SPDX-License-Identifier: Apache-2.0 */
/* What earlier runs read from backup files, for trends; the bulky part of it expires. */
#include "history/store.h"

#include <string.h>

static bool parse_kind(const char *array, enum fact_kind *out)
{
	for (int i = 0; i < FACT_KIND_COUNT; i++) {
		if (strcmp(fact_kind_words((enum fact_kind)i)->array, array) == 0) {
			*out = (enum fact_kind)i;
			return true;
		}
	}
	return false;
}

static int add_fact(struct facts *facts, sqlite3_stmt *s)
{
	enum fact_kind kind;
	struct fact *f;

	/* a kind of another version of muster is not for us to compare */
	if (!parse_kind(store_text(s, 0), &kind))
		return 0;
	f = facts_add(facts, kind, store_text(s, 1), store_text(s, 2));
	if (!f)
		return -1;
	f->known = (unsigned)sqlite3_column_int(s, 3) & ~(unsigned)MEASURE_VALUE;
	f->count = (uint64_t)sqlite3_column_int64(s, 4);
	f->bytes = (uint64_t)sqlite3_column_int64(s, 5);
	f->expires = (uint64_t)sqlite3_column_int64(s, 6);
	if (f->known & MEASURE_FINGERPRINT && !fingerprint_parse(store_text(s, 7), &f->fingerprint))
		f->known &= ~(unsigned)MEASURE_FINGERPRINT;
	if (sqlite3_column_int(s, 3) & MEASURE_VALUE)
		return fact_set_value(facts, f, store_text(s, 8));
	return 0;
}

static int load_facts(struct history *h, int64_t reading, struct facts *facts, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	if (store_prepare(h,
			  "SELECT kind, scope, name, known, count, bytes, expires, fingerprint,"
			  " value FROM fact WHERE reading = ?",
			  &s, err) < 0 ||
	    store_bind_int(h, s, 1, reading, err) < 0)
		return -1;
	while ((rc = store_step(h, s, err)) > 0) {
		if (add_fact(facts, s) < 0)
			return error_set(err, ERROR_NOMEM, "history: no memory for facts");
	}
	if (rc == 0)
		facts_sort(facts);
	return rc;
}

static int read_earlier(struct history *h, sqlite3_stmt *s, struct earlier_file *out,
			struct error *err)
{
	*out = (struct earlier_file){ .size = (uint64_t)sqlite3_column_int64(s, 3) };
	(void)snprintf(out->run, sizeof(out->run), "%s", store_text(s, 1));
	(void)snprintf(out->set, sizeof(out->set), "%s", store_text(s, 2));
	if (!facts_side_parse(store_text(s, 4), &out->facts.side))
		out->facts.side = FACTS_BACKUP;
	return load_facts(h, sqlite3_column_int64(s, 0), &out->facts, err);
}

static void free_earlier(struct earlier_file *file, size_t count)
{
	for (size_t i = 0; i < count; i++)
		facts_release(&file[i].facts);
	free(file);
}

static int prepare_earlier(struct history *h, const char *const key[4], size_t limit,
			   sqlite3_stmt **s, struct error *err)
{
	/* with max() alone, SQLite takes the other columns from the row that has it */
	if (store_prepare(h,
			  "SELECT max(id), run, backup_set, size, side FROM file_reading"
			  " WHERE component = ?1 AND part = ?2 AND database = ?3"
			  " AND backup_set < ?4 AND side = 'backup'"
			  " GROUP BY backup_set ORDER BY backup_set DESC LIMIT ?5",
			  s, err) < 0)
		return -1;
	for (int i = 0; i < 4; i++) {
		if (sqlite3_bind_text(*s, i + 1, key[i], -1, SQLITE_STATIC) != SQLITE_OK)
			return store_error(h, err, "bind");
	}
	return store_bind_int(h, *s, 5, (int64_t)limit, err);
}

int history_earlier_files(struct history *h, const char *component, const char *part,
			  const char *database, const char *before_set, size_t limit,
			  struct earlier_file **out, size_t *count, struct error *err)
{
	/* '~' sorts after every id there can be */
	const char *key[] = { component, part, database, *before_set ? before_set : "~" };
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	struct earlier_file *file;
	size_t n = 0;
	int rc;

	*out = NULL;
	*count = 0;
	if (!limit)
		return 0;
	if (prepare_earlier(h, key, limit, &s, err) < 0)
		return -1;
	file = calloc(limit, sizeof(*file));
	if (!file)
		return error_set(err, ERROR_NOMEM, "history: no memory for %zu readings", limit);
	while (n < limit && (rc = store_step(h, s, err)) != 0) {
		if (rc < 0 || read_earlier(h, s, &file[n++], err) < 0) {
			free_earlier(file, n);
			return -1;
		}
	}
	*out = file;
	*count = n;
	return 0;
}

static int fill_facts(struct history *h, sqlite3_stmt *s, struct run *run, struct run_facts *f,
		      struct error *err)
{
	const char **text[] = { &f->component, &f->part, &f->database, &f->set };

	f->size = (uint64_t)sqlite3_column_int64(s, 6);
	for (int i = 0; i < (int)(sizeof(text) / sizeof(*text)); i++) {
		*text[i] = arena_strdup(&run->arena, store_text(s, i + 1));
		if (!*text[i])
			return error_set(err, ERROR_NOMEM, "history: no memory for facts");
	}
	if (!facts_side_parse(store_text(s, 5), &f->facts.side))
		f->facts.side = FACTS_BACKUP;
	return load_facts(h, sqlite3_column_int64(s, 0), &f->facts, err);
}

static int read_facts(struct history *h, sqlite3_stmt *s, struct run *run, struct error *err)
{
	void *all = run->facts;
	struct run_facts *f = store_slot(&all, run->facts_count, sizeof(*f));

	run->facts = all;
	if (!f)
		return error_set(err, ERROR_NOMEM, "history: no memory for facts");
	/* counted at once, so that run_release() knows it */
	run->facts_count++;
	return fill_facts(h, s, run, f, err);
}

int query_facts(struct history *h, struct run *run, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	/* by the events, which have an index by run; a reading has its event's number */
	if (store_prepare(
		    h,
		    "SELECT r.id, r.component, r.part, r.database, r.backup_set, r.side, r.size"
		    " FROM event e JOIN file_reading r ON r.id = e.seq"
		    " WHERE e.run = ?1 AND e.type = 'facts' ORDER BY e.seq",
		    &s, err) < 0 ||
	    store_bind_text(h, s, 1, run->id, err) < 0)
		return -1;
	while ((rc = store_step(h, s, err)) > 0) {
		if (read_facts(h, s, run, err) < 0)
			return -1;
	}
	return rc;
}

int history_expire_facts(struct history *h, int64_t before_ns, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (sink_flush(h, err) < 0)
		return -1;
	/* readings are numbered as they are made, so that one bound names all older ones */
	if (store_prepare(h,
			  "DELETE FROM fact WHERE reading <= (SELECT id FROM file_reading"
			  " WHERE at < ? ORDER BY at DESC LIMIT 1)",
			  &s, err) < 0 ||
	    store_bind_int(h, s, 1, before_ns, err) < 0)
		return -1;
	return store_step(h, s, err) < 0 ? -1 : 0;
}
