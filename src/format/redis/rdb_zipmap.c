/* SPDX-License-Identifier: Apache-2.0 */
/* Zipmap: 8-bit count; length, key, length, unused count, value, unused bytes; 0xff. */
#include "format/redis/rdb_pack.intern.h"

static void zm_next(struct rdb *r)
{
	r->pack.entry_at = r->pack.at;
	rdb_pack_gather(r, ZM_KEY_LENGTH, 1);
}

static void zm_end(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	p->entries /= 2;
	rdb_pack_end_marker(r);
}

static void zm_key_length(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	if (p->bytes[0] == END_MARKER)
		zm_end(r);
	else if (p->bytes[0] == 254)
		rdb_pack_gather(r, ZM_KEY_LENGTH_LONG, 4);
	else
		rdb_pack_content(r, ZM_KEY, p->bytes[0]);
}

static void zm_value_length(struct rdb *r)
{
	struct rdb_pack *p = &r->pack;

	p->left = p->bytes[0];
	if (p->bytes[0] == END_MARKER)
		rdb_pack_bad(r, FINDING_BAD_STRUCTURE, "a key without a value");
	else if (p->bytes[0] == 254)
		rdb_pack_gather(r, ZM_VALUE_LENGTH_LONG, 4);
	else
		rdb_pack_gather(r, ZM_GAP, 1);
}

static void zm_value_done(struct rdb *r)
{
	rdb_pack_element(r);
	if (!rdb_broken(r))
		rdb_pack_content(r, ZM_UNUSED, r->pack.gap);
}

void rdb_zipmap_taken(struct rdb *r)
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
		rdb_pack_content(r, ZM_KEY, rdb_pack_little_endian(p->bytes, 4));
		return;
	case ZM_KEY:
		rdb_pack_element(r);
		if (!rdb_broken(r))
			rdb_pack_gather(r, ZM_VALUE_LENGTH, 1);
		return;
	case ZM_VALUE_LENGTH:
		zm_value_length(r);
		return;
	case ZM_VALUE_LENGTH_LONG:
		p->left = rdb_pack_little_endian(p->bytes, 4);
		rdb_pack_gather(r, ZM_GAP, 1);
		return;
	case ZM_GAP:
		p->gap = p->bytes[0];
		rdb_pack_content(r, ZM_VALUE, p->left);
		return;
	case ZM_VALUE:
		zm_value_done(r);
		return;
	default:
		zm_next(r);
	}
}
