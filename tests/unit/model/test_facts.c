/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../failing_malloc.h"
#include "model/facts.h"

static void add_count(struct facts *f, const char *scope, const char *name, uint64_t count)
{
	struct fact *fact = facts_add(f, FACT_TABLE, scope, name);

	assert_non_null(fact);
	fact->known = MEASURE_COUNT;
	fact->count = count;
}

static void a_fact_is_found_before_and_after_sorting(void **state)
{
	struct facts f = { .side = FACTS_SOURCE };

	(void)state;
	for (int i = 0; i < 200; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "t%d", i * 37 % 200);
		add_count(&f, "public", name, (uint64_t)(i * 37 % 200));
	}
	for (int sorted = 0; sorted < 2; sorted++) {
		assert_int_equal(facts_find(&f, FACT_TABLE, "public", "t7")->count, 7);
		assert_int_equal(facts_find(&f, FACT_TABLE, "public", "t199")->count, 199);
		assert_null(facts_find(&f, FACT_TABLE, "public", "t200"));
		assert_null(facts_find(&f, FACT_TABLE, "other", "t7"));
		assert_null(facts_find(&f, FACT_SEQUENCE, "public", "t7"));
		facts_sort(&f);
	}
	facts_release(&f);
	assert_int_equal(f.side, FACTS_SOURCE);
}

static void sorting_is_by_kind_then_scope_then_name(void **state)
{
	struct facts f = { 0 };

	(void)state;
	assert_non_null(facts_add(&f, FACT_ROLE, NULL, "alice"));
	add_count(&f, "b", "a", 1);
	add_count(&f, "a", "z", 2);
	add_count(&f, "a", "b", 3);
	facts_sort(&f);
	assert_int_equal(f.item[0].count, 3);
	assert_int_equal(f.item[1].count, 2);
	assert_int_equal(f.item[2].count, 1);
	assert_int_equal(f.item[3].kind, FACT_ROLE);
	facts_release(&f);
}

static void a_new_fact_knows_nothing_and_copies_its_names(void **state)
{
	struct facts f = { 0 };
	char name[] = "agents";
	struct fact *fact = facts_add(&f, FACT_TABLE, NULL, name);

	(void)state;
	name[0] = 'X';
	assert_int_equal(fact->known, 0);
	assert_string_equal(fact->scope, "");
	assert_string_equal(fact->name, "agents");
	assert_string_equal(fact->value, "");
	assert_int_equal(fact_set_value(&f, fact, "12"), 0);
	assert_int_equal(fact->known, MEASURE_VALUE);
	facts_release(&f);
}

static void a_total_tells_whether_all_of_it_is_known(void **state)
{
	struct facts f = { 0 };
	bool known;

	(void)state;
	assert_int_equal(facts_total(&f, FACT_TABLE, &known), 0);
	assert_true(known);
	add_count(&f, "public", "a", 5);
	add_count(&f, "public", "b", 7);
	assert_int_equal(facts_total(&f, FACT_TABLE, &known), 12);
	assert_true(known);
	assert_non_null(facts_add(&f, FACT_TABLE, "public", "c"));
	assert_int_equal(facts_total(&f, FACT_TABLE, &known), 12);
	assert_false(known);
	facts_release(&f);
}

static void fingerprints_carry_into_the_high_word(void **state)
{
	struct fingerprint sum = { .low = UINT64_MAX, .high = 1 };

	(void)state;
	fingerprint_add(&sum, (struct fingerprint){ .low = 2, .high = 3 });
	assert_true(sum.low == 1);
	assert_true(sum.high == 5);
}

static void fingerprints_are_written_and_read_back(void **state)
{
	static const char *const bad[] = { "", "12", "0123456789ABCDEF0123456789abcdef",
					   "0123456789abcdef0123456789abcdeg",
					   "0123456789abcdef0123456789abcdef0" };
	struct fingerprint f = { .low = UINT64_C(0xfedcba9876543210), .high = 0x1f }, back;
	char text[FINGERPRINT_TEXT_SIZE];

	(void)state;
	assert_string_equal(fingerprint_format(f, text), "000000000000001ffedcba9876543210");
	assert_true(fingerprint_parse(text, &back));
	assert_true(back.low == f.low && back.high == f.high);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(fingerprint_parse(bad[i], &back));
}

static void each_side_is_read_back_by_its_name(void **state)
{
	enum facts_side side;

	(void)state;
	for (int i = FACTS_SOURCE; i <= FACTS_RESTORED; i++) {
		assert_true(facts_side_parse(facts_side_name((enum facts_side)i), &side));
		assert_int_equal(side, i);
	}
	assert_false(facts_side_parse("origin", &side));
}

static void no_memory_is_told_and_nothing_leaks(void **state)
{
	(void)state;
	if (!failing_malloc_works)
		skip(); /* the sanitizer has an allocator of its own */
	for (long k = 0; k < 3; k++) {
		struct facts f = { 0 };
		long before = allocations_live;
		struct fact *fact;

		allocations_left = k;
		fact = facts_add(&f, FACT_TABLE, "public", "agents");
		allocations_left = -1;
		assert_int_equal(f.count, fact ? 1 : 0);
		assert_true(fact || k < 2);
		facts_release(&f);
		assert_int_equal(allocations_live, before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fact_is_found_before_and_after_sorting),
		cmocka_unit_test(sorting_is_by_kind_then_scope_then_name),
		cmocka_unit_test(a_new_fact_knows_nothing_and_copies_its_names),
		cmocka_unit_test(a_total_tells_whether_all_of_it_is_known),
		cmocka_unit_test(fingerprints_carry_into_the_high_word),
		cmocka_unit_test(fingerprints_are_written_and_read_back),
		cmocka_unit_test(each_side_is_read_back_by_its_name),
		cmocka_unit_test(no_memory_is_told_and_nothing_leaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
