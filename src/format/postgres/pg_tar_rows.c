/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_tar_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char insert[] = "INSERT INTO ";
enum { INSERT_LEN = sizeof(insert) - 1, NO_INSERT = INSERT_LEN + 1 };

int pg_tar_rows_init(struct pg_tar_rows *r, struct error *err)
{
	*r = (struct pg_tar_rows){ 0 };
	if (pg_archive_scratch_init(&r->scratch) == 0)
		return 0;
	return error_set(err, ERROR_NOMEM, "out of memory for a tar's rows");
}

void pg_tar_rows_release(struct pg_tar_rows *r)
{
	pg_archive_scratch_release(&r->scratch);
	free(r->done);
	pg_archive_map_release(&r->ids);
	*r = (struct pg_tar_rows){ 0 };
}

static void begin_inserts(struct pg_tar_rows *r, bool escapes)
{
	r->block.inserts = true;
	r->inserts = (struct pg_archive_item){ .kind = ITEM_INSERTS, .escapes = escapes };
	pg_archive_item_begin(&r->inserts, &r->scratch);
}

void pg_tar_rows_begin(struct pg_tar_rows *r, const struct pg_tar_schema *schema, uint32_t dump_id,
		       uint64_t offset)
{
	const struct pg_archive_data *entry =
		schema->contents->complete ? pg_archive_contents_data(schema->contents, dump_id) :
					     NULL;

	r->block = (struct pg_tar_block){ .dump_id = dump_id, .offset = offset };
	r->block.known = entry != NULL;
	r->copies = !entry || entry->has_copy;
	r->first_line = !entry;
	r->insert_begun = entry ? NO_INSERT : 0;
	r->copy = (struct pg_archive_item){ .kind = ITEM_ROWS,
					    .columns = entry ? entry->columns : 1 };
	pg_archive_item_begin(&r->copy, &r->scratch);
	if (entry && !entry->has_copy && entry->kind == DATA_TABLE)
		begin_inserts(r, schema->escapes);
}

/* The first line up to its newline, which shall find the number of columns set. */
static void push_first_line(struct pg_tar_rows *r, struct span *text)
{
	const uint8_t *end = memchr(text->ptr, '\n', text->len);
	size_t len = end ? (size_t)(end - text->ptr) : text->len;

	for (size_t i = 0; i < len; i++)
		r->copy.copy.columns += text->ptr[i] == '\t';
	pg_archive_item_push(&r->copy, (struct span){ text->ptr, len });
	text->ptr += len;
	text->len -= len;
	r->first_line = !end;
}

/* Does the data of a table that is not known begin as INSERT statements do? */
static void look_for_insert(struct pg_tar_rows *r, struct span text)
{
	while (text.len && r->insert_begun < INSERT_LEN) {
		if (text.ptr[0] != (uint8_t)insert[r->insert_begun]) {
			r->insert_begun = NO_INSERT;
			return;
		}
		r->insert_begun++;
		text.ptr++;
		text.len--;
	}
	if (r->insert_begun != INSERT_LEN)
		return;
	r->insert_begun = NO_INSERT;
	begin_inserts(r, false);
	pg_archive_item_push(&r->inserts, (struct span){ (const uint8_t *)insert, INSERT_LEN });
	pg_archive_item_push(&r->inserts, text);
}

void pg_tar_rows_push(struct pg_tar_rows *r, struct span text)
{
	if (!text.len)
		return;
	if (r->block.inserts)
		pg_archive_item_push(&r->inserts, text);
	else if (r->insert_begun != NO_INSERT)
		look_for_insert(r, text);
	if (!r->copies)
		return;
	if (r->first_line)
		push_first_line(r, &text);
	pg_archive_item_push(&r->copy, text);
}

static bool make_room(struct pg_tar_rows *r)
{
	size_t capacity = r->done_capacity ? r->done_capacity * 2 : 16;
	struct pg_tar_block *grown;

	if (r->done_count < r->done_capacity)
		return true;
	grown = realloc(r->done, capacity * sizeof(*grown));
	if (!grown)
		return false;
	r->done = grown;
	r->done_capacity = capacity;
	return true;
}

enum pg_archive_put pg_tar_rows_end(struct pg_tar_rows *r, bool sound)
{
	const struct unpack_fault cut = { .message = sound ? NULL : "" };
	struct pg_tar_block *b = &r->block;
	enum pg_archive_put put;

	pg_archive_item_end(&r->copy, cut);
	b->sound = sound;
	b->columns = r->copy.copy.columns;
	b->sum = r->copy.copy.sum;
	b->fault = r->copy.copy.fault;
	b->fault_row = r->copy.copy.fault_row;
	b->faults = r->copy.copy.faults;
	b->copy_not_utf8 = r->copy.copy.not_utf8;
	if (b->inserts) {
		pg_archive_item_end(&r->inserts, cut);
		b->inserted = r->inserts.sum.count;
		b->insert_fault = r->inserts.insert_fault;
		b->not_utf8 = r->inserts.not_utf8;
	}
	if (!make_room(r))
		return PUT_NO_MEMORY;
	put = pg_archive_map_put(&r->ids, b->dump_id, r->done_count + 1);
	if (put == PUT_NEW)
		r->done[r->done_count++] = *b;
	return put;
}

/* An empty first line is a row of one column, or of none. */
static bool columns_fit(const struct pg_tar_block *b, const struct pg_archive_data *entry)
{
	if (b->known || !b->sum.count || b->columns == entry->columns)
		return true;
	return entry->columns == 0 && b->columns == 1 && b->sum.bytes == b->sum.count;
}

static struct copy_text faults_of(const struct pg_tar_block *b, bool utf8)
{
	struct copy_text c = {
		.fault = b->fault,
		.fault_row = b->fault_row,
		.faults = b->faults,
		.not_utf8 = b->copy_not_utf8,
	};

	if (utf8)
		copy_text_in_utf8(&c);
	return c;
}

static void judge_rows(struct pg_archive_contents *contents, struct pg_archive_data *entry,
		       const struct pg_tar_block *b)
{
	struct findings *f = &contents->reading->findings;
	char label[PG_ARCHIVE_LABEL_SIZE];
	const char *name = pg_archive_data_label(entry, label);
	struct copy_text c = faults_of(b, contents->utf8);

	entry->rows = b->sum;
	entry->damaged = true;
	if (c.faults)
		findings_add(f, FINDING_BAD_ROW, b->offset,
			     "%s, row %" PRIu64 ": %s (wrong rows: %" PRIu64 ")", name, c.fault_row,
			     copy_fault_meaning(c.fault), c.faults);
	else if (!columns_fit(b, entry))
		findings_add(f, FINDING_BAD_ROW, b->offset,
			     "%s, row 1: %s (wrong rows: %" PRIu64 ")", name,
			     copy_fault_meaning(COPY_FAULT_COLUMNS), b->sum.count);
	else
		entry->damaged = false;
}

/* NULL: none. */
static const char *fault_of_inserts(const struct pg_tar_block *b, bool utf8)
{
	if (!b->inserts)
		return b->sum.bytes ? insert_fault_meaning(INSERT_FAULT_OTHER) : NULL;
	if (!b->insert_fault && utf8 && b->not_utf8)
		return copy_fault_meaning(COPY_FAULT_ENCODING);
	return b->insert_fault;
}

static void judge_inserts(struct pg_archive_contents *contents, struct pg_archive_data *entry,
			  const struct pg_tar_block *b)
{
	const char *fault = fault_of_inserts(b, contents->utf8);
	char label[PG_ARCHIVE_LABEL_SIZE];

	entry->rows = (struct row_sum){ .count = b->inserted };
	if (!fault)
		return;
	entry->damaged = true;
	findings_add(&contents->reading->findings, FINDING_BAD_ROW, b->offset,
		     "%s, after row %" PRIu64 ": %s", pg_archive_data_label(entry, label),
		     b->inserted, fault);
}

static void judge(const struct pg_tar_schema *schema, struct pg_archive_data *entry,
		  const struct pg_tar_block *b)
{
	entry->counted = b->sound;
	if (!b->sound || entry->kind != DATA_TABLE)
		return;
	if (entry->has_copy)
		judge_rows(schema->contents, entry, b);
	else if (b->known || !schema->escapes)
		judge_inserts(schema->contents, entry, b);
	else
		entry->counted = false; /* it was read before this could be known */
}

static void join_entry(struct pg_tar_rows *r, const struct pg_tar_schema *schema, size_t i)
{
	struct pg_archive_contents *c = schema->contents;
	const uint64_t *index = pg_archive_map_get(&r->ids, c->data[i].dump_id);
	struct pg_tar_block *b = index ? &r->done[*index - 1] : NULL;
	struct pg_archive_data *entry;

	if (!b)
		return;
	if (c->data[i].kind == DATA_LARGE_OBJECTS) {
		findings_add(&c->reading->findings, FINDING_BAD_STRUCTURE, b->offset,
			     "%" PRIu32 ".dat where a list of large objects should be", b->dump_id);
	} else {
		entry = pg_archive_contents_block(c, b->dump_id, b->offset);
		if (entry)
			judge(schema, entry, b);
	}
	b->dump_id = 0;
}

void pg_tar_rows_join(struct pg_tar_rows *r, const struct pg_tar_schema *schema)
{
	struct pg_archive_contents *contents = schema->contents;

	for (size_t i = 0; i < contents->data_count; i++)
		join_entry(r, schema, i);
	for (size_t i = 0; contents->complete && i < r->done_count; i++) {
		if (r->done[i].dump_id)
			findings_add(&contents->reading->findings, FINDING_UNEXPECTED_BLOCK,
				     r->done[i].offset,
				     "%" PRIu32 ".dat, for which the table of contents has no data",
				     r->done[i].dump_id);
	}
}
