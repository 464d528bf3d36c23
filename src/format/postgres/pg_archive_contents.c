/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_contents.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "format/postgres/pg_archive_locale.h"
#include "format/postgres/pg_entry.h"
#include "model/quote.h"

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "out of memory for an archive's table of contents");
}

int pg_archive_contents_init(struct pg_archive_contents *c, struct reading *reading,
			     struct error *err)
{
	*c = (struct pg_archive_contents){ .reading = reading };
	c->kind = calloc(PG_ARCHIVE_KINDS_MAX, sizeof(*c->kind));
	return c->kind ? 0 : no_memory(err);
}

void pg_archive_contents_release(struct pg_archive_contents *c)
{
	arena_release(&c->arena);
	free(c->data);
	free(c->kind);
	pg_archive_map_release(&c->dump_ids);
	pg_archive_map_release(&c->names);
	pg_archive_graph_release(&c->graph);
	*c = (struct pg_archive_contents){ 0 };
}

static int add_valued(struct pg_archive_contents *c, enum fact_kind kind, const char *scope,
		      const char *name, const char *value)
{
	struct fact *fact = facts_add(&c->reading->facts, kind, scope, name);

	return fact ? fact_set_value(&c->reading->facts, fact, value) : -1;
}

int pg_archive_contents_header(struct pg_archive_contents *c, const struct pg_archive_header *h,
			       struct error *err)
{
	static const char *const compressions[PG_ARCHIVE_COMPRESSIONS] = {
		[PG_ARCHIVE_STORED] = "none",
		[PG_ARCHIVE_ZLIB] = "zlib",
		[PG_ARCHIVE_LZ4] = "lz4",
		[PG_ARCHIVE_ZSTD] = "zstd",
	};
	char entries[24], version[16];

	(void)snprintf(version, sizeof(version), "1.%u", h->minor);
	(void)snprintf(entries, sizeof(entries), "%" PRId64, h->entries);
	c->objects_known =
		h->minor < 16 || c->definition.found; /* from 16 on, definitions name them */
	if (add_valued(c, FACT_SETTING, "", "archive_version", version) < 0 ||
	    add_valued(c, FACT_SETTING, "", "archive_compression", compressions[h->compression]) <
		    0 ||
	    add_valued(c, FACT_SETTING, "", "toc_entries", entries) < 0 ||
	    add_valued(c, FACT_SETTING, "", "database", h->database) < 0 ||
	    add_valued(c, FACT_SETTING, "", "server_version", h->server_version) < 0 ||
	    add_valued(c, FACT_SETTING, "", "dump_version", h->dump_version) < 0)
		return no_memory(err);
	c->reading->content_time_ns = pg_archive_created_ns(h);
	c->reading->local_time = true;
	return 0;
}

const char *pg_archive_data_label(const struct pg_archive_data *d, char out[PG_ARCHIVE_LABEL_SIZE])
{
	char schema[PG_ARCHIVE_LABEL_SIZE / 3], name[PG_ARCHIVE_LABEL_SIZE / 2];

	if (d->kind == DATA_LARGE_OBJECTS)
		return "the large objects";
	(void)quote_text(d->schema, schema, sizeof(schema));
	(void)quote_text(d->name, name, sizeof(name));
	(void)snprintf(out, PG_ARCHIVE_LABEL_SIZE, "%s %s%s%s",
		       d->kind == DATA_TABLE ? "table" : "entry", schema, *schema ? "." : "", name);
	return out;
}

static struct pg_archive_data *next_data(struct pg_archive_contents *c)
{
	if (c->data_count == c->data_capacity) {
		size_t capacity = c->data_capacity ? c->data_capacity * 2 : 16;
		struct pg_archive_data *grown = realloc(c->data, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		c->data = grown;
		c->data_capacity = capacity;
	}
	return &c->data[c->data_count];
}

static int add_data(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	struct pg_archive_data *d = next_data(c);

	if (!d)
		return -1;
	*d = (struct pg_archive_data){
		.kind = DATA_OTHER,
		.dump_id = e->dump_id,
		.offset_set = e->data_state == OFFSET_SET,
		.offset = e->data_offset,
		.has_copy = e->has_copy,
		.columns = e->columns.count,
		.schema = arena_strdup(&c->arena, e->schema),
		.name = arena_strdup(&c->arena, e->tag),
	};
	if (!d->schema || !d->name)
		return -1;
	if (strcmp(e->kind, "TABLE DATA") == 0)
		d->kind = DATA_TABLE;
	else if (strcmp(e->kind, "BLOBS") == 0)
		d->kind = DATA_LARGE_OBJECTS;
	if (d->kind == DATA_TABLE && e->tag_cut)
		findings_add(&c->reading->findings, FINDING_BAD_LENGTH, e->offset,
			     "the name of a table in entry %" PRIu32 " is too long", e->dump_id);
	c->data_count++;
	return 0;
}

/* setval('public.q', 42, true) is "42,true" */
static int add_sequence(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	static const char *const flags[] = { "true", "false" };
	const char *last = strrchr(e->definition, '\'');
	char value[32];

	for (size_t i = 0; last && i < sizeof(flags) / sizeof(*flags); i++) {
		int64_t number;
		char flag[6], end[3];

		if (sscanf(last, "', %" SCNd64 ", %5[a-z]%2[);]", &number, flag, end) != 3 ||
		    strcmp(flag, flags[i]) != 0 || strcmp(end, ");") != 0)
			continue;
		(void)snprintf(value, sizeof(value), "%" PRId64 ",%s", number, flag);
		return add_valued(c, FACT_SEQUENCE, e->schema, e->tag, value);
	}
	findings_add(&c->reading->findings, FINDING_BAD_STRUCTURE, e->offset,
		     "entry %" PRIu32 " does not set a sequence's value", e->dump_id);
	return facts_add(&c->reading->facts, FACT_SEQUENCE, e->schema, e->tag) ? 0 : -1;
}

/* SET client_encoding = 'UTF8'; */
static int add_encoding(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	char name[64];

	if (sscanf(e->definition, "SET client_encoding = '%63[^']';", name) == 1) {
		c->utf8 = strcmp(name, "UTF8") == 0;
		return add_valued(c, FACT_SETTING, "", "encoding", name);
	}
	findings_add(&c->reading->findings, FINDING_BAD_STRUCTURE, e->offset,
		     "entry %" PRIu32 " does not set the encoding", e->dump_id);
	return 0;
}

static uint64_t hash_oid(uint32_t oid)
{
	return XXH3_64bits(&oid, sizeof(oid));
}

static bool add_object_name(struct pg_archive_contents *c, const char *name)
{
	char *end;
	unsigned long long oid = strtoull(name, &end, 10);

	if (name[0] < '0' || name[0] > '9' || *end || oid > UINT32_MAX)
		return false;
	c->objects_named++;
	c->objects_named_sum += hash_oid((uint32_t)oid);
	return true;
}

/* Each is a fact once, however often it is named. */
static int add_name(void *cookie, enum fact_kind kind, const char *name)
{
	struct pg_archive_contents *c = cookie;
	uint64_t key = XXH3_64bits_withSeed(name, strlen(name), kind) | 1;
	enum pg_archive_put put;

	if (kind == FACT_LARGE_OBJECTS)
		(void)add_object_name(c, name);
	if (kind == FACT_LARGE_OBJECTS || !name[0])
		return 0;
	put = pg_archive_map_put(&c->names, key, 0);
	if (put == PUT_NEW)
		return facts_add(&c->reading->facts, kind, "", name) ? 0 : -1;
	return put == PUT_THERE ? 0 : -1;
}

void pg_archive_contents_watch(struct pg_archive_contents *c, struct pg_archive_toc *toc)
{
	c->definition.found = add_name;
	c->definition.cookie = c;
	toc->definition = &c->definition;
	toc->graph = &c->graph;
}

static void count_kind(struct pg_archive_contents *c, const char *kind, uint64_t offset)
{
	size_t i = 0;

	while (i < c->kind_count && strcmp(c->kind[i].name, kind) != 0)
		i++;
	if (i == PG_ARCHIVE_KINDS_MAX) {
		findings_add(&c->reading->findings, FINDING_BAD_STRUCTURE, offset,
			     "the table of contents has more than %d kinds of entries",
			     PG_ARCHIVE_KINDS_MAX);
		return;
	}
	if (i == c->kind_count) {
		(void)snprintf(c->kind[i].name, sizeof(c->kind[i].name), "%s", kind);
		c->kind_count++;
	}
	c->kind[i].count++;
}

/* SET standard_conforming_strings = 'on'; */
static int add_strings(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	char value[4];

	if (sscanf(e->definition, "SET standard_conforming_strings = '%3[onf]';", value) != 1) {
		findings_add(&c->reading->findings, FINDING_BAD_STRUCTURE, e->offset,
			     "entry %" PRIu32 " does not say how strings are escaped", e->dump_id);
		return 0;
	}
	c->definition.escapes = strcmp(value, "off") == 0;
	return add_valued(c, FACT_SETTING, "", "standard_conforming_strings", value);
}

/* SELECT pg_catalog.set_config('search_path', '', false); */
static int add_search_path(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	static const char start[] = "SELECT pg_catalog.set_config('search_path', '";
	static const char end[] = "', false);";
	const char *value = e->definition + sizeof(start) - 1;
	const char *stop;
	char path[PG_ARCHIVE_NAME_SIZE];

	stop = strncmp(e->definition, start, sizeof(start) - 1) == 0 ? strstr(value, end) : NULL;
	if (!stop || (size_t)(stop - value) >= sizeof(path)) {
		findings_add(&c->reading->findings, FINDING_BAD_STRUCTURE, e->offset,
			     "entry %" PRIu32 " does not set the search path", e->dump_id);
		return 0;
	}
	memcpy(path, value, (size_t)(stop - value));
	path[stop - value] = '\0';
	return add_valued(c, FACT_SETTING, "", "search_path", path);
}

static int add_locale(void *cookie, const char *name, const char *value)
{
	return add_valued(cookie, FACT_SETTING, "", name, value);
}

/* Its definition holds a password as often as not: only its name is shown. */
static void warn_of_subscription(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	char name[80];

	(void)quote_text(e->tag, name, sizeof(name));
	findings_add(&c->reading->findings, FINDING_RISKY, e->offset,
		     c->definition.disconnected ?
			     "subscription %s: once enabled, the restored server would dial out to "
			     "its publisher" :
			     "subscription %s: restoring it makes the server dial out to its "
			     "publisher",
		     name);
}

/* What only the scan of its definition has seen. */
static void count_flags(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	if (c->definition.not_valid)
		count_kind(c, "NOT VALID CONSTRAINT", e->offset);
	if (c->definition.disabled)
		count_kind(c, "DISABLED TRIGGER", e->offset);
	if (strcmp(e->kind, "SUBSCRIPTION") == 0)
		warn_of_subscription(c, e);
}

static void check_announced_data(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	char name[80];

	if (e->has_data || (strcmp(e->kind, "TABLE DATA") != 0 && strcmp(e->kind, "BLOBS") != 0))
		return;
	findings_add(&c->reading->findings, FINDING_MISSING_BLOCK, e->offset,
		     "entry %" PRIu32 " is for the data of %s, and says that there is none",
		     e->dump_id, quote_text(e->tag, name, sizeof(name)));
}

static int list_entry(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	struct outline *list = &c->reading->contents;
	struct outline_entry *o;

	if (!c->reading->list)
		return 0;
	o = outline_add(list, e->kind, e->schema, e->tag, e->owner);
	if (!o)
		return -1;
	o->id = e->dump_id;
	if (e->data_state == OFFSET_SET)
		o->offset = e->data_offset;
	if (e->has_data)
		c->data[c->data_count - 1].listed = list->count;
	return 0;
}

static int add_by_kind(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	if (strcmp(e->kind, "SEQUENCE SET") == 0)
		return add_sequence(c, e);
	if (strcmp(e->kind, "ENCODING") == 0)
		return add_encoding(c, e);
	if (strcmp(e->kind, "STDSTRINGS") == 0)
		return add_strings(c, e);
	if (strcmp(e->kind, "SEARCHPATH") == 0)
		return add_search_path(c, e);
	if (strcmp(e->kind, "DATABASE") == 0)
		return pg_archive_locale_read(e->definition, add_locale, c);
	if (strcmp(e->kind, "EXTENSION") == 0)
		return facts_add(&c->reading->facts, FACT_EXTENSION, "", e->tag) ? 0 : -1;
	if (strcmp(e->kind, "BLOB") == 0 && !add_object_name(c, e->tag))
		findings_add(&c->reading->findings, FINDING_BAD_STRUCTURE, e->offset,
			     "entry %" PRIu32 " does not name a large object", e->dump_id);
	return 0;
}

/* Its encoding may be known only later. */
static void note_encoding(struct pg_archive_contents *c, const struct pg_archive_entry *e)
{
	if (c->not_utf8.count++)
		return;
	c->not_utf8.offset = e->offset;
	c->not_utf8.dump_id = e->dump_id;
	c->not_utf8.field = e->not_utf8;
}

int pg_archive_contents_entry(struct pg_archive_contents *c, const struct pg_archive_entry *e,
			      struct error *err)
{
	uint64_t value = (uint64_t)c->graph.count << 32 | (e->has_data ? c->data_count + 1 : 0);
	enum pg_archive_put put = pg_archive_map_put(&c->dump_ids, e->dump_id, value);

	if (put == PUT_NO_MEMORY || c->definition.no_memory)
		return no_memory(err);
	if (put == PUT_THERE) {
		findings_add(&c->reading->findings, FINDING_DUPLICATE, e->offset,
			     "dump id %" PRIu32 " stands in the table of contents twice",
			     e->dump_id);
		return 0;
	}
	if (e->not_utf8)
		note_encoding(c, e);
	if (pg_entry_is_schema_object(e->kind))
		count_kind(c, e->kind, e->offset);
	count_flags(c, e);
	check_announced_data(c, e);
	if (add_name(c, FACT_ROLE, e->owner) < 0 ||
	    add_name(c, FACT_TABLESPACE, e->tablespace) < 0 || add_by_kind(c, e) < 0 ||
	    (e->has_data && add_data(c, e) < 0) || list_entry(c, e) < 0)
		return no_memory(err);
	return 0;
}

int pg_archive_contents_complete(struct pg_archive_contents *c, struct error *err)
{
	size_t index;
	int cycle = pg_archive_graph_cycle(&c->graph, &c->dump_ids, &index);

	c->complete = true;
	if (c->utf8 && c->not_utf8.count)
		findings_add(&c->reading->findings, FINDING_BAD_ENCODING, c->not_utf8.offset,
			     "%s of entry %" PRIu32 " in the table of contents is not valid UTF-8 "
			     "(such entries: %" PRIu64 ")",
			     c->not_utf8.field, c->not_utf8.dump_id, c->not_utf8.count);
	pg_archive_graph_release(&c->graph);
	if (cycle < 0)
		return no_memory(err);
	if (cycle)
		findings_add(&c->reading->findings, FINDING_BAD_STRUCTURE, 0,
			     "entry %zu of the table of contents depends on itself, by the "
			     "dependencies of those that it depends on",
			     index + 1);
	return 0;
}

struct pg_archive_data *pg_archive_contents_data(const struct pg_archive_contents *c,
						 uint32_t dump_id)
{
	const uint64_t *value = dump_id ? pg_archive_map_get(&c->dump_ids, dump_id) : NULL;
	uint32_t index = value ? (uint32_t)*value : 0;

	return index ? &c->data[index - 1] : NULL;
}

struct pg_archive_data *pg_archive_contents_block(struct pg_archive_contents *c, uint32_t dump_id,
						  uint64_t offset)
{
	const uint64_t *index = pg_archive_map_get(&c->dump_ids, dump_id);
	size_t at;
	struct findings *f = &c->reading->findings;
	char text[PG_ARCHIVE_LABEL_SIZE];
	const char *label;
	struct pg_archive_data *d;

	if (!index || !(uint32_t)*index) {
		findings_add(f, FINDING_UNEXPECTED_BLOCK, offset,
			     "a data block of dump id %" PRIu32 ", for which the table of "
			     "contents has no %s",
			     dump_id, index ? "data" : "entry");
		return NULL;
	}
	at = (uint32_t)*index;
	d = &c->data[at - 1];
	label = pg_archive_data_label(d, text);
	if (d->seen) {
		findings_add(f, FINDING_REPEATED_BLOCK, offset, "a second data block of %s", label);
		return NULL;
	}
	d->seen = true;
	c->data_seen++;
	if (at <= c->data_next)
		findings_add(f, FINDING_BAD_STRUCTURE, offset,
			     "the data block of %s is not in the order of the table of contents",
			     label);
	else
		c->data_next = at;
	if (d->offset_set && d->offset != offset)
		findings_add(f, FINDING_BAD_REFERENCE, offset,
			     "the table of contents puts the data of %s at offset %" PRIu64, label,
			     d->offset);
	return d;
}

void pg_archive_contents_object(struct pg_archive_contents *c, uint32_t oid)
{
	c->objects_found++;
	c->objects_found_sum += hash_oid(oid);
}

/* pg_dump --section=data leaves out their names, --section=pre-data all data. */
static bool in_other_section(const struct pg_archive_contents *c)
{
	return !c->objects_named || (!c->objects_found && !c->data_count);
}

void pg_archive_contents_check(struct pg_archive_contents *c, uint64_t offset)
{
	struct findings *f = &c->reading->findings;
	char label[PG_ARCHIVE_LABEL_SIZE];

	for (size_t i = 0; i < c->data_count; i++) {
		if (!c->data[i].seen)
			findings_add(f, FINDING_MISSING_BLOCK, offset,
				     "the data block of %s is missing",
				     pg_archive_data_label(&c->data[i], label));
	}
	if (!c->objects_known || in_other_section(c))
		return;
	if (c->objects_named != c->objects_found)
		findings_add(f, FINDING_BAD_REFERENCE, offset,
			     "the table of contents names %" PRIu64
			     " large objects, the data holds %" PRIu64,
			     c->objects_named, c->objects_found);
	else if (c->objects_named_sum != c->objects_found_sum)
		findings_add(f, FINDING_BAD_REFERENCE, offset,
			     "the data holds other large objects than the table of contents names");
}

static void fill_listed(struct pg_archive_contents *c, const struct pg_archive_data *d)
{
	struct outline_entry *o;

	if (!d->listed || !d->counted || d->damaged || d->kind != DATA_TABLE)
		return;
	o = &c->reading->contents.item[d->listed - 1];
	o->known = MEASURE_COUNT | (d->has_copy ? MEASURE_BYTES : 0);
	o->count = d->rows.count;
	o->bytes = d->has_copy ? d->rows.bytes : 0;
}

static int add_table_facts(struct pg_archive_contents *c)
{
	for (size_t i = 0; i < c->data_count; i++) {
		struct pg_archive_data *d = &c->data[i];
		struct fact *fact;

		fill_listed(c, d);
		if (d->kind != DATA_TABLE)
			continue;
		fact = facts_add(&c->reading->facts, FACT_TABLE, d->schema, d->name);
		if (!fact)
			return -1;
		if (!d->counted || d->damaged)
			continue;
		row_sum_to_fact(&d->rows, fact);
		if (!d->has_copy)
			fact->known = MEASURE_COUNT;
	}
	return 0;
}

/* Known when every block of large objects was read, which holds when there is none. */
static int add_object_facts(struct pg_archive_contents *c)
{
	struct fact *fact = facts_add(&c->reading->facts, FACT_LARGE_OBJECTS, "", "");
	bool known = c->complete;

	if (!fact)
		return -1;
	for (size_t i = 0; i < c->data_count; i++)
		known &= c->data[i].kind != DATA_LARGE_OBJECTS ||
			 (c->data[i].counted && !c->data[i].damaged);
	if (known)
		row_sum_to_fact(&c->objects, fact);
	return 0;
}

static int add_kind_facts(struct pg_archive_contents *c)
{
	for (size_t i = 0; i < c->kind_count; i++) {
		struct fact *fact =
			facts_add(&c->reading->facts, FACT_SCHEMA_OBJECTS, "", c->kind[i].name);

		if (!fact)
			return -1;
		fact->count = c->kind[i].count;
		fact->known = c->complete ? MEASURE_COUNT : 0;
	}
	return 0;
}

static void report_same_tables(struct pg_archive_contents *c)
{
	const struct facts *facts = &c->reading->facts;

	for (size_t i = 1; i < facts->count; i++) {
		const struct fact *fact = &facts->item[i];
		struct pg_archive_data d = { .schema = fact->scope, .name = fact->name };
		char label[PG_ARCHIVE_LABEL_SIZE];

		if ((fact->kind == FACT_TABLE || fact->kind == FACT_SEQUENCE) &&
		    fact_compare_identity(fact - 1, fact) == 0)
			findings_add(&c->reading->findings, FINDING_DUPLICATE, 0,
				     "data of %s stands in the table of contents twice",
				     pg_archive_data_label(&d, label));
	}
}

int pg_archive_contents_facts(struct pg_archive_contents *c, struct error *err)
{
	if (add_table_facts(c) < 0 || add_object_facts(c) < 0 || add_kind_facts(c) < 0)
		return no_memory(err);
	facts_sort(&c->reading->facts);
	report_same_tables(c);
	return 0;
}
