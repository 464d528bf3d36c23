/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/checksum.h"

static struct span span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

static void sha256_of_abc_is_the_standards_vector(void **state)
{
	struct error err = ERROR_INIT;
	struct sha256 s = { 0 };
	uint8_t digest[SHA256_SIZE], parsed[SHA256_SIZE];
	char text[SHA256_TEXT_SIZE];

	(void)state;
	assert_int_equal(sha256_init(&s, &err), 0);
	assert_int_equal(sha256_update(&s, span_of("a"), &err), 0);
	assert_int_equal(sha256_update(&s, span_of(""), &err), 0);
	assert_int_equal(sha256_update(&s, span_of("bc"), &err), 0);
	assert_int_equal(sha256_final(&s, digest, &err), 0);
	sha256_release(&s);
	assert_string_equal(sha256_format(digest, text),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_true(sha256_parse(text, parsed));
	assert_memory_equal(parsed, digest, SHA256_SIZE);
}

static void sha256_parse_takes_64_hex_digits_and_nothing_else(void **state)
{
	char text[SHA256_TEXT_SIZE + 1];
	uint8_t digest[SHA256_SIZE];

	(void)state;
	memset(text, 'A', 64);
	text[64] = '\0';
	assert_true(sha256_parse(text, digest));
	text[63] = '\0';
	assert_false(sha256_parse(text, digest));
	text[63] = 'g';
	assert_false(sha256_parse(text, digest));
	memset(text, '0', 65);
	text[65] = '\0';
	assert_false(sha256_parse(text, digest));
	assert_false(sha256_parse("", digest));
}

static void crc32_agrees_with_zlib_however_it_is_cut(void **state)
{
	uint8_t bytes[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 131 + i / 7);
	assert_int_equal(checksum_crc32(0, span_of("123456789")), 0xcbf43926);
	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		uint32_t crc = checksum_crc32(0, (struct span){ bytes, cut });

		assert_int_equal(crc, crc32(0, bytes, (uInt)cut));
		crc = checksum_crc32(crc, (struct span){ bytes + cut, sizeof(bytes) - cut });
		assert_int_equal(crc, crc32(0, bytes, sizeof(bytes)));
	}
}

static void crc64_is_the_one_of_redis(void **state)
{
	const char *text = "This is a test of the emergency broadcast system.";
	uint64_t whole = checksum_crc64(0, span_of(text));

	(void)state;
	assert_int_equal(checksum_crc64(0, span_of("123456789")), UINT64_C(0xe9c6d914c4b8d9ca));
	for (size_t cut = 0; cut <= strlen(text); cut++) {
		uint64_t crc = checksum_crc64(0, (struct span){ (const uint8_t *)text, cut });

		assert_int_equal(checksum_crc64(crc, span_of(text + cut)), whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_of_abc_is_the_standards_vector),
		cmocka_unit_test(sha256_parse_takes_64_hex_digits_and_nothing_else),
		cmocka_unit_test(crc32_agrees_with_zlib_however_it_is_cut),
		cmocka_unit_test(crc64_is_the_one_of_redis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
