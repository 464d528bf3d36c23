/* SPDX-License-Identifier: Apache-2.0 */
/* "10:05" in a drill. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "cmd/drill_time.h"

/* What `text` means at `now` to a drill that began at `began`. */
static const char *meant(const char *zone, const char *began, const char *now, const char *text)
{
	static char out[CLOCK_RFC3339_SIZE];
	CLEANUP(cleanup_zone)
	struct zone *z = NULL;
	struct error err = ERROR_INIT;
	struct drill_clock clock;
	int64_t ns;

	assert_int_equal(timezone_open(zone, &z, &err), 0);
	clock.zone = z;
	assert_int_equal(clock_parse_rfc3339(began, &clock.began_ns), 0);
	assert_int_equal(clock_parse_rfc3339(now, &clock.now_ns), 0);
	if (drill_time_parse(text, &clock, &ns, &err) < 0) {
		assert_int_equal(err.kind, ERROR_USAGE);
		return "refused";
	}
	return clock_format_rfc3339(ns, out);
}

static void a_time_of_day_is_of_the_clocks_of_the_zone(void **state)
{
	static const char began[] = "2027-07-01T09:00:00Z", now[] = "2027-07-01T11:00:00Z";

	(void)state;
	assert_string_equal(meant("UTC", began, now, "10:05"), "2027-07-01T10:05:00Z");
	assert_string_equal(meant("Europe/London", began, now, "10:05:30"), "2027-07-01T09:05:30Z");
	assert_string_equal(meant("Asia/Kathmandu", began, now, "15:00"), "2027-07-01T09:15:00Z");
}

static void a_time_of_day_that_has_not_come_is_yesterdays_when_the_drill_had_begun_then(
	void **state)
{
	static const char began[] = "2026-12-03T22:00:00Z", now[] = "2026-12-04T00:30:00Z";

	(void)state;
	assert_string_equal(meant("UTC", began, now, "23:50"), "2026-12-03T23:50:00Z");
	assert_string_equal(meant("UTC", began, now, "00:10"), "2026-12-04T00:10:00Z");
	assert_string_equal(meant("UTC", began, now, "21:00"), "2026-12-04T21:00:00Z");
	assert_string_equal(meant("UTC", began, now, "00:40"), "2026-12-04T00:40:00Z");
}

static void a_whole_time_is_what_it_says(void **state)
{
	static const char began[] = "2026-12-03T10:00:00Z", now[] = "2026-12-03T11:00:00Z";

	(void)state;
	assert_string_equal(meant("Asia/Tokyo", began, now, "2026-12-03T10:30:00+00:00"),
			    "2026-12-03T10:30:00Z");
}

static void nothing_else_is_a_time(void **state)
{
	static const char *const wrong[] = { "",      "now",   "24:00",      "10:60",
					     "1:05",  "10:5",  "10:05:60",   "10:05:3",
					     "10-05", "+1:05", "10:05:30.5", "2026-12-03",
					     "10:05Z" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_string_equal(
			meant("UTC", "2026-12-03T10:00:00Z", "2026-12-03T11:00:00Z", wrong[i]),
			"refused");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_of_day_is_of_the_clocks_of_the_zone),
		cmocka_unit_test(
			a_time_of_day_that_has_not_come_is_yesterdays_when_the_drill_had_begun_then),
		cmocka_unit_test(a_whole_time_is_what_it_says),
		cmocka_unit_test(nothing_else_is_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
