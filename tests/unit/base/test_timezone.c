/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/timezone.h"
#include "base/timezone_rule.h"

static const char *const zones[] = {
	"UTC",           "Europe/Berlin",     "America/New_York",  "Australia/Lord_Howe",
	"Europe/Dublin", "America/Sao_Paulo", "Asia/Kolkata",      "Pacific/Apia",
	"Africa/Cairo",  "America/Godthab",   "Asia/Kathmandu",    "Pacific/Chatham",
	"Asia/Tehran",   "Antarctica/Troll",  "Africa/Casablanca", "America/Argentina/Buenos_Aires",
};

static struct zone *open_zone(const char *name)
{
	struct zone *z = NULL;
	struct error err = ERROR_INIT;

	if (timezone_open(name, &z, &err) < 0)
		fail_msg("%s", err.message);
	return z;
}

static int64_t seconds(int64_t year, unsigned month, unsigned day, int64_t of_day)
{
	return clock_days_from_civil(year, month, day) * 86400 + of_day;
}

/* The C library's idea of the same zone, which is what `TZ=… date -d @N` prints. */
static void stamps_and_abbreviations_are_those_of_date(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		struct zone *z = open_zone(zones[i]);

		assert_int_equal(setenv("TZ", zones[i], 1), 0);
		tzset();
		/* 1950 to 2100 in steps that fall on every hour and many seconds */
		for (int64_t at = -631152000; at < INT64_C(4102444800); at += 72 * 3607) {
			char ours[TIMEZONE_STAMP_SIZE], theirs[32], name[TIMEZONE_NAME_SIZE];
			time_t t = (time_t)at;
			struct tm tm;

			assert_non_null(localtime_r(&t, &tm));
			assert_true(strftime(theirs, sizeof(theirs), "%Y%m%d_%H%M%S", &tm) > 0);
			(void)timezone_stamp(z, at * NS_PER_SECOND, ours);
			if (strcmp(ours, theirs) != 0)
				fail_msg("%s at %lld: %s, not %s", zones[i], (long long)at, ours,
					 theirs);
			assert_string_equal(timezone_abbreviation(z, at, name), tm.tm_zone);
		}
		timezone_close(z);
	}
	assert_int_equal(unsetenv("TZ"), 0);
}

static void stamps_are_those_of_the_date_program(void **state)
{
	static const char *const moments[] = { "0", "1774746000", "1792890000", "4000000000" };

	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		struct zone *z = open_zone(zones[i]);

		for (size_t k = 0; k < sizeof(moments) / sizeof(*moments); k++) {
			char command[160], theirs[32] = "", ours[TIMEZONE_STAMP_SIZE];
			FILE *pipe;

			(void)snprintf(command, sizeof(command),
				       "TZ=%s date -d @%s +%%Y%%m%%d_%%H%%M%%S", zones[i],
				       moments[k]);
			pipe = popen(command, "r"); /* NOLINT: a fixed command */
			assert_non_null(pipe);
			assert_non_null(fgets(theirs, sizeof(theirs), pipe));
			assert_int_equal(pclose(pipe), 0);
			theirs[strcspn(theirs, "\n")] = '\0';
			assert_string_equal(
				timezone_stamp(z, strtoll(moments[k], NULL, 10) * NS_PER_SECOND,
					       ours),
				theirs);
		}
		timezone_close(z);
	}
}

static void local_times_come_back_as_the_moment_they_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		struct zone *z = open_zone(zones[i]);

		for (int64_t at = 0; at < INT64_C(4102444800); at += 3607 * 24) {
			int64_t local = at + timezone_offset(z, at);
			int64_t back = timezone_to_utc(z, local);

			/* the same moment, or the first of two that bear this local time */
			assert_true(back <= at);
			assert_true(back + timezone_offset(z, back) == local);
		}
		timezone_close(z);
	}
}

static void a_time_that_occurs_twice_is_the_first(void **state)
{
	struct zone *z = open_zone("Europe/Berlin");

	(void)state;
	assert_true(timezone_to_utc(z, seconds(2026, 10, 25, 9000)) == seconds(2026, 10, 25, 1800));
	assert_true(timezone_to_utc(z, seconds(2090, 10, 29, 9000)) == seconds(2090, 10, 29, 1800));
	timezone_close(z);
}

static void a_time_that_clocks_skip_is_shifted_forward(void **state)
{
	struct zone *z = open_zone("Europe/Berlin");

	(void)state;
	/* 02:30 does not exist: 03:30 summer time, 01:30 UTC */
	assert_true(timezone_to_utc(z, seconds(2026, 3, 29, 9000)) == seconds(2026, 3, 29, 5400));
	timezone_close(z);
	z = open_zone("Pacific/Apia");
	/* the 30th of December 2011 did not exist */
	assert_true(timezone_to_utc(z, seconds(2011, 12, 30, 43200)) ==
		    seconds(2011, 12, 30, 79200));
	timezone_close(z);
}

/* Found again by asking for the offset of every quarter of an hour. */
static void changes_of_clocks_are_all_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		struct zone *z = open_zone(zones[i]);
		int64_t change = seconds(2000, 1, 1, 0), end = seconds(2060, 1, 1, 0);
		bool some = timezone_next_change(z, change, &change);

		for (int64_t at = seconds(2000, 1, 1, 900); at < end; at += 900) {
			if (timezone_offset(z, at) == timezone_offset(z, at - 900))
				continue;
			assert_true(some && change == at);
			some = timezone_next_change(z, change, &change);
		}
		assert_true(!some || change >= end);
		timezone_close(z);
	}
}

static void a_summer_of_a_whole_year_changes_no_clocks(void **state)
{
	struct timezone_rule r;
	int64_t at;

	(void)state;
	assert_true(timezone_rule_parse("XXX3EDT4,0/0,J365/23", &r));
	assert_false(timezone_rule_next_change(&r, 0, &at));
	assert_true(timezone_rule_parse("UTC0", &r));
	assert_false(timezone_rule_next_change(&r, 0, &at));
}

static void local_times_tell_of_the_gap_or_overlap_they_are_in(void **state)
{
	struct zone *z = open_zone("Europe/Berlin");
	struct timezone_local at;

	(void)state;
	timezone_resolve(z, seconds(2026, 3, 29, 9000), &at);
	assert_int_equal(at.kind, LOCAL_SKIPPED);
	assert_true(at.utc == seconds(2026, 3, 29, 5400));
	assert_true(at.begin == seconds(2026, 3, 29, 7200) &&
		    at.end == seconds(2026, 3, 29, 10800));
	timezone_resolve(z, seconds(2026, 3, 29, 7199), &at);
	assert_int_equal(at.kind, LOCAL_ONCE);
	timezone_resolve(z, seconds(2026, 3, 29, 10800), &at);
	assert_int_equal(at.kind, LOCAL_ONCE);
	timezone_resolve(z, seconds(2026, 10, 25, 7200), &at);
	assert_int_equal(at.kind, LOCAL_TWICE);
	assert_true(at.utc == seconds(2026, 10, 25, 0));
	assert_true(at.begin == seconds(2026, 10, 25, 7200) &&
		    at.end == seconds(2026, 10, 25, 10800));
	timezone_resolve(z, seconds(2026, 10, 25, 10800), &at);
	assert_int_equal(at.kind, LOCAL_ONCE);
	timezone_close(z);
}

static void utc_needs_no_file(void **state)
{
	struct zone *z;
	char stamp[TIMEZONE_STAMP_SIZE];

	(void)state;
	assert_int_equal(setenv("TZDIR", "/nonexistent", 1), 0);
	z = open_zone("UTC");
	assert_string_equal(timezone_stamp(z, seconds(2026, 11, 22, 69259) * NS_PER_SECOND, stamp),
			    "20261122_191419");
	assert_string_equal(timezone_stamp(z, -1, stamp), "19691231_235959");
	timezone_close(z);
	assert_int_equal(unsetenv("TZDIR"), 0);
}

static void unknown_zones_are_a_configuration_error_with_a_hint(void **state)
{
	static const char *const bad[] = {
		"",
		"Europe/Bonn",
		"Europe",
		"/etc/localtime",
		"../zoneinfo/UTC",
		"Europe/../UTC",
		"a//b",
		"./UTC",
		"Europe/",
		"Europe/Berlin\n",
		"zone.tab",
		"..",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct zone *z = NULL;
		struct error err = ERROR_INIT;

		assert_int_equal(timezone_open(bad[i], &z, &err), -1);
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_null(z);
	}
}

static void rules_of_every_form_are_understood(void **state)
{
	struct timezone_rule r;
	static const char *const bad[] = { "",        "UTC",        "X0",
					   "UTC0DST", "UTC0DST,M3", "UTC0DST,M13.1.0,M1.1.0",
					   "<+01-1",  "UTC0 ",      "UTC0DST,J0,J5",
					   "UTC200" };

	(void)state;
	assert_true(timezone_rule_parse("<-03>3", &r));
	assert_int_equal(timezone_rule_offset(&r, 0), -10800);
	/* summer from Julian day 60, the 1st of March in any year, to day 300 counted from 0 */
	assert_true(timezone_rule_parse("ABC0DEF,J60/0,300/0", &r));
	assert_int_equal(timezone_rule_offset(&r, seconds(2024, 2, 29, 86399)), 0);
	assert_int_equal(timezone_rule_offset(&r, seconds(2024, 3, 1, 0)), 3600);
	assert_int_equal(timezone_rule_offset(&r, seconds(2023, 3, 1, 0)), 3600);
	assert_int_equal(timezone_rule_offset(&r, seconds(2023, 2, 28, 86399)), 0);
	/* the last Sunday, and the southern hemisphere */
	assert_true(timezone_rule_parse("AEST-10AEDT,M10.1.0,M4.1.0/3", &r));
	assert_int_equal(timezone_rule_offset(&r, seconds(2026, 1, 1, 0)), 39600);
	assert_int_equal(timezone_rule_offset(&r, seconds(2026, 7, 1, 0)), 36000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(timezone_rule_parse(bad[i], &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps_and_abbreviations_are_those_of_date),
		cmocka_unit_test(stamps_are_those_of_the_date_program),
		cmocka_unit_test(local_times_come_back_as_the_moment_they_name),
		cmocka_unit_test(a_time_that_occurs_twice_is_the_first),
		cmocka_unit_test(a_time_that_clocks_skip_is_shifted_forward),
		cmocka_unit_test(changes_of_clocks_are_all_found),
		cmocka_unit_test(a_summer_of_a_whole_year_changes_no_clocks),
		cmocka_unit_test(local_times_tell_of_the_gap_or_overlap_they_are_in),
		cmocka_unit_test(utc_needs_no_file),
		cmocka_unit_test(unknown_zones_are_a_configuration_error_with_a_hint),
		cmocka_unit_test(rules_of_every_form_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
