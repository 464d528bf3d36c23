/* SPDX-License-Identifier: Apache-2.0 */
/* What was missed, paused and expected, and the runs that are held against it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "history/known.h"
#include "history/missed.h"
#include "history/pause.h"
#include "world.h"

#define HOUR (3600 * NS_PER_SECOND)

static char verify_kind[] = "verify", nightly[] = "nightly", weekly[] = "weekly",
	    daily[] = "verify daily UTC", hourly[] = "verify hourly UTC", reason[] = "it was off",
	    author[] = "ops";

static void miss(struct world *w, char *schedule, int64_t at_ns)
{
	struct missed m = { .schedule = schedule,
			    .kind = verify_kind,
			    .reason = reason,
			    .at_ns = at_ns,
			    .noticed_ns = 9 * HOUR,
			    .times = 1 };

	assert_int_equal(history_add_missed(w->h, &m, &w->err), 0);
}

static size_t count_missed(struct world *w, const struct missed_filter *filter)
{
	CLEANUP(missed_list_release)
	struct missed_list list = { 0 };

	if (history_missed(w->h, filter, &list, &w->err) < 0)
		fail_msg("%s", w->err.message);
	return list.count;
}

static void missed_times_are_kept_once(void **state)
{
	struct world *w = *state;
	struct missed_filter all = { 0 }, of_nightly = { .schedule = nightly },
			     late = { .since_ns = 2 * HOUR };
	CLEANUP(missed_list_release)
	struct missed_list list = { 0 };

	miss(w, nightly, 2 * HOUR);
	miss(w, weekly, HOUR);
	miss(w, nightly, HOUR);
	miss(w, nightly, HOUR);
	assert_int_equal(count_missed(w, &all), 3);
	assert_int_equal(count_missed(w, &of_nightly), 2);
	assert_int_equal(count_missed(w, &late), 1);
	assert_int_equal(history_missed(w->h, &of_nightly, &list, &w->err), 0);
	assert_int_equal(list.item[0].at_ns, HOUR);
	assert_int_equal(list.item[0].noticed_ns, 9 * HOUR);
	assert_string_equal(list.item[1].reason, reason);
	assert_string_equal(list.item[1].kind, verify_kind);
}

static void an_expectation_is_of_one_expression(void **state)
{
	struct world *w = *state;
	struct expectation e = {
		.schedule = nightly, .expression = daily, .since_ns = HOUR, .judged_ns = 2 * HOUR
	};
	CLEANUP(expectations_release)
	struct expectations known = { 0 };
	const struct expectation *found;

	assert_int_equal(history_set_expectation(w->h, &e, &w->err), 0);
	assert_int_equal(history_expectations(w->h, &known, &w->err), 0);
	found = expectations_find(&known, nightly, daily);
	assert_non_null(found);
	assert_int_equal(found->since_ns, HOUR);
	assert_int_equal(found->judged_ns, 2 * HOUR);
	assert_null(expectations_find(&known, nightly, hourly));
	assert_null(expectations_find(&known, weekly, daily));
	expectations_release(&known);

	e.expression = hourly;
	assert_int_equal(history_set_expectation(w->h, &e, &w->err), 0);
	assert_int_equal(history_expectations(w->h, &known, &w->err), 0);
	assert_int_equal(known.count, 1);
	assert_non_null(expectations_find(&known, nightly, hourly));
	expectations_release(&known);

	assert_int_equal(history_drop_expectation(w->h, nightly, &w->err), 0);
	assert_int_equal(history_expectations(w->h, &known, &w->err), 0);
	assert_int_equal(known.count, 0);
}

static void rest(struct world *w, char *schedule, int64_t began_ns, int64_t ends_ns)
{
	struct pause p = { .schedule = schedule,
			   .reason = reason,
			   .author = author,
			   .began_ns = began_ns,
			   .ends_ns = ends_ns };

	assert_int_equal(history_add_pause(w->h, &p, &w->err), 0);
}

static void a_pause_is_in_force_until_its_end_or_until_somebody_resumes(void **state)
{
	struct world *w = *state;
	CLEANUP(pauses_release)
	struct pauses p = { 0 };
	size_t ended = 9;

	rest(w, nightly, HOUR, 5 * HOUR);
	rest(w, NULL, 2 * HOUR, 4 * HOUR);
	assert_int_equal(history_pauses(w->h, 0, &p, &w->err), 0);
	assert_int_equal(p.count, 2);
	assert_null(pauses_find(&p, nightly, HOUR - 1));
	assert_string_equal(pauses_find(&p, nightly, HOUR)->schedule, nightly);
	/* of two, the one that lasts */
	assert_int_equal(pauses_find(&p, nightly, 3 * HOUR)->ends_ns, 5 * HOUR);
	assert_null(pauses_find(&p, nightly, 5 * HOUR));
	assert_null(pauses_find(&p, weekly, HOUR));
	assert_null(pauses_find(&p, weekly, 2 * HOUR)->schedule);
	assert_null(pauses_find(&p, weekly, 4 * HOUR));
	pauses_release(&p);

	assert_int_equal(history_resume(w->h, weekly, 3 * HOUR, &ended, &w->err), 0);
	assert_int_equal(ended, 0);
	assert_int_equal(history_resume(w->h, NULL, 3 * HOUR, &ended, &w->err), 0);
	assert_int_equal(ended, 2);
	assert_int_equal(history_pauses(w->h, 3 * HOUR, &p, &w->err), 0);
	assert_int_equal(p.count, 0);
	/* what was paused stays known */
	assert_int_equal(history_pauses(w->h, 2 * HOUR, &p, &w->err), 0);
	assert_int_equal(p.count, 2);
	assert_int_equal(p.item[0].ends_ns, 3 * HOUR);
	assert_string_equal(p.item[0].author, author);
}

static void run(struct world *w, const char *id, int64_t at_ns, size_t components, enum verdict v)
{
	static const char *const both[] = { "cache", "database" };
	struct history_claim claim = {
		.run = id, .command = "verify", .component = both, .component_count = components
	};
	struct event start = {
		.type = EVENT_RUN_STARTED, .at_ns = at_ns, .run = id, .kind = "verify"
	};
	struct event end = { .type = EVENT_RUN_FINISHED,
			     .at_ns = at_ns + HOUR,
			     .run = id,
			     .duration_ns = HOUR,
			     .verdict = v };

	assert_int_equal(history_lock(w->h, &claim, &w->err), 0);
	assert_int_equal(event_send(history_sink(w->h), &start, &w->err), 0);
	if (v != VERDICT_SKIPPED)
		assert_int_equal(event_send(history_sink(w->h), &end, &w->err), 0);
	history_unlock(w->h);
}

static void runs_are_known_with_what_they_had_to_themselves(void **state)
{
	struct world *w = *state;
	CLEANUP(known_runs_release)
	struct known_runs known = { 0 };

	run(w, "r1", HOUR, 2, VERDICT_PASS);
	run(w, "r3", 5 * HOUR, 1, VERDICT_FAIL);
	run(w, "r2", 3 * HOUR, 1, VERDICT_WARN);
	run(w, "r4", 7 * HOUR, 0, VERDICT_SKIPPED); /* begun, and no more */
	assert_int_equal(history_known_runs(w->h, 2 * HOUR, &known, &w->err), 0);
	assert_int_equal(known.count, 3);
	assert_string_equal(known.item[0].id, "r2");
	assert_string_equal(known.item[0].kind, "verify");
	assert_int_equal(known.item[0].finished_ns, 4 * HOUR);
	assert_int_equal(known.item[0].component_count, 1);
	assert_string_equal(known.item[0].component[0], "cache");
	assert_true(known.item[0].succeeded);
	assert_false(known.item[1].succeeded);
	assert_int_equal(known.item[2].finished_ns, 0);
	assert_int_equal(known.item[2].component_count, 0);
	known_runs_release(&known);
	assert_int_equal(history_known_runs(w->h, 0, &known, &w->err), 0);
	assert_int_equal(known.item[0].component_count, 2);
	assert_string_equal(known.item[0].component[1], "database");
}

static void assert_newest(struct world *w, size_t components, bool succeeded, const char *expected)
{
	static const char *const both[] = { "cache", "database" };
	struct newest_question q = { .kind = "verify",
				     .component = both,
				     .component_count = components,
				     .succeeded = succeeded };
	char id[RUN_ID_SIZE];
	int64_t started_ns;

	assert_int_equal(history_newest(w->h, &q, id, &started_ns, &w->err), 0);
	assert_string_equal(id, expected);
	assert_int_equal(started_ns != 0, *expected != '\0');
}

static void the_newest_run_is_one_about_all_that_is_asked_for(void **state)
{
	struct world *w = *state;

	assert_newest(w, 0, false, "");
	run(w, "r1", HOUR, 2, VERDICT_PASS);
	run(w, "r2", 3 * HOUR, 2, VERDICT_FAIL);
	run(w, "r3", 5 * HOUR, 1, VERDICT_WARN);
	run(w, "r4", 7 * HOUR, 0, VERDICT_PASS);
	assert_newest(w, 0, false, "r4");
	assert_newest(w, 1, false, "r3");
	assert_newest(w, 1, true, "r3");
	assert_newest(w, 2, false, "r2");
	assert_newest(w, 2, true, "r1");
}

static void what_is_recorded_together_stays_or_goes_together(void **state)
{
	struct world *w = *state;
	struct missed_filter all = { 0 };

	assert_int_equal(history_begin(w->h, &w->err), 0);
	miss(w, nightly, HOUR);
	assert_int_equal(history_end(w->h, -1, &w->err), -1);
	assert_int_equal(count_missed(w, &all), 0);
	assert_int_equal(history_begin(w->h, &w->err), 0);
	miss(w, nightly, HOUR);
	run(w, "r1", HOUR, 1, VERDICT_PASS);
	assert_int_equal(history_end(w->h, 0, &w->err), 0);
	assert_int_equal(count_missed(w, &all), 1);
	assert_newest(w, 1, true, "r1");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_on_disk, world_end)
	const struct CMUnitTest tests[] = {
		TEST(missed_times_are_kept_once),
		TEST(an_expectation_is_of_one_expression),
		TEST(a_pause_is_in_force_until_its_end_or_until_somebody_resumes),
		TEST(runs_are_known_with_what_they_had_to_themselves),
		TEST(the_newest_run_is_one_about_all_that_is_asked_for),
		TEST(what_is_recorded_together_stays_or_goes_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
