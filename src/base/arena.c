/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024 };

struct arena_block {
	struct arena_block *older;
	size_t used, size;
	max_align_t data[];
};

static struct arena_block *block_for(struct arena *a, size_t size)
{
	struct arena_block *b = a->newest;
	size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

	if (b && b->size - b->used >= size)
		return b;
	b = malloc(sizeof(*b) + room);
	if (!b)
		return NULL;
	*b = (struct arena_block){ .older = a->newest, .size = room };
	a->newest = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = sizeof(max_align_t);
	struct arena_block *b;
	void *out;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + align - 1) / align * align;
	b = block_for(a, size);
	if (!b)
		return NULL;
	out = (uint8_t *)b->data + b->used;
	b->used += size;
	return memset(out, 0, size);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *out = arena_alloc(a, len + 1);

	if (out && len)
		memcpy(out, s, len);
	return out;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *out;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		return NULL;
	out = arena_alloc(a, (size_t)len + 1);
	if (out)
		(void)vsnprintf(out, (size_t)len + 1, fmt, ap);
	return out;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *out;

	va_start(ap, fmt);
	out = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return out;
}

void arena_release(struct arena *a)
{
	while (a->newest) {
		struct arena_block *older = a->newest->older;

		free(a->newest);
		a->newest = older;
	}
}
