/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of what cannot be delivered: nobody serves the port that is asked. */
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
#include "notify/deliver.h"

#define DAY (INT64_C(86400) * NS_PER_SECOND)
/* Shorter than the first wait, so that nothing is tried twice. */
#define ONCE (2 * NS_PER_SECOND)

struct world {
	struct history *h;
	struct receiver_config receiver[2];
	struct config config;
	struct outbox_items all;
	struct deliver_result result;
	struct error err;
};

static int set_up(void **state)
{
	static const struct secret nowhere = { .kind = SECRET_LITERAL,
					       .text = "http://127.0.0.1:1/",
					       .origin = "test" };
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(history_open_memory(&w->h, &w->err), 0);
	for (int i = 0; i < 2; i++)
		w->receiver[i] = (struct receiver_config){ .name = i ? "second" : "first",
							   .kind = RECEIVER_WEBHOOK,
							   .url = nowhere,
							   .ca_file = "",
							   .timeout_ns = 5 * NS_PER_SECOND,
							   .instead = "" };
	w->config = (struct config){ .platform = "shop",
				     .notify = { .receiver = w->receiver,
						 .receiver_count = 2,
						 .reminder_ns = DAY,
						 .give_up_ns = DAY,
						 .link = "" } };
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	outbox_items_release(&w->all);
	history_close(w->h);
	free(w);
	return 0;
}

static void add(struct world *w, const char *receiver, enum notice_event event, int64_t age_ns)
{
	CLEANUP(cleanup_json)
	json_t *json = NULL;
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct notice_line line = { "db", "age", "", VERDICT_FAIL, "", "", "too old", "" };
	struct notice n = { .event = event,
			    .id = "1",
			    .key = "muster/shop/verify",
			    .at_ns = 1,
			    .platform = "shop",
			    .host = "",
			    .kind = "verify",
			    .component = "",
			    .check = "",
			    .run = "",
			    .set = "",
			    .title = "verify failed: db: too old",
			    .link = "",
			    .next = "",
			    .line = &line,
			    .line_count = 1 };
	struct outbox_item item = { .key = n.key,
				    .receiver = receiver,
				    .event = notice_event_name(event),
				    .created_ns = clock_wall_ns() - age_ns };

	json = notice_to_json(&n);
	assert_non_null(json);
	assert_int_equal(model_json_write_line(json, &text), 0);
	item.document = text.ptr;
	assert_int_equal(outbox_add(w->h, &item, &w->err), 0);
}

static void deliver_once(struct world *w)
{
	const struct deliver_request request = { .config = &w->config,
						 .history = w->h,
						 .deadline_ns = clock_monotonic_ns() + ONCE };

	w->result = (struct deliver_result){ 0 };
	if (deliver(&request, &w->result, &w->err) < 0)
		fail_msg("%s", w->err.message);
	outbox_items_release(&w->all);
	assert_int_equal(outbox_list(w->h, true, &w->all, &w->err), 0);
}

static void what_cannot_be_delivered_is_due_again_after_some_seconds(void **state)
{
	struct world *w = *state;
	int64_t began = clock_wall_ns();

	add(w, "first", NOTICE_FAILED, 0);
	deliver_once(w);
	assert_int_equal(w->result.later, 1);
	assert_int_equal(w->all.count, 1);
	assert_int_equal(w->all.item[0].state, OUTBOX_WAITING);
	assert_int_equal(w->all.item[0].attempts, 1);
	assert_string_not_equal(w->all.item[0].answer, "");
	assert_true(w->all.item[0].due_ns - began >= 5 * NS_PER_SECOND / 2);
	deliver_once(w);
	assert_int_equal(w->result.later, 0);
}

static void the_last_attempt_is_made_when_it_is_time_to_give_up(void **state)
{
	struct world *w = *state;
	const int64_t minutes = 600 * NS_PER_SECOND;

	add(w, "first", NOTICE_FAILED, DAY - minutes);
	/* so often that an hour is waited, or a half */
	for (int i = 0; i < 12; i++)
		assert_int_equal(outbox_later(w->h, 1, 1, "busy", &w->err), 0);
	deliver_once(w);
	assert_int_equal(w->result.later, 1);
	assert_int_equal(w->all.item[0].state, OUTBOX_WAITING);
	assert_int_equal(w->all.item[0].due_ns, w->all.item[0].created_ns + DAY);
}

static void without_an_end_it_ends_when_nothing_waits(void **state)
{
	struct world *w = *state;
	const struct deliver_request request = { .config = &w->config,
						 .history = w->h,
						 .deadline_ns = INT64_MAX };

	assert_int_equal(deliver(&request, &w->result, &w->err), 0);
	assert_int_equal(w->result.sent, 0);
}

static void what_could_not_be_delivered_for_too_long_is_told_to_another(void **state)
{
	struct world *w = *state;
	struct alerts alerts = { 0 };

	add(w, "first", NOTICE_FAILED, 2 * DAY);
	deliver_once(w);
	assert_int_equal(w->result.given_up, 1);
	assert_int_equal(w->all.count, 2);
	assert_int_equal(w->all.item[0].state, OUTBOX_GIVEN_UP);
	assert_string_equal(w->all.item[1].receiver, "second");
	assert_string_equal(w->all.item[1].event, "given-up");
	assert_string_equal(w->all.item[1].key, "muster/shop/notify/first/given-up");
	assert_non_null(strstr(w->all.item[1].document, "receiver first could not be told: verify "
							"failed: db: too old"));
	assert_non_null(strstr(w->all.item[1].document, "\"too old\""));
	assert_int_equal(alert_list(w->h, "shop", "notify", &alerts, &w->err), 0);
	assert_int_equal(alerts.count, 1);
	alerts_release(&alerts);
}

static void that_another_cannot_be_told_either_goes_round_in_no_circle(void **state)
{
	struct world *w = *state;

	add(w, "first", NOTICE_FAILED, 2 * DAY);
	w->config.notify.give_up_ns = 0;
	deliver_once(w);
	assert_int_equal(w->result.given_up, 2);
	assert_int_equal(w->all.count, 2);
}

static void of_lost_routine_another_hears_once_and_of_lost_alerts_each_time(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 3; i++)
		add(w, "first", NOTICE_PASSED, 2 * DAY);
	deliver_once(w);
	assert_int_equal(w->result.given_up, 3);
	assert_int_equal(w->all.count, 4);
	add(w, "first", NOTICE_FAILED, 2 * DAY);
	add(w, "first", NOTICE_FAILED, 2 * DAY);
	deliver_once(w);
	assert_int_equal(w->all.count, 8);
}

static void what_waits_for_somebody_unknown_is_given_up(void **state)
{
	struct world *w = *state;

	add(w, "gone", NOTICE_FAILED, 0);
	add(w, "gone", NOTICE_FAILED, 0);
	deliver_once(w);
	assert_int_equal(w->result.given_up, 2);
	assert_string_equal(w->all.item[0].answer, "no receiver of this name is configured");
	assert_string_equal(w->all.item[2].receiver, "first");
}

static void a_notice_that_cannot_be_read_is_given_up(void **state)
{
	struct world *w = *state;
	const struct outbox_item broken = { .key = "k",
					    .receiver = "first",
					    .event = "failed",
					    .document = "{\"event\"",
					    .created_ns = 1 };

	assert_int_equal(outbox_add(w->h, &broken, &w->err), 0);
	deliver_once(w);
	assert_int_equal(w->all.item[0].state, OUTBOX_GIVEN_UP);
	assert_string_equal(w->all.item[1].event, "given-up");
}

static void a_receiver_alone_is_given_up_without_another(void **state)
{
	struct world *w = *state;
	struct outbox_counts counts = { 0 };

	w->config.notify.receiver_count = 1;
	add(w, "first", NOTICE_FAILED, 2 * DAY);
	deliver_once(w);
	assert_int_equal(w->all.count, 1);
	assert_int_equal(outbox_count(w->h, 0, &counts, &w->err), 0);
	assert_int_equal(counts.given_up_lately, 1);
}

static int stop(void)
{
	return 15;
}

static void who_asks_it_to_stop_is_obeyed_before_an_attempt(void **state)
{
	struct world *w = *state;
	const struct deliver_request request = { .config = &w->config,
						 .history = w->h,
						 .deadline_ns = INT64_MAX,
						 .stop_requested = stop };

	add(w, "first", NOTICE_FAILED, 0);
	assert_int_equal(deliver(&request, &w->result, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_INTERRUPTED);
	assert_int_equal(w->result.later, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_cannot_be_delivered_is_due_again_after_some_seconds),
		TEST(the_last_attempt_is_made_when_it_is_time_to_give_up),
		TEST(without_an_end_it_ends_when_nothing_waits),
		TEST(what_could_not_be_delivered_for_too_long_is_told_to_another),
		TEST(that_another_cannot_be_told_either_goes_round_in_no_circle),
		TEST(of_lost_routine_another_hears_once_and_of_lost_alerts_each_time),
		TEST(what_waits_for_somebody_unknown_is_given_up),
		TEST(a_notice_that_cannot_be_read_is_given_up),
		TEST(a_receiver_alone_is_given_up_without_another),
		TEST(who_asks_it_to_stop_is_obeyed_before_an_attempt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
