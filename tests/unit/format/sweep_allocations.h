/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The k-th allocation fails while bytes are read, for every k. Replaces the
 * program's malloc() (../failing_malloc.h): include it in its only source, after
 * cmocka.h. Sanitizers have an allocator of their own: begin such a test with
 * SKIP_UNLESS_ALLOCATIONS_CAN_FAIL, before it allocates what a skip would leak.
 */
#ifndef TESTS_SWEEP_ALLOCATIONS_H
#define TESTS_SWEEP_ALLOCATIONS_H

#include "../failing_malloc.h"
#include "sweep.h"

#define SKIP_UNLESS_ALLOCATIONS_CAN_FAIL                                                           \
	do {                                                                                       \
		if (!failing_malloc_works)                                                         \
			skip();                                                                    \
	} while (0)

/* Read with the k-th allocation failing. Did none have to fail? */
static inline bool sweep_allocation(const struct sweep *s, size_t block, long k)
{
	long live = allocations_live;
	struct error err = ERROR_INIT;
	struct reading r;
	bool spared;
	int rc;

	allocations_left = k;
	rc = sweep_read(s, s->bytes, block, &r, &err);
	spared = allocations_left >= 0;
	allocations_left = -1;
	if (spared && rc < 0)
		fail_msg("%s: %s", s->name, err.message);
	if (!spared && rc == 0 && !r.findings.no_memory)
		fail_msg("%s is read without its allocation %ld", s->name, k);
	if (rc < 0 && err.kind != ERROR_NOMEM && !r.findings.no_memory)
		fail_msg("%s, allocation %ld: \"%s\"", s->name, k, err.message);
	reading_release(&r);
	if (allocations_live != live)
		fail_msg("%s, allocation %ld: %ld blocks leak", s->name, k,
			 allocations_live - live);
	return spared;
}

/* Each failure is ERROR_NOMEM, or findings without memory, and leaks nothing. Each step-th k (0: every). */
static inline void sweep_allocations(const struct sweep *s, size_t block)
{
	long k = 0;

	assert_true(failing_malloc_works);
	while (!sweep_allocation(s, block, k))
		k += s->step > 1 && k >= 64 ? (long)s->step : 1;
	assert_true(k > 0);
}

#endif
