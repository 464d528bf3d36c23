/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/expect.h"

/* 2026-11-22T12:00:00Z */
#define NOW (INT64_C(1795348800) * NS_PER_SECOND)

static enum expect_outcome judge(const char *expect, const char *value,
				 char found[EXPECT_FOUND_SIZE])
{
	struct expect_mistake mistake;
	struct expect e;
	enum expect_outcome outcome;
	/* exact-size blocks: a byte read past the end is seen */
	char *words = strdup(expect), *text = value ? strdup(value) : NULL;

	if (expect_parse(words, &e, &mistake) < 0)
		fail_msg("%s: %s", expect, mistake.message);
	outcome = expect_judge(&e, text, NOW, found);
	free(words);
	free(text);
	return outcome;
}

struct row {
	const char *expect, *value;
	enum expect_outcome outcome;
};

static void expect_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char found[EXPECT_FOUND_SIZE];
		enum expect_outcome got = judge(rows[i].expect, rows[i].value, found);

		if (got != rows[i].outcome)
			fail_msg("%s of %s is %d (%s)", rows[i].expect,
				 rows[i].value ? rows[i].value : "NULL", (int)got, found);
	}
}
#define EXPECT_ROWS(rows) expect_rows(rows, sizeof(rows) / sizeof(*(rows)))

static void numbers_are_compared_without_rounding(void **state)
{
	static const struct row rows[] = {
		{ "n > 0", "1", EXPECT_HOLDS },
		{ "n > 0", "0", EXPECT_FAILS },
		{ "> 0", "0.000000000000000000001", EXPECT_HOLDS },
		{ "n>=10", "10.0", EXPECT_HOLDS },
		{ "n >= 10", "9", EXPECT_FAILS },
		{ "n < 10", "9", EXPECT_HOLDS },
		{ "n < 9", "10", EXPECT_FAILS },
		{ "<= -2", "-2", EXPECT_HOLDS },
		{ "<= -2", "-1.9", EXPECT_FAILS },
		{ "> -3", "-2", EXPECT_HOLDS },
		{ "n > 9223372036854775807", "9223372036854775808", EXPECT_HOLDS },
		{ "n > 9007199254740992", "9007199254740993", EXPECT_HOLDS },
		{ "n < 1000000000000", "1e+20", EXPECT_FAILS },
		{ "n > 5", "Infinity", EXPECT_HOLDS },
		{ "n >= 0", "-0", EXPECT_HOLDS },
		{ "n > 0", "many", EXPECT_NOT_JUDGED },
		{ "n > 0", "NaN", EXPECT_NOT_JUDGED },
		{ "n > 0", "", EXPECT_NOT_JUDGED },
		{ "n > 0", "12 apples", EXPECT_NOT_JUDGED },
		{ "n > 0", NULL, EXPECT_FAILS },
		{ "n < 0", NULL, EXPECT_FAILS },
	};

	(void)state;
	EXPECT_ROWS(rows);
}

static void equality_is_of_numbers_or_else_of_texts(void **state)
{
	static const struct row rows[] = {
		{ "= 5", "5.00", EXPECT_HOLDS },
		{ "= 5", "6", EXPECT_FAILS },
		{ "n = 007", "7", EXPECT_HOLDS },
		{ "= open", "open", EXPECT_HOLDS },
		{ "= open", "opened", EXPECT_FAILS },
		{ "= two words ", "two words", EXPECT_HOLDS },
		{ "!= 5", "6", EXPECT_HOLDS },
		{ "!= 5", "5.0", EXPECT_FAILS },
		{ "<> open", "closed", EXPECT_HOLDS },
		{ "== t", "t", EXPECT_HOLDS },
		{ "= t", NULL, EXPECT_FAILS },
		{ "!= t", NULL, EXPECT_FAILS },
		{ "= nothing", NULL, EXPECT_FAILS },
	};

	(void)state;
	EXPECT_ROWS(rows);
}

static void between_includes_both_ends(void **state)
{
	static const struct row rows[] = {
		{ "between 1 and 10", "1", EXPECT_HOLDS },
		{ "between 1 and 10", "10", EXPECT_HOLDS },
		{ "between 1 and 10", "10.01", EXPECT_FAILS },
		{ "between 1 and 10", "0", EXPECT_FAILS },
		{ "between  -5  and  -5 ", "-5", EXPECT_HOLDS },
		{ "between 1 and 10", "ten", EXPECT_NOT_JUDGED },
		{ "between 1 and 10", NULL, EXPECT_FAILS },
	};

	(void)state;
	EXPECT_ROWS(rows);
}

static void an_age_counts_to_the_time_of_the_backup(void **state)
{
	static const struct row rows[] = {
		{ "age < 1h", "2026-11-22 11:30:00+00", EXPECT_HOLDS },
		{ "age < 1h", "2026-11-22 10:59:59.999+00", EXPECT_FAILS },
		{ "age <= 1h", "2026-11-22 11:00:00+00", EXPECT_HOLDS },
		{ "age < 1h", "2026-11-22 11:00:00", EXPECT_FAILS },
		{ "age < 1h", "2026-11-22 17:00:00+05:30", EXPECT_HOLDS },
		{ "age < 1h", "2026-11-22 08:15:00-03:30", EXPECT_HOLDS },
		{ "age < 1h", "2026-11-22 08:15:00-0330", EXPECT_HOLDS },
		{ "age > 1h", "2026-11-22 11:30:00+00", EXPECT_FAILS },
		{ "age >= 12h", "2026-11-22", EXPECT_HOLDS },
		{ "age < 1d", "2026-11-22T11:30:00Z", EXPECT_HOLDS },
		{ "age < 1h", "2026-11-23 00:00:00+00", EXPECT_HOLDS },
		{ "age < 1h", "infinity", EXPECT_NOT_JUDGED },
		{ "age < 1h", "-infinity", EXPECT_NOT_JUDGED },
		{ "age < 1h", "2026-02-30", EXPECT_NOT_JUDGED },
		{ "age < 1h", "2026-11-22 11:30:00 BC", EXPECT_NOT_JUDGED },
		{ "age < 1h", "2026-11-22 11:30:00+xx", EXPECT_NOT_JUDGED },
		{ "age < 1h", "12", EXPECT_NOT_JUDGED },
		{ "age < 1h", NULL, EXPECT_FAILS },
	};

	(void)state;
	EXPECT_ROWS(rows);
}

static void a_pattern_may_match_anywhere(void **state)
{
	static const struct row rows[] = {
		{ "matches ^v[0-9]+$", "v12", EXPECT_HOLDS },
		{ "matches ^v[0-9]+$", "v12b", EXPECT_FAILS },
		{ "matches (ab|cd)", "xcdx", EXPECT_HOLDS },
		{ "matches a b", "a b", EXPECT_HOLDS },
		{ "matches ^$", "", EXPECT_HOLDS },
		{ "matches .*", NULL, EXPECT_FAILS },
	};

	(void)state;
	EXPECT_ROWS(rows);
}

static void no_row_null_and_empty_text_are_empty(void **state)
{
	static const struct row rows[] = {
		{ "nonempty", "0", EXPECT_HOLDS },  { "nonempty", "", EXPECT_FAILS },
		{ "nonempty", NULL, EXPECT_FAILS }, { "empty", NULL, EXPECT_HOLDS },
		{ "empty ", "", EXPECT_HOLDS },     { " empty", "x", EXPECT_FAILS },
	};

	(void)state;
	EXPECT_ROWS(rows);
}

static void what_is_no_expectation_is_told_with_its_place(void **state)
{
	static const struct {
		const char *expect, *says;
		size_t at;
	} rows[] = {
		{ "", "not an expectation", 0 },
		{ "  many", "not an expectation", 2 },
		{ "number > 0", "not an expectation", 0 },
		{ "n", "after \"n\"", 1 },
		{ "n ~ 3", "after \"n\"", 2 },
		{ "n > ", "a number is missing", 4 },
		{ "n > x", "\"x\" is not a number", 4 },
		{ "n >= 1e5", "is not a number", 5 },
		{ "= ", "is missing", 2 },
		{ "between 1 10", "\"and\" is missing", 10 },
		{ "between and 10", "\"and\" is not a number", 8 },
		{ "between 1 and ten", "\"ten\" is not a number", 14 },
		{ "between 10 and 1", "the smaller comes first", 8 },
		{ "age 1h", "after \"age\"", 4 },
		{ "age = 1h", "after \"age\"", 6 },
		{ "age < ", "a duration is missing", 6 },
		{ "age < 10", "is not a duration", 6 },
		{ "age < soon", "\"soon\" is not a duration", 6 },
		{ "matches", "a regular expression is missing", 7 },
		{ "matches (a", "not a regular expression: ", 8 },
		{ "nonempty 1", "nothing may follow", 9 },
		{ "empty\x1b[2J", "nothing may follow", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct expect_mistake mistake;
		struct expect e;

		if (expect_parse(rows[i].expect, &e, &mistake) == 0)
			fail_msg("\"%s\" is taken", rows[i].expect);
		if (!strstr(mistake.message, rows[i].says))
			fail_msg("\"%s\": %s", rows[i].expect, mistake.message);
		assert_int_equal(mistake.at, rows[i].at);
	}
}

static void what_was_found_is_one_short_line(void **state)
{
	char found[EXPECT_FOUND_SIZE], longest[5000];

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(judge("= x", longest, found), EXPECT_FAILS);
	assert_true(strlen(found) < EXPECT_FOUND_SIZE);
	assert_int_equal(judge("n > 0", longest, found), EXPECT_NOT_JUDGED);
	assert_non_null(strstr(found, "is not a number"));
	assert_int_equal(judge("= x", "a\nb\x1b", found), EXPECT_FAILS);
	assert_string_equal(found, "a\\x0ab\\x1b");
	assert_int_equal(judge("age < 1h", "2026-11-22 09:30:00+00", found), EXPECT_FAILS);
	assert_string_equal(found, "2026-11-22 09:30:00+00, 2h30m old");
	assert_int_equal(judge("nonempty", NULL, found), EXPECT_FAILS);
	assert_string_equal(found, "nothing");
}

static void a_value_too_long_to_be_matched_is_not_judged(void **state)
{
	char found[EXPECT_FOUND_SIZE], *value = malloc(70000);

	(void)state;
	assert_non_null(value);
	memset(value, 'a', 69999);
	value[69999] = '\0';
	assert_int_equal(judge("matches b", value, found), EXPECT_NOT_JUDGED);
	free(value);
}

static void a_condition_is_told_from_a_text_by_how_it_begins(void **state)
{
	static const char *const conditions[] = { "n > 0",      "> 1",       "= x",       "age",
						  "between us", "matches x", " nonempty", "!=" };
	static const char *const texts[] = {
		"n", "nobody", "none", "ages ago", "x = 1", "", "n n"
	};
	char found[EXPECT_FOUND_SIZE];
	struct expect e;

	(void)state;
	for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++)
		assert_true(expect_begins(conditions[i]));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(expect_begins(texts[i]));
	expect_exactly("n > 0", &e);
	assert_int_equal(expect_judge(&e, "n > 0", NOW, found), EXPECT_HOLDS);
	assert_int_equal(expect_judge(&e, "1", NOW, found), EXPECT_FAILS);
	expect_exactly("", &e);
	assert_int_equal(expect_judge(&e, "", NOW, found), EXPECT_HOLDS);
	assert_int_equal(expect_judge(&e, "0", NOW, found), EXPECT_FAILS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_compared_without_rounding),
		cmocka_unit_test(equality_is_of_numbers_or_else_of_texts),
		cmocka_unit_test(between_includes_both_ends),
		cmocka_unit_test(an_age_counts_to_the_time_of_the_backup),
		cmocka_unit_test(a_pattern_may_match_anywhere),
		cmocka_unit_test(no_row_null_and_empty_text_are_empty),
		cmocka_unit_test(what_is_no_expectation_is_told_with_its_place),
		cmocka_unit_test(what_was_found_is_one_short_line),
		cmocka_unit_test(a_value_too_long_to_be_matched_is_not_judged),
		cmocka_unit_test(a_condition_is_told_from_a_text_by_how_it_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
