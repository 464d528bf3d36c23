/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "format/redis/rdb_lzf.h"

/* Decode in pieces of `block`; -1 when refused. */
static int decode(struct span in, size_t block, struct buf *out, bool *complete)
{
	struct rdb_lzf *z = malloc(sizeof(*z));
	int rc = 0;

	assert_non_null(z);
	buf_clear(out);
	rdb_lzf_begin(z);
	for (size_t at = 0; rc == 0 && at < in.len; at += block) {
		size_t n = in.len - at < block ? in.len - at : block;
		struct span piece = { in.ptr + at, n }, got;

		while (rc == 0 && piece.len) {
			rc = rdb_lzf_decode(z, &piece, &got);
			if (rc == 0)
				assert_int_equal(buf_append(out, got.ptr, got.len), 0);
		}
	}
	*complete = rdb_lzf_complete(z);
	free(z);
	return rc;
}

static void assert_decodes(const void *in, size_t len, const void *expected, size_t expected_len)
{
	const size_t blocks[] = { 1, 7, len };
	struct buf out = { 0 };
	bool complete;

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(decode((struct span){ in, len }, blocks[i], &out, &complete), 0);
		assert_true(complete);
		assert_int_equal(out.len, expected_len);
		assert_memory_equal(out.ptr, expected, expected_len);
	}
	buf_release(&out);
}

static void literals_and_references_are_copied(void **state)
{
	(void)state;
	assert_decodes("\x02"
		       "abc",
		       4, "abc", 3);
	/* length 1 + 2 at distance 0 + 1 */
	assert_decodes("\x00"
		       "a\x20\x00",
		       4, "aaaa", 4);
	/* length 7 + 3 + 2 at distance 2 + 1 */
	assert_decodes("\x02"
		       "abc\xe0\x03\x02",
		       7, "abcabcabcabcabc", 15);
}

static void a_reference_reaches_back_8192_bytes_and_no_further(void **state)
{
	uint8_t *in = malloc(16 + 8192 + 8192 / 32), *expected = malloc(8192 + 3);
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < 8192; i++) {
		if (i % 32 == 0)
			in[len++] = 31;
		in[len++] = expected[i] = (uint8_t)(i * 7 + i / 251);
	}
	in[len++] = 1 << 5 | 0x1f;
	in[len++] = 0xff;
	memcpy(expected + 8192, expected, 3);
	assert_decodes(in, len, expected, 8192 + 3);
	free(in);
	free(expected);
}

static void a_long_run_slides_the_window(void **state)
{
	struct buf in = { 0 };
	enum { RUNS = 3000 };
	size_t total = 1 + (size_t)RUNS * RDB_LZF_MAX_COPY;
	uint8_t *expected = malloc(total);

	(void)state;
	memset(expected, 'x', total);
	assert_int_equal(buf_append(&in, "\x00x", 2), 0);
	for (int i = 0; i < RUNS; i++)
		assert_int_equal(buf_append(&in, "\xe0\xff\x00", 3), 0);
	assert_decodes(in.ptr, in.len, expected, total);
	buf_release(&in);
	free(expected);
}

static void a_reference_to_before_the_start_is_refused(void **state)
{
	struct buf out = { 0 };
	bool complete;

	(void)state;
	assert_int_equal(decode((struct span){ (const uint8_t *)"\x00"
								"a\x20\x01",
					       4 },
				4, &out, &complete),
			 -1);
	buf_release(&out);
}

static void an_instruction_cut_short_is_not_complete(void **state)
{
	struct buf out = { 0 };
	bool complete;

	(void)state;
	assert_int_equal(decode((struct span){ (const uint8_t *)"\x04"
								"ab",
					       3 },
				3, &out, &complete),
			 0);
	assert_false(complete);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_and_references_are_copied),
		cmocka_unit_test(a_reference_reaches_back_8192_bytes_and_no_further),
		cmocka_unit_test(a_long_run_slides_the_window),
		cmocka_unit_test(a_reference_to_before_the_start_is_refused),
		cmocka_unit_test(an_instruction_cut_short_is_not_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
