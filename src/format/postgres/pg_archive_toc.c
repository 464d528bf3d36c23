/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_toc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
	OLDEST_MINOR = 12,
	NEWEST_MINOR = 16,
	OFFSET_SIZE = 8,
	OFFSET_SIZE_SMALL = 4, /* written where files end at 2 GiB */
	LONGEST_NAME = PG_ARCHIVE_NAME_SIZE - 1,
	LONGEST_TAG = 1 << 20,  /* a function's tag spells out its arguments */
	LONGEST_TEXT = 1 << 30, /* no text in PostgreSQL can be longer */
	LONGEST_SMALL = 10,     /* the digits of 2^32 - 1 */
};

/* The fields in the order of the archive; the name is for messages. */
#define HEADER_FIELDS(X)                                                                           \
	X(MAGIC_P, "magic", BYTE, 0, 0)                                                            \
	X(MAGIC_G, "magic", BYTE, 0, 0)                                                            \
	X(MAGIC_D, "magic", BYTE, 0, 0)                                                            \
	X(MAGIC_M, "magic", BYTE, 0, 0)                                                            \
	X(MAGIC_P2, "magic", BYTE, 0, 0)                                                           \
	X(MAJOR, "major version", BYTE, 0, 0)                                                      \
	X(MINOR, "minor version", BYTE, 0, 0)                                                      \
	X(REVISION, "revision", BYTE, 0, 0)                                                        \
	X(INT_SIZE, "integer size", BYTE, 0, 0)                                                    \
	X(OFFSET_SIZE, "offset size", BYTE, 0, 0)                                                  \
	X(FORMAT, "format", BYTE, 0, 0)                                                            \
	X(ALGORITHM, "compression algorithm", BYTE, 15, 0)                                         \
	X(LEVEL, "compression level", INT, 0, 14)                                                  \
	X(SECOND, "creation second", INT, 0, 0)                                                    \
	X(MINUTE, "creation minute", INT, 0, 0)                                                    \
	X(HOUR, "creation hour", INT, 0, 0)                                                        \
	X(DAY, "creation day", INT, 0, 0)                                                          \
	X(MONTH, "creation month", INT, 0, 0)                                                      \
	X(YEAR, "creation year", INT, 0, 0)                                                        \
	X(DST, "creation daylight saving", INT, 0, 0)                                              \
	X(DATABASE, "database name", TEXT, 0, 0)                                                   \
	X(SERVER_VERSION, "server version", TEXT, 0, 0)                                            \
	X(DUMP_VERSION, "pg_dump version", TEXT, 0, 0)                                             \
	X(ENTRIES, "number of entries", INT, 0, 0)

#define ENTRY_FIELDS(X)                                                                            \
	X(DUMP_ID, "dump id", INT, 0, 0)                                                           \
	X(HAS_DATA, "data flag", INT, 0, 0)                                                        \
	X(TABLE_OID, "catalog oid", TEXT, 0, 0)                                                    \
	X(OID, "oid", TEXT, 0, 0)                                                                  \
	X(TAG, "tag", TEXT, 0, 0)                                                                  \
	X(KIND, "kind", TEXT, 0, 0)                                                                \
	X(SECTION, "section", INT, 0, 0)                                                           \
	X(DEFINITION, "definition", TEXT, 0, 0)                                                    \
	X(DROP, "drop statement", TEXT, 0, 0)                                                      \
	X(COPY, "COPY statement", TEXT, 0, 0)                                                      \
	X(SCHEMA, "schema", TEXT, 0, 0)                                                            \
	X(TABLESPACE, "tablespace", TEXT, 0, 0)                                                    \
	X(ACCESS_METHOD, "access method", TEXT, 14, 0)                                             \
	X(RELKIND, "relation kind", INT, 16, 0)                                                    \
	X(OWNER, "owner", TEXT, 0, 0)                                                              \
	X(WITH_OIDS, "WITH OIDS flag", TEXT, 0, 0)                                                 \
	X(DEPENDENCY, "dependency", TEXT, 0, 0)                                                    \
	X(DATA_OFFSET, "data offset", OFFSET, 0, 0)                                                \
	X(FILE, "file name", TEXT, 0, 0)

struct row {
	const char *name;
	enum pg_archive_field_type type;
	unsigned since, until; /* minor versions; until 0: for ever */
};

enum header_field {
#define X(id, name, type, since, until) HEADER_##id,
	HEADER_FIELDS(X) HEADER_FIELD_COUNT
#undef X
};

enum entry_field {
#define X(id, name, type, since, until) ENTRY_##id,
	ENTRY_FIELDS(X) ENTRY_FIELD_COUNT
#undef X
};

#define X(id, name, type, since, until) { name, FIELD_##type, since, until },
static const struct row header_rows[] = { HEADER_FIELDS(X) };
static const struct row entry_rows[] = { ENTRY_FIELDS(X) };
#undef X

static enum pg_archive_toc_result bad(struct pg_archive_toc *t, enum finding_code code,
				      const char *name)
{
	if (t->part == TOC_IN_HEADER)
		findings_add(t->findings, code, t->field.offset,
			     "%s in the archive's header is %" PRId64, name, t->field.value);
	else
		findings_add(t->findings, code, t->field.offset,
			     "%s of entry %" PRId64 " in the table of contents is not valid", name,
			     t->entries_read + 1);
	return TOC_BAD;
}

static void capture(struct pg_archive_field *f, char *text, size_t room, uint64_t limit)
{
	f->text = text;
	f->room = room;
	f->limit = limit;
}

static void prepare_header_field(struct pg_archive_toc *t)
{
	struct pg_archive_header *h = &t->header;

	switch ((enum header_field)t->row) {
	case HEADER_DATABASE:
		capture(&t->field, h->database, sizeof(h->database), LONGEST_NAME);
		break;
	case HEADER_SERVER_VERSION:
		capture(&t->field, h->server_version, sizeof(h->server_version), LONGEST_NAME);
		break;
	case HEADER_DUMP_VERSION:
		capture(&t->field, h->dump_version, sizeof(h->dump_version), LONGEST_NAME);
		break;
	default:
		break;
	}
}

static void prepare_entry_field(struct pg_archive_toc *t)
{
	struct pg_archive_entry *e = &t->entry;

	switch ((enum entry_field)t->row) {
	case ENTRY_TABLE_OID:
	case ENTRY_OID:
	case ENTRY_WITH_OIDS:
	case ENTRY_DEPENDENCY:
		capture(&t->field, e->small, sizeof(e->small), LONGEST_SMALL);
		break;
	case ENTRY_TAG:
		capture(&t->field, e->tag, sizeof(e->tag), LONGEST_TAG);
		break;
	case ENTRY_KIND:
		capture(&t->field, e->kind, sizeof(e->kind), sizeof(e->kind) - 1);
		break;
	case ENTRY_DEFINITION:
		capture(&t->field, e->definition, sizeof(e->definition), LONGEST_TEXT);
		t->field.definition = t->definition;
		t->field.whole = t->whole_definition;
		if (t->whole_definition)
			buf_clear(&t->whole_definition->bytes);
		if (t->definition)
			pg_archive_definition_begin(t->definition, e->kind);
		break;
	case ENTRY_DROP:
		capture(&t->field, NULL, 0, LONGEST_TEXT);
		break;
	case ENTRY_COPY:
		capture(&t->field, NULL, 0, LONGEST_TAG);
		t->field.columns = &e->columns;
		t->field.whole = t->whole_copy;
		if (t->whole_copy)
			buf_clear(&t->whole_copy->bytes);
		break;
	case ENTRY_SCHEMA:
		capture(&t->field, e->schema, sizeof(e->schema), LONGEST_NAME);
		break;
	case ENTRY_OWNER:
		capture(&t->field, e->owner, sizeof(e->owner), LONGEST_NAME);
		break;
	case ENTRY_DATA_OFFSET:
		t->field.limit = t->header.offset_size;
		break;
	case ENTRY_FILE:
		capture(&t->field, e->file, sizeof(e->file), sizeof(e->file) - 1);
		break;
	case ENTRY_TABLESPACE:
		capture(&t->field, e->tablespace, sizeof(e->tablespace), LONGEST_NAME);
		break;
	case ENTRY_ACCESS_METHOD:
		capture(&t->field, e->access_method, sizeof(e->access_method), LONGEST_NAME);
		break;
	default:
		break;
	}
}

static bool within(int64_t value, int64_t low, int64_t high)
{
	return value >= low && value <= high;
}

static enum pg_archive_toc_result check_compression(struct pg_archive_toc *t, const char *name,
						    bool is_level)
{
	int64_t value = t->field.value;

	if (is_level) { /* of zlib; -1 is its default */
		if (!within(value, -1, 9))
			return bad(t, FINDING_BAD_STRUCTURE, name);
		t->header.compression = value ? PG_ARCHIVE_ZLIB : PG_ARCHIVE_STORED;
		return TOC_MORE;
	}
	if (!within(value, 0, PG_ARCHIVE_COMPRESSIONS - 1))
		return bad(t, FINDING_UNSUPPORTED, name);
	t->header.compression = (enum pg_archive_compression)value;
	return TOC_MORE;
}

/* The ten bytes before anything else: each must be what we can read. */
static enum pg_archive_toc_result check_start(struct pg_archive_toc *t, const char *name)
{
	static const char magic[] = "PGDMP";
	int64_t value = t->field.value;
	bool fits = true;

	switch ((enum header_field)t->row) {
	case HEADER_MAJOR:
		fits = value == 1;
		break;
	case HEADER_MINOR:
		fits = within(value, OLDEST_MINOR, NEWEST_MINOR);
		t->header.minor = (unsigned)value;
		break;
	case HEADER_REVISION:
		fits = value == 0;
		break;
	case HEADER_INT_SIZE:
		fits = value == PG_ARCHIVE_INT_SIZE - 1;
		break;
	case HEADER_OFFSET_SIZE:
		fits = value == OFFSET_SIZE || value == OFFSET_SIZE_SMALL;
		t->header.offset_size = (unsigned)value;
		break;
	case HEADER_FORMAT:
		fits = value == PG_ARCHIVE_CUSTOM || value == PG_ARCHIVE_TAR;
		t->header.format = (enum pg_archive_format)value;
		break;
	default:
		if (value != magic[t->row])
			return bad(t, FINDING_BAD_MAGIC, name);
		break;
	}
	return fits ? TOC_MORE : bad(t, FINDING_UNSUPPORTED, name);
}

static enum pg_archive_toc_result check_time(struct pg_archive_toc *t, const char *name)
{
	struct pg_archive_header *h = &t->header;
	const struct {
		int64_t *to, low, high;
	} parts[] = {
		{ &h->second, 0, 60 }, { &h->minute, 0, 59 }, { &h->hour, 0, 23 },
		{ &h->day, 1, 31 },    { &h->month, 0, 11 },  { &h->year, 70, 361 },
	};
	size_t part = t->row - HEADER_SECOND;

	if (!within(t->field.value, parts[part].low, parts[part].high))
		return bad(t, FINDING_BAD_STRUCTURE, name);
	*parts[part].to = t->field.value;
	return TOC_MORE;
}

static enum pg_archive_toc_result header_field_done(struct pg_archive_toc *t, const char *name)
{
	enum header_field id = (enum header_field)t->row;

	if (id <= HEADER_FORMAT)
		return check_start(t, name);
	if (id == HEADER_ALGORITHM || id == HEADER_LEVEL)
		return check_compression(t, name, id == HEADER_LEVEL);
	if (id >= HEADER_SECOND && id <= HEADER_YEAR)
		return check_time(t, name);
	if (id == HEADER_DST && !within(t->field.value, -1, 1))
		return bad(t, FINDING_BAD_STRUCTURE, name);
	if (id == HEADER_ENTRIES) {
		if (t->field.value < 0)
			return bad(t, FINDING_BAD_LENGTH, name);
		t->header.entries = t->field.value;
	}
	return TOC_MORE;
}

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* An id past 2^32 is no entry's. */
static void show_dependency(struct pg_archive_toc *t)
{
	unsigned long long id = strtoull(t->entry.small, NULL, 10);

	if (t->graph)
		pg_archive_graph_depends(t->graph, id <= UINT32_MAX ? (uint32_t)id : 0);
}

/* A name in the archive's own directory, for exactly the entries with data. */
static bool file_fits(const struct pg_archive_entry *e)
{
	static const char allowed[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.";

	return e->file[0] != '.' && e->file[strspn(e->file, allowed)] == '\0' &&
	       e->has_data == (e->file[0] != '\0');
}

static enum pg_archive_toc_result entry_text_done(struct pg_archive_toc *t, const char *name)
{
	struct pg_archive_entry *e = &t->entry;
	bool fits = true;

	if (!e->not_utf8 && !utf8_run_is_whole(&t->field.utf8.run))
		e->not_utf8 = name;
	switch ((enum entry_field)t->row) {
	case ENTRY_TABLE_OID:
	case ENTRY_OID:
		fits = is_number(e->small);
		break;
	case ENTRY_DEPENDENCY: /* they end with a NULL */
		fits = t->field.value == -1 || is_number(e->small);
		if (fits && t->field.value != -1)
			show_dependency(t);
		break;
	case ENTRY_DEFINITION:
		if (t->definition)
			pg_archive_definition_end(t->definition);
		break;
	case ENTRY_WITH_OIDS:
		fits = strcmp(e->small, "false") == 0 || strcmp(e->small, "true") == 0;
		break;
	case ENTRY_TAG:
		e->tag_cut = t->field.value >= (int64_t)sizeof(e->tag);
		break;
	case ENTRY_KIND:
		fits = e->kind[0] != '\0';
		break;
	case ENTRY_COPY:
		e->has_copy = t->field.value > 0;
		break;
	case ENTRY_FILE:
		fits = file_fits(e);
		break;
	default:
		break;
	}
	return fits ? TOC_MORE : bad(t, FINDING_BAD_STRUCTURE, name);
}

/* pg_dump gives an entry a place for data exactly when it has data, and no place until it is known. */
static bool data_offset_fits(const struct pg_archive_entry *e)
{
	if (e->data_state == OFFSET_SET)
		return e->has_data && e->data_offset > 0;
	if (e->data_offset != 0)
		return false;
	return e->data_state == (e->has_data ? OFFSET_NOT_SET : OFFSET_NO_DATA);
}

static enum pg_archive_toc_result entry_field_done(struct pg_archive_toc *t, const char *name)
{
	struct pg_archive_entry *e = &t->entry;
	int64_t value = t->field.value;
	bool fits = true;

	switch ((enum entry_field)t->row) {
	case ENTRY_DUMP_ID:
		fits = value > 0;
		e->dump_id = (uint32_t)value;
		e->offset = t->field.offset;
		e->not_utf8 = NULL;
		if (t->graph)
			pg_archive_graph_entry(t->graph);
		break;
	case ENTRY_HAS_DATA:
		fits = within(value, 0, 1);
		e->has_data = value == 1;
		break;
	case ENTRY_SECTION: /* none, pre-data, data, post-data */
		fits = within(value, 1, 4);
		break;
	case ENTRY_DATA_OFFSET:
		e->data_state = t->field.state;
		e->data_offset = t->field.pointer;
		fits = data_offset_fits(e);
		break;
	case ENTRY_RELKIND:
		fits = within(value, 0, 127);
		break;
	default:
		return entry_text_done(t, name);
	}
	return fits ? TOC_MORE : bad(t, FINDING_BAD_STRUCTURE, name);
}

static enum pg_archive_toc_result field_result(struct pg_archive_toc *t,
					       enum pg_archive_field_result result,
					       const char *name)
{
	switch (result) {
	case FIELD_BAD_LENGTH:
		return bad(t, FINDING_BAD_LENGTH, name);
	case FIELD_BAD_SIGN:
	case FIELD_BAD_CHARACTER:
		return bad(t, FINDING_BAD_STRUCTURE, name);
	case FIELD_DONE:
	case FIELD_MORE:
		break;
	}
	if (t->part == TOC_IN_HEADER)
		return header_field_done(t, name);
	return entry_field_done(t, name);
}

static bool has_field(const struct pg_archive_toc *t, const struct row *rows)
{
	const struct row *row = &rows[t->row];
	unsigned minor = t->header.minor;

	if (t->part == TOC_IN_ENTRIES &&
	    t->row == (t->header.format == PG_ARCHIVE_CUSTOM ? ENTRY_FILE : ENTRY_DATA_OFFSET))
		return false;
	return row->since <= minor && (!row->until || row->until >= minor);
}

/* Go to the next field that this version and format have; true when the part is complete. */
static bool next_field(struct pg_archive_toc *t, const struct row *rows, size_t count)
{
	bool repeat =
		t->part == TOC_IN_ENTRIES && t->row == ENTRY_DEPENDENCY && t->field.value != -1;

	t->in_field = false;
	if (!repeat)
		t->row++;
	while (t->row < count && !has_field(t, rows))
		t->row++;
	if (t->row < count)
		return false;
	t->row = 0;
	return true;
}

static enum pg_archive_toc_result part_done(struct pg_archive_toc *t)
{
	enum pg_archive_toc_result result = TOC_HEADER;

	if (t->part == TOC_IN_ENTRIES) {
		t->entries_read++;
		result = TOC_ENTRY;
	}
	t->part = t->entries_read < t->header.entries ? TOC_IN_ENTRIES : TOC_AT_END;
	return result;
}

enum pg_archive_toc_result pg_archive_toc_read(struct pg_archive_toc *t, struct span *in,
					       uint64_t offset)
{
	const uint8_t *start = in->ptr;

	while (t->part != TOC_AT_END) {
		bool in_header = t->part == TOC_IN_HEADER;
		const struct row *rows = in_header ? header_rows : entry_rows;
		const char *name = rows[t->row].name;
		enum pg_archive_field_result result;
		uint64_t at = offset + (uint64_t)(in->ptr - start);

		if (!t->in_field) {
			if (!in_header && t->row == 0)
				t->entry.columns = (struct copy_columns){ 0 };
			t->field = (struct pg_archive_field){ .type = rows[t->row].type };
			if (in_header)
				prepare_header_field(t);
			else
				prepare_entry_field(t);
			t->in_field = true;
		}
		if (!in->len)
			return TOC_MORE;
		result = pg_archive_field_read(&t->field, in, at);
		if (result == FIELD_MORE)
			return TOC_MORE;
		if (field_result(t, result, name) == TOC_BAD)
			return TOC_BAD;
		if (next_field(t, rows, in_header ? HEADER_FIELD_COUNT : ENTRY_FIELD_COUNT))
			return part_done(t);
	}
	return TOC_DONE;
}

int64_t pg_archive_created_ns(const struct pg_archive_header *h)
{
	int64_t days =
		clock_days_from_civil(h->year + 1900, (unsigned)h->month + 1, (unsigned)h->day);

	return (days * 86400 + h->hour * 3600 + h->minute * 60 + h->second) * NS_PER_SECOND;
}
