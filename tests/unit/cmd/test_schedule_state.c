/* SPDX-License-Identifier: Apache-2.0 */
/* How schedules stand over a history that a test has written, at times that it passes in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/schedule_state.h"

#define HOUR (3600 * NS_PER_SECOND)
#define DAY  (24 * HOUR)

enum { NIGHTLY, CACHE, DRILL, SCHEDULES };

struct world {
	char directory[64];
	struct history *h;
	struct config config;
	struct schedule_config schedule[SCHEDULES];
	struct component_config component[3];
	struct schedule_states states;
	struct error err;
	int64_t noon; /* of a day in November, UTC */
};

static int set_up(void **state)
{
	static const char *const cache[] = { "cache" };
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	(void)snprintf(w->directory, sizeof(w->directory), "/tmp/muster-schedules-XXXXXX");
	assert_non_null(mkdtemp(w->directory));
	if (history_open(w->directory, &w->h, &w->err) < 0)
		fail_msg("%s", w->err.message);
	w->schedule[NIGHTLY] = (struct schedule_config){ .name = "nightly",
							 .run = "restore-test",
							 .when = "*-*-* 03:00",
							 .run_within_ns = 6 * HOUR,
							 .enabled = true };
	w->schedule[CACHE] = w->schedule[NIGHTLY];
	w->schedule[CACHE].name = "cache-only";
	w->schedule[CACHE].components.item = calloc(1, sizeof(*cache));
	assert_non_null(w->schedule[CACHE].components.item);
	w->schedule[CACHE].components.item[0] = cache[0];
	w->schedule[CACHE].components.count = 1;
	w->schedule[DRILL] = w->schedule[NIGHTLY];
	w->schedule[DRILL].name = "people";
	w->schedule[DRILL].run = "drill";
	w->component[0] = (struct component_config){ .name = "cache", .engine = ENGINE_REDIS };
	w->component[1] =
		(struct component_config){ .name = "database", .engine = ENGINE_POSTGRESQL };
	w->component[2] = (struct component_config){ .name = "site", .engine = ENGINE_SERVICE };
	w->config = (struct config){ .timezone = "UTC",
				     .schedule = w->schedule,
				     .schedule_count = SCHEDULES,
				     .component = w->component,
				     .component_count = 3 };
	assert_int_equal(clock_parse_rfc3339("2026-11-10T12:00:00Z", &w->noon), 0);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	struct error err = ERROR_INIT;

	schedule_states_release(&w->states);
	free(w->schedule[CACHE].components.item);
	history_close(w->h);
	assert_int_equal(file_remove_tree(w->directory, &err), 0);
	free(w);
	return 0;
}

static const struct schedule_state *look(struct world *w, size_t which, int64_t now_ns)
{
	schedule_states_release(&w->states);
	if (schedule_states_learn(&w->config, w->h, now_ns, &w->states, &w->err) < 0)
		fail_msg("%s", w->err.message);
	assert_int_equal(w->states.count, SCHEDULES);
	return &w->states.item[which];
}

static void settle(struct world *w, int64_t now_ns)
{
	if (schedule_settle(&w->config, w->h, now_ns, &w->err) < 0)
		fail_msg("%s", w->err.message);
}

static size_t recorded(struct world *w, const char *schedule)
{
	struct missed_filter filter = { .schedule = schedule };
	CLEANUP(missed_list_release)
	struct missed_list list = { 0 };

	assert_int_equal(history_missed(w->h, &filter, &list, &w->err), 0);
	return list.count;
}

static void run(struct world *w, const char *kind, size_t components, int64_t at_ns, enum verdict v)
{
	static const char *const names[] = { "cache", "database" };
	char id[RUN_ID_SIZE];
	struct history_claim claim = {
		.run = id, .command = kind, .component = names, .component_count = components
	};
	struct event start = { .type = EVENT_RUN_STARTED, .at_ns = at_ns, .run = id, .kind = kind };
	struct event end = { .type = EVENT_RUN_FINISHED,
			     .at_ns = at_ns + HOUR,
			     .run = id,
			     .duration_ns = HOUR,
			     .verdict = v };

	run_id_make(at_ns, id);
	assert_int_equal(history_lock(w->h, &claim, &w->err), 0);
	assert_int_equal(event_send(history_sink(w->h), &start, &w->err), 0);
	assert_int_equal(event_send(history_sink(w->h), &end, &w->err), 0);
	history_unlock(w->h);
}

static void a_new_schedule_has_missed_nothing_and_then_what_passes(void **state)
{
	struct world *w = *state;
	const struct schedule_state *s = look(w, NIGHTLY, w->noon);

	assert_true(s->expected);
	assert_int_equal(s->missed, 0);
	assert_false(s->stale);
	/* nobody has recorded it: it is as new a day later */
	assert_int_equal(look(w, NIGHTLY, w->noon + DAY)->missed, 0);

	settle(w, w->noon);
	s = look(w, NIGHTLY, w->noon + 3 * DAY);
	assert_int_equal(s->missed, 3);
	assert_int_equal(s->missed_at_ns, w->noon + 3 * DAY - 9 * HOUR);
	assert_string_equal(s->missed_reason,
			    "muster was not running: no restore-test began within 6h");
	assert_int_equal(w->states.found.count, 6);
	assert_int_equal(recorded(w, "nightly"), 0);

	settle(w, w->noon + 3 * DAY);
	settle(w, w->noon + 3 * DAY);
	assert_int_equal(recorded(w, "nightly"), 3);
	assert_int_equal(recorded(w, "cache-only"), 3);
	s = look(w, NIGHTLY, w->noon + 4 * DAY);
	assert_int_equal(s->missed, 4);
	assert_int_equal(w->states.found.count, 2);
}

static void a_run_makes_good_what_it_covers(void **state)
{
	struct world *w = *state;

	settle(w, w->noon);
	settle(w, w->noon + 2 * DAY);
	run(w, "restore-test", 1, w->noon + 2 * DAY, VERDICT_FAIL);
	assert_int_equal(look(w, NIGHTLY, w->noon + 2 * DAY + HOUR)->missed, 2);
	assert_int_equal(look(w, CACHE, w->noon + 2 * DAY + HOUR)->missed, 0);
	/* services have nothing to restore: with both others it is all */
	run(w, "restore-test", 2, w->noon + 2 * DAY + 2 * HOUR, VERDICT_FAIL);
	assert_int_equal(look(w, NIGHTLY, w->noon + 2 * DAY + 3 * HOUR)->missed, 0);
	assert_int_equal(recorded(w, "nightly"), 2);
}

static void a_schedule_that_changes_is_expected_from_then_on(void **state)
{
	struct world *w = *state;

	settle(w, w->noon);
	settle(w, w->noon + 2 * DAY);
	assert_int_equal(look(w, NIGHTLY, w->noon + 2 * DAY)->missed, 2);
	w->schedule[NIGHTLY].when = "*-*-* 04:00";
	assert_int_equal(look(w, NIGHTLY, w->noon + 4 * DAY)->missed, 0);
	settle(w, w->noon + 4 * DAY);
	assert_int_equal(look(w, NIGHTLY, w->noon + 5 * DAY)->missed, 1);
	assert_int_equal(recorded(w, "nightly"), 2);
}

static void a_schedule_that_is_switched_on_again_has_missed_nothing_meanwhile(void **state)
{
	struct world *w = *state;

	settle(w, w->noon);
	w->schedule[NIGHTLY].enabled = false;
	assert_false(look(w, NIGHTLY, w->noon + DAY)->expected);
	settle(w, w->noon + DAY);
	w->schedule[NIGHTLY].enabled = true;
	settle(w, w->noon + 5 * DAY);
	assert_int_equal(look(w, NIGHTLY, w->noon + 5 * DAY)->missed, 0);
	assert_int_equal(look(w, NIGHTLY, w->noon + 6 * DAY)->missed, 1);
}

static void what_people_do_is_expected_once_they_have_begun(void **state)
{
	struct world *w = *state;

	settle(w, w->noon);
	settle(w, w->noon + 5 * DAY);
	assert_false(look(w, DRILL, w->noon + 5 * DAY)->expected);
	assert_int_equal(recorded(w, "people"), 0);
	run(w, "drill", 2, w->noon + 5 * DAY, VERDICT_PASS);
	settle(w, w->noon + 5 * DAY + HOUR);
	assert_int_equal(look(w, DRILL, w->noon + 6 * DAY)->missed, 1);
}

static void a_pause_is_shown_and_its_times_are_not_missed(void **state)
{
	struct world *w = *state;
	char reason[] = "new disks", author[] = "ops", name[] = "nightly";
	struct pause p = { .schedule = name,
			   .reason = reason,
			   .author = author,
			   .began_ns = w->noon,
			   .ends_ns = w->noon + 2 * DAY };
	const struct schedule_state *s;

	settle(w, w->noon);
	assert_int_equal(history_add_pause(w->h, &p, &w->err), 0);
	s = look(w, NIGHTLY, w->noon + DAY);
	assert_non_null(s->pause);
	assert_string_equal(s->pause->reason, "new disks");
	assert_null(look(w, CACHE, w->noon + DAY)->pause);
	s = look(w, NIGHTLY, w->noon + 3 * DAY);
	assert_null(s->pause);
	assert_int_equal(s->missed, 1);
	/* what is not proven is not, whatever the reason */
	assert_true(s->stale);
	assert_int_equal(look(w, CACHE, w->noon + 3 * DAY)->missed, 3);
}

static void a_proof_grows_stale(void **state)
{
	struct world *w = *state;
	const struct schedule_state *s;

	settle(w, w->noon);
	assert_false(look(w, NIGHTLY, w->noon + 2 * DAY)->stale);
	assert_true(look(w, NIGHTLY, w->noon + 2 * DAY + 1)->stale);
	run(w, "restore-test", 2, w->noon + 2 * DAY, VERDICT_WARN);
	run(w, "restore-test", 2, w->noon + 3 * DAY, VERDICT_FAIL);
	s = look(w, NIGHTLY, w->noon + 4 * DAY);
	assert_false(s->stale);
	assert_int_equal(s->success_ns, w->noon + 2 * DAY);
	assert_int_equal(s->stale_after_ns, 2 * DAY);
	assert_true(look(w, NIGHTLY, w->noon + 4 * DAY + 1)->stale);
	w->schedule[NIGHTLY].stale_ns = 5 * DAY;
	assert_false(look(w, NIGHTLY, w->noon + 7 * DAY)->stale);
}

static void two_that_settle_at_once_record_each_time_once(void **state)
{
	struct world *w = *state;
	pid_t pid[4];

	settle(w, w->noon);
	history_close(TAKE(w->h));
	for (size_t i = 0; i < 4; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(history_open(w->directory, &w->h, &w->err) < 0 ||
			      schedule_settle(&w->config, w->h, w->noon + 40 * DAY, &w->err) < 0);
	}
	for (size_t i = 0; i < 4; i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(history_open(w->directory, &w->h, &w->err), 0);
	assert_int_equal(recorded(w, "nightly"), 40);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_new_schedule_has_missed_nothing_and_then_what_passes),
		TEST(a_run_makes_good_what_it_covers),
		TEST(a_schedule_that_changes_is_expected_from_then_on),
		TEST(a_schedule_that_is_switched_on_again_has_missed_nothing_meanwhile),
		TEST(what_people_do_is_expected_once_they_have_begun),
		TEST(a_pause_is_shown_and_its_times_are_not_missed),
		TEST(a_proof_grows_stale),
		TEST(two_that_settle_at_once_record_each_time_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
