/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounds-checked reader over bytes somebody else owns.
 *
 * Reading past the end yields zeros and sets `short_read`, which stays set, so
 * a parser reads a whole header and checks once.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes. */
struct span {
	const uint8_t *ptr;
	size_t len;
};

static inline bool span_begins(struct span s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && memcmp(s.ptr, text, len) == 0;
}

/* What is behind the first `n` bytes, of which there must be as many. */
static inline struct span span_behind(struct span s, size_t n)
{
	return (struct span){ s.ptr + n, s.len - n };
}

struct cursor {
	struct span rest;
	bool short_read;
};

static inline struct span cursor_bytes(struct cursor *c, size_t n)
{
	struct span out = { NULL, 0 };

	if (c->short_read || n > c->rest.len) {
		c->short_read = true;
		return out;
	}
	out = (struct span){ c->rest.ptr, n };
	c->rest.ptr += n;
	c->rest.len -= n;
	return out;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	struct span s = cursor_bytes(c, 1);

	return s.ptr ? s.ptr[0] : 0;
}

static inline uint16_t cursor_le16(struct cursor *c)
{
	struct span s = cursor_bytes(c, 2);

	if (!s.ptr)
		return 0;
	return (uint16_t)(s.ptr[0] | s.ptr[1] << 8);
}

static inline uint32_t cursor_le32(struct cursor *c)
{
	struct span s = cursor_bytes(c, 4);

	if (!s.ptr)
		return 0;
	return (uint32_t)s.ptr[0] | (uint32_t)s.ptr[1] << 8 | (uint32_t)s.ptr[2] << 16 |
	       (uint32_t)s.ptr[3] << 24;
}

static inline uint64_t cursor_le64(struct cursor *c)
{
	uint64_t low = cursor_le32(c);

	return low | (uint64_t)cursor_le32(c) << 32;
}

#endif
