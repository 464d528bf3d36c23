/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/reader.h"

/* Everything in blocks of `step`, from exact-size heap blocks. */
static struct reading read_in_steps(const void *bytes, size_t len, size_t step)
{
	struct reading out = { 0 };
	struct error err = ERROR_INIT;
	struct stage *detect = detect_open(&out, &err);

	assert_non_null(detect);
	for (size_t at = 0; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;
		uint8_t *block = malloc(n);

		assert_non_null(block);
		memcpy(block, (const uint8_t *)bytes + at, n);
		assert_int_equal(stage_push(detect, (struct span){ block, n }, &err), 0);
		free(block);
	}
	assert_int_equal(stage_finish(detect, &err), 0);
	stage_free_chain(detect);
	assert_int_equal(out.content_bytes, len);
	return out;
}

static void assert_only_finding(const void *bytes, size_t len, enum finding_code code,
				const char *message)
{
	const size_t steps[] = { 1, 61, len + 1 };

	for (size_t i = 0; i < 3; i++) {
		struct reading r = read_in_steps(bytes, len, steps[i]);

		assert_int_equal(r.format, FORMAT_UNKNOWN);
		assert_int_equal(r.findings.count, 1);
		assert_int_equal(r.findings.item[0].code, code);
		assert_string_equal(r.findings.item[0].message, message);
		assert_string_equal(r.findings.item[0].layer, "unknown");
		reading_release(&r);
	}
}

static void no_bytes_are_an_empty_content(void **state)
{
	(void)state;
	assert_only_finding("", 0, FINDING_EMPTY, "there is no content");
}

static void what_no_reader_knows_is_unknown(void **state)
{
	static const char long_text[200] = "lorem ipsum";

	(void)state;
	assert_only_finding(
		"x", 1, FINDING_UNKNOWN_FORMAT,
		"the leading bytes are of no format known here: see whether it is a backup at all");
	assert_only_finding(
		long_text, sizeof(long_text), FINDING_UNKNOWN_FORMAT,
		"the leading bytes are of no format known here: see whether it is a backup at all");
}

static void encrypted_and_foreign_files_are_named(void **state)
{
	static const char zeros[100];

	(void)state;
	assert_only_finding("Salted__12345678", 16, FINDING_UNKNOWN_FORMAT,
			    "this is encrypted by openssl enc: decrypt it on the way "
			    "(backups.decode)");
	assert_only_finding("\x8c\x0d\x04\x09\x03\x02", 6, FINDING_UNKNOWN_FORMAT,
			    "this is encrypted by GnuPG: decrypt it on the way (backups.decode)");
	assert_only_finding("\x28\xb5\x2f\xfd", 4, FINDING_UNKNOWN_FORMAT,
			    "this is compressed again, by zstd: it was compressed twice: unpack "
			    "the outer one");
	assert_only_finding("\x1f\x8b\x08", 3, FINDING_UNKNOWN_FORMAT,
			    "this is compressed again, by gzip: it was compressed twice: unpack "
			    "the outer one");
	assert_only_finding(zeros, sizeof(zeros), FINDING_NOT_A_BACKUP,
			    "the first 100 bytes are zero: a hole, or never written");
}

static void a_known_format_is_found_however_it_is_cut(void **state)
{
	static const char dump[] = "--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n\n"
				   "--\n-- PostgreSQL database dump complete\n--\n\n";

	(void)state;
	for (size_t step = 1; step <= sizeof(dump); step++) {
		struct reading r = read_in_steps(dump, sizeof(dump) - 1, step);

		assert_int_equal(r.format, FORMAT_PG_SQL);
		assert_int_equal(r.findings.count, 0);
		assert_true(r.finished);
		assert_int_equal(r.facts.side, FACTS_BACKUP);
		reading_release(&r);
	}
}

static void format_ids_parse_back(void **state)
{
	enum format f;

	(void)state;
	for (int i = 0; i < FORMAT_COUNT; i++) {
		assert_true(format_parse_id(format_id((enum format)i), &f));
		assert_int_equal(f, i);
		assert_true(strlen(format_description(f)) > 0);
	}
	assert_false(format_parse_id("tar", &f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_bytes_are_an_empty_content),
		cmocka_unit_test(what_no_reader_knows_is_unknown),
		cmocka_unit_test(encrypted_and_foreign_files_are_named),
		cmocka_unit_test(a_known_format_is_found_however_it_is_cut),
		cmocka_unit_test(format_ids_parse_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
