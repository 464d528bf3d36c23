/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_element.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL /* most elements are short: a call costs as much as their hash */
#include <xxhash.h>

int rdb_element_init(struct rdb_element *e)
{
	e->state = XXH3_createState();
	return e->state ? 0 : -1;
}

void rdb_element_release(struct rdb_element *e)
{
	if (e->state)
		(void)XXH3_freeState(e->state);
	e->state = NULL;
}

void rdb_element_begin(struct rdb_element *e)
{
	e->length = 0;
	e->hashing = false;
	e->text = (struct span){ e->head, 0 };
}

void rdb_element_push(struct rdb_element *e, struct span piece)
{
	if (!piece.len)
		return;
	if (!e->hashing && e->length + piece.len <= sizeof(e->head)) {
		memcpy(e->head + e->length, piece.ptr, piece.len);
		e->length += piece.len;
		e->text.len = (size_t)e->length;
		return;
	}
	if (!e->hashing) {
		size_t room = sizeof(e->head) - e->text.len;

		(void)XXH3_128bits_reset(e->state);
		(void)XXH3_128bits_update(e->state, e->head, e->text.len);
		e->hashing = true;
		memcpy(e->head + e->text.len, piece.ptr, room);
		e->text.len += room;
	}
	(void)XXH3_128bits_update(e->state, piece.ptr, piece.len);
	e->length += piece.len;
}

void rdb_element_whole(struct rdb_element *e, struct span bytes)
{
	e->length = bytes.len;
	e->hashing = false;
	e->text = bytes;
}

void rdb_element_integer(struct rdb_element *e, int64_t value)
{
	char digits[RDB_INTEGER_TEXT], *p = digits + sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--p = '-';
	rdb_element_begin(e);
	rdb_element_push(
		e, (struct span){ (const uint8_t *)p, (size_t)(digits + sizeof(digits) - p) });
}

struct fingerprint rdb_element_hash(const struct rdb_element *e)
{
	XXH128_hash_t h =
		e->hashing ? XXH3_128bits_digest(e->state) : XXH3_128bits(e->text.ptr, e->text.len);

	return (struct fingerprint){ .low = h.low64, .high = h.high64 };
}

bool rdb_element_as_integer(const struct rdb_element *e, int64_t *out)
{
	size_t len = e->text.len, i = 0;
	bool negative = len && e->text.ptr[0] == '-';
	uint64_t limit = negative ? UINT64_C(1) << 63 : INT64_MAX, value = 0;

	if (e->hashing || len == 0 || len > 20)
		return false;
	i = negative;
	if (i == len || (e->text.ptr[i] == '0' && len > 1))
		return false;
	for (; i < len; i++) {
		unsigned digit = (unsigned)e->text.ptr[i] - '0';

		if (digit > 9 || value > (limit - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

bool rdb_element_as_score(const struct rdb_element *e, double *out)
{
	char text[RDB_ELEMENT_TEXT + 1], *end;

	if (e->hashing || e->text.len == 0 || e->text.len > RDB_ELEMENT_TEXT)
		return false;
	memcpy(text, e->text.ptr, e->text.len);
	text[e->text.len] = '\0';
	*out = strtod(text, &end);
	return end == text + e->text.len && !isnan(*out);
}
