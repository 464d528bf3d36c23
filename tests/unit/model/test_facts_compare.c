/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/facts.h"

static const struct facts_policy policy = {
	.check_name = "facts", .component = "database", .subject = "file", .severity = VERDICT_FAIL
};

struct sides {
	struct facts source, backup;
	struct checks checks;
};

static struct fact *table(struct facts *f, const char *name, unsigned known, uint64_t rows)
{
	struct fact *fact = facts_add(f, FACT_TABLE, "public", name);

	assert_non_null(fact);
	fact->known = known;
	fact->count = rows;
	return fact;
}

static void open_sides(struct sides *s)
{
	*s = (struct sides){ .source = { .side = FACTS_SOURCE },
			     .backup = { .side = FACTS_BACKUP } };
}

static void release_sides(struct sides *s)
{
	facts_release(&s->source);
	facts_release(&s->backup);
	checks_release(&s->checks);
}

static void compare(struct sides *s, const struct facts_policy *p)
{
	assert_int_equal(facts_compare(&s->source, &s->backup, p, &s->checks), 0);
}

static void assert_only(const struct sides *s, enum verdict v, const char *words)
{
	assert_int_equal(s->checks.count, 1);
	assert_int_equal(s->checks.item[0].verdict, v);
	if (!strstr(s->checks.item[0].message, words))
		fail_msg("\"%s\" is not in \"%s\"", words, s->checks.item[0].message);
}

static void equal_facts_pass_in_one_check_of_their_kind(void **state)
{
	struct sides s;

	(void)state;
	open_sides(&s);
	(void)table(&s.source, "b", MEASURE_COUNT, 2);
	(void)table(&s.source, "a", MEASURE_COUNT, 1);
	(void)table(&s.backup, "a", MEASURE_COUNT, 1);
	(void)table(&s.backup, "b", MEASURE_COUNT, 2);
	compare(&s, &policy);
	assert_only(&s, VERDICT_PASS, "2 tables equal in rows");
	assert_string_equal(s.checks.item[0].name, "facts");
	assert_string_equal(s.checks.item[0].component, "database");
	release_sides(&s);
}

static void a_missing_row_fails_with_its_table_and_number(void **state)
{
	struct sides s;

	(void)state;
	open_sides(&s);
	(void)table(&s.source, "a", MEASURE_COUNT, 10);
	(void)table(&s.backup, "a", MEASURE_COUNT, 9);
	compare(&s, &policy);
	assert_only(&s, VERDICT_FAIL, "public.a: 1 rows missing");
	assert_string_equal(s.checks.item[0].expected, "10 rows");
	assert_string_equal(s.checks.item[0].found, "9 rows");
	release_sides(&s);
}

static void a_row_too_many_fails_as_well(void **state)
{
	struct sides s;

	(void)state;
	open_sides(&s);
	(void)table(&s.source, "a", MEASURE_COUNT, 10);
	(void)table(&s.backup, "a", MEASURE_COUNT, 13);
	compare(&s, &policy);
	assert_only(&s, VERDICT_FAIL, "3 rows too many");
	release_sides(&s);
}

static void a_fact_on_one_side_only_fails_whichever_side(void **state)
{
	struct sides s;

	(void)state;
	open_sides(&s);
	(void)table(&s.source, "a", MEASURE_COUNT, 1);
	compare(&s, &policy);
	assert_only(&s, VERDICT_FAIL, "in the source but not in the backup");
	release_sides(&s);
	open_sides(&s);
	(void)table(&s.backup, "a", MEASURE_COUNT, 1);
	compare(&s, &policy);
	assert_only(&s, VERDICT_FAIL, "in the backup but not in the source");
	release_sides(&s);
}

static void a_fact_that_only_the_reading_back_knew_is_told_so(void **state)
{
	struct sides s;

	(void)state;
	open_sides(&s);
	s.source.side = FACTS_BACKUP;
	(void)table(&s.source, "a", MEASURE_COUNT, 1);
	compare(&s, &policy);
	assert_only(&s, VERDICT_FAIL, "written, but not there any more");
	release_sides(&s);
}

static void equal_counts_with_other_content_fail(void **state)
{
	struct sides s;

	(void)state;
	open_sides(&s);
	table(&s.source, "a", MEASURE_COUNT | MEASURE_FINGERPRINT, 1)->fingerprint.high = 1;
	table(&s.backup, "a", MEASURE_COUNT | MEASURE_FINGERPRINT, 1)->fingerprint.high = 2;
	compare(&s, &policy);
	assert_only(&s, VERDICT_FAIL, "the content differs");
	release_sides(&s);
}

static void an_unknown_measure_is_neither_equal_nor_unequal(void **state)
{
	struct sides s;

	(void)state;
	open_sides(&s);
	(void)table(&s.source, "a", MEASURE_COUNT, 1);
	(void)table(&s.backup, "a", 0, 0);
	compare(&s, &policy);
	assert_only(&s, VERDICT_SKIPPED, "nothing known on both sides");
	assert_int_equal(checks_verdict(&s.checks), VERDICT_ERROR);
	release_sides(&s);
}

static void a_value_that_differs_fails(void **state)
{
	struct sides s;
	struct fact *f;

	(void)state;
	open_sides(&s);
	f = facts_add(&s.source, FACT_EXTENSION, NULL, "pgcrypto");
	assert_int_equal(fact_set_value(&s.source, f, "1.3"), 0);
	f = facts_add(&s.backup, FACT_EXTENSION, NULL, "pgcrypto");
	assert_int_equal(fact_set_value(&s.backup, f, "1.2"), 0);
	compare(&s, &policy);
	assert_only(&s, VERDICT_FAIL, "the value differs");
	assert_string_equal(s.checks.item[0].expected, "1.3");
	release_sides(&s);
}

static void a_kind_without_measures_is_compared_by_identity(void **state)
{
	struct sides s;

	(void)state;
	open_sides(&s);
	assert_non_null(facts_add(&s.source, FACT_ROLE, NULL, "alice"));
	assert_non_null(facts_add(&s.backup, FACT_ROLE, NULL, "alice"));
	compare(&s, &policy);
	assert_only(&s, VERDICT_PASS, "1 roles equal");
	release_sides(&s);
}

static void kinds_and_measures_that_are_not_asked_for_do_not_count(void **state)
{
	struct facts_policy p = policy;
	struct sides s;

	(void)state;
	open_sides(&s);
	table(&s.source, "a", MEASURE_COUNT | MEASURE_BYTES, 1)->bytes = 5;
	table(&s.backup, "a", MEASURE_COUNT | MEASURE_BYTES, 1)->bytes = 6;
	assert_non_null(facts_add(&s.source, FACT_ROLE, NULL, "alice"));
	p.kinds = 1U << FACT_TABLE;
	p.measures = MEASURE_COUNT;
	compare(&s, &p);
	assert_only(&s, VERDICT_PASS, "1 tables equal in rows");
	release_sides(&s);
}

static void differences_past_the_limit_are_one_check_with_their_number(void **state)
{
	struct facts_policy p = policy;
	struct sides s;
	size_t last;

	(void)state;
	open_sides(&s);
	for (int i = 0; i < 10; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "t%d", i);
		(void)table(&s.source, name, MEASURE_COUNT, 1);
		(void)table(&s.backup, name, MEASURE_COUNT, 2);
	}
	p.max_differences = 3;
	compare(&s, &p);
	assert_int_equal(s.checks.count, 4);
	last = s.checks.count - 1;
	assert_string_equal(s.checks.item[last].message, "7 more differences");
	assert_int_equal(s.checks.item[last].verdict, VERDICT_FAIL);
	release_sides(&s);
}

static void a_difference_has_the_severity_of_the_policy(void **state)
{
	struct facts_policy p = policy;
	struct sides s;

	(void)state;
	open_sides(&s);
	(void)table(&s.source, "a", MEASURE_COUNT, 1);
	p.severity = VERDICT_WARN;
	compare(&s, &p);
	assert_only(&s, VERDICT_WARN, "not in the backup");
	release_sides(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_facts_pass_in_one_check_of_their_kind),
		cmocka_unit_test(a_missing_row_fails_with_its_table_and_number),
		cmocka_unit_test(a_row_too_many_fails_as_well),
		cmocka_unit_test(a_fact_on_one_side_only_fails_whichever_side),
		cmocka_unit_test(a_fact_that_only_the_reading_back_knew_is_told_so),
		cmocka_unit_test(equal_counts_with_other_content_fail),
		cmocka_unit_test(an_unknown_measure_is_neither_equal_nor_unequal),
		cmocka_unit_test(a_value_that_differs_fails),
		cmocka_unit_test(a_kind_without_measures_is_compared_by_identity),
		cmocka_unit_test(kinds_and_measures_that_are_not_asked_for_do_not_count),
		cmocka_unit_test(differences_past_the_limit_are_one_check_with_their_number),
		cmocka_unit_test(a_difference_has_the_severity_of_the_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
