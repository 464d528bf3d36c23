/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../failing_malloc.h"
#include "base/arena.h"

static void memory_is_zeroed_and_aligned_for_any_type(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t size = 0; size < 300; size++) {
		uint8_t *p = arena_alloc(&a, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xa5, size);
	}
	arena_release(&a);
}

static void pieces_do_not_overlap(void **state)
{
	struct arena a = { 0 };
	char *piece[500];

	(void)state;
	for (int i = 0; i < 500; i++) {
		piece[i] = arena_printf(&a, "piece %d of %s", i, "many");
		assert_non_null(piece[i]);
	}
	for (int i = 0; i < 500; i++) {
		char expected[32];

		(void)snprintf(expected, sizeof(expected), "piece %d of many", i);
		assert_string_equal(piece[i], expected);
	}
	arena_release(&a);
}

static void a_piece_larger_than_a_block_is_given(void **state)
{
	struct arena a = { 0 };
	char *large, *small;

	(void)state;
	small = arena_strdup(&a, "small");
	large = arena_alloc(&a, 1 << 20);
	assert_non_null(large);
	memset(large, 'x', 1 << 20);
	assert_string_equal(small, "small");
	arena_release(&a);
}

static void a_copy_of_a_prefix_is_ended(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(arena_strndup(&a, "prefix", 3), "pre");
	assert_string_equal(arena_strndup(&a, NULL, 0), "");
	arena_release(&a);
}

static void an_absurd_size_is_refused(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX / 2 + 1));
	arena_release(&a);
}

static void a_released_arena_is_empty_and_valid(void **state)
{
	struct arena a = { 0 };

	(void)state;
	arena_release(&a);
	assert_non_null(arena_strdup(&a, "once"));
	arena_release(&a);
	assert_null(a.newest);
	assert_string_equal(arena_strdup(&a, "again"), "again");
	arena_release(&a);
}

static void no_memory_gives_null_and_leaks_nothing(void **state)
{
	struct arena a = { 0 };
	long before = allocations_live;

	(void)state;
	if (!failing_malloc_works)
		skip(); /* the sanitizer has an allocator of its own */
	allocations_left = 0;
	assert_null(arena_strdup(&a, "x"));
	allocations_left = 0;
	assert_null(arena_printf(&a, "%d", 5));
	allocations_left = -1;
	assert_non_null(arena_strdup(&a, "x"));
	arena_release(&a);
	assert_int_equal(allocations_live, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned_for_any_type),
		cmocka_unit_test(pieces_do_not_overlap),
		cmocka_unit_test(a_piece_larger_than_a_block_is_given),
		cmocka_unit_test(a_copy_of_a_prefix_is_ended),
		cmocka_unit_test(an_absurd_size_is_refused),
		cmocka_unit_test(a_released_arena_is_empty_and_valid),
		cmocka_unit_test(no_memory_gives_null_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
