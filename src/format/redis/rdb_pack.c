/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_pack.h"

#include <inttypes.h>
#include <string.h>

#include "format/redis/rdb_pack.intern.h"

static const char *const kind_names[] = { [RDB_LISTPACK] = "listpack",
					  [RDB_ZIPLIST] = "ziplist",
					  [RDB_INTSET] = "intset",
					  [RDB_ZIPMAP] = "zipmap" };

void rdb_pack_bad(struct rdb *r, enum finding_code code, const char *what)
{
	rdb_break(r, code, "%s: %s at its byte %" PRIu64, kind_names[r->pack.kind], what,
		  r->pack.entry_at);
}

void rdb_pack_gather(struct rdb *r, enum pack_state state, unsigned need)
{
	struct rdb_pack *p = &r->pack;

	p->state = state;
	p->need = need;
	p->have = 0;
	if (p->size - p->at < need)
		rdb_pack_bad(r, FINDING_BAD_LENGTH, "an entry reaches past the end");
}

static void pack_taken(struct rdb *r);

void rdb_pack_content(struct rdb *r, enum pack_state state, uint64_t length)
{
	struct rdb_pack *p = &r->pack;

	p->state = state;
	p->need = 0;
	p->left = length;
	rdb_element_begin(&r->element);
	if (p->size - p->at < length)
		rdb_pack_bad(r, FINDING_BAD_LENGTH, "an entry reaches past the end");
	else if (!length)
		pack_taken(r);
}

void rdb_pack_end_marker(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	p->state = PACK_END;
	p->need = 0;
	if (p->at != p->size)
		rdb_pack_bad(r, FINDING_BAD_LENGTH, "the end marker comes early");
	else if (p->stated != UNSTATED && p->stated != p->entries)
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "%s: %" PRIu64 " entries stated, %" PRIu64 " there", kind_names[p->kind],
			  p->stated, p->entries);
}

/* Listpack: 32-bit size, 16-bit count; entries of encoding, content, back length; 0xff. */

static void lp_next(struct rdb *r)
{
	r->pack.entry_at = r->pack.at;
	rdb_pack_gather(r, LP_ENTRY, 1);
}

static void lp_header(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint64_t size = rdb_pack_little_endian(p->bytes, 4),
		 count = rdb_pack_little_endian(p->bytes + 4, 2);

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
	rdb_pack_gather(r, LP_BACK_LENGTH, back_length(p->entry_size, expected));
}

static void lp_back_length(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint8_t expected[5];
	unsigned count = back_length(p->entry_size, expected);

	if (memcmp(expected, p->bytes, count) != 0)
		rdb_pack_bad(r, FINDING_LENGTH_MISMATCH, "the back length is not the entry's");
	else
		lp_next(r);
}

static void lp_integer(struct rdb *r, int64_t value)
{
	rdb_pack_integer(r, value);
	if (!rdb_broken(r))
		lp_content_done(r);
}

static void lp_entry(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint8_t e = p->bytes[0];

	p->encoding = e;
	if (e == END_MARKER)
		rdb_pack_end_marker(r);
	else if (e < 0x80)
		lp_integer(r, e);
	else if (e < 0xc0)
		rdb_pack_content(r, LP_CONTENT, e & 0x3f);
	else if (e < 0xe0)
		rdb_pack_gather(r, LP_NUMBER, 1);
	else if (e < 0xf0)
		rdb_pack_gather(r, LP_LENGTH, 1);
	else if (e == 0xf0)
		rdb_pack_gather(r, LP_LENGTH, 4);
	else if (e <= 0xf4)
		rdb_pack_gather(r, LP_NUMBER, e == 0xf4 ? 8 : e - 0xf0U + 1);
	else
		rdb_pack_bad(r, FINDING_BAD_STRUCTURE, "unknown encoding");
}

static void lp_number(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	if (p->encoding >= 0xf0)
		lp_integer(r, rdb_pack_signed(p->bytes, p->have));
	else
		lp_integer(r, (int64_t)((p->encoding & 0x1fU) << 8 | p->bytes[0]) -
				      (p->encoding & 0x10 ? 1 << 13 : 0));
}

static void lp_length(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint64_t length = p->encoding == 0xf0 ? rdb_pack_little_endian(p->bytes, 4) :
						(p->encoding & 0xfU) << 8 | p->bytes[0];

	rdb_pack_content(r, LP_CONTENT, length);
}

static void lp_content(struct rdb *r)
{
	rdb_pack_element(r);
	if (!rdb_broken(r))
		lp_content_done(r);
}

/* Intset: 32-bit width, 32-bit count, ascending integers of that width. */

static void is_next(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	p->entry_at = p->at;
	if (p->entries == p->stated)
		rdb_pack_end_marker(r);
	else
		rdb_pack_gather(r, IS_NUMBER, p->width);
}

static void is_header(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	p->width = p->bytes[0];
	p->stated = rdb_pack_little_endian(p->bytes + 4, 4);
	if (rdb_pack_little_endian(p->bytes, 4) > 8 ||
	    (p->width != 2 && p->width != 4 && p->width != 8))
		rdb_pack_bad(r, FINDING_BAD_STRUCTURE, "unknown width of integers");
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
	int64_t value = rdb_pack_signed(p->bytes, p->have);

	if (p->entries && value <= p->previous) {
		rdb_pack_bad(r, FINDING_BAD_STRUCTURE, "the integers do not ascend");
		return;
	}
	p->previous = value;
	rdb_pack_integer(r, value);
	is_next(r);
}

static void lp_taken(struct rdb *r)
{
	switch ((enum pack_state)r->pack.state) {
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
	default:
		lp_back_length(r);
	}
}

/* What the state took is complete. */
static void pack_taken(struct rdb *r)
{
	switch (r->pack.kind) {
	case RDB_LISTPACK:
		lp_taken(r);
		return;
	case RDB_ZIPLIST:
		rdb_ziplist_taken(r);
		return;
	case RDB_INTSET:
		if (r->pack.state == IS_HEADER)
			is_header(r);
		else
			is_number(r);
		return;
	default:
		rdb_zipmap_taken(r);
	}
}

void rdb_pack_begin(struct rdb *r, enum rdb_pack_kind kind, uint64_t size)
{
	r->pack = (struct rdb_pack){ .kind = kind, .size = size, .stated = UNSTATED };
	if (kind == RDB_LISTPACK)
		rdb_pack_gather(r, LP_HEADER, LP_HEADER_SIZE);
	else if (kind == RDB_ZIPLIST)
		rdb_pack_gather(r, ZL_HEADER, ZL_HEADER_SIZE);
	else if (kind == RDB_INTSET)
		rdb_pack_gather(r, IS_HEADER, IS_HEADER_SIZE);
	else
		rdb_pack_gather(r, ZM_HEADER, 1);
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
		w->content = (size_t)rdb_pack_little_endian(in.ptr + 1, 4);
	} else {
		w->is_integer = true;
		w->header = 1 + (size_t)integer_sizes[e - 0xf0];
		w->integer = rdb_pack_signed(in.ptr + 1, integer_sizes[e - 0xf0]);
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
		rdb_pack_element(r);
		*in = (struct span){ in->ptr + size + count, in->len - size - count };
		p->at += size + count;
		p->entry_at = p->at;
	}
}

static void is_whole_numbers(struct rdb *r, struct span *in)
{
	struct rdb_pack *p = &r->pack;

	while (in->len > p->width && p->entries + 1 < p->stated && !rdb_broken(r)) {
		int64_t value = rdb_pack_signed(in->ptr, p->width);

		if (p->entries && value <= p->previous)
			return;
		p->previous = value;
		p->at += p->width;
		p->entry_at = p->at;
		*in = (struct span){ in->ptr + p->width, in->len - p->width };
		rdb_pack_integer(r, value);
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
		rdb_pack_bad(r, FINDING_BAD_STRUCTURE, "no end marker");
}
