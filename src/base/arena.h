/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for short-lived trees (configuration, plan, report): allocate many,
 * free once. An arena is passed, never implied. A zeroed arena is empty and valid.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *newest;
};

/* Zeroed memory, aligned for any type; NULL when there is none left. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of the first `len` bytes of `s`, ended by NUL; NULL when out of memory. */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_strdup(struct arena *a, const char *s);

__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *a, const char *fmt, ...);
__attribute__((format(printf, 2, 0))) char *arena_vprintf(struct arena *a, const char *fmt,
							  va_list ap);

/* Frees everything allocated from `a`; it is empty and valid afterwards. */
void arena_release(struct arena *a);

#endif
