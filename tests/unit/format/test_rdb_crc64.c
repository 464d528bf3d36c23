/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/rdb_crc64.h"

static uint64_t bit_by_bit(uint64_t crc, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? UINT64_C(0x95ac9329ac4bc9b5) : 0);
	}
	return crc;
}

static void the_check_value_is_redis_own(void **state)
{
	(void)state;
	assert_true(rdb_crc64(0, (struct span){ (const uint8_t *)"123456789", 9 }) ==
		    UINT64_C(0xe9c6d914c4b8d9ca));
}

static void every_length_and_cut_agrees_with_the_definition(void **state)
{
	uint8_t bytes[70];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		uint64_t expected = bit_by_bit(0, bytes, len);

		for (size_t cut = 0; cut <= len; cut++) {
			uint64_t crc = rdb_crc64(0, (struct span){ bytes, cut });

			crc = rdb_crc64(crc, (struct span){ bytes + cut, len - cut });
			assert_true(crc == expected);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_check_value_is_redis_own),
		cmocka_unit_test(every_length_and_cut_agrees_with_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
