/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../failing_malloc.h"
#include "base/buf.h"

static void what_is_appended_is_one_string(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(buf_puts(&b, "a"), 0);
	assert_int_equal(buf_printf(&b, "%d-%s", 12, "b"), 0);
	assert_int_equal(buf_append(&b, "cde", 2), 0);
	assert_string_equal(b.ptr, "a12-bcd");
	assert_int_equal(b.len, 7);
	assert_int_equal(buf_span(&b).len, 7);
	buf_release(&b);
}

static void it_grows_past_any_size_and_stays_ended(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		char c = (char)('a' + i % 26);

		assert_int_equal(buf_append(&b, &c, 1), 0);
		assert_int_equal(b.ptr[b.len], '\0');
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(b.ptr[i], 'a' + (int)(i % 26));
	buf_release(&b);
}

static void a_line_longer_than_the_first_size_is_printed_whole(void **state)
{
	struct buf b = { 0 };
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(buf_printf(&b, "<%s>", text), 0);
	assert_int_equal(b.len, sizeof(text) - 1 + 2);
	assert_int_equal(b.ptr[b.len - 1], '>');
	buf_release(&b);
}

static void bytes_may_hold_nul(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(buf_append(&b, "a\0b", 3), 0);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.ptr, "a\0b", 4);
	buf_release(&b);
}

static void clearing_keeps_the_memory(void **state)
{
	struct buf b = { 0 };
	size_t capacity;

	(void)state;
	buf_clear(&b);
	assert_int_equal(buf_puts(&b, "text"), 0);
	capacity = b.capacity;
	buf_clear(&b);
	assert_int_equal(b.len, 0);
	assert_string_equal(b.ptr, "");
	assert_int_equal(b.capacity, capacity);
	buf_release(&b);
	assert_null(b.ptr);
}

static void an_absurd_reservation_is_refused_and_changes_nothing(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(buf_puts(&b, "text"), 0);
	assert_int_equal(buf_reserve(&b, SIZE_MAX), -1);
	assert_int_equal(buf_reserve(&b, SIZE_MAX / 2), -1);
	assert_string_equal(b.ptr, "text");
	buf_release(&b);
}

static void no_memory_changes_nothing(void **state)
{
	struct buf b = { 0 };
	char large[4096] = { 0 };

	(void)state;
	if (!failing_malloc_works)
		skip(); /* the sanitizer has an allocator of its own */
	assert_int_equal(buf_puts(&b, "text"), 0);
	allocations_left = 0;
	assert_int_equal(buf_append(&b, large, sizeof(large)), -1);
	allocations_left = -1;
	assert_string_equal(b.ptr, "text");
	assert_int_equal(b.len, 4);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_appended_is_one_string),
		cmocka_unit_test(it_grows_past_any_size_and_stays_ended),
		cmocka_unit_test(a_line_longer_than_the_first_size_is_printed_whole),
		cmocka_unit_test(bytes_may_hold_nul),
		cmocka_unit_test(clearing_keeps_the_memory),
		cmocka_unit_test(an_absurd_reservation_is_refused_and_changes_nothing),
		cmocka_unit_test(no_memory_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
