/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "history/alert.h"
#include "history/outbox.h"
#include "model/json.h"
#include "notify/notice.h"
#include "notify/notify.h"

#define HOUR (3600 * NS_PER_SECOND)
#define DAY  (24 * HOUR)

/* One check of a made-up run. */
struct said {
	const char *component, *name;
	enum verdict verdict;
};
#define ENDS                                                                                       \
	{                                                                                          \
		NULL, NULL, VERDICT_PASS                                                           \
	}

struct world {
	struct history *h;
	struct receiver_config receiver[3];
	struct route_config route[1];
	struct component_config component[2];
	struct schedule_config schedule[2];
	struct config config;
	struct outbox_items told; /* since the last forget() */
	struct notice notice;
	size_t seen;
	unsigned runs;
	struct error err;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(history_open_memory(&w->h, &w->err), 0);
	w->receiver[0] =
		(struct receiver_config){ .name = "mail", .kind = RECEIVER_MAIL, .instead = "" };
	w->receiver[1] = (struct receiver_config){ .name = "pager",
						   .kind = RECEIVER_PAGERDUTY,
						   .instead = "" };
	w->receiver[2] =
		(struct receiver_config){ .name = "beat", .kind = RECEIVER_PING, .instead = "" };
	w->component[0].name = "db";
	w->component[1].name = "cache";
	w->schedule[0] =
		(struct schedule_config){ .name = "nightly", .run = "verify", .enabled = true };
	w->schedule[1] = (struct schedule_config){ .name = "weekly", .run = "restore-test" };
	w->config = (struct config){ .platform = "shop",
				     .component = w->component,
				     .component_count = 2,
				     .schedule = w->schedule,
				     .schedule_count = 2,
				     .notify = { .receiver = w->receiver,
						 .receiver_count = 1,
						 .reminder_ns = DAY,
						 .link = "https://wiki/{run}?x" } };
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	notice_release(&w->notice);
	outbox_items_release(&w->told);
	history_close(w->h);
	free(w);
	return 0;
}

static void send(struct world *w, const struct event *e)
{
	if (event_send(history_sink(w->h), e, &w->err) < 0)
		fail_msg("%s", w->err.message);
}

/* A finished run, of which nobody was told yet. */
static void record_run(struct world *w, const char *kind, int64_t at_ns, const struct said *said)
{
	char id[RUN_ID_SIZE];
	enum verdict worst = VERDICT_SKIPPED;

	(void)snprintf(id, sizeof(id), "20260101T000000Z-%04u", ++w->runs);
	send(w, &(struct event){ .type = EVENT_RUN_STARTED,
				 .at_ns = at_ns,
				 .run = id,
				 .kind = kind,
				 .platform = "shop" });
	for (; said->name; said++) {
		struct check c = { .component = said->component,
				   .name = said->name,
				   .verdict = said->verdict,
				   .message = "as found" };

		send(w, &(struct event){ .type = EVENT_CHECK, .run = id, .check = &c });
		worst = verdict_worse(worst, said->verdict);
	}
	send(w, &(struct event){ .type = EVENT_RUN_FINISHED,
				 .at_ns = at_ns,
				 .run = id,
				 .set = "20260101_020000",
				 .verdict = worst });
}

static void look(struct world *w)
{
	outbox_items_release(&w->told);
	if (outbox_list(w->h, true, &w->told, &w->err) < 0)
		fail_msg("%s", w->err.message);
}

/* Tell of what is untold; how many notices that made. */
static size_t tell(struct world *w, int64_t now_ns)
{
	const struct notify_scope scope = { .config = &w->config,
					    .history = w->h,
					    .now_ns = now_ns };
	size_t queued = 0;

	look(w);
	w->seen = w->told.count;
	if (notify_runs(&scope, &queued, &w->err) < 0)
		fail_msg("%s", w->err.message);
	look(w);
	assert_int_equal(queued, w->told.count - w->seen);
	return queued;
}

static size_t run(struct world *w, const char *kind, int64_t at_ns, const struct said *said)
{
	record_run(w, kind, at_ns, said);
	return tell(w, at_ns);
}

/* The i-th notice of the last telling. */
static const struct notice *notice(struct world *w, size_t i)
{
	CLEANUP(cleanup_json)
	json_t *json = NULL;

	notice_release(&w->notice);
	memset(&w->notice, 0, sizeof(w->notice));
	assert_true(w->seen + i < w->told.count);
	json = json_loads(w->told.item[w->seen + i].document, 0, NULL);
	assert_non_null(json);
	if (notice_from_json(json, &w->notice, &w->err) < 0)
		fail_msg("%s", w->err.message);
	return &w->notice;
}

static const struct said torn[] = { { "db", "format", VERDICT_FAIL },
				    { "db", "age", VERDICT_PASS },
				    ENDS };
static const struct said sound[] = { { "db", "format", VERDICT_PASS },
				     { "db", "age", VERDICT_PASS },
				     ENDS };

static void a_failure_is_told_once_reminded_of_and_told_as_recovered_once(void **state)
{
	struct world *w = *state;

	assert_int_equal(run(w, "verify", DAY, torn), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_FAILED);
	assert_false(w->notice.reminder);
	assert_string_equal(w->notice.key, "muster/shop/verify");
	assert_string_equal(w->notice.component, "db");
	assert_string_equal(w->notice.check, "format");
	assert_string_equal(w->notice.title, "verify failed: db: as found");
	assert_string_equal(w->notice.link, "https://wiki/20260101T000000Z-0001?x");
	assert_string_equal(w->notice.next, "muster run show 20260101T000000Z-0001");
	assert_string_equal(w->notice.set, "20260101_020000");
	assert_int_equal(w->notice.line_count, 1);

	assert_int_equal(run(w, "verify", DAY + 12 * HOUR, torn), 0);
	assert_int_equal(run(w, "verify", 2 * DAY + HOUR, torn), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_FAILED);
	assert_true(w->notice.reminder);
	assert_int_equal(w->notice.since_ns, DAY);

	assert_int_equal(run(w, "verify", 2 * DAY + 2 * HOUR, sound), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_RECOVERED);
	assert_int_equal(w->notice.since_ns, DAY);
	assert_string_equal(w->notice.title, "verify is well again: db: format");
	assert_int_equal(run(w, "verify", 2 * DAY + 3 * HOUR, sound), 0);
	assert_int_equal(run(w, "verify", 2 * DAY + 4 * HOUR, torn), 1);
	assert_false(notice(w, 0)->reminder);
}

static void a_daily_run_that_is_a_little_quicker_still_reminds(void **state)
{
	struct world *w = *state;

	assert_int_equal(run(w, "verify", DAY, torn), 1);
	assert_int_equal(run(w, "verify", 2 * DAY - 600 * NS_PER_SECOND, torn), 1);
}

static void another_check_is_an_alert_of_its_own(void **state)
{
	struct world *w = *state;
	static const struct said both[] = { { "db", "format", VERDICT_FAIL },
					    { "db", "age", VERDICT_FAIL },
					    ENDS };
	static const struct said other[] = { { "db", "format", VERDICT_PASS },
					     { "db", "age", VERDICT_FAIL },
					     { "cache", "age", VERDICT_FAIL },
					     ENDS };

	assert_int_equal(run(w, "verify", DAY, torn), 1);
	assert_int_equal(run(w, "verify", DAY + HOUR, both), 1);
	assert_string_equal(notice(w, 0)->check, "age");
	assert_int_equal(w->notice.line_count, 1);
	/* one message of what is new and of what is well again */
	assert_int_equal(run(w, "verify", DAY + 2 * HOUR, other), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_FAILED);
	assert_int_equal(w->notice.line_count, 2);
	assert_string_equal(w->notice.component, "");
	assert_string_equal(w->notice.title, "verify failed: 1 check not well, 1 well again");
}

static void runs_of_another_kind_say_nothing_about_an_alert(void **state)
{
	struct world *w = *state;

	assert_int_equal(run(w, "verify", DAY, torn), 1);
	assert_int_equal(run(w, "restore-test", DAY + HOUR, sound), 0);
	assert_int_equal(run(w, "verify", DAY + 2 * HOUR, sound), 1);
}

static void a_pager_gets_one_notice_for_each_check_and_resolves_each(void **state)
{
	struct world *w = *state;
	static const struct said both[] = { { "db", "format", VERDICT_FAIL },
					    { "", "disk-free", VERDICT_WARN },
					    { "db", "format", VERDICT_PASS },
					    ENDS };
	static const struct said one[] = { { "db", "format", VERDICT_PASS },
					   { "", "disk-free", VERDICT_WARN },
					   ENDS };

	w->config.notify.receiver++;
	assert_int_equal(run(w, "verify", DAY, both), 2);
	assert_string_equal(notice(w, 0)->key, "muster/shop/verify/db/format");
	assert_int_equal(w->notice.event, NOTICE_FAILED);
	assert_string_equal(notice(w, 1)->key, "muster/shop/verify/-/disk-free");
	assert_int_equal(w->notice.event, NOTICE_WARNED);
	assert_int_equal(run(w, "verify", DAY + HOUR, one), 1);
	assert_string_equal(notice(w, 0)->key, "muster/shop/verify/db/format");
	assert_int_equal(w->notice.event, NOTICE_RECOVERED);
}

static void drills_never_page(void **state)
{
	struct world *w = *state;

	w->config.notify.receiver_count = 2;
	assert_int_equal(run(w, "drill", DAY, torn), 1);
	assert_string_equal(w->told.item[w->seen].receiver, "mail");
	assert_int_equal(run(w, "verify", DAY, torn), 2);
}

static void what_becomes_graver_is_told_at_once_and_what_becomes_milder_is_not(void **state)
{
	struct world *w = *state;
	static const struct said warned[] = { { "db", "format", VERDICT_WARN }, ENDS };

	assert_int_equal(run(w, "verify", DAY, warned), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_WARNED);
	assert_int_equal(run(w, "verify", DAY + HOUR, torn), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_FAILED);
	assert_false(w->notice.reminder);
	assert_int_equal(run(w, "verify", DAY + 2 * HOUR, warned), 0);
	assert_int_equal(run(w, "verify", DAY + 3 * HOUR, torn), 0);
}

static void what_a_run_has_no_word_on_lasts(void **state)
{
	struct world *w = *state;
	static const struct said other[] = { { "cache", "age", VERDICT_PASS }, ENDS };
	static const struct said skipped[] = { { "db", "readable", VERDICT_ERROR },
					       { "db", "format", VERDICT_SKIPPED },
					       ENDS };
	static const struct said platform[] = { { "", "disk-free", VERDICT_FAIL },
						{ "db", "age", VERDICT_PASS },
						ENDS };

	assert_int_equal(run(w, "verify", DAY, torn), 1);
	assert_int_equal(run(w, "verify", DAY + HOUR, other), 0);
	/* the error is news, the failure is not well */
	assert_int_equal(run(w, "verify", DAY + 2 * HOUR, skipped), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_ERROR);
	assert_int_equal(w->notice.line_count, 1);
	assert_int_equal(run(w, "verify", DAY + 3 * HOUR, sound), 1);
	assert_int_equal(notice(w, 0)->line_count, 2); /* both are */
	/* of the platform's own a run of one component says nothing */
	assert_int_equal(run(w, "verify", DAY + 4 * HOUR, platform), 1);
	assert_int_equal(run(w, "verify", DAY + 5 * HOUR, sound), 0);
}

static void what_a_run_could_not_look_at_is_not_well_again(void **state)
{
	struct world *w = *state;
	static const struct said unreachable[] = { { "", "offsite-reachable", VERDICT_ERROR },
						   { "db", "age", VERDICT_PASS },
						   { "db", "format", VERDICT_SKIPPED },
						   ENDS };
	static const struct said cut[] = { { "db", "exists", VERDICT_PASS },
					   { "", "interrupted", VERDICT_ERROR },
					   ENDS };

	assert_int_equal(run(w, "verify", DAY, torn), 1);
	assert_int_equal(run(w, "verify", DAY + HOUR, unreachable), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_ERROR);
	assert_int_equal(w->notice.line_count, 1);
	assert_int_equal(run(w, "verify", DAY + 2 * HOUR, cut), 1);
	assert_int_equal(notice(w, 0)->line_count, 1);
	assert_int_equal(run(w, "verify", DAY + 3 * HOUR, sound), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_RECOVERED);
}

static void an_alert_of_what_is_no_longer_configured_ends(void **state)
{
	struct world *w = *state;
	static const struct said other[] = { { "cache", "age", VERDICT_PASS }, ENDS };

	assert_int_equal(run(w, "verify", DAY, torn), 1);
	w->component[0].name = "database";
	assert_int_equal(run(w, "verify", DAY + HOUR, other), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_RECOVERED);
	assert_int_equal(run(w, "verify", DAY + 2 * HOUR, other), 0);
}

static void a_run_that_was_cut_short_is_well_again_with_the_next_that_is_not(void **state)
{
	struct world *w = *state;
	static const struct said cut[] = { { "", "interrupted", VERDICT_ERROR }, ENDS };

	assert_int_equal(run(w, "verify", DAY, cut), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_ERROR);
	assert_int_equal(run(w, "verify", DAY + HOUR, sound), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_RECOVERED);
}

static void a_run_that_passes_is_told_to_those_whose_routes_say_so(void **state)
{
	struct world *w = *state;
	const char *events[] = { "passed", "failed" }, *to[] = { "mail" };

	assert_int_equal(run(w, "verify", DAY, sound), 0);
	w->route[0] = (struct route_config){ .events = { events, 2 }, .to = { to, 1 } };
	w->config.notify.route = w->route;
	w->config.notify.route_count = 1;
	assert_int_equal(run(w, "verify", DAY, sound), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_PASSED);
	assert_string_equal(w->notice.title, "verify passed: 2 of 2 checks hold");
	assert_int_equal(run(w, "verify", DAY, torn), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_FAILED);
	assert_int_equal(run(w, "verify", DAY + HOUR, torn), 0);
	/* it wants no recovery, and gets the pass */
	assert_int_equal(run(w, "verify", DAY + 2 * HOUR, sound), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_PASSED);
}

static void a_ping_gets_the_outcome_of_each_run(void **state)
{
	struct world *w = *state;
	const struct notify_scope scope = { .config = &w->config, .history = w->h, .now_ns = DAY };
	size_t queued = 0;

	w->config.notify.receiver += 2;
	assert_int_equal(
		notify_started(&scope, "20260101T000000Z-0001", "verify", &queued, &w->err), 0);
	assert_int_equal(queued, 1);
	assert_int_equal(run(w, "verify", DAY, torn), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_FAILED);
	assert_int_equal(w->notice.line_count, 1);
	assert_int_equal(run(w, "verify", DAY, torn), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_FAILED);
	assert_int_equal(run(w, "verify", DAY, sound), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_PASSED);
	/* in order, then: started is of the same key */
	assert_string_equal(w->told.item[0].event, "started");
	assert_string_equal(w->told.item[0].key, w->told.item[1].key);
}

static void nobody_to_tell_leaves_the_alert_to_be_told_when_there_is(void **state)
{
	struct world *w = *state;

	w->config.notify.receiver_count = 0;
	assert_int_equal(run(w, "verify", DAY, torn), 0);
	w->config.notify.receiver_count = 1;
	assert_int_equal(run(w, "verify", DAY + HOUR, torn), 1);
	assert_int_equal(notice(w, 0)->since_ns, DAY);
	assert_false(w->notice.reminder);
}

static void runs_that_nobody_was_told_of_are_caught_up_with_once_and_in_order(void **state)
{
	struct world *w = *state;

	record_run(w, "verify", DAY, torn);
	record_run(w, "verify", DAY + HOUR, sound);
	assert_int_equal(tell(w, DAY + 2 * HOUR), 2);
	assert_int_equal(notice(w, 0)->event, NOTICE_FAILED);
	assert_string_equal(w->notice.run, "20260101T000000Z-0001");
	assert_int_equal(notice(w, 1)->event, NOTICE_RECOVERED);
	assert_int_equal(tell(w, DAY + 3 * HOUR), 0);
}

static void notices_of_a_run_have_ids_of_their_own(void **state)
{
	struct world *w = *state;
	char first[80];

	w->config.notify.receiver_count = 3;
	assert_int_equal(run(w, "verify", DAY, torn), 3);
	(void)snprintf(first, sizeof(first), "%s", notice(w, 0)->id);
	assert_string_equal(first, "20260101T000000Z-0001-1");
	assert_string_not_equal(notice(w, 1)->id, first);
	assert_string_not_equal(notice(w, 2)->id, first);
}

static size_t tell_schedules(struct world *w, int64_t now_ns,
			     const struct notify_schedules *schedules)
{
	const struct notify_scope scope = { .config = &w->config,
					    .history = w->h,
					    .now_ns = now_ns };
	size_t queued = 0;

	look(w);
	w->seen = w->told.count;
	if (notify_schedules(&scope, schedules, &queued, &w->err) < 0)
		fail_msg("%s", w->err.message);
	look(w);
	assert_int_equal(queued, w->told.count - w->seen);
	return queued;
}

static void a_missed_time_is_told_once_and_is_well_after_the_next_run(void **state)
{
	struct world *w = *state;
	const struct notify_missed missed[] = {
		{ "nightly", "verify", "the machine was down", DAY },
		{ "nightly", "verify", "the machine was down", DAY + HOUR },
		{ "weekly", "restore-test", "nobody ran it", DAY },
	};
	struct notify_schedules schedules = { .missed = missed, .missed_count = 1 };

	assert_int_equal(tell_schedules(w, 2 * DAY, &schedules), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_MISSED);
	assert_string_equal(w->notice.key, "muster/shop/verify");
	assert_string_equal(
		w->notice.title,
		"nightly (verify) did not run at 1970-01-02T00:00:00Z: the machine was down");
	assert_int_equal(w->notice.since_ns, DAY);
	assert_int_equal(tell_schedules(w, 2 * DAY, &schedules), 0);
	schedules.missed_count = 3;
	assert_int_equal(tell_schedules(w, 2 * DAY + HOUR, &schedules), 1);
	assert_string_equal(notice(w, 0)->kind, "restore-test");
	/* whether a run makes up for it is known by who knows the schedules */
	assert_int_equal(run(w, "verify", 2 * DAY + 2 * HOUR, sound), 0);
	schedules.missed = missed + 2;
	schedules.missed_count = 1;
	assert_int_equal(tell_schedules(w, 2 * DAY + 3 * HOUR, &schedules), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_RECOVERED);
	assert_string_equal(w->notice.kind, "verify");
	assert_non_null(
		strstr(w->notice.line[0].message, "well again; it was: nightly (verify) did not"));
	assert_int_equal(tell_schedules(w, 2 * DAY + 4 * HOUR, &schedules), 0);
}

static void what_is_stale_is_told_until_it_is_not(void **state)
{
	struct world *w = *state;
	struct notify_stale stale[] = { { "weekly", "restore-test", 0, 8 * DAY, false } };
	struct notify_schedules schedules = { .stale = stale, .stale_count = 1 };

	assert_int_equal(tell_schedules(w, DAY, &schedules), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_STALE);
	assert_int_equal(tell_schedules(w, DAY + HOUR, &schedules), 0);
	assert_int_equal(run(w, "restore-test", DAY + HOUR, torn), 1);
	assert_int_equal(tell_schedules(w, 2 * DAY, &schedules), 1);
	assert_true(notice(w, 0)->reminder);
	stale[0].paused = true;
	assert_int_equal(tell_schedules(w, 4 * DAY, &schedules), 0);
	schedules.stale_count = 0;
	assert_int_equal(tell_schedules(w, 2 * DAY, &schedules), 1);
	assert_int_equal(notice(w, 0)->event, NOTICE_RECOVERED);
	/* it is switched off */
	assert_non_null(strstr(w->notice.line[0].message, "no longer scheduled; it was: "));
	assert_int_equal(tell_schedules(w, 2 * DAY, &schedules), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_failure_is_told_once_reminded_of_and_told_as_recovered_once),
		TEST(a_daily_run_that_is_a_little_quicker_still_reminds),
		TEST(another_check_is_an_alert_of_its_own),
		TEST(runs_of_another_kind_say_nothing_about_an_alert),
		TEST(a_pager_gets_one_notice_for_each_check_and_resolves_each),
		TEST(drills_never_page),
		TEST(what_becomes_graver_is_told_at_once_and_what_becomes_milder_is_not),
		TEST(what_a_run_has_no_word_on_lasts),
		TEST(an_alert_of_what_is_no_longer_configured_ends),
		TEST(what_a_run_could_not_look_at_is_not_well_again),
		TEST(a_run_that_was_cut_short_is_well_again_with_the_next_that_is_not),
		TEST(a_run_that_passes_is_told_to_those_whose_routes_say_so),
		TEST(a_ping_gets_the_outcome_of_each_run),
		TEST(nobody_to_tell_leaves_the_alert_to_be_told_when_there_is),
		TEST(runs_that_nobody_was_told_of_are_caught_up_with_once_and_in_order),
		TEST(notices_of_a_run_have_ids_of_their_own),
		TEST(a_missed_time_is_told_once_and_is_well_after_the_next_run),
		TEST(what_is_stale_is_told_until_it_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
