/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_lzf.h"

#include <string.h>

void rdb_lzf_begin(struct rdb_lzf *z)
{
	z->expects = LZF_CONTROL;
	z->filled = 0;
}

/* Keep only the history that references may still reach. */
static void slide(struct rdb_lzf *z)
{
	if (z->filled <= RDB_LZF_WINDOW)
		return;
	memmove(z->bytes, z->bytes + z->filled - RDB_LZF_WINDOW, RDB_LZF_WINDOW);
	z->filled = RDB_LZF_WINDOW;
}

static void take_control(struct rdb_lzf *z, uint8_t control)
{
	if (control < 32) {
		z->count = control + 1U;
		z->expects = LZF_LITERAL;
		return;
	}
	z->count = control >> 5;
	z->distance = (control & 31U) << 8;
	z->expects = z->count == 7 ? LZF_LENGTH : LZF_DISTANCE;
}

/*
 * Source and destination may overlap: the bytes just written are then repeated.
 * Steps no longer than the distance may write up to a step's length past the end.
 */
static void copy_back(uint8_t *to, size_t distance, size_t count)
{
	size_t step = distance >= 16 ? 16 : 8;

	if (distance < 8) {
		for (size_t i = 0; i < count; i++)
			to[i] = to[(ptrdiff_t)i - (ptrdiff_t)distance];
		return;
	}
	for (size_t i = 0; i < count; i += step) {
		if (step == 16)
			memcpy(to + i, to + i - distance, 16);
		else
			memcpy(to + i, to + i - distance, 8);
	}
}

static int copy_reference(struct rdb_lzf *z)
{
	if (z->distance > z->filled)
		return -1;
	copy_back(z->bytes + z->filled, z->distance, z->count);
	z->filled += z->count;
	z->expects = LZF_CONTROL;
	return 0;
}

/*
 * Whole instructions, as long as the longest of them surely lies in the input (a
 * control byte and 32 literals) and its result in the buffer.
 */
static int whole_instructions(struct rdb_lzf *z, struct span *in)
{
	const uint8_t *p = in->ptr, *end = in->ptr + in->len;
	int rc = 0;

	while (rc == 0 && end - p >= 33 &&
	       z->filled + RDB_LZF_MAX_COPY + RDB_LZF_SLACK <= sizeof(z->bytes)) {
		unsigned control = *p++;

		if (control < 32) {
			memcpy(z->bytes + z->filled, p, 32);
			z->filled += control + 1;
			p += control + 1;
			continue;
		}
		z->count = (control >> 5) + 2;
		if (z->count == 9)
			z->count += *p++;
		z->distance = ((control & 31) << 8) + *p++ + 1;
		rc = copy_reference(z);
	}
	*in = (struct span){ p, (size_t)(end - p) };
	return rc;
}

static void copy_literals(struct rdb_lzf *z, struct span *in)
{
	size_t n = z->count < in->len ? z->count : in->len;

	memcpy(z->bytes + z->filled, in->ptr, n);
	z->filled += n;
	z->count -= (unsigned)n;
	*in = (struct span){ in->ptr + n, in->len - n };
	if (!z->count)
		z->expects = LZF_CONTROL;
}

int rdb_lzf_decode(struct rdb_lzf *z, struct span *in, struct span *out)
{
	size_t from;
	int rc = 0;

	slide(z);
	from = z->filled;
	/* room for the longest instruction is left at every turn */
	while (rc == 0 && in->len &&
	       z->filled + RDB_LZF_MAX_COPY + RDB_LZF_SLACK <= sizeof(z->bytes)) {
		uint8_t byte = *in->ptr;

		if (z->expects == LZF_CONTROL && in->len >= 33) {
			rc = whole_instructions(z, in);
			continue;
		}

		if (z->expects == LZF_LITERAL) {
			copy_literals(z, in);
			continue;
		}
		*in = (struct span){ in->ptr + 1, in->len - 1 };
		if (z->expects == LZF_CONTROL) {
			take_control(z, byte);
		} else if (z->expects == LZF_LENGTH) {
			z->count += byte;
			z->expects = LZF_DISTANCE;
		} else {
			z->distance += byte + 1U;
			z->count += 2;
			rc = copy_reference(z);
		}
	}
	*out = (struct span){ z->bytes + from, z->filled - from };
	return rc;
}

bool rdb_lzf_complete(const struct rdb_lzf *z)
{
	return z->expects == LZF_CONTROL;
}
