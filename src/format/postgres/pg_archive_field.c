/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_field.h"

#include <string.h>

static struct span take(struct span *in, uint64_t most)
{
	struct span out = { in->ptr, in->len < most ? in->len : (size_t)most };

	in->ptr += out.len;
	in->len -= out.len;
	return out;
}

static size_t raw_size(const struct pg_archive_field *f)
{
	if (f->type == FIELD_BYTE)
		return 1;
	return f->type == FIELD_OFFSET ? 1 + (size_t)f->limit : PG_ARCHIVE_INT_SIZE;
}

static enum pg_archive_field_result begin_text(struct pg_archive_field *f)
{
	if (f->text)
		f->text[0] = '\0';
	if (f->value == -1)
		return FIELD_DONE;
	if (f->value < 0 || (uint64_t)f->value > f->limit)
		return FIELD_BAD_LENGTH;
	f->in_text = true;
	return FIELD_MORE;
}

static enum pg_archive_field_result read_text(struct pg_archive_field *f, struct span *in)
{
	struct span piece = take(in, (uint64_t)f->value - f->text_read);

	if (piece.len && memchr(piece.ptr, '\0', piece.len))
		return FIELD_BAD_CHARACTER;
	utf8_text_push(&f->utf8, piece);
	if (f->columns)
		copy_columns_push(f->columns, piece);
	if (f->definition)
		pg_archive_definition_push(f->definition, piece);
	if (f->whole && buf_append(&f->whole->bytes, piece.ptr, piece.len) < 0)
		f->whole->no_memory = true;
	if (f->text && f->text_read + 1 < f->room) {
		size_t room = f->room - 1 - (size_t)f->text_read;
		size_t n = piece.len < room ? piece.len : room;

		if (n)
			memcpy(f->text + f->text_read, piece.ptr, n);
		f->text[f->text_read + n] = '\0';
	}
	f->text_read += piece.len;
	return f->text_read == (uint64_t)f->value ? FIELD_DONE : FIELD_MORE;
}

static enum pg_archive_field_result raw_complete(struct pg_archive_field *f)
{
	if (f->type == FIELD_BYTE) {
		f->value = f->raw[0];
		return FIELD_DONE;
	}
	if (f->type == FIELD_OFFSET) {
		struct cursor c = { .rest = { f->raw + 1, 8 } };

		f->state = f->raw[0];
		f->pointer = cursor_le64(&c);
		return FIELD_DONE;
	}
	f->value = pg_archive_int(f->raw);
	if (f->raw[0] > 1 || (f->raw[0] && !f->value)) /* pg_dump writes no minus zero */
		return FIELD_BAD_SIGN;
	return f->type == FIELD_INT ? FIELD_DONE : begin_text(f);
}

enum pg_archive_field_result pg_archive_field_read(struct pg_archive_field *f, struct span *in,
						   uint64_t offset)
{
	if (!f->in_text) {
		size_t size = raw_size(f);
		struct span piece = take(in, size - f->have);
		enum pg_archive_field_result result;

		if (!f->have)
			f->offset = offset;
		if (piece.len)
			memcpy(f->raw + f->have, piece.ptr, piece.len);
		f->have += piece.len;
		if (f->have < size)
			return FIELD_MORE;
		result = raw_complete(f);
		if (result != FIELD_MORE)
			return result;
	}
	return read_text(f, in);
}
