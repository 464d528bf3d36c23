/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/verdict.h"

static void a_bad_backup_is_worse_than_not_having_looked(void **state)
{
	(void)state;
	assert_int_equal(verdict_worse(VERDICT_FAIL, VERDICT_ERROR), VERDICT_FAIL);
	assert_int_equal(verdict_worse(VERDICT_ERROR, VERDICT_WARN), VERDICT_ERROR);
	assert_int_equal(verdict_worse(VERDICT_WARN, VERDICT_PASS), VERDICT_WARN);
	assert_int_equal(verdict_worse(VERDICT_SKIPPED, VERDICT_PASS), VERDICT_PASS);
}

static void the_worse_of_two_does_not_depend_on_their_order(void **state)
{
	(void)state;
	for (int a = 0; a < VERDICT_COUNT; a++) {
		for (int b = 0; b < VERDICT_COUNT; b++)
			assert_int_equal(verdict_worse((enum verdict)a, (enum verdict)b),
					 verdict_worse((enum verdict)b, (enum verdict)a));
	}
}

static void each_name_is_read_back_as_its_verdict(void **state)
{
	(void)state;
	for (int v = 0; v < VERDICT_COUNT; v++) {
		enum verdict parsed;

		assert_true(verdict_parse(verdict_name((enum verdict)v), &parsed));
		assert_int_equal(parsed, v);
	}
}

static void no_other_word_is_a_verdict(void **state)
{
	static const char *const words[] = {
		"", "ok", "Pass", "PASS", "pass ", "passed", "failed"
	};
	enum verdict v;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_false(verdict_parse(words[i], &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_backup_is_worse_than_not_having_looked),
		cmocka_unit_test(the_worse_of_two_does_not_depend_on_their_order),
		cmocka_unit_test(each_name_is_read_back_as_its_verdict),
		cmocka_unit_test(no_other_word_is_a_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
