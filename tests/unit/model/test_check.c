/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/check.h"

static void add(struct checks *c, enum verdict v, bool required)
{
	struct check check = { .name = check_name(CHECK_AGE), .verdict = v, .required = required };

	assert_int_equal(checks_add(c, &check), 0);
}

static void nothing_that_ran_cannot_pass(void **state)
{
	struct checks c = { 0 };

	(void)state;
	assert_int_equal(checks_verdict(&c), VERDICT_ERROR);
	add(&c, VERDICT_SKIPPED, false);
	assert_int_equal(checks_verdict(&c), VERDICT_ERROR);
	checks_release(&c);
}

static void fail_goes_before_error_before_warn(void **state)
{
	static const enum verdict order[] = { VERDICT_PASS, VERDICT_SKIPPED, VERDICT_WARN,
					      VERDICT_PASS, VERDICT_ERROR,   VERDICT_FAIL,
					      VERDICT_ERROR };
	static const enum verdict expected[] = { VERDICT_PASS, VERDICT_PASS,  VERDICT_WARN,
						 VERDICT_WARN, VERDICT_ERROR, VERDICT_FAIL,
						 VERDICT_FAIL };
	struct checks c = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		add(&c, order[i], false);
		assert_int_equal(checks_verdict(&c), expected[i]);
	}
	checks_release(&c);
}

static void a_required_check_that_was_skipped_is_an_error(void **state)
{
	struct checks c = { 0 };

	(void)state;
	add(&c, VERDICT_PASS, true);
	assert_int_equal(checks_verdict(&c), VERDICT_PASS);
	add(&c, VERDICT_SKIPPED, true);
	assert_int_equal(checks_verdict(&c), VERDICT_ERROR);
	add(&c, VERDICT_FAIL, false);
	assert_int_equal(checks_verdict(&c), VERDICT_FAIL);
	checks_release(&c);
}

static void a_check_is_copied_and_missing_strings_are_empty(void **state)
{
	struct checks c = { 0 };
	char subject[] = "file";
	struct check check = { .name = "age", .subject = subject, .verdict = VERDICT_WARN };

	(void)state;
	assert_int_equal(checks_addf(&c, &check, "%d hours old", 30), 0);
	subject[0] = 'X';
	assert_string_equal(c.item[0].subject, "file");
	assert_string_equal(c.item[0].message, "30 hours old");
	assert_string_equal(c.item[0].component, "");
	assert_string_equal(c.item[0].expected, "");
	assert_string_equal(c.item[0].hint, "");
	checks_release(&c);
}

static void the_last_word_on_a_milestone_counts(void **state)
{
	struct checks c = { 0 };
	struct check check = { .name = "milestone", .subject = "redis", .verdict = VERDICT_FAIL };

	(void)state;
	assert_int_equal(checks_add_last(&c, &check), 0);
	check.subject = "rabbitmq";
	check.verdict = VERDICT_PASS;
	assert_int_equal(checks_add_last(&c, &check), 0);
	check.subject = "redis";
	assert_int_equal(checks_add_last(&c, &check), 0);
	assert_int_equal(c.count, 2);
	assert_string_equal(c.item[0].subject, "rabbitmq");
	assert_string_equal(c.item[1].subject, "redis");
	assert_int_equal(checks_verdict(&c), VERDICT_PASS);
	check = (struct check){ .name = "preflight", .subject = "redis" };
	assert_int_equal(checks_add_last(&c, &check), 0);
	assert_int_equal(checks_add_last(&c, &check), 0);
	assert_int_equal(c.count, 4);
	checks_release(&c);
}

static void verdicts_are_counted(void **state)
{
	struct checks c = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		add(&c, i % 3 ? VERDICT_PASS : VERDICT_SKIPPED, false);
	assert_int_equal(checks_count(&c, VERDICT_PASS), 66);
	assert_int_equal(checks_count(&c, VERDICT_SKIPPED), 34);
	assert_int_equal(checks_count(&c, VERDICT_FAIL), 0);
	checks_release(&c);
}

static void each_name_is_read_back_and_has_a_severity(void **state)
{
	enum check_id parsed;

	(void)state;
	for (int id = 0; id < CHECK_ID_COUNT; id++) {
		assert_true(check_parse_name(check_name((enum check_id)id), &parsed));
		assert_int_equal(parsed, id);
		assert_in_range(check_default_severity((enum check_id)id), VERDICT_WARN,
				VERDICT_FAIL);
		assert_true(strlen(check_meaning((enum check_id)id)) > 10);
	}
	assert_false(check_parse_name("Age", &parsed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_that_ran_cannot_pass),
		cmocka_unit_test(fail_goes_before_error_before_warn),
		cmocka_unit_test(a_required_check_that_was_skipped_is_an_error),
		cmocka_unit_test(a_check_is_copied_and_missing_strings_are_empty),
		cmocka_unit_test(the_last_word_on_a_milestone_counts),
		cmocka_unit_test(verdicts_are_counted),
		cmocka_unit_test(each_name_is_read_back_and_has_a_severity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
