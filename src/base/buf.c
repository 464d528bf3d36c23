/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int buf_reserve(struct buf *b, size_t extra)
{
	size_t need, capacity = b->capacity ? b->capacity : 256;
	char *grown;

	if (extra > SIZE_MAX / 4 - b->len)
		return -1;
	need = b->len + extra + 1;
	if (need <= b->capacity)
		return 0;
	while (capacity < need)
		capacity *= 2;
	grown = realloc(b->ptr, capacity);
	if (!grown)
		return -1;
	b->ptr = grown;
	b->capacity = capacity;
	b->ptr[b->len] = '\0';
	return 0;
}

int buf_append(struct buf *b, const void *bytes, size_t len)
{
	if (buf_reserve(b, len) < 0)
		return -1;
	if (len)
		memcpy(b->ptr + b->len, bytes, len);
	b->len += len;
	b->ptr[b->len] = '\0';
	return 0;
}

int buf_puts(struct buf *b, const char *s)
{
	return buf_append(b, s, strlen(s));
}

int buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0 || buf_reserve(b, (size_t)len) < 0)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(b->ptr + b->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)len;
	return 0;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->ptr)
		b->ptr[0] = '\0';
}

void buf_release(struct buf *b)
{
	free(b->ptr);
	*b = (struct buf){ 0 };
}
