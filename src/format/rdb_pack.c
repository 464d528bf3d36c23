/* SPDX-License-Identifier: Apache-2.0 */
#include "format/rdb_pack.h"

#include <inttypes.h>
#include <string.h>

#include "format/rdb_parser.h"

enum pack_state {
	LP_HEADER,
	LP_ENTRY,
	LP_NUMBER,
	LP_LENGTH,
	LP_CONTENT,
	LP_BACK_LENGTH,
	ZL_HEADER,
	ZL_PREVIOUS,
	ZL_PREVIOUS_LONG,
	ZL_ENTRY,
	ZL_NUMBER,
	ZL_LENGTH,
	ZL_CONTENT,
	IS_HEADER,
	IS_NUMBER,
	ZM_HEADER,
	ZM_KEY_LENGTH,
	ZM_KEY_LENGTH_LONG,
	ZM_KEY,
	ZM_VALUE_LENGTH,
	ZM_VALUE_LENGTH_LONG,
	ZM_GAP,
	ZM_VALUE,
	ZM_UNUSED,
	PACK_END
};

enum { LP_HEADER_SIZE = 6, ZL_HEADER_SIZE = 10, IS_HEADER_SIZE = 8, END_MARKER = 0xff };
#define UNSTATED UINT64_MAX

static const char *const kind_names[] = { [RDB_LISTPACK] = "listpack",
					  [RDB_ZIPLIST] = "ziplist",
					  [RDB_INTSET] = "intset",
					  [RDB_ZIPMAP] = "zipmap" };

static void bad(struct rdb *r, enum finding_code code, const char *what)
{
	rdb_break(r, code, "%s: %s at its byte %" PRIu64, kind_names[r->pack.kind], what,
		  r->pack.entry_at);
}

/* Collect `need` bytes; the value must have that many left. */
static void gather(struct rdb *r, enum pack_state state, unsigned need)
{
	struct rdb_pack *p = &r->pack;

	p->state = state;
	p->need = need;
	p->have = 0;
	if (p->size - p->at < need)
		bad(r, FINDING_BAD_LENGTH, "an entry reaches past the end");
}

static void pack_taken(struct rdb *r);

/* Pass on (or skip) `length` bytes of content. */
static void content(struct rdb *r, enum pack_state state, uint64_t length)
{
	struct rdb_pack *p = &r->pack;

	p->state = state;
	p->need = 0;
	p->left = length;
	rdb_element_begin(&r->element);
	if (p->size - p->at < length)
		bad(r, FINDING_BAD_LENGTH, "an entry reaches past the end");
	else if (!length)
		pack_taken(r);
}

static uint64_t little_endian(const uint8_t *p, unsigned count)
{
	uint64_t value = 0;

	while (count)
		value = value << 8 | p[--count];
	return value;
}

static int64_t signed_little_endian(const uint8_t *p, unsigned count)
{
	unsigned unused = 64 - 8 * count;

	return (int64_t)(little_endian(p, count) << unused) >> unused;
}

static void element_met(struct rdb *r)
{
	r->pack.entries++;
	rdb_value_element(r);
}

static void integer_met(struct rdb *r, int64_t value)
{
	rdb_element_integer(&r->element, value);
	element_met(r);
}

static void end_marker(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	p->state = PACK_END;
	p->need = 0;
	if (p->at != p->size)
		bad(r, FINDING_BAD_LENGTH, "the end marker comes early");
	else if (p->stated != UNSTATED && p->stated != p->entries)
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "%s: %" PRIu64 " entries stated, %" PRIu64 " there", kind_names[p->kind],
			  p->stated, p->entries);
}

/* Listpack: 32-bit size, 16-bit count; entries of encoding, content, back length; 0xff. */

static void lp_next(struct rdb *r)
{
	r->pack.entry_at = r->pack.at;
	gather(r, LP_ENTRY, 1);
}

static void lp_header(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint64_t size = little_endian(p->bytes, 4), count = little_endian(p->bytes + 4, 2);

	if (size != p->size) {
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "listpack: %" PRIu64 " bytes stated, %" PRIu64 " there", size, p->size);
		return;
	}
	p->stated = count == UINT16_MAX ? UNSTATED : count;
	lp_next(r);
}

/*
 * Seven bits a byte, the most significant first; all but the first have the high
 * bit set. From two bytes on the largest number of each size takes a byte more
 * (lpEncodeBacklen).
 */
static unsigned back_length(uint64_t size, uint8_t out[5])
{
	unsigned count = size <= 127      ? 1 :
			 size < 16383     ? 2 :
			 size < 2097151   ? 3 :
			 size < 268435455 ? 4 :
					    5;

	for (unsigned i = 0; i < count; i++)
		out[i] = (uint8_t)((size >> 7 * (count - 1 - i) & 127) | (i ? 128 : 0));
	return count;
}

/* The entry without its back length is complete. */
static void lp_content_done(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint8_t expected[5];

	p->entry_size = p->at - p->entry_at;
	gather(r, LP_BACK_LENGTH, back_length(p->entry_size, expected));
}

static void lp_back_length(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint8_t expected[5];
	unsigned count = back_length(p->entry_size, expected);

	if (memcmp(expected, p->bytes, count) != 0)
		bad(r, FINDING_LENGTH_MISMATCH, "the back length is not the entry's");
	else
		lp_next(r);
}

static void lp_integer(struct rdb *r, int64_t value)
{
	integer_met(r, value);
	if (!rdb_broken(r))
		lp_content_done(r);
}

static void lp_entry(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint8_t e = p->bytes[0];

	p->encoding = e;
	if (e == END_MARKER)
		end_marker(r);
	else if (e < 0x80)
		lp_integer(r, e);
	else if (e < 0xc0)
		content(r, LP_CONTENT, e & 0x3f);
	else if (e < 0xe0)
		gather(r, LP_NUMBER, 1);
	else if (e < 0xf0)
		gather(r, LP_LENGTH, 1);
	else if (e == 0xf0)
		gather(r, LP_LENGTH, 4);
	else if (e <= 0xf4)
		gather(r, LP_NUMBER, e == 0xf4 ? 8 : e - 0xf0U + 1);
	else
		bad(r, FINDING_BAD_STRUCTURE, "unknown encoding");
}

static void lp_number(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	if (p->encoding >= 0xf0)
		lp_integer(r, signed_little_endian(p->bytes, p->have));
	else
		lp_integer(r, (int64_t)((p->encoding & 0x1fU) << 8 | p->bytes[0]) -
				      (p->encoding & 0x10 ? 1 << 13 : 0));
}

static void lp_length(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint64_t length = p->encoding == 0xf0 ? little_endian(p->bytes, 4) :
						(p->encoding & 0xfU) << 8 | p->bytes[0];

	content(r, LP_CONTENT, length);
}

static void lp_content(struct rdb *r)
{
	element_met(r);
	if (!rdb_broken(r))
		lp_content_done(r);
}

/* Ziplist: 32-bit size, 32-bit offset of the last entry, 16-bit count; entries of the previous
 * entry's length, encoding, content; 0xff. */

static void zl_next(struct rdb *r)
{
	r->pack.entry_at = r->pack.at;
	gather(r, ZL_PREVIOUS, 1);
}

static void zl_header(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint64_t size = little_endian(p->bytes, 4), count = little_endian(p->bytes + 8, 2);

	if (size != p->size) {
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "ziplist: %" PRIu64 " bytes stated, %" PRIu64 " there", size, p->size);
		return;
	}
	p->tail = little_endian(p->bytes + 4, 4);
	p->stated = count == UINT16_MAX ? UNSTATED : count;
	p->previous_at = ZL_HEADER_SIZE;
	zl_next(r);
}

static void zl_previous_known(struct rdb *r, uint64_t length)
{
	struct rdb_pack *p = &r->pack;

	if (length != p->entry_at - p->previous_at) {
		bad(r, FINDING_LENGTH_MISMATCH, "the previous entry's length is not that");
		return;
	}
	p->previous_at = p->entry_at;
	gather(r, ZL_ENTRY, 1);
}

static void zl_previous(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	if (p->bytes[0] == 254) {
		gather(r, ZL_PREVIOUS_LONG, 4);
	} else if (p->bytes[0] != END_MARKER) {
		zl_previous_known(r, p->bytes[0]);
	} else if (p->tail != p->previous_at) {
		bad(r, FINDING_LENGTH_MISMATCH, "the last entry is not where the header says");
	} else {
		end_marker(r);
	}
}

static unsigned zl_number_size(uint8_t encoding)
{
	switch (encoding) {
	case 0xc0:
		return 2;
	case 0xd0:
		return 4;
	case 0xe0:
		return 8;
	case 0xf0:
		return 3;
	case 0xfe:
		return 1;
	default:
		return 0;
	}
}

static void zl_element_done(struct rdb *r)
{
	if (!rdb_broken(r))
		zl_next(r);
}

static void zl_entry(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint8_t e = p->bytes[0];

	p->encoding = e;
	if (e < 0x40) {
		content(r, ZL_CONTENT, e);
	} else if (e < 0x80) {
		gather(r, ZL_LENGTH, 1);
	} else if (e == 0x80) {
		gather(r, ZL_LENGTH, 4);
	} else if (zl_number_size(e)) {
		gather(r, ZL_NUMBER, zl_number_size(e));
	} else if (e >= 0xf1 && e <= 0xfd) {
		integer_met(r, e - 0xf1);
		zl_element_done(r);
	} else {
		bad(r, FINDING_BAD_STRUCTURE, "unknown encoding");
	}
}

static void zl_length(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint64_t length = (p->encoding & 0x3fU) << 8 | p->bytes[0];

	if (p->encoding == 0x80)
		length = (uint64_t)p->bytes[0] << 24 | (uint64_t)p->bytes[1] << 16 |
			 (uint64_t)p->bytes[2] << 8 | p->bytes[3];
	content(r, ZL_CONTENT, length);
}

/* Intset: 32-bit width, 32-bit count, ascending integers of that width. */

static void is_next(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	p->entry_at = p->at;
	if (p->entries == p->stated)
		end_marker(r);
	else
		gather(r, IS_NUMBER, p->width);
}

static void is_header(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	p->width = p->bytes[0];
	p->stated = little_endian(p->bytes + 4, 4);
	if (little_endian(p->bytes, 4) > 8 || (p->width != 2 && p->width != 4 && p->width != 8))
		bad(r, FINDING_BAD_STRUCTURE, "unknown width of integers");
	else if (IS_HEADER_SIZE + p->stated * p->width != p->size)
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "intset: %" PRIu64 " integers of %u bytes in %" PRIu64 " bytes",
			  p->stated, p->width, p->size);
	else
		is_next(r);
}

static void is_number(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	int64_t value = signed_little_endian(p->bytes, p->have);

	if (p->entries && value <= p->previous) {
		bad(r, FINDING_BAD_STRUCTURE, "the integers do not ascend");
		return;
	}
	p->previous = value;
	integer_met(r, value);
	is_next(r);
}

/* Zipmap: 8-bit count; length, key, length, unused count, value, unused bytes; 0xff. */

static void zm_next(struct rdb *r)
{
	r->pack.entry_at = r->pack.at;
	gather(r, ZM_KEY_LENGTH, 1);
}

static void zm_end(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	p->entries /= 2;
	end_marker(r);
}

static void zm_key_length(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	if (p->bytes[0] == END_MARKER)
		zm_end(r);
	else if (p->bytes[0] == 254)
		gather(r, ZM_KEY_LENGTH_LONG, 4);
	else
		content(r, ZM_KEY, p->bytes[0]);
}

static void zm_value_length(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	p->left = p->bytes[0];
	if (p->bytes[0] == END_MARKER)
		bad(r, FINDING_BAD_STRUCTURE, "a key without a value");
	else if (p->bytes[0] == 254)
		gather(r, ZM_VALUE_LENGTH_LONG, 4);
	else
		gather(r, ZM_GAP, 1);
}

static void zm_value_done(struct rdb *r)
{
	element_met(r);
	if (!rdb_broken(r))
		content(r, ZM_UNUSED, r->pack.gap);
}

static void zm_taken(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	switch ((enum pack_state)p->state) {
	case ZM_HEADER:
		p->stated = p->bytes[0] < 254 ? p->bytes[0] : UNSTATED;
		zm_next(r);
		return;
	case ZM_KEY_LENGTH:
		zm_key_length(r);
		return;
	case ZM_KEY_LENGTH_LONG:
		content(r, ZM_KEY, little_endian(p->bytes, 4));
		return;
	case ZM_KEY:
		element_met(r);
		if (!rdb_broken(r))
			gather(r, ZM_VALUE_LENGTH, 1);
		return;
	case ZM_VALUE_LENGTH:
		zm_value_length(r);
		return;
	case ZM_VALUE_LENGTH_LONG:
		p->left = little_endian(p->bytes, 4);
		gather(r, ZM_GAP, 1);
		return;
	case ZM_GAP:
		p->gap = p->bytes[0];
		content(r, ZM_VALUE, p->left);
		return;
	case ZM_VALUE:
		zm_value_done(r);
		return;
	default:
		zm_next(r);
	}
}

/* What the state took is complete. */
static void pack_taken(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	switch ((enum pack_state)p->state) {
	case LP_HEADER:
		lp_header(r);
		return;
	case LP_ENTRY:
		lp_entry(r);
		return;
	case LP_NUMBER:
		lp_number(r);
		return;
	case LP_LENGTH:
		lp_length(r);
		return;
	case LP_CONTENT:
		lp_content(r);
		return;
	case LP_BACK_LENGTH:
		lp_back_length(r);
		return;
	case ZL_HEADER:
		zl_header(r);
		return;
	case ZL_PREVIOUS:
		zl_previous(r);
		return;
	case ZL_PREVIOUS_LONG:
		zl_previous_known(r, little_endian(p->bytes, 4));
		return;
	case ZL_ENTRY:
		zl_entry(r);
		return;
	case ZL_NUMBER:
		integer_met(r, signed_little_endian(p->bytes, p->have));
		zl_element_done(r);
		return;
	case ZL_LENGTH:
		zl_length(r);
		return;
	case ZL_CONTENT:
		element_met(r);
		zl_element_done(r);
		return;
	case IS_HEADER:
		is_header(r);
		return;
	case IS_NUMBER:
		is_number(r);
		return;
	default:
		zm_taken(r);
	}
}

void rdb_pack_begin(struct rdb *r, enum rdb_pack_kind kind, uint64_t size)
{
	r->pack = (struct rdb_pack){ .kind = kind, .size = size, .stated = UNSTATED };
	if (kind == RDB_LISTPACK)
		gather(r, LP_HEADER, LP_HEADER_SIZE);
	else if (kind == RDB_ZIPLIST)
		gather(r, ZL_HEADER, ZL_HEADER_SIZE);
	else if (kind == RDB_INTSET)
		gather(r, IS_HEADER, IS_HEADER_SIZE);
	else
		gather(r, ZM_HEADER, 1);
}

/* An entry that lies in one piece. */
struct lp_whole {
	size_t header, content;
	bool is_integer;
	int64_t integer;
};

/* Of at least one byte; false: not one for the quick way. */
static bool lp_measure(struct span in, struct lp_whole *w)
{
	static const uint8_t integer_sizes[] = { 0, 2, 3, 4, 8 };
	uint8_t e = in.ptr[0];

	*w = (struct lp_whole){ .header = 1 };
	if (e < 0x80) {
		w->is_integer = true;
		w->integer = e;
	} else if (e < 0xc0) {
		w->content = e & 0x3f;
	} else if (in.len < 10 || e > 0xf4) {
		return false;
	} else if (e < 0xe0) {
		w->is_integer = true;
		w->header = 2;
		w->integer = (int64_t)((e & 0x1fU) << 8 | in.ptr[1]) - (e & 0x10 ? 1 << 13 : 0);
	} else if (e < 0xf0) {
		w->header = 2;
		w->content = (size_t)(e & 0xf) << 8 | in.ptr[1];
	} else if (e == 0xf0) {
		w->header = 5;
		w->content = (size_t)little_endian(in.ptr + 1, 4);
	} else {
		w->is_integer = true;
		w->header = 1 + (size_t)integer_sizes[e - 0xf0];
		w->integer = signed_little_endian(in.ptr + 1, integer_sizes[e - 0xf0]);
	}
	return true;
}

/*
 * The same as byte by byte, for sound entries that lie whole in the piece; what
 * is not so is left to the other way, which tells what is wrong.
 */
static void lp_whole_entries(struct rdb *r, struct span *in)
{
	struct rdb_pack *p = &r->pack;
	struct lp_whole w;

	while (in->len && !rdb_broken(r) && lp_measure(*in, &w)) {
		size_t size = w.header + w.content;
		uint8_t back[5];
		unsigned count = back_length(size, back);

		if (size + count > in->len || size + count >= p->size - p->at ||
		    (count == 1 ? in->ptr[size] != size : memcmp(in->ptr + size, back, count) != 0))
			return;
		if (w.is_integer)
			rdb_element_integer(&r->element, w.integer);
		else
			rdb_element_whole(&r->element,
					  (struct span){ in->ptr + w.header, w.content });
		element_met(r);
		*in = (struct span){ in->ptr + size + count, in->len - size - count };
		p->at += size + count;
		p->entry_at = p->at;
	}
}

static void is_whole_numbers(struct rdb *r, struct span *in)
{
	struct rdb_pack *p = &r->pack;

	while (in->len > p->width && p->entries + 1 < p->stated && !rdb_broken(r)) {
		int64_t value = signed_little_endian(in->ptr, p->width);

		if (p->entries && value <= p->previous)
			return;
		p->previous = value;
		p->at += p->width;
		p->entry_at = p->at;
		*in = (struct span){ in->ptr + p->width, in->len - p->width };
		integer_met(r, value);
	}
}

static size_t some_of(size_t have, uint64_t want)
{
	return have < want ? have : (size_t)want;
}

static void content_piece(struct rdb *r, struct span piece)
{
	struct rdb_pack *p = &r->pack;

	p->left -= piece.len;
	if (p->state != ZM_UNUSED) {
		if (!p->left && !r->element.length)
			rdb_element_whole(&r->element, piece);
		else
			rdb_element_push(&r->element, piece);
	}
	if (!p->left)
		pack_taken(r);
}

void rdb_pack_push(struct rdb *r, struct span in)
{
	struct rdb_pack *p = &r->pack;

	while (in.len && !rdb_broken(r) && p->state != PACK_END) {
		struct span piece;

		if (!p->have && p->state == LP_ENTRY)
			lp_whole_entries(r, &in);
		else if (!p->have && p->state == IS_NUMBER)
			is_whole_numbers(r, &in);
		if (!in.len || rdb_broken(r))
			return;
		piece = (struct span){ in.ptr,
				       some_of(in.len, p->need ? p->need - p->have : p->left) };

		in = (struct span){ in.ptr + piece.len, in.len - piece.len };
		p->at += piece.len;
		if (!p->need) {
			content_piece(r, piece);
			continue;
		}
		memcpy(p->bytes + p->have, piece.ptr, piece.len);
		p->have += (unsigned)piece.len;
		if (p->have == p->need)
			pack_taken(r);
	}
}

void rdb_pack_end(struct rdb *r)
{
	if (!rdb_broken(r) && r->pack.state != PACK_END)
		bad(r, FINDING_BAD_STRUCTURE, "no end marker");
}
