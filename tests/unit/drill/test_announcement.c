/* SPDX-License-Identifier: Apache-2.0 */
/* What people are told of a drill: weekdays and times on the clocks of its zone. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "drill/announcement.h"

struct world {
	struct drill_plan plan;
	struct zone *zone;
	struct buf out;
	struct drill_announcement a;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct config_complaints complaints = { 0 };
	struct error err = ERROR_INIT;

	assert_non_null(w);
	assert_int_equal(drill_plan_parse("monthly", "(built in)", drill_plan_built_in("monthly"),
					  &w->plan, &complaints, &err),
			 0);
	w->a = (struct drill_announcement){ .plan = &w->plan, .platform = "shop", .contact = "" };
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	drill_plan_release(&w->plan);
	timezone_close(w->zone);
	buf_release(&w->out);
	free(w);
	return 0;
}

static void begins(struct world *w, const char *at, const char *zone)
{
	struct error err = ERROR_INIT;

	timezone_close(w->zone);
	w->zone = NULL;
	assert_int_equal(timezone_open(zone, &w->zone, &err), 0);
	w->a.zone = w->zone;
	assert_int_equal(clock_parse_rfc3339(at, &w->a.at_ns), 0);
}

static void when_is(struct world *w, const char *expected)
{
	buf_clear(&w->out);
	assert_int_equal(drill_announcement_when(&w->a, &w->out), 0);
	assert_string_equal(w->out.ptr, expected);
}

static void the_day_is_that_of_the_zone(void **state)
{
	struct world *w = *state;

	begins(w, "2026-12-03T10:00:00Z", "UTC");
	when_is(w, "Thursday Dec 3 10:00 UTC");
	begins(w, "2026-12-03T23:30:00Z", "Asia/Tokyo");
	when_is(w, "Friday Dec 4 08:30 JST");
	begins(w, "2027-03-01T02:00:00Z", "America/New_York");
	when_is(w, "Sunday Feb 28 21:00 EST");
}

static void the_timeline_has_the_start_and_each_milestone(void **state)
{
	struct world *w = *state;

	begins(w, "2026-12-03T10:00:00Z", "Europe/London");
	assert_int_equal(drill_announcement_write(&w->a, "{timeline}", &w->out), 0);
	assert_string_equal(w->out.ptr, "10:00  T+0:00   The drill begins\n"
					"11:00  T+1:00   PostgreSQL recovery complete\n"
					"11:15  T+1:15   Cache recovery complete\n"
					"11:30  T+1:30   Message broker recovery complete\n"
					"11:45  T+1:45   Services deployed\n"
					"12:00  T+2:00   Validation\n"
					"12:30  T+2:30   Final status\n");
	assert_int_equal(drill_plan_duration(&w->plan), 150 * 60 * NS_PER_SECOND);
}

/* The clocks of London go back at 02:00 on 2026-10-25. */
static void times_are_those_that_clocks_show(void **state)
{
	struct world *w = *state;

	begins(w, "2026-10-25T00:30:00Z", "Europe/London");
	assert_int_equal(drill_announcement_write(&w->a, "{timeline}", &w->out), 0);
	assert_non_null(strstr(w->out.ptr, "01:30  T+0:00 "));
	assert_non_null(strstr(w->out.ptr, "01:30  T+1:00 "));
	assert_non_null(strstr(w->out.ptr, "03:00  T+2:30 "));
}

static void places_are_filled_in_and_other_braces_stay(void **state)
{
	struct world *w = *state;

	begins(w, "2026-12-03T10:00:00Z", "UTC");
	assert_int_equal(
		drill_announcement_write(
			&w->a, "{{plan}{platform}{duration} {zone}{nothing}{contact} {", &w->out),
		0);
	assert_string_equal(w->out.ptr, "{Monthly DR drillshop2h30m UTC{nothing}whoever operates "
					"the platform {");
	buf_clear(&w->out);
	w->a.contact = "ops@example.com";
	assert_int_equal(drill_announcement_write(&w->a, "", &w->out), 0);
	assert_int_equal(w->out.len, 0);
	assert_int_equal(drill_announcement_write(&w->a, "{contact}{when}", &w->out), 0);
	assert_string_equal(w->out.ptr, "ops@example.comThursday Dec 3 10:00 UTC");
}

static void the_built_in_text_has_no_place_that_is_not_filled_in(void **state)
{
	struct world *w = *state;

	begins(w, "2026-12-03T10:00:00Z", "UTC");
	assert_int_equal(drill_announcement_write(&w->a, drill_announcement_built_in(), &w->out),
			 0);
	assert_null(strpbrk(w->out.ptr, "{}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_day_is_that_of_the_zone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_timeline_has_the_start_and_each_milestone,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(times_are_those_that_clocks_show, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(places_are_filled_in_and_other_braces_stay, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			the_built_in_text_has_no_place_that_is_not_filled_in, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
