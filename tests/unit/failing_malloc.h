/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocator whose k-th call fails and that counts what is not freed. Include
 * it in one test program's only source: it replaces the program's malloc(), so it
 * is off under sanitizers, which have their own.
 */
#ifndef TESTS_FAILING_MALLOC_H
#define TESTS_FAILING_MALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define FAILING_MALLOC_OFF 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FAILING_MALLOC_OFF 1
#endif
#endif

/* Both stand still under sanitizers. Calls until one fails; negative: none will. */
__attribute__((unused)) static long allocations_left = -1;
/* Blocks allocated less blocks freed. */
__attribute__((unused)) static long allocations_live;

#ifdef FAILING_MALLOC_OFF
static const bool failing_malloc_works = false;
#else
static const bool failing_malloc_works = true;

/* glibc's own allocator, under the names it keeps for programs that replace malloc(). */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);
extern void __libc_free(void *ptr);

static bool allocation_fails(void)
{
	if (allocations_left < 0)
		return false;
	return allocations_left-- == 0 || allocations_left < 0;
}

void *malloc(size_t size)
{
	void *out = allocation_fails() ? NULL : __libc_malloc(size);

	allocations_live += out != NULL;
	return out;
}

void *calloc(size_t count, size_t size)
{
	void *out = allocation_fails() ? NULL : __libc_calloc(count, size);

	allocations_live += out != NULL;
	return out;
}

void *realloc(void *ptr, size_t size)
{
	void *out = allocation_fails() ? NULL : __libc_realloc(ptr, size);

	allocations_live += out != NULL && ptr == NULL;
	return out;
}

void free(void *ptr)
{
	allocations_live -= ptr != NULL;
	__libc_free(ptr);
}
#endif

#endif
