/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owned, growing bytes; also the builder of text. A zeroed buf is empty and
 * valid. After each successful call `ptr[len]` is NUL, so `ptr` is a C string
 * (NULL until the first append).
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/cursor.h"

struct buf {
	char *ptr;
	size_t len, capacity;
};

/* Each returns 0, or -1 when out of memory (the buf is unchanged). */
MUST_CHECK int buf_append(struct buf *b, const void *bytes, size_t len);
MUST_CHECK int buf_puts(struct buf *b, const char *s);
__attribute__((format(printf, 2, 3))) MUST_CHECK int buf_printf(struct buf *b, const char *fmt,
								...);
/* Make room for `extra` more bytes without changing `len`. */
MUST_CHECK int buf_reserve(struct buf *b, size_t extra);

/* Empty it, keeping the memory. */
void buf_clear(struct buf *b);
void buf_release(struct buf *b);

static inline struct span buf_span(const struct buf *b)
{
	return (struct span){ (const uint8_t *)b->ptr, b->len };
}

#endif
