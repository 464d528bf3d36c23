/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ziplist: 32-bit size, 32-bit offset of the last entry, 16-bit count; entries of
 * the previous entry's length, encoding, content; 0xff.
 */
#include <inttypes.h>

#include "format/redis/rdb_pack.intern.h"

static void zl_next(struct rdb *r)
{
	r->pack.entry_at = r->pack.at;
	rdb_pack_gather(r, ZL_PREVIOUS, 1);
}

static void zl_header(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint64_t size = rdb_pack_little_endian(p->bytes, 4),
		 count = rdb_pack_little_endian(p->bytes + 8, 2);

	if (size != p->size) {
		rdb_break(r, FINDING_LENGTH_MISMATCH,
			  "ziplist: %" PRIu64 " bytes stated, %" PRIu64 " there", size, p->size);
		return;
	}
	p->tail = rdb_pack_little_endian(p->bytes + 4, 4);
	p->stated = count == UINT16_MAX ? UNSTATED : count;
	p->previous_at = ZL_HEADER_SIZE;
	zl_next(r);
}

static void zl_previous_known(struct rdb *r, uint64_t length)
{
	struct rdb_pack *p = &r->pack;

	if (length != p->entry_at - p->previous_at) {
		rdb_pack_bad(r, FINDING_LENGTH_MISMATCH, "the previous entry's length is not that");
		return;
	}
	p->previous_at = p->entry_at;
	rdb_pack_gather(r, ZL_ENTRY, 1);
}

static void zl_previous(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	if (p->bytes[0] == 254) {
		rdb_pack_gather(r, ZL_PREVIOUS_LONG, 4);
	} else if (p->bytes[0] != END_MARKER) {
		zl_previous_known(r, p->bytes[0]);
	} else if (p->tail != p->previous_at) {
		rdb_pack_bad(r, FINDING_LENGTH_MISMATCH,
			     "the last entry is not where the header says");
	} else {
		rdb_pack_end_marker(r);
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
		rdb_pack_content(r, ZL_CONTENT, e);
	} else if (e < 0x80) {
		rdb_pack_gather(r, ZL_LENGTH, 1);
	} else if (e == 0x80) {
		rdb_pack_gather(r, ZL_LENGTH, 4);
	} else if (zl_number_size(e)) {
		rdb_pack_gather(r, ZL_NUMBER, zl_number_size(e));
	} else if (e >= 0xf1 && e <= 0xfd) {
		rdb_pack_integer(r, e - 0xf1);
		zl_element_done(r);
	} else {
		rdb_pack_bad(r, FINDING_BAD_STRUCTURE, "unknown encoding");
	}
}

static void zl_length(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;
	uint64_t length = (p->encoding & 0x3fU) << 8 | p->bytes[0];

	if (p->encoding == 0x80)
		length = (uint64_t)p->bytes[0] << 24 | (uint64_t)p->bytes[1] << 16 |
			 (uint64_t)p->bytes[2] << 8 | p->bytes[3];
	rdb_pack_content(r, ZL_CONTENT, length);
}

void rdb_ziplist_taken(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	switch ((enum pack_state)p->state) {
	case ZL_HEADER:
		zl_header(r);
		return;
	case ZL_PREVIOUS:
		zl_previous(r);
		return;
	case ZL_PREVIOUS_LONG:
		zl_previous_known(r, rdb_pack_little_endian(p->bytes, 4));
		return;
	case ZL_ENTRY:
		zl_entry(r);
		return;
	case ZL_NUMBER:
		rdb_pack_integer(r, rdb_pack_signed(p->bytes, p->have));
		zl_element_done(r);
		return;
	case ZL_LENGTH:
		zl_length(r);
		return;
	default:
		rdb_pack_element(r);
		zl_element_done(r);
	}
}
