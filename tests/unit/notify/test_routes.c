/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "notify/deliver.h"
#include "notify/routes.h"

static const struct receiver_config mail = { .name = "mail", .kind = RECEIVER_MAIL, .instead = "" },
				    pager = { .name = "pager",
					      .kind = RECEIVER_PAGERDUTY,
					      .instead = "" },
				    beat = { .name = "beat", .kind = RECEIVER_PING, .instead = "" };

static bool wants(const struct notify_config *n, const struct receiver_config *r,
		  enum notice_event event, const char *kind, const char *component)
{
	const struct route_question q = { .event = event,
					  .kind = kind,
					  .component = &component,
					  .component_count = component != NULL };

	return routes_want(n, r, &q);
}

static void without_routes_everybody_hears_of_what_is_not_well(void **state)
{
	static const enum notice_event yes[] = { NOTICE_WARNED, NOTICE_FAILED,    NOTICE_ERROR,
						 NOTICE_MISSED, NOTICE_RECOVERED, NOTICE_STALE };
	static const enum notice_event no[] = { NOTICE_PASSED, NOTICE_STARTED, NOTICE_FINISHED };
	const struct notify_config n = { .route_count = 0 };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		assert_true(wants(&n, &mail, yes[i], "verify", "db"));
		assert_true(wants(&n, &pager, yes[i], "verify", ""));
	}
	for (size_t i = 0; i < 3; i++) {
		assert_false(wants(&n, &mail, no[i], "verify", "db"));
		assert_false(wants(&n, &pager, no[i], "verify", "db"));
	}
	assert_true(wants(&n, &mail, NOTICE_ANNOUNCED, "drill", NULL));
	assert_false(wants(&n, &pager, NOTICE_ANNOUNCED, "drill", NULL));
}

static void without_routes_a_ping_gets_starts_and_outcomes(void **state)
{
	const struct notify_config n = { .route_count = 0 };

	(void)state;
	assert_true(wants(&n, &beat, NOTICE_STARTED, "verify", NULL));
	assert_true(wants(&n, &beat, NOTICE_PASSED, "verify", NULL));
	assert_true(wants(&n, &beat, NOTICE_FAILED, "verify", NULL));
	assert_false(wants(&n, &beat, NOTICE_FINISHED, "verify", NULL));
	assert_false(wants(&n, &beat, NOTICE_RECOVERED, "verify", NULL));
}

static void a_route_leads_where_its_events_kinds_and_components_fit(void **state)
{
	const char *events[] = { "failed", "passed" }, *kinds[] = { "backup" },
		   *components[] = { "db" }, *to[] = { "mail", "pager" };
	struct route_config r = { .events = { events, 2 },
				  .kinds = { kinds, 1 },
				  .components = { components, 1 },
				  .to = { to, 2 } };
	const struct notify_config n = { .route = &r, .route_count = 1 };

	(void)state;
	assert_true(wants(&n, &mail, NOTICE_FAILED, "backup", "db"));
	assert_true(wants(&n, &mail, NOTICE_PASSED, "backup", "db"));
	assert_true(wants(&n, &mail, NOTICE_FAILED, "backup", NULL));
	assert_false(wants(&n, &mail, NOTICE_ERROR, "backup", "db"));
	assert_false(wants(&n, &mail, NOTICE_FAILED, "verify", "db"));
	assert_false(wants(&n, &mail, NOTICE_FAILED, "backup", "cache"));
	assert_false(wants(&n, &mail, NOTICE_FAILED, "backup", ""));
	assert_false(wants(&n, &beat, NOTICE_FAILED, "backup", "db"));
	assert_true(wants(&n, &pager, NOTICE_FAILED, "backup", "db"));
	assert_false(wants(&n, &pager, NOTICE_PASSED, "backup", "db"));
	r = (struct route_config){ .to = { to, 1 } };
	assert_true(wants(&n, &mail, NOTICE_STARTED, "drill", "x"));
	assert_false(wants(&n, &pager, NOTICE_FAILED, "verify", "x"));
}

static void no_route_makes_a_drill_page(void **state)
{
	const char *to[] = { "pager" };
	struct route_config r = { .to = { to, 1 } };
	const struct notify_config n = { .route = &r, .route_count = 1 };

	(void)state;
	assert_true(wants(&n, &pager, NOTICE_FAILED, "verify", "db"));
	assert_false(wants(&n, &pager, NOTICE_FAILED, "drill", "db"));
}

static void a_pager_hears_the_end_of_what_it_hears_of(void **state)
{
	const char *events[] = { "failed" }, *to[] = { "pager", "mail" };
	struct route_config r = { .events = { events, 1 }, .to = { to, 2 } };
	const struct notify_config n = { .route = &r, .route_count = 1 };

	(void)state;
	assert_true(wants(&n, &pager, NOTICE_RECOVERED, "verify", "db"));
	assert_false(wants(&n, &mail, NOTICE_RECOVERED, "verify", "db"));
	events[0] = "passed";
	assert_false(wants(&n, &pager, NOTICE_RECOVERED, "verify", "db"));
}

static void who_stands_in_is_the_one_named_or_any_that_can_say_why(void **state)
{
	struct receiver_config all[3] = { beat, mail, pager };
	const struct notify_config n = { .receiver = all, .receiver_count = 3 };

	(void)state;
	assert_ptr_equal(routes_instead(&n, &all[1]), &all[2]);
	assert_ptr_equal(routes_instead(&n, &all[2]), &all[1]);
	all[1].instead = "beat";
	assert_ptr_equal(routes_instead(&n, &all[1]), &all[0]);
	all[1].instead = "mail";
	assert_null(routes_instead(&n, &all[1]));
	assert_null(routes_instead(&(struct notify_config){ .receiver = all, .receiver_count = 1 },
				   &all[0]));
}

static void the_wait_doubles_from_five_seconds_to_an_hour_less_up_to_a_half(void **state)
{
	(void)state;
	assert_int_equal(deliver_backoff_ns(0, 0), 5 * NS_PER_SECOND);
	assert_int_equal(deliver_backoff_ns(3, 0), 40 * NS_PER_SECOND);
	assert_int_equal(deliver_backoff_ns(10, 0), 3600 * NS_PER_SECOND);
	assert_int_equal(deliver_backoff_ns(UINT32_MAX, 0), 3600 * NS_PER_SECOND);
	for (unsigned i = 0; i < 20; i++) {
		assert_true(deliver_backoff_ns(i, UINT32_MAX) < deliver_backoff_ns(i, 0));
		assert_true(deliver_backoff_ns(i, UINT32_MAX) >= deliver_backoff_ns(i, 0) / 2);
		assert_true(deliver_backoff_ns(i, 1U << 31) > deliver_backoff_ns(i, UINT32_MAX));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_routes_everybody_hears_of_what_is_not_well),
		cmocka_unit_test(without_routes_a_ping_gets_starts_and_outcomes),
		cmocka_unit_test(a_route_leads_where_its_events_kinds_and_components_fit),
		cmocka_unit_test(no_route_makes_a_drill_page),
		cmocka_unit_test(a_pager_hears_the_end_of_what_it_hears_of),
		cmocka_unit_test(who_stands_in_is_the_one_named_or_any_that_can_say_why),
		cmocka_unit_test(the_wait_doubles_from_five_seconds_to_an_hour_less_up_to_a_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
