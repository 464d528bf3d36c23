/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "base/clock.h"

static int64_t parsed(const char *text)
{
	int64_t ns = -1;

	assert_int_equal(clock_parse_rfc3339(text, &ns), 0);
	return ns;
}

static void times_are_written_in_utc_to_the_second(void **state)
{
	char text[CLOCK_RFC3339_SIZE];

	(void)state;
	assert_string_equal(clock_format_rfc3339(0, text), "1970-01-01T00:00:00Z");
	assert_string_equal(clock_format_rfc3339(INT64_C(1795374859999999999), text),
			    "2026-11-22T19:14:19Z");
	assert_string_equal(clock_format_rfc3339(-1, text), "1969-12-31T23:59:59Z");
}

static void offsets_and_fractions_are_taken_into_account(void **state)
{
	const int64_t instant = INT64_C(1795374859) * NS_PER_SECOND;

	(void)state;
	assert_true(parsed("2026-11-22T19:14:19Z") == instant);
	assert_true(parsed("2026-11-22t19:14:19z") == instant);
	assert_true(parsed("2026-11-22 20:14:19+01:00") == instant);
	assert_true(parsed("2026-11-22T13:44:19-05:30") == instant);
	assert_true(parsed("2026-11-22T19:14:19.5Z") == instant + NS_PER_SECOND / 2);
	assert_true(parsed("2026-11-22T19:14:19.123456789Z") == instant + 123456789);
	assert_true(parsed("1969-12-31T23:59:59Z") == -NS_PER_SECOND);
}

static void what_is_written_is_read_back(void **state)
{
	(void)state;
	for (int64_t t = INT64_C(-5000000000); t < INT64_C(9000000000); t += 86399 * 97) {
		char text[CLOCK_RFC3339_SIZE];

		assert_true(parsed(clock_format_rfc3339(t * NS_PER_SECOND, text)) ==
			    t * NS_PER_SECOND);
	}
}

static void malformed_times_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-11-22",
		"2026-11-22T19:14:19",
		"2026-11-22T19:14Z",
		"2026-13-22T19:14:19Z",
		"2026-00-22T19:14:19Z",
		"2026-11-00T19:14:19Z",
		"2026-11-22T24:14:19Z",
		"2026-11-22T19:60:19Z",
		"2026-11-22T19:14:19.Z",
		"2026-11-22T19:14:19Z ",
		"2026-11-22T19:14:19+0100",
		"26-11-22T19:14:19Z",
		"9999-11-22T19:14:19Z",
		" 2026-11-22T19:14:19Z",
	};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (clock_parse_rfc3339(bad[i], &ns) == 0)
			fail_msg("accepted: %s", bad[i]);
	}
}

static void a_day_that_its_month_does_not_have_is_refused(void **state)
{
	int64_t ns;

	(void)state;
	assert_int_equal(clock_parse_rfc3339("2026-02-29T00:00:00Z", &ns), -1);
	assert_int_equal(clock_parse_rfc3339("2028-02-29T00:00:00Z", &ns), 0);
	assert_int_equal(clock_parse_rfc3339("2100-02-29T00:00:00Z", &ns), -1);
	assert_int_equal(clock_parse_rfc3339("2000-02-29T00:00:00Z", &ns), 0);
	assert_int_equal(clock_parse_rfc3339("2026-04-31T00:00:00Z", &ns), -1);
}

static void days_agree_with_the_system(void **state)
{
	(void)state;
	for (int64_t day = -200000; day < 200000; day += 13) {
		time_t seconds = (time_t)(day * 86400);
		struct tm tm;

		assert_non_null(gmtime_r(&seconds, &tm));
		assert_int_equal(clock_days_from_civil(tm.tm_year + INT64_C(1900),
						       (unsigned)tm.tm_mon + 1,
						       (unsigned)tm.tm_mday),
				 day);
	}
}

static void the_monotonic_clock_does_not_go_back(void **state)
{
	int64_t last = clock_monotonic_ns();

	(void)state;
	for (int i = 0; i < 10000; i++) {
		int64_t now = clock_monotonic_ns();

		assert_true(now >= last);
		last = now;
	}
	assert_true(clock_wall_ns() > INT64_C(1600000000) * NS_PER_SECOND);
}

static void no_time_is_later_than_the_last(void **state)
{
	(void)state;
	assert_int_equal(clock_add(5, 7), 12);
	assert_int_equal(clock_add(-5, INT64_MAX), INT64_MAX - 5);
	assert_int_equal(clock_add(1, INT64_MAX), INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_in_utc_to_the_second),
		cmocka_unit_test(offsets_and_fractions_are_taken_into_account),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(malformed_times_are_refused),
		cmocka_unit_test(a_day_that_its_month_does_not_have_is_refused),
		cmocka_unit_test(days_agree_with_the_system),
		cmocka_unit_test(the_monotonic_clock_does_not_go_back),
		cmocka_unit_test(no_time_is_later_than_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
