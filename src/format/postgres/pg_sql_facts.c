/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_sql_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "format/postgres/pg_entry.h"
#include "model/quote.h"

void pg_sql_facts_release(struct pg_sql_facts *f)
{
	arena_release(&f->arena);
	free(f->table);
	pg_archive_map_release(&f->tables);
	pg_archive_map_release(&f->seen);
	*f = (struct pg_sql_facts){ 0 };
}

static uint64_t identity(enum fact_kind kind, const char *scope, const char *name)
{
	uint64_t seed = XXH3_64bits_withSeed(scope, strlen(scope), (uint64_t)kind);

	return XXH3_64bits_withSeed(name, strlen(name), seed) | 1;
}

/* "schema", or "database.schema" in the dump of a cluster. */
static const char *scope_of(const struct pg_sql_facts *f, const char *schema,
			    char out[2 * PG_SQL_NAME_SIZE])
{
	if (!f->cluster)
		return schema;
	(void)snprintf(out, 2 * PG_SQL_NAME_SIZE, "%s%s%s", f->database,
		       *f->database && *schema ? "." : "", schema);
	return out;
}

int pg_sql_facts_once(struct pg_sql_facts *f, enum fact_kind kind, const char *name)
{
	enum pg_archive_put put = pg_archive_map_put(&f->seen, identity(kind, "", name), 0);

	if (put == PUT_NEW)
		return facts_add(&f->reading->facts, kind, "", name) ? 0 : -1;
	return put == PUT_THERE ? 0 : -1;
}

int pg_sql_facts_setting(struct pg_sql_facts *f, const char *name, const char *value)
{
	uint64_t key = identity(FACT_SETTING, "", name);
	enum pg_archive_put put = pg_archive_map_put(&f->seen, key, 0);
	struct fact *fact;

	if (put != PUT_NEW)
		return put == PUT_THERE ? 0 : -1;
	fact = facts_add(&f->reading->facts, FACT_SETTING, "", name);
	return fact ? fact_set_value(&f->reading->facts, fact, value) : -1;
}

void pg_sql_facts_kind(struct pg_sql_facts *f, const char *kind)
{
	size_t i = 0;

	while (i < f->kind_count && strcmp(f->kind[i].name, kind) != 0)
		i++;
	if (i == PG_SQL_KINDS_MAX)
		return;
	if (i == f->kind_count)
		(void)snprintf(f->kind[f->kind_count++].name, sizeof(f->kind[0].name), "%s", kind);
	f->kind[i].count++;
}

static struct pg_sql_table *new_table(struct pg_sql_facts *f, const char *scope, const char *name)
{
	struct pg_sql_table *t;

	if (f->table_count == f->table_capacity) {
		size_t capacity = f->table_capacity ? f->table_capacity * 2 : 16;
		struct pg_sql_table *grown = realloc(f->table, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		f->table = grown;
		f->table_capacity = capacity;
	}
	t = &f->table[f->table_count];
	*t = (struct pg_sql_table){ .schema = arena_strdup(&f->arena, scope),
				    .name = arena_strdup(&f->arena, name) };
	if (!t->schema || !t->name)
		return NULL;
	f->table_count++;
	return t;
}

static struct pg_sql_table *table_of(struct pg_sql_facts *f, const char *schema, const char *name)
{
	char both[2 * PG_SQL_NAME_SIZE];
	const char *scope = scope_of(f, schema, both);
	uint64_t key = identity(FACT_TABLE, scope, name);
	const uint64_t *index;

	/* two names of one hash stand under neighbouring keys */
	while ((index = pg_archive_map_get(&f->tables, key)) != NULL) {
		struct pg_sql_table *t = &f->table[*index];

		if (strcmp(t->schema, scope) == 0 && strcmp(t->name, name) == 0)
			return t;
		key += 2;
	}
	if (pg_archive_map_put(&f->tables, key, f->table_count) != PUT_NEW)
		return NULL;
	return new_table(f, scope, name);
}

static bool is_data_of_table(const struct pg_sql_entry *e)
{
	return strcmp(e->kind, "TABLE DATA") == 0;
}

/*
 * A statement without a schema is in the one that the comment before it names, or
 * where the search path leads. A comment that names another object (a partition
 * whose rows go through its root) is what the archive knows the data by.
 */
static void resolve(const struct pg_sql_facts *f, bool entry_is_its, struct pg_sql_name *n)
{
	const struct pg_sql_entry *e = &f->entry;

	if (!entry_is_its) {
		if (!*n->schema)
			memcpy(n->schema, f->search_path, sizeof(n->schema));
		return;
	}
	if (!*n->schema) /* written by 10.2 and before; the comment has spaces for line ends */
		memcpy(n->schema, f->search_path, sizeof(n->schema));
	if (!*n->schema || !pg_sql_entry_names(e->schema, n->schema))
		memcpy(n->schema, e->schema, sizeof(n->schema));
	if (!pg_sql_entry_names(e->name, n->name))
		memcpy(n->name, e->name, sizeof(n->name));
}

struct pg_sql_table *pg_sql_facts_table(struct pg_sql_facts *f, const struct pg_sql_name *n)
{
	struct pg_sql_name resolved = *n;
	struct pg_sql_table *t;
	bool named = is_data_of_table(&f->entry);

	resolve(f, named, &resolved);
	t = table_of(f, resolved.schema, resolved.name);
	if (!t)
		return NULL;
	t->filled = true;
	f->entry_filled |= named;
	if (named && f->entry_outline)
		t->outline = f->entry_outline;
	return t;
}

void pg_sql_facts_filled(struct pg_sql_facts *f, const struct pg_sql_table *t)
{
	struct outline_entry *e;

	if (!t->outline)
		return;
	e = &f->reading->contents.item[t->outline - 1];
	if (t->unknown)
		return;
	e->known = MEASURE_COUNT | (t->inserted ? 0 : MEASURE_BYTES);
	e->count = t->rows.count + t->inserted;
	e->bytes = t->rows.bytes;
}

/* With INSERT statements an empty table is a comment and nothing else. */
static int keep_entry_table(struct pg_sql_facts *f)
{
	struct pg_sql_table *t;

	if (!is_data_of_table(&f->entry) || f->entry_filled)
		return 0;
	t = table_of(f, f->entry.schema, f->entry.name);
	if (!t)
		return -1;
	t->outline = f->entry_outline;
	return 0;
}

static int list_entry(struct pg_sql_facts *f)
{
	const struct pg_sql_entry *e = &f->entry;

	f->entry_outline = 0;
	if (!f->reading->list)
		return 0;
	if (!outline_add(&f->reading->contents, e->kind, e->schema, e->name, e->owner))
		return -1;
	f->entry_outline = f->reading->contents.count;
	return 0;
}

int pg_sql_facts_entry(struct pg_sql_facts *f, const struct pg_sql_entry *entry)
{
	if (keep_entry_table(f) < 0)
		return -1;
	f->entry = *entry;
	f->entry_filled = false;
	if (pg_entry_is_schema_object(entry->kind))
		pg_sql_facts_kind(f, entry->kind);
	if (*entry->owner && pg_sql_facts_once(f, FACT_ROLE, entry->owner) < 0)
		return -1;
	return list_entry(f);
}

int pg_sql_facts_sequence(struct pg_sql_facts *f, struct pg_sql_name *n, const char *value,
			  uint64_t offset)
{
	char both[2 * PG_SQL_NAME_SIZE], label[80];
	const char *scope;
	enum pg_archive_put put;
	struct fact *fact;

	resolve(f, strcmp(f->entry.kind, "SEQUENCE SET") == 0, n);
	scope = scope_of(f, n->schema, both);
	put = pg_archive_map_put(&f->seen, identity(FACT_SEQUENCE, scope, n->name), 0);
	if (put == PUT_THERE)
		findings_add(&f->reading->findings, FINDING_DUPLICATE, offset,
			     "sequence %s is set twice", quote_text(n->name, label, sizeof(label)));
	if (put != PUT_NEW)
		return put == PUT_THERE ? 0 : -1;
	fact = facts_add(&f->reading->facts, FACT_SEQUENCE, scope, n->name);
	return fact ? fact_set_value(&f->reading->facts, fact, value) : -1;
}

static int add_table(struct pg_sql_facts *f, const struct pg_sql_table *t, bool whole)
{
	struct fact *fact = facts_add(&f->reading->facts, FACT_TABLE, t->schema, t->name);

	if (!fact)
		return -1;
	if (t->unknown || (!t->filled && !whole))
		return 0;
	if (!t->inserted) {
		row_sum_to_fact(&t->rows, fact);
		return 0;
	}
	fact->count = t->rows.count + t->inserted;
	fact->known = MEASURE_COUNT;
	return 0;
}

int pg_sql_facts_finish(struct pg_sql_facts *f, bool whole)
{
	struct facts *facts = &f->reading->facts;

	if (keep_entry_table(f) < 0)
		return -1;
	for (size_t i = 0; i < f->table_count; i++) {
		if (add_table(f, &f->table[i], whole) < 0)
			return -1;
	}
	for (size_t i = 0; i < f->kind_count; i++) {
		struct fact *fact = facts_add(facts, FACT_SCHEMA_OBJECTS, "", f->kind[i].name);

		if (!fact)
			return -1;
		fact->count = f->kind[i].count;
		fact->known = whole ? MEASURE_COUNT : 0;
	}
	facts_sort(facts);
	return 0;
}
