/* SPDX-License-Identifier: Apache-2.0 */
#include "format/pg_archive_blocks.h"

#include <inttypes.h>
#include <string.h>

enum {
	BLOCK_DATA = 1,
	BLOCK_LARGE_OBJECTS = 3,
	LONGEST_CHUNK = 1 << 30,   /* a row or a piece of one: no value in PostgreSQL is longer */
	OPTIONAL_EMPTY_SINCE = 15, /* minor version: no data, no zlib stream */
};

/* Decoded bytes of the current table or large object. */
static void consume(void *owner, struct span bytes)
{
	struct pg_archive_blocks *b = owner;

	if (b->type == BLOCK_LARGE_OBJECTS)
		row_hash_update(b->hash, bytes);
	else if (b->data && b->data->has_copy)
		copy_text_push(&b->copy, bytes);
	else
		b->rest += bytes.len;
}

int pg_archive_blocks_init(struct pg_archive_blocks *b, struct pg_archive_contents *contents,
			   const struct pg_archive_header *header, struct error *err)
{
	*b = (struct pg_archive_blocks){
		.contents = contents,
		.findings = &contents->reading->findings,
		.compression = header->compression,
		.minor = header->minor,
		.hash = row_hash_new(),
	};
	if (header->compression == PG_ARCHIVE_ZLIB)
		b->inflate = pg_archive_inflate_new(
			(struct pg_archive_emit){ .emit = consume, .owner = b });
	if (b->hash && (b->inflate || header->compression != PG_ARCHIVE_ZLIB))
		return 0;
	return error_set(err, ERROR_NOMEM, "out of memory for an archive's data");
}

void pg_archive_blocks_release(struct pg_archive_blocks *b)
{
	row_hash_free(b->hash);
	pg_archive_inflate_free(b->inflate);
	*b = (struct pg_archive_blocks){ 0 };
}

static const char *label(const struct pg_archive_blocks *b, char out[PG_ARCHIVE_LABEL_SIZE])
{
	return b->data ? pg_archive_data_label(b->data, out) : "an unknown entry";
}

static void begin_data(struct pg_archive_blocks *b)
{
	if (b->inflate)
		pg_archive_inflate_begin(b->inflate);
	b->expect = BLOCKS_CHUNK_LENGTH;
}

static bool begin_block(struct pg_archive_blocks *b, int64_t dump_id)
{
	bool objects = b->type == BLOCK_LARGE_OBJECTS;
	char name[PG_ARCHIVE_LABEL_SIZE];

	b->data = NULL;
	b->sound = true;
	if (dump_id <= 0) {
		findings_add(b->findings, FINDING_BAD_STRUCTURE, b->offset,
			     "a data block has dump id %" PRId64, dump_id);
		return false;
	}
	b->data = pg_archive_contents_block(b->contents, (uint32_t)dump_id, b->offset);
	if (b->data && objects != (b->data->kind == DATA_LARGE_OBJECTS)) {
		findings_add(b->findings, FINDING_BAD_STRUCTURE, b->offset,
			     "the data block of %s is of type %u", label(b, name), b->type);
		return false;
	}
	if (objects) {
		b->expect = BLOCKS_OBJECT;
		return true;
	}
	copy_text_begin(&b->copy, b->data ? b->data->columns : 0, b->hash);
	begin_data(b);
	return true;
}

static void end_block(struct pg_archive_blocks *b)
{
	b->expect = BLOCKS_TYPE;
	if (!b->data)
		return;
	b->data->counted = b->sound && b->compression <= PG_ARCHIVE_ZLIB &&
			   (b->data->has_copy || b->data->kind != DATA_TABLE);
}

static void end_rows(struct pg_archive_blocks *b)
{
	const struct copy_text *c = &b->copy;
	char name[PG_ARCHIVE_LABEL_SIZE];

	if (!b->data || !b->data->has_copy || b->compression > PG_ARCHIVE_ZLIB)
		return;
	copy_text_end(&b->copy);
	b->data->rows = c->sum;
	if (!c->faults)
		return;
	b->sound = false;
	findings_add(b->findings, FINDING_BAD_ROW, b->offset,
		     "%s, row %" PRIu64 ": %s (wrong rows: %" PRIu64 ")", label(b, name),
		     c->fault_row, copy_fault_meaning(c->fault), c->faults);
}

/* The last chunk of a table or a large object has been read. */
static void end_data(struct pg_archive_blocks *b)
{
	const char *fault = NULL;
	char name[PG_ARCHIVE_LABEL_SIZE];

	if (b->inflate)
		fault = pg_archive_inflate_end(b->inflate, b->minor >= OPTIONAL_EMPTY_SINCE);
	if (fault) {
		b->sound = false;
		findings_add(b->findings, FINDING_BAD_COMPRESSION, b->offset, "%s: %s",
			     label(b, name), fault);
	}
	if (b->type == BLOCK_LARGE_OBJECTS) {
		row_hash_end(b->hash, &b->contents->objects);
		pg_archive_contents_object(b->contents, b->oid);
		b->expect = BLOCKS_OBJECT;
		return;
	}
	if (!fault)
		end_rows(b);
	end_block(b);
}

static bool chunk_length(struct pg_archive_blocks *b, int64_t length, uint64_t offset)
{
	char name[PG_ARCHIVE_LABEL_SIZE];

	if (length == 0) {
		end_data(b);
		return true;
	}
	if (length < 0 || length > LONGEST_CHUNK) {
		findings_add(b->findings, FINDING_BAD_LENGTH, offset,
			     "a chunk in the data of %s has length %" PRId64, label(b, name),
			     length);
		return false;
	}
	b->chunk_left = (uint64_t)length;
	b->expect = BLOCKS_CHUNK;
	return true;
}

/* An integer is complete; `offset` is where it ended. */
static bool take_int(struct pg_archive_blocks *b, const uint8_t *raw, uint64_t offset)
{
	int64_t value = pg_archive_int(raw);

	if (raw[0] > 1 || (raw[0] && !value)) {
		findings_add(b->findings, FINDING_BAD_STRUCTURE, offset,
			     "an integer among the data blocks has the sign byte %u", raw[0]);
		return false;
	}
	if (b->expect == BLOCKS_DUMP_ID)
		return begin_block(b, value);
	if (b->expect == BLOCKS_CHUNK_LENGTH)
		return chunk_length(b, value, offset);
	b->oid = (uint32_t)value; /* pg_dump writes an oid above 2^31 as a negative number */
	if (!b->oid) {
		end_block(b);
		return true;
	}
	row_hash_begin_large_object(b->hash, b->oid);
	begin_data(b);
	return true;
}

static bool take_type(struct pg_archive_blocks *b, uint8_t type, uint64_t offset)
{
	b->type = type;
	b->offset = offset;
	b->expect = BLOCKS_DUMP_ID;
	if (type == BLOCK_DATA || type == BLOCK_LARGE_OBJECTS)
		return true;
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
	if (b->inflate)
		pg_archive_inflate_push(b->inflate, bytes);
	else
		consume(b, bytes);
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
		copy_text_push(&b->copy, (struct span){ p + PG_ARCHIVE_INT_SIZE, len });
		p += PG_ARCHIVE_INT_SIZE + len;
	}
	return p;
}

static bool in_stored_rows(const struct pg_archive_blocks *b)
{
	return b->expect == BLOCKS_CHUNK_LENGTH && b->have == 0 && !b->inflate &&
	       b->type == BLOCK_DATA && b->data && b->data->has_copy;
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

	if (b->expect == BLOCKS_TYPE) {
		pg_archive_contents_check(b->contents, offset);
		return true;
	}
	findings_add(b->findings, FINDING_TRUNCATED, offset,
		     "the archive ends within the data of %s; %zu of %zu data blocks have begun",
		     b->expect == BLOCKS_DUMP_ID ? "an entry" : label(b, name),
		     b->contents->data_seen, b->contents->data_count);
	return false;
}
