/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/json.h"
#include "model/json_entry.h"

static void each_name_of_a_kind_is_read_back_as_it(void **state)
{
	(void)state;
	for (int k = 0; k < ENTRY_KIND_COUNT; k++) {
		enum entry_kind parsed = ENTRY_KIND_COUNT;

		assert_true(entry_kind_parse(entry_kind_name((enum entry_kind)k), &parsed));
		assert_int_equal(parsed, k);
		assert_true(*entry_kind_meaning((enum entry_kind)k) != '\0');
	}
}

static void each_name_of_a_severity_is_read_back_as_it(void **state)
{
	(void)state;
	for (int s = ENTRY_SEVERITY_LOW; s < ENTRY_SEVERITY_COUNT; s++) {
		enum entry_severity parsed = ENTRY_SEVERITY_NONE;

		assert_true(
			entry_severity_parse(entry_severity_name((enum entry_severity)s), &parsed));
		assert_int_equal(parsed, s);
	}
}

static void no_other_word_is_a_kind_or_a_severity(void **state)
{
	static const char *const words[] = { "", "Tick", "tick ", "went well", "HIGH", "none" };
	enum entry_severity severity;
	enum entry_kind kind;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		assert_false(entry_kind_parse(words[i], &kind));
		assert_false(entry_severity_parse(words[i], &severity));
	}
}

static void entries_own_their_texts_and_have_no_null(void **state)
{
	char text[] = "restored";
	CLEANUP(entries_release)
	struct entries l = { 0 };

	(void)state;
	for (int64_t n = 1; n <= 100; n++) {
		const struct entry e = { .number = n, .kind = ENTRY_NOTE, .text = text };

		assert_int_equal(entries_add(&l, &e), 0);
	}
	text[0] = 'X';
	assert_int_equal(l.count, 100);
	assert_string_equal(l.item[99].text, "restored");
	assert_string_equal(l.item[0].author, "");
	assert_string_equal(l.item[0].resolution, "");
}

static void an_entry_stands_until_a_later_one_replaces_it(void **state)
{
	const struct entry first = { .number = 1 }, second = { .number = 2, .supersedes = 1 };
	CLEANUP(entries_release)
	struct entries l = { 0 };

	(void)state;
	assert_int_equal(entries_add(&l, &first), 0);
	assert_null(entries_successor(&l, 1));
	assert_int_equal(entries_add(&l, &second), 0);
	assert_int_equal(entries_successor(&l, 1)->number, 2);
	assert_null(entries_successor(&l, 2));
	assert_int_equal(entries_find(&l, 2)->supersedes, 1);
	assert_null(entries_find(&l, 3));
}

static void an_entry_of_an_earlier_time_is_late(void **state)
{
	const struct entry late = { .at_ns = 1, .recorded_ns = 2 },
			   prompt = { .at_ns = 2, .recorded_ns = 2 };

	(void)state;
	assert_true(entry_is_late(&late));
	assert_false(entry_is_late(&prompt));
}

static void an_entry_is_written_as_json_with_null_for_what_it_has_not(void **state)
{
	const struct entry first = { .number = 1,
				     .kind = ENTRY_ISSUE,
				     .author = "ann",
				     .text = "slow",
				     .at_ns = 1000000000,
				     .recorded_ns = 3000000000,
				     .severity = ENTRY_SEVERITY_HIGH,
				     .action = 4 },
			   second = { .number = 2, .supersedes = 1 };
	CLEANUP(entries_release)
	struct entries l = { 0 };
	CLEANUP(cleanup_json)
	json_t *o = NULL;

	(void)state;
	assert_int_equal(entries_add(&l, &first), 0);
	assert_int_equal(entries_add(&l, &second), 0);
	o = entry_to_json(&l.item[0], &l);
	assert_non_null(o);
	assert_string_equal(json_string_value(json_object_get(o, "kind")), "issue");
	assert_string_equal(json_string_value(json_object_get(o, "severity")), "high");
	assert_string_equal(json_string_value(json_object_get(o, "at")), "1970-01-01T00:00:01Z");
	assert_true(json_is_true(json_object_get(o, "late")));
	assert_true(json_is_null(json_object_get(o, "step")));
	assert_true(json_is_null(json_object_get(o, "supersedes")));
	assert_int_equal(json_integer_value(json_object_get(o, "action")), 4);
	assert_int_equal(json_integer_value(json_object_get(o, "superseded_by")), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_of_a_kind_is_read_back_as_it),
		cmocka_unit_test(each_name_of_a_severity_is_read_back_as_it),
		cmocka_unit_test(no_other_word_is_a_kind_or_a_severity),
		cmocka_unit_test(entries_own_their_texts_and_have_no_null),
		cmocka_unit_test(an_entry_stands_until_a_later_one_replaces_it),
		cmocka_unit_test(an_entry_of_an_earlier_time_is_late),
		cmocka_unit_test(an_entry_is_written_as_json_with_null_for_what_it_has_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
