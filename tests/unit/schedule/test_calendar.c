/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar_of.h"

#include "../failing_malloc.h"

static void normal_forms_are_those_of_the_manual(void **state)
{
	/* systemd.time(7), without the fractions and the zone of the machine */
	static const char *const rows[][2] = {
		{ "Sat,Thu,Mon..Wed,Sat..Sun", "Mon..Thu,Sat,Sun *-*-* 00:00:00" },
		{ "Mon,Sun 12-*-* 2,1:23", "Mon,Sun 2012-*-* 01,02:23:00" },
		{ "Wed *-1", "Wed *-*-01 00:00:00" },
		{ "Wed..Wed,Wed *-1", "Wed *-*-01 00:00:00" },
		{ "Wed, 17:48", "Wed *-*-* 17:48:00" },
		{ "*-*-7 0:0:0", "*-*-07 00:00:00" },
		{ "10-15", "*-10-15 00:00:00" },
		{ "monday *-12-* 17:00", "Mon *-12-* 17:00:00" },
		{ "Mon,Fri *-*-3,1,2 *:30:45", "Mon,Fri *-*-01,02,03 *:30:45" },
		{ "12..14:10,20,30", "*-*-* 12..14:10,20,30:00" },
		{ "mon,fri *-1/2-1,3 *:30:45", "Mon,Fri *-01/2-01,03 *:30:45" },
		{ "2003-02..04-05", "2003-02..04-05 00:00:00" },
		{ "2003-03-05 05:40 UTC", "2003-03-05 05:40:00 UTC" },
		{ "weekly Pacific/Auckland", "Mon *-*-* 00:00:00 Pacific/Auckland" },
		{ "*:2/3", "*-*-* *:02/3:00" },
		{ "Mon *-05~07/1", "Mon *-05~07/1 00:00:00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_form(rows[i][0], rows[i][1]);
}

static void short_words_stand_for_whole_expressions(void **state)
{
	static const char *const rows[][2] = {
		{ "minutely", "*-*-* *:*:00" },
		{ "hourly", "*-*-* *:00:00" },
		{ "Daily", "*-*-* 00:00:00" },
		{ "weekly", "Mon *-*-* 00:00:00" },
		{ "monthly", "*-*-01 00:00:00" },
		{ "quarterly", "*-01,04,07,10-01 00:00:00" },
		{ "semiannually", "*-01,07-01 00:00:00" },
		{ "yearly", "*-01-01 00:00:00" },
		{ "annually utc", "*-01-01 00:00:00 UTC" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_form(rows[i][0], rows[i][1]);
}

static void errors_name_the_part_its_column_and_what_fits(void **state)
{
	static const char *const rows[][2] = {
		{ "", "a time of a schedule is empty" },
		{ "Mon 25:00", "\"Mon 25:00\", column 5: \"25\" is not an hour (0 to 23)" },
		{ "*-13-1", "\"*-13-1\", column 3: \"13\" is not a month (1 to 12)" },
		{ "dayly", "\"dayly\", column 1: \"dayly\" is not known; did you mean \"daily\"?" },
		{ "Mon Tue", "\"Mon Tue\", column 5: \"Tue\" is neither a date" },
		{ "*:*/15", "\"*:*/15\", column 3: \"*/15\" is not a minute: * stands alone" },
		{ "1-5:00", "\"1-5:00\", column 1: \"1-5\" is not an hour: a range is written" },
		{ "1:1:1.5", "\"1:1:1.5\", column 5: \"1.5\" is not a second: whole numbers" },
		{ "1:5..3", "\"1:5..3\", column 3: \"5..3\" ends before it begins" },
		{ "Fri..Mon", "\"Fri..Mon\", column 1: \"Fri..Mon\" ends before it begins" },
		{ "1:0/0", "\"1:0/0\", column 3: \"0/0\" has a step of 0" },
		{ "1:0/60", "\"1:0/60\", column 3: \"0/60\" steps past 59 at once" },
		{ "*-*~29", "\"*-*~29\", column 5: \"29\" is not a day from the end" },
		{ "Mon,,Tue", "\"Mon,,Tue\", column 1: \"Mon,,Tue\" has an empty place" },
		{ "1:", "\"1:\", column 3: \"\" leaves a place empty where a minute" },
		{ "1:00 2:00", "\"1:00 2:00\", column 6: \"2:00\" is one part too many" },
		{ "daily Europe/Londn", "\"daily Europe/Londn\": time zone \"Europe/Londn\"" },
		{ "daily\n", "a time of a schedule, column 6: byte 0x0a" },
		{ "@17 Europe/Berlin", "\"@17 Europe/Berlin\", column 5: \"Europe/Berlin\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_refused(rows[i][0], rows[i][1]);
}

static void first_and_last_weekdays_of_months_are_found(void **state)
{
	(void)state;
	assert_next("Thu *-*-1..7 10:00", "UTC", "2026-11-27T00:00:00Z",
		    "2026-12-03T10:00:00Z 2027-01-07T10:00:00Z 2027-02-04T10:00:00Z");
	assert_next("Mon *-03,06,09,12~07/1 09:00", "UTC", "2026-11-27T00:00:00Z",
		    "2026-12-28T09:00:00Z 2027-03-29T09:00:00Z 2027-06-28T09:00:00Z");
	assert_next("*-02~1", "UTC", "2026-11-27T00:00:00Z",
		    "2027-02-28T00:00:00Z 2028-02-29T00:00:00Z");
}

static void the_next_time_is_never_the_one_given(void **state)
{
	(void)state;
	assert_next("03:00", "UTC", "2026-11-27T02:59:59.999Z", "2026-11-27T03:00:00Z");
	assert_next("03:00", "UTC", "2026-11-27T03:00:00Z", "2026-11-28T03:00:00Z");
}

static void a_day_that_never_comes_has_no_next_time(void **state)
{
	(void)state;
	assert_next("*-02-30", "UTC", "2026-11-27T00:00:00Z", "none");
	assert_next("2024-01-01", "UTC", "2026-11-27T00:00:00Z", "none");
	assert_next("2199-12-31 23:59:59", "UTC", "2026-11-27T00:00:00Z",
		    "2199-12-31T23:59:59Z none");
}

static void a_time_that_clocks_skip_is_shifted(void **state)
{
	(void)state;
	/* 01:00 GMT becomes 02:00 BST */
	assert_next("Sun 01:00", "Europe/London", "2026-03-22T12:00:00Z",
		    "2026-03-29T01:00:00Z+ 2026-04-05T00:00:00Z");
	assert_next("02:00", "America/New_York", "2026-03-08T00:00:00Z",
		    "2026-03-08T07:00:00Z+ 2026-03-09T06:00:00Z");
	/* half an hour */
	assert_next("02:15", "Australia/Lord_Howe", "2026-10-03T12:00:00Z",
		    "2026-10-03T15:45:00Z+ 2026-10-04T15:15:00Z");
	/* a whole day, the 30th of December */
	assert_next("12:00", "Pacific/Apia", "2011-12-29T23:00:00Z",
		    "2011-12-30T22:00:00Z 2011-12-31T22:00:00Z");
	assert_next("*-12-30 12:00", "Pacific/Apia", "2011-12-29T23:00:00Z",
		    "2011-12-30T22:00:00Z+ 2012-12-29T22:00:00Z");
}

static void shifted_times_stand_among_the_others_in_order_and_once(void **state)
{
	(void)state;
	/* 01:15 and 01:45 come at 02:15 and 02:45 summer time, where 02:15 is already */
	assert_next("01:15,45", "Europe/London", "2026-03-29T00:59:59Z",
		    "2026-03-29T01:15:00Z+ 2026-03-29T01:45:00Z+ 2026-03-30T00:15:00Z");
	assert_next("1,2:15", "Europe/London", "2026-03-29T00:59:59Z",
		    "2026-03-29T01:15:00Z 2026-03-30T00:15:00Z");
	assert_next("*-*-29 1:45 UTC", "Europe/London", "2026-03-29T00:00:00Z",
		    "2026-03-29T01:45:00Z");
	assert_next("*:0/30", "Europe/London", "2026-03-29T00:20:00Z",
		    "2026-03-29T00:30:00Z 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z "
		    "2026-03-29T02:00:00Z");
}

static void a_time_that_comes_twice_runs_once_the_first_time(void **state)
{
	(void)state;
	assert_next("02:30", "Europe/Berlin", "2026-10-24T12:00:00Z",
		    "2026-10-25T00:30:00Z? 2026-10-26T01:30:00Z");
	/* asked within the second hour */
	assert_next("*:0/20", "Europe/Berlin", "2026-10-25T01:10:00Z",
		    "2026-10-25T02:00:00Z 2026-10-25T02:20:00Z");
	assert_next("*:0/20", "Europe/Berlin", "2026-10-25T00:35:00Z",
		    "2026-10-25T00:40:00Z? 2026-10-25T02:00:00Z");
}

static void the_wall_time_that_was_meant_is_told(void **state)
{
	CLEANUP(cleanup_calendar)
	struct calendar *c = calendar_of("Sun 01:00", "Europe/London");
	struct calendar_time time;

	(void)state;
	assert_true(calendar_next(c, INT64_C(1774180000) * NS_PER_SECOND, &time));
	assert_true(time.shifted && !time.ambiguous);
	assert_int_equal(time.local, INT64_C(1774746000)); /* 2026-03-29 01:00 */
	assert_string_equal(calendar_zone(c), "Europe/London");
	assert_null(calendar_warning(c));
}

/* Of each change of clocks, the first time that it touches, with "+" when shifted, "?" when doubled. */
static void assert_surprises(const char *text, const char *zone, const char *expected)
{
	CLEANUP(cleanup_calendar)
	struct calendar *c = calendar_of(text, zone);
	char found[512] = "", moment[CLOCK_RFC3339_SIZE];
	struct calendar_time time;
	int64_t at, until;

	assert_int_equal(clock_parse_rfc3339("2026-01-01T00:00:00Z", &at), 0);
	assert_int_equal(clock_parse_rfc3339("2028-01-01T00:00:00Z", &until), 0);
	for (; calendar_next_surprise(c, at, until, &time); at = time.at_ns)
		(void)snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%.16s%s",
			       *found ? " " : "",
			       clock_format_rfc3339(time.local * NS_PER_SECOND, moment),
			       time.shifted ? "+" : "?");
	assert_string_equal(found, expected);
}

static void times_that_change_of_clocks_touches_are_found(void **state)
{
	(void)state;
	assert_surprises("Sun 01:00", "Europe/London",
			 "2026-03-29T01:00+ 2026-10-25T01:00? 2027-03-28T01:00+ 2027-10-31T01:00?");
	assert_surprises("02:00", "Europe/Berlin",
			 "2026-03-29T02:00+ 2026-10-25T02:00? 2027-03-28T02:00+ 2027-10-31T02:00?");
	/* every time in the gap falls on another that clocks show */
	assert_surprises("*:0/20", "Europe/Berlin", "2026-10-25T02:00? 2027-10-31T02:00?");
	assert_surprises("03:00", "Europe/Berlin", "");
	assert_surprises("Thu *-*-1..7 10:00", "Europe/London", "");
	assert_surprises("0 2 29 * 6", "Europe/Berlin", "2026-03-29T02:00+");
	assert_surprises("02:00", "UTC", "");
}

static void what_an_expression_means_is_said_in_english(void **state)
{
	static const char *const rows[][2] = {
		{ "Sun 01:00", "every Sunday, at 01:00" },
		{ "Thu *-*-1..7 10:00",
		  "every Thursday that falls on days 1 to 7 of the month, at 10:00" },
		{ "Mon *-03,06,09,12~07/1 09:00", "every Monday that falls on the last 7 days of "
						  "the month in March, June, September "
						  "and December, at 09:00" },
		{ "Mon..Fri *:0/5", "every Monday to Friday, every 5 minutes of every hour" },
		{ "hourly", "every day, on the hour of every hour" },
		{ "minutely", "every day, every minute of every hour" },
		{ "yearly", "on day 1 of the month in January, at 00:00" },
		{ "*-*~1 1,13:00:30", "on the last day of the month, at 01:00:30 and 13:00:30" },
		{ "2026..2028-*~3,5 9..17:10,40", "on days 3 and 5 of the month counted from its "
						  "end in 2026 to 2028, at minutes 10 "
						  "and 40 of hours 9 to 17" },
		{ "1/4:7/9:*", "every day, every second, at minutes from 7 in steps of 9 of hours "
			       "from 1 in steps of 4" },
		{ "30 4 1-7 * 4",
		  "on days 1 to 7 of the month, at 04:30, or every Thursday, at 04:30" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP(cleanup_calendar)
		struct calendar *c = calendar_of(rows[i][0], "UTC");
		CLEANUP(buf_release)
		struct buf words = { 0 };
		struct error err = ERROR_INIT;

		assert_int_equal(calendar_describe(c, &words, &err), 0);
		assert_string_equal(words.ptr, rows[i][1]);
	}
}

static void any_moment_may_be_asked_for(void **state)
{
	CLEANUP(cleanup_calendar)
	struct calendar *c = calendar_of("daily", "America/New_York");
	struct calendar_time time;

	(void)state;
	assert_true(calendar_next(c, INT64_MIN, &time));
	assert_int_equal(time.at_ns, INT64_C(18000) * NS_PER_SECOND);
	assert_false(calendar_next(c, INT64_MAX, &time));
}

static void a_list_has_a_limit(void **state)
{
	char text[600] = "*:0";

	(void)state;
	for (size_t i = 0; i < 64; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), ",%zu", i % 60);
	assert_refused(text, "\"*:0,0,1,2");
}

static void the_longest_interval_knows_months_weekends_and_changes_of_clocks(void **state)
{
	static const struct {
		const char *expression, *zone;
		int64_t seconds;
	} rows[] = {
		{ "daily", "UTC", 86400 },
		/* on the night on which clocks go back */
		{ "*-*-* 06:00", "Europe/London", 25 * 3600 },
		{ "Mon..Fri 06:00", "UTC", 3 * 86400 },
		{ "monthly", "UTC", 31 * 86400 },
		{ "Thu *-*-1..7", "UTC", 35 * 86400 },
		{ "*-02-29", "UTC", 1461 * 86400 },
		{ "minutely", "UTC", 60 },
		/* once, and never again */
		{ "2027-01-01", "UTC", 0 },
		{ "2020-01-01", "UTC", 0 },
	};
	const int64_t now_ns = INT64_C(1767225600) * NS_PER_SECOND; /* 2026-01-01 */

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct error err = ERROR_INIT;
		struct calendar *c = NULL;

		assert_int_equal(calendar_parse(rows[i].expression, rows[i].zone, &c, &err), 0);
		assert_int_equal(calendar_longest_interval(c, now_ns),
				 rows[i].seconds * NS_PER_SECOND);
		calendar_free(c);
	}
}

static void running_out_of_memory_is_told_and_loses_none(void **state)
{
	static const char *const texts[] = { "Mon 10:00 UTC", "daily", "0 0 1 * 1", "@weekly" };

	(void)state;
	if (!failing_malloc_works)
		skip();
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		bool done = false;

		for (long k = 0; !done; k++) {
			long before = allocations_live;
			struct calendar *c = NULL;
			struct error err = ERROR_INIT;
			int status;

			allocations_left = k;
			status = calendar_parse(texts[i], "UTC", &c, &err);
			done = allocations_left > 0;
			allocations_left = -1;
			calendar_free(c);
			assert_true(status == 0 || err.kind == ERROR_NOMEM);
			assert_int_equal(allocations_live, before);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_forms_are_those_of_the_manual),
		cmocka_unit_test(short_words_stand_for_whole_expressions),
		cmocka_unit_test(errors_name_the_part_its_column_and_what_fits),
		cmocka_unit_test(first_and_last_weekdays_of_months_are_found),
		cmocka_unit_test(the_next_time_is_never_the_one_given),
		cmocka_unit_test(a_day_that_never_comes_has_no_next_time),
		cmocka_unit_test(a_time_that_clocks_skip_is_shifted),
		cmocka_unit_test(shifted_times_stand_among_the_others_in_order_and_once),
		cmocka_unit_test(a_time_that_comes_twice_runs_once_the_first_time),
		cmocka_unit_test(the_wall_time_that_was_meant_is_told),
		cmocka_unit_test(times_that_change_of_clocks_touches_are_found),
		cmocka_unit_test(what_an_expression_means_is_said_in_english),
		cmocka_unit_test(any_moment_may_be_asked_for),
		cmocka_unit_test(a_list_has_a_limit),
		cmocka_unit_test(the_longest_interval_knows_months_weekends_and_changes_of_clocks),
		cmocka_unit_test(running_out_of_memory_is_told_and_loses_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
