/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar_of.h"

static void assert_warning(const char *text, const char *expected)
{
	CLEANUP(cleanup_calendar)
	struct calendar *c = calendar_of(text, "UTC");

	if (!expected)
		assert_null(calendar_warning(c));
	else
		assert_string_equal(calendar_warning(c), expected);
}

static void five_fields_become_a_calendar(void **state)
{
	static const char *const rows[][2] = {
		{ "*/5 * * * *", "*-*-* *:00/5:00" },
		{ "30 4 * * 1-5", "Mon..Fri *-*-* 04:30:00" },
		{ "0 22-23,0-5/2 * jan,Mar-may mon", "Mon *-01,03..05-* 00..04/2,22..23:00:00" },
		{ "0 0 */2 * *", "*-*-01/2 00:00:00" },
		{ "0 0 * * 0", "Sun *-*-* 00:00:00" },
		{ "0 0 * * 7", "Sun *-*-* 00:00:00" },
		{ "0 0 * * fri-sun", "Fri..Sun *-*-* 00:00:00" },
		{ "0 0 * * */2", "Tue,Thu,Sat,Sun *-*-* 00:00:00" },
		{ "0 0 * * 0-7", "*-*-* 00:00:00" },
		{ "0-59 0-23 * 1-12 *", "*-*-* *:*:00" },
		{ " 0  0\t1 1 * ", "*-01-01 00:00:00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_form(rows[i][0], rows[i][1]);
		assert_warning(rows[i][0], NULL);
	}
}

static void names_become_a_calendar(void **state)
{
	static const char *const rows[][2] = {
		{ "@hourly", "*-*-* *:00:00" },      { "@daily", "*-*-* 00:00:00" },
		{ "@midnight", "*-*-* 00:00:00" },   { "@weekly", "Sun *-*-* 00:00:00" },
		{ "@monthly", "*-*-01 00:00:00" },   { "@yearly", "*-01-01 00:00:00" },
		{ "@annually", "*-01-01 00:00:00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_form(rows[i][0], rows[i][1]);
	assert_warning("@daily", NULL);
	assert_warning("@weekly",
		       "\"@weekly\": cron runs this on Sunday, systemd's \"weekly\" is Monday; to "
		       "say which write \"Sun 00:00\" or \"Mon 00:00\"");
}

static void days_of_month_and_week_together_mean_either_and_are_warned_of(void **state)
{
	(void)state;
	assert_form("30 4 1-7 * 4", "*-*-01..07 04:30:00 or Thu *-*-* 04:30:00");
	assert_next("30 4 1-7 * 4", "UTC", "2026-12-02T12:00:00Z",
		    "2026-12-03T04:30:00Z 2026-12-04T04:30:00Z 2026-12-05T04:30:00Z "
		    "2026-12-06T04:30:00Z 2026-12-07T04:30:00Z 2026-12-10T04:30:00Z "
		    "2026-12-17T04:30:00Z");
	assert_warning("30 4 1-7 * 4",
		       "\"30 4 1-7 * 4\": cron runs this on days 1 to 7 and on every Thursday; "
		       "for the first Thursday write \"Thu *-*-1..7 04:30\"");
	assert_warning("0 0 13 * 5",
		       "\"0 0 13 * 5\": cron runs this on day 13 and on every Friday; "
		       "for days that are both write \"Fri *-*-13 00:00\"");
	assert_warning("0 0 1,15,20-22 6 mon,fri",
		       "\"0 0 1,15,20-22 6 mon,fri\": cron runs this on days 1, 15, 20, 21 and 22 "
		       "and on every Monday and Friday; for days that are both write "
		       "\"Mon,Fri *-06-1,15,20..22 00:00\"");
}

static void each_form_of_such_a_line_is_an_expression_of_its_own(void **state)
{
	CLEANUP(cleanup_calendar)
	struct calendar *c = calendar_of("30 4 1-7 * 4", "UTC");
	CLEANUP(buf_release)
	struct buf form = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(calendar_forms(c), 2);
	assert_int_equal(calendar_one_form(c, 0, &form, &err), 0);
	assert_string_equal(form.ptr, "*-*-01..07 04:30:00");
	buf_clear(&form);
	assert_int_equal(calendar_one_form(c, 1, &form, &err), 0);
	assert_string_equal(form.ptr, "Thu *-*-* 04:30:00");
}

/* A month or a week of which every day is named is still restricted, to cron. */
static void all_days_by_number_or_any_weekday_mean_every_day(void **state)
{
	(void)state;
	assert_next("0 0 1-31 * 1", "UTC", "2026-12-01T12:00:00Z",
		    "2026-12-02T00:00:00Z 2026-12-03T00:00:00Z");
	assert_next("0 0 13 * 0-6", "UTC", "2026-12-01T12:00:00Z",
		    "2026-12-02T00:00:00Z 2026-12-03T00:00:00Z");
}

/* crontab(5): a field is restricted when it does not begin with *. */
static void a_star_with_a_step_restricts_both_and_is_warned_of(void **state)
{
	(void)state;
	assert_form("0 0 */2 * 1", "Mon *-*-01/2 00:00:00");
	assert_next("0 0 */10 * 1", "UTC", "2026-11-27T00:00:00Z",
		    "2026-12-21T00:00:00Z 2027-01-11T00:00:00Z");
	assert_warning(
		"0 0 */10 * 1",
		"\"0 0 */10 * 1\": cron runs this on every Monday that falls on days 1, 11, 21 "
		"and 31, since a field that begins with * leaves the other in force; plainer is "
		"\"Mon *-*-1/10 00:00\"");
}

static void errors_say_what_cron_knows(void **state)
{
	static const char *const rows[][2] = {
		{ "30 25 * * *", "\"30 25 * * *\", column 4: \"25\" is not an hour (0 to 23)" },
		{ "0 0 0 * *",
		  "\"0 0 0 * *\", column 5: \"0\" is not a day of the month (1 to 31)" },
		{ "0 0 * * 8", "\"0 0 * * 8\", column 9: \"8\" is not a day of the week (0 to 7)" },
		{ "5/15 * * * *",
		  "\"5/15 * * * *\", column 1: \"5/15\" steps from one value, which "
		  "cron does not know: write \"5-59/15\"" },
		{ "* * * * * *", "\"* * * * * *\", column 11: \"*\" is one field too many" },
		{ "0 0 L * *",
		  "\"0 0 L * *\", column 5: \"L\" is not a day of the month of a cron line" },
		{ "0 0 1,,2 * *", "\"0 0 1,,2 * *\", column 5: \"1,,2\" has an empty place" },
		{ "0 0 1, * *", "\"0 0 1, * *\", column 5: \"1,\" has an empty place" },
		{ "0 5-3 * * *", "\"0 5-3 * * *\", column 3: \"5-3\" ends before it begins" },
		{ "*/90 * * * *", "\"*/90 * * * *\", column 1: \"*/90\" steps past 59 at once" },
		{ "@reboot", "\"@reboot\", column 1: \"@reboot\" is no time" },
		{ "@fortnightly",
		  "\"@fortnightly\", column 1: \"@fortnightly\" is no name of cron's" },
		{ "@daily UTC", "\"@daily UTC\", column 8: \"UTC\" follows a name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_refused(rows[i][0], rows[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_fields_become_a_calendar),
		cmocka_unit_test(names_become_a_calendar),
		cmocka_unit_test(days_of_month_and_week_together_mean_either_and_are_warned_of),
		cmocka_unit_test(each_form_of_such_a_line_is_an_expression_of_its_own),
		cmocka_unit_test(all_days_by_number_or_any_weekday_mean_every_day),
		cmocka_unit_test(a_star_with_a_step_restricts_both_and_is_warned_of),
		cmocka_unit_test(errors_say_what_cron_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
