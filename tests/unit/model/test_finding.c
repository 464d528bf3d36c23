/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../failing_malloc.h"
#include "model/finding.h"

static void no_finding_passes(void **state)
{
	struct findings f = FINDINGS_INIT("rdb");

	(void)state;
	assert_int_equal(findings_verdict(&f), VERDICT_PASS);
	findings_release(&f);
}

static void the_verdict_is_that_of_the_worst_finding(void **state)
{
	struct findings f = FINDINGS_INIT("rdb");

	(void)state;
	findings_add(&f, FINDING_NO_CHECKSUM, 0, "off");
	assert_int_equal(findings_verdict(&f), VERDICT_WARN);
	findings_add(&f, FINDING_UNSUPPORTED, 0, "newer");
	assert_int_equal(findings_verdict(&f), VERDICT_ERROR);
	findings_add(&f, FINDING_TRUNCATED, 0, "cut");
	assert_int_equal(findings_verdict(&f), VERDICT_FAIL);
	findings_add(&f, FINDING_RISKY, 0, "hm");
	assert_int_equal(findings_verdict(&f), VERDICT_FAIL);
	findings_release(&f);
}

static void a_finding_keeps_its_place_and_layer(void **state)
{
	struct findings f = FINDINGS_INIT("gzip");

	(void)state;
	findings_add(&f, FINDING_CHECKSUM_MISMATCH, UINT64_C(1) << 40, "stored %d", 7);
	f.layer = "rdb";
	findings_add(&f, FINDING_TRUNCATED, 5, "cut");
	assert_int_equal(f.count, 2);
	assert_string_equal(f.item[0].layer, "gzip");
	assert_string_equal(f.item[1].layer, "rdb");
	assert_true(f.item[0].offset == UINT64_C(1) << 40);
	assert_string_equal(f.item[0].message, "stored 7");
	findings_release(&f);
}

static void a_message_that_is_too_long_is_cut(void **state)
{
	struct findings f = FINDINGS_INIT("rdb");
	char text[400];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	findings_add(&f, FINDING_TRUNCATED, 0, "%s", text);
	assert_int_equal(strlen(f.item[0].message), sizeof(f.item[0].message) - 1);
	findings_release(&f);
}

static void more_than_fit_are_counted(void **state)
{
	struct findings f = FINDINGS_INIT("rdb");

	(void)state;
	for (int i = 0; i < FINDINGS_MAX + 5; i++)
		findings_add(&f, FINDING_RISKY, (uint64_t)i, "again");
	assert_int_equal(f.count, FINDINGS_MAX);
	assert_int_equal(f.dropped, 5);
	findings_release(&f);
}

static void each_id_is_read_back_as_its_code(void **state)
{
	enum finding_code parsed;

	(void)state;
	for (int c = 0; c < FINDING_CODE_COUNT; c++) {
		assert_true(finding_parse_id(finding_id((enum finding_code)c), &parsed));
		assert_int_equal(parsed, c);
		assert_true(strlen(finding_meaning((enum finding_code)c)) > 10);
		assert_int_not_equal(finding_verdict((enum finding_code)c), VERDICT_PASS);
	}
	assert_false(finding_parse_id("no-such-finding", &parsed));
}

static void a_finding_that_cannot_be_stored_is_an_error_not_a_pass(void **state)
{
	struct findings f = FINDINGS_INIT("rdb");

	(void)state;
	if (!failing_malloc_works)
		skip(); /* the sanitizer has an allocator of its own */
	allocations_left = 0;
	findings_add(&f, FINDING_TRUNCATED, 0, "cut");
	allocations_left = -1;
	assert_true(f.no_memory);
	assert_int_equal(findings_verdict(&f), VERDICT_ERROR);
	findings_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_finding_passes),
		cmocka_unit_test(the_verdict_is_that_of_the_worst_finding),
		cmocka_unit_test(a_finding_keeps_its_place_and_layer),
		cmocka_unit_test(a_message_that_is_too_long_is_cut),
		cmocka_unit_test(more_than_fit_are_counted),
		cmocka_unit_test(each_id_is_read_back_as_its_code),
		cmocka_unit_test(a_finding_that_cannot_be_stored_is_an_error_not_a_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
