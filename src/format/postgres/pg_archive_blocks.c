/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_blocks.h"

#include <inttypes.h>
#include <string.h>

enum {
	BLOCK_DATA = 1,
	BLOCK_LARGE_OBJECTS = 3,
	LONGEST_CHUNK = 1 << 30, /* a row or a piece of one: no value in PostgreSQL is longer */
};

static const char *label(const struct pg_archive_data *d, char out[PG_ARCHIVE_LABEL_SIZE])
{
	return d ? pg_archive_data_label(d, out) : "an unknown entry";
}

static void report_rows(struct pg_archive_blocks *b, const struct pg_archive_item *item)
{
	struct copy_text c = item->copy;
	char name[PG_ARCHIVE_LABEL_SIZE];

	if (b->contents->utf8)
		copy_text_in_utf8(&c);
	item->data->rows = c.sum;
	if (!c.faults)
		return;
	item->data->damaged = true;
	findings_add(b->findings, FINDING_BAD_ROW, item->offset,
		     "%s, row %" PRIu64 ": %s (wrong rows: %" PRIu64 ")", label(item->data, name),
		     c.fault_row, copy_fault_meaning(c.fault), c.faults);
}

static void report_inserts(struct pg_archive_blocks *b, const struct pg_archive_item *item)
{
	char name[PG_ARCHIVE_LABEL_SIZE];

	const char *fault = item->insert_fault;

	if (!fault && b->contents->utf8 && item->not_utf8)
		fault = copy_fault_meaning(COPY_FAULT_ENCODING);
	item->data->rows = item->sum;
	if (!fault)
		return;
	item->data->damaged = true;
	findings_add(b->findings, FINDING_BAD_ROW, item->offset, "%s, after row %" PRIu64 ": %s",
		     label(item->data, name), item->sum.count, fault);
}

/* An item has ended, and all before it. */
static void collect(void *owner, const struct pg_archive_item *item)
{
	struct pg_archive_blocks *b = owner;
	char name[PG_ARCHIVE_LABEL_SIZE];

	if (item->fault.message) {
		findings_add(b->findings, item->fault.code, item->offset, "%s: %s",
			     label(item->data, name), item->fault.message);
		if (item->data)
			item->data->damaged = true;
	}
	if (item->kind == ITEM_LARGE_OBJECT) {
		row_sum_merge(&b->contents->objects, &item->sum);
		pg_archive_contents_object(b->contents, item->oid);
	} else if (item->kind == ITEM_ROWS && !item->fault.message) {
		report_rows(b, item);
	} else if (item->kind == ITEM_INSERTS && !item->fault.message) {
		report_inserts(b, item);
	}
}

int pg_archive_blocks_init(struct pg_archive_blocks *b, struct pg_archive_contents *contents,
			   const struct pg_archive_header *header, struct error *err)
{
	struct pg_archive_crew_options crew = {
		.compression = header->compression,
		.threads = contents->reading->threads,
		.collect = collect,
		.owner = b,
	};
	bool stored = header->compression == PG_ARCHIVE_STORED;

	*b = (struct pg_archive_blocks){
		.contents = contents,
		.findings = &contents->reading->findings,
	};
	if (stored ? pg_archive_scratch_init(&b->scratch) == 0 :
		     (b->crew = pg_archive_crew_new(&crew)) != NULL)
		return 0;
	return error_set(err, ERROR_NOMEM, "out of memory for an archive's data");
}

void pg_archive_blocks_release(struct pg_archive_blocks *b)
{
	pg_archive_scratch_release(&b->scratch);
	pg_archive_crew_free(b->crew);
	*b = (struct pg_archive_blocks){ 0 };
}

/* Everything that was found so far has been reported: what follows comes after it. */
static void settle(struct pg_archive_blocks *b)
{
	if (b->crew)
		pg_archive_crew_settle(b->crew);
}

/* The entry of the block, with the findings in the order of the archive. */
static struct pg_archive_data *announce(struct pg_archive_blocks *b, uint32_t dump_id)
{
	struct findings *all = b->findings, earlier = *all, later;
	struct pg_archive_data *data;

	*all = (struct findings)FINDINGS_INIT(earlier.layer);
	data = pg_archive_contents_block(b->contents, dump_id, b->item.offset);
	later = *all;
	*all = earlier;
	if (later.count)
		settle(b);
	for (size_t i = 0; i < later.count; i++)
		findings_add(all, later.item[i].code, later.item[i].offset, "%s",
			     later.item[i].message);
	all->no_memory |= later.no_memory;
	findings_release(&later);
	return data;
}

static void begin_item(struct pg_archive_blocks *b)
{
	if (b->crew)
		pg_archive_crew_begin(b->crew, &b->item);
	else
		pg_archive_item_begin(&b->item, &b->scratch);
	b->expect = BLOCKS_CHUNK_LENGTH;
}

static enum pg_archive_item_kind kind_of(const struct pg_archive_data *data)
{
	if (data && data->has_copy)
		return ITEM_ROWS;
	return data && data->kind == DATA_TABLE ? ITEM_INSERTS : ITEM_OTHER;
}

static bool begin_block(struct pg_archive_blocks *b, int64_t dump_id)
{
	bool objects = b->type == BLOCK_LARGE_OBJECTS;
	char name[PG_ARCHIVE_LABEL_SIZE];
	struct pg_archive_data *data;

	if (dump_id <= 0) {
		settle(b);
		findings_add(b->findings, FINDING_BAD_STRUCTURE, b->item.offset,
			     "a data block has dump id %" PRId64, dump_id);
		return false;
	}
	data = announce(b, (uint32_t)dump_id);
	b->item.data = data;
	if (data && objects != (data->kind == DATA_LARGE_OBJECTS)) {
		settle(b);
		findings_add(b->findings, FINDING_BAD_STRUCTURE, b->item.offset,
			     "the data block of %s is of type %u", label(data, name), b->type);
		return false;
	}
	if (objects) {
		b->item.kind = ITEM_LARGE_OBJECT;
		b->expect = BLOCKS_OBJECT;
		return true;
	}
	b->item.kind = kind_of(data);
	b->item.columns = data ? data->columns : 0;
	begin_item(b);
	return true;
}

static void end_block(struct pg_archive_blocks *b)
{
	b->expect = BLOCKS_TYPE;
	if (b->item.data)
		b->item.data->counted = true;
}

/* The last chunk of a table or a large object has been read. */
static void end_item(struct pg_archive_blocks *b)
{
	if (b->crew) {
		pg_archive_crew_end(b->crew);
	} else {
		pg_archive_item_end(&b->item, (struct unpack_fault){ 0 });
		collect(b, &b->item);
	}
	if (b->item.kind == ITEM_LARGE_OBJECT)
		b->expect = BLOCKS_OBJECT;
	else
		end_block(b);
}

static bool chunk_length(struct pg_archive_blocks *b, int64_t length, uint64_t offset)
{
	char name[PG_ARCHIVE_LABEL_SIZE];

	if (length == 0) {
		end_item(b);
		return true;
	}
	if (length < 0 || length > LONGEST_CHUNK) {
		settle(b);
		findings_add(b->findings, FINDING_BAD_LENGTH, offset,
			     "a chunk in the data of %s has length %" PRId64,
			     label(b->item.data, name), length);
		return false;
	}
	b->chunk_left = (uint64_t)length;
	b->expect = BLOCKS_CHUNK;
	return true;
}

/* An integer is complete; `offset` is where it began. */
static bool take_int(struct pg_archive_blocks *b, const uint8_t *raw, uint64_t offset)
{
	int64_t value = pg_archive_int(raw);

	if (raw[0] > 1 || (raw[0] && !value)) {
		settle(b);
		findings_add(b->findings, FINDING_BAD_STRUCTURE, offset,
			     "an integer among the data blocks has the sign byte %u", raw[0]);
		return false;
	}
	if (b->expect == BLOCKS_DUMP_ID)
		return begin_block(b, value);
	if (b->expect == BLOCKS_CHUNK_LENGTH)
		return chunk_length(b, value, offset);
	b->item.oid = (uint32_t)value; /* pg_dump writes an oid above 2^31 as a negative number */
	if (b->item.oid)
		begin_item(b);
	else
		end_block(b);
	return true;
}

static bool take_type(struct pg_archive_blocks *b, uint8_t type, uint64_t offset)
{
	b->type = type;
	b->item.offset = offset;
	b->item.data = NULL;
	b->expect = BLOCKS_DUMP_ID;
	if (type == BLOCK_DATA || type == BLOCK_LARGE_OBJECTS)
		return true;
	settle(b);
	if (b->contents->data_seen == b->contents->data_count)
		findings_add(b->findings, FINDING_TRAILING_DATA, offset,
			     "bytes follow the last data block");
	else
		findings_add(b->findings, FINDING_BAD_STRUCTURE, offset,
			     "a data block of the unknown type %u", type);
	return false;
}

static void payload(struct pg_archive_blocks *b, struct span bytes)
{
	if (b->crew)
		pg_archive_crew_push(b->crew, bytes);
	else
		pg_archive_item_push(&b->item, bytes);
}

/*
 * The hot loop: an archive that is not compressed has one chunk per row. Eats
 * chunks that lie whole in [p, end), and leaves everything else to the caller.
 */
static const uint8_t *push_whole_rows(struct pg_archive_blocks *b, const uint8_t *p,
				      const uint8_t *end)
{
	while (end - p >= PG_ARCHIVE_INT_SIZE && p[0] == 0) {
		uint32_t len = (uint32_t)pg_archive_int(p);

		if (len == 0 || len > (size_t)(end - p) - PG_ARCHIVE_INT_SIZE)
			break;
		copy_text_push(&b->item.copy, (struct span){ p + PG_ARCHIVE_INT_SIZE, len });
		p += PG_ARCHIVE_INT_SIZE + len;
	}
	return p;
}

static bool in_stored_rows(const struct pg_archive_blocks *b)
{
	return b->expect == BLOCKS_CHUNK_LENGTH && b->have == 0 && !b->crew &&
	       b->item.kind == ITEM_ROWS;
}

bool pg_archive_blocks_push(struct pg_archive_blocks *b, struct span in, uint64_t offset)
{
	const uint8_t *p = in.ptr, *end = in.len ? in.ptr + in.len : in.ptr;

	while (p < end) {
		size_t left = (size_t)(end - p), n;

		switch (b->expect) {
		case BLOCKS_TYPE:
			if (!take_type(b, *p, offset + (uint64_t)(p - in.ptr)))
				return false;
			p++;
			continue;
		case BLOCKS_CHUNK:
			n = left < b->chunk_left ? left : (size_t)b->chunk_left;
			payload(b, (struct span){ p, n });
			p += n;
			b->chunk_left -= n;
			if (!b->chunk_left)
				b->expect = BLOCKS_CHUNK_LENGTH;
			continue;
		default:
			break;
		}
		if (in_stored_rows(b)) {
			p = push_whole_rows(b, p, end);
			left = (size_t)(end - p);
		}
		n = sizeof(b->raw) - b->have;
		n = left < n ? left : n;
		if (n)
			memcpy(b->raw + b->have, p, n);
		p += n;
		b->have += n;
		if (b->have < sizeof(b->raw))
			continue;
		b->have = 0;
		if (!take_int(b, b->raw, offset + (uint64_t)(p - in.ptr) - sizeof(b->raw)))
			return false;
	}
	return true;
}

bool pg_archive_blocks_end(struct pg_archive_blocks *b, uint64_t offset)
{
	char name[PG_ARCHIVE_LABEL_SIZE];

	settle(b);
	if (b->expect == BLOCKS_TYPE) {
		pg_archive_contents_check(b->contents, offset);
		return true;
	}
	findings_add(b->findings, FINDING_TRUNCATED, offset,
		     "the archive ends within the data of %s; %zu of %zu data blocks have begun",
		     b->expect == BLOCKS_DUMP_ID ? "an entry" : label(b->item.data, name),
		     b->contents->data_seen, b->contents->data_count);
	return false;
}
