/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#include "history/alert.h"
#include "history/outbox.h"
#include "history/told.h"
#include "world.h"

/* Of two deliverers. */
static struct outbox_claim first, second;

static int set_up(void **state)
{
	first = second = (struct outbox_claim)OUTBOX_CLAIM_INIT;
	return world_on_disk(state);
}

static int tear_down(void **state)
{
	outbox_claim_close(&first);
	outbox_claim_close(&second);
	return world_end(state);
}

static void add(struct world *w, const char *receiver, const char *key, int64_t at_ns)
{
	const struct outbox_item item = { .key = key,
					  .receiver = receiver,
					  .event = "failed",
					  .document = "{\"title\": \"it's \xc3\xa4\"}",
					  .created_ns = at_ns };

	if (outbox_add(w->h, &item, &w->err) < 0)
		fail_msg("%s", w->err.message);
}

/* The id that is claimed of the receiver's; 0: none. */
static int64_t claim(struct world *w, struct outbox_claim *c, const char *receiver, int64_t now_ns)
{
	int rc = outbox_claim(w->h, receiver, now_ns, c, &w->err);

	if (rc < 0)
		fail_msg("%s", w->err.message);
	if (rc)
		assert_int_equal(c->one.item[0].id, c->id);
	return rc ? c->id : 0;
}

static void what_was_added_comes_back(void **state)
{
	struct world *w = *state;
	struct outbox_items all = { 0 };

	add(w, "mail", "k", 100);
	assert_int_equal(outbox_list(w->h, false, &all, &w->err), 0);
	assert_int_equal(all.count, 1);
	assert_string_equal(all.item[0].receiver, "mail");
	assert_string_equal(all.item[0].key, "k");
	assert_string_equal(all.item[0].document, "{\"title\": \"it's \xc3\xa4\"}");
	assert_string_equal(all.item[0].answer, "");
	assert_int_equal(all.item[0].state, OUTBOX_WAITING);
	assert_int_equal(all.item[0].due_ns, 100);
	assert_int_equal(all.item[0].attempts, 0);
	outbox_items_release(&all);
}

static void one_that_waits_keeps_the_later_ones_of_its_key_waiting(void **state)
{
	struct world *w = *state;

	add(w, "mail", "a", 1);
	add(w, "mail", "a", 2);
	add(w, "mail", "b", 3);
	add(w, "chat", "a", 4);
	assert_int_equal(claim(w, &first, "mail", 10), 1);
	assert_int_equal(outbox_later(w->h, 1, 50, "busy", &w->err), 0);
	assert_int_equal(claim(w, &first, "mail", 10), 3);
	assert_int_equal(outbox_end(w->h, 3, OUTBOX_SENT, 10, "ok", &w->err), 0);
	assert_int_equal(claim(w, &first, "mail", 10), 0);
	assert_int_equal(claim(w, &first, "chat", 10), 4);
	assert_int_equal(claim(w, &first, "mail", 50), 1);
	assert_int_equal(first.one.item[0].attempts, 1);
	assert_string_equal(first.one.item[0].answer, "busy");
	assert_int_equal(outbox_end(w->h, 1, OUTBOX_GIVEN_UP, 50, "never", &w->err), 0);
	assert_int_equal(claim(w, &first, "mail", 50), 2);
}

static void nothing_is_claimed_before_it_is_due(void **state)
{
	struct world *w = *state;
	int64_t due = 0;
	bool any = true;

	assert_int_equal(outbox_next_due(w->h, "mail", &due, &any, &w->err), 0);
	assert_false(any);
	add(w, "mail", "a", 100);
	assert_int_equal(claim(w, &first, "mail", 99), 0);
	assert_int_equal(outbox_next_due(w->h, "mail", &due, &any, &w->err), 0);
	assert_true(any);
	assert_int_equal(due, 100);
	assert_int_equal(claim(w, &first, "mail", 100), 1);
}

static void what_one_has_claimed_no_other_gets(void **state)
{
	struct world *w = *state;

	add(w, "mail", "a", 1);
	add(w, "mail", "a", 2);
	add(w, "mail", "b", 3);
	assert_int_equal(claim(w, &first, "mail", 10), 1);
	assert_int_equal(claim(w, &second, "mail", 10), 3);
	outbox_unclaim(&first);
	assert_int_equal(claim(w, &second, "mail", 10), 1);
	/* closing the one file does not free what the other holds */
	outbox_claim_close(&first);
	assert_int_equal(claim(w, &first, "mail", 10), 3);
}

/* The child claims with connections of its own and is killed. */
static void a_killed_process_holds_no_claim(void **state)
{
	struct world *w = *state;
	int pipes[2], status = 0;
	char ready = 0;
	pid_t pid;

	add(w, "mail", "a", 1);
	assert_int_equal(pipe(pipes), 0);
	history_close(TAKE(w->h));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		w->h = world_open(w);
		ready = (char)claim(w, &first, "mail", 10);
		(void)!write(pipes[1], &ready, 1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(pipes[0], &ready, 1), 1);
	assert_int_equal(ready, 1);
	w->h = world_open(w);
	assert_int_equal(claim(w, &first, "mail", 10), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(claim(w, &first, "mail", 10), 1);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
}

static void what_ended_is_changed_no_more(void **state)
{
	struct world *w = *state;
	struct outbox_items all = { 0 };

	add(w, "mail", "a", 1);
	assert_int_equal(outbox_end(w->h, 1, OUTBOX_SENT, 5, "ok", &w->err), 0);
	assert_int_equal(outbox_end(w->h, 1, OUTBOX_GIVEN_UP, 6, "no", &w->err), 0);
	assert_int_equal(outbox_later(w->h, 1, 7, "no", &w->err), 0);
	assert_int_equal(outbox_list(w->h, false, &all, &w->err), 0);
	assert_int_equal(all.count, 0);
	assert_int_equal(outbox_list(w->h, true, &all, &w->err), 0);
	assert_int_equal(all.count, 1);
	assert_int_equal(all.item[0].state, OUTBOX_SENT);
	assert_int_equal(all.item[0].ended_ns, 5);
	assert_string_equal(all.item[0].answer, "ok");
	outbox_items_release(&all);
}

static void what_was_given_up_can_be_tried_again_and_what_was_sent_cannot(void **state)
{
	struct world *w = *state;
	size_t count = 0;

	for (int i = 0; i < 3; i++)
		add(w, "mail", "a", 1);
	assert_int_equal(outbox_end(w->h, 1, OUTBOX_SENT, 5, "ok", &w->err), 0);
	assert_int_equal(outbox_end(w->h, 2, OUTBOX_GIVEN_UP, 5, "no", &w->err), 0);
	assert_int_equal(outbox_later(w->h, 3, 1000, "busy", &w->err), 0);
	assert_int_equal(outbox_retry(w->h, 0, 20, &count, &w->err), 0);
	assert_int_equal(count, 2);
	assert_int_equal(claim(w, &first, "mail", 20), 2);
	assert_int_equal(first.one.item[0].tried_since_ns, 20);
	assert_int_equal(first.one.item[0].attempts, 0);
	assert_int_equal(outbox_retry(w->h, 1, 20, &count, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
}

static void counts_tell_what_was_given_up_lately(void **state)
{
	struct world *w = *state;
	struct outbox_counts c = { 0 };
	struct outbox_items names = { 0 };

	for (int i = 0; i < 5; i++)
		add(w, i < 4 ? "mail" : "chat", "a", 1);
	assert_int_equal(outbox_end(w->h, 1, OUTBOX_SENT, 5, "ok", &w->err), 0);
	assert_int_equal(outbox_end(w->h, 2, OUTBOX_GIVEN_UP, 5, "no", &w->err), 0);
	assert_int_equal(outbox_end(w->h, 3, OUTBOX_GIVEN_UP, 50, "no", &w->err), 0);
	assert_int_equal(outbox_count(w->h, 50, &c, &w->err), 0);
	assert_int_equal(c.waiting, 2);
	assert_int_equal(c.sent, 1);
	assert_int_equal(c.given_up, 2);
	assert_int_equal(c.given_up_lately, 1);
	assert_int_equal(outbox_receivers(w->h, &names, &w->err), 0);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.item[0].receiver, "chat");
	outbox_items_release(&names);
	assert_int_equal(outbox_expire(w->h, 50, &w->err), 0);
	assert_int_equal(outbox_count(w->h, 0, &c, &w->err), 0);
	assert_int_equal(c.waiting + c.sent + c.given_up, 3);
}

static void what_is_abandoned_was_never_there(void **state)
{
	struct world *w = *state;
	struct outbox_counts c = { 0 };

	assert_int_equal(history_begin(w->h, &w->err), 0);
	add(w, "mail", "a", 1);
	assert_int_equal(history_end(w->h, -1, &w->err), -1);
	assert_int_equal(history_begin(w->h, &w->err), 0);
	add(w, "mail", "b", 1);
	assert_int_equal(history_end(w->h, 0, &w->err), 0);
	assert_int_equal(outbox_count(w->h, 0, &c, &w->err), 0);
	assert_int_equal(c.waiting, 1);
}

/* Whoever runs holds locks of components, not the database. */
static void notifications_are_queued_while_another_run_records_its_checks(void **state)
{
	struct world *w = *state;
	struct history *runner = world_open(w);
	struct check check = { .name = "size", .verdict = VERDICT_PASS, .message = "" };
	struct event event = { .type = EVENT_RUN_STARTED,
			       .run = "20260101T000000Z-0001",
			       .kind = "verify" };
	const struct history_claim claim_of_run = { .run = event.run, .command = "verify" };

	assert_int_equal(history_lock(runner, &claim_of_run, &w->err), 0);
	assert_int_equal(event_send(history_sink(runner), &event, &w->err), 0);
	event = (struct event){ .type = EVENT_CHECK, .run = event.run, .check = &check };
	assert_int_equal(event_send(history_sink(runner), &event, &w->err), 0);
	add(w, "mail", "a", 1);
	assert_int_equal(claim(w, &first, "mail", 10), 1);
	assert_int_equal(outbox_end(w->h, 1, OUTBOX_SENT, 10, "ok", &w->err), 0);
	history_close(runner);
}

static void alerts_are_kept_by_key_and_found_by_kind(void **state)
{
	struct world *w = *state;
	struct alerts all = { 0 }, none = { 0 };
	struct alert a = { .key = "muster/shop/verify/-/size",
			   .platform = "shop",
			   .kind = "verify",
			   .component = "",
			   .name = "size",
			   .since_ns = 5,
			   .told_ns = 6,
			   .event = "failed",
			   .message = "too small" };

	assert_int_equal(alert_put(w->h, &a, &w->err), 0);
	a.told_ns = 9;
	assert_int_equal(alert_put(w->h, &a, &w->err), 0);
	assert_int_equal(alert_list(w->h, "shop", "backup", &none, &w->err), 0);
	assert_int_equal(none.count, 0);
	assert_int_equal(alert_list(w->h, "shop", NULL, &all, &w->err), 0);
	assert_int_equal(all.count, 1);
	assert_string_equal(all.item[0].component, "");
	assert_string_equal(all.item[0].message, "too small");
	assert_int_equal(all.item[0].since_ns, 5);
	assert_int_equal(all.item[0].told_ns, 9);
	assert_non_null(alerts_find(&all, a.key));
	assert_null(alerts_find(&all, "muster"));
	alerts_release(&all);
	assert_int_equal(alert_remove(w->h, a.key, &w->err), 0);
	assert_int_equal(alert_list(w->h, "shop", NULL, &none, &w->err), 0);
	assert_int_equal(none.count, 0);
	alerts_release(&none);
}

static void finished_runs_are_to_be_told_until_they_are_marked(void **state)
{
	struct world *w = *state;
	static const char *const ids[] = { "20260101T000000Z-0002", "20260101T000000Z-0001" };
	char(*found)[RUN_ID_SIZE] = NULL;
	size_t count = 0;
	bool told = true;

	for (int i = 0; i < 2; i++) {
		struct event e = { .type = EVENT_RUN_STARTED, .run = ids[i], .kind = "verify" };

		assert_int_equal(event_send(history_sink(w->h), &e, &w->err), 0);
		e.type = EVENT_RUN_FINISHED;
		assert_int_equal(event_send(history_sink(w->h), &e, &w->err), 0);
	}
	assert_int_equal(told_missing_runs(w->h, &found, &count, &w->err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(found[0], ids[0]); /* the first to end */
	free(found);
	assert_int_equal(told_is(w->h, ids[0], &told, &w->err), 0);
	assert_false(told);
	assert_int_equal(told_mark(w->h, ids[0], &w->err), 0);
	assert_int_equal(told_mark(w->h, ids[0], &w->err), 0);
	assert_int_equal(told_is(w->h, ids[0], &told, &w->err), 0);
	assert_true(told);
	assert_int_equal(told_missing_runs(w->h, &found, &count, &w->err), 0);
	assert_int_equal(count, 1);
	assert_string_equal(found[0], ids[1]);
	free(found);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_added_comes_back),
		TEST(one_that_waits_keeps_the_later_ones_of_its_key_waiting),
		TEST(nothing_is_claimed_before_it_is_due),
		TEST(what_one_has_claimed_no_other_gets),
		TEST(a_killed_process_holds_no_claim),
		TEST(what_ended_is_changed_no_more),
		TEST(what_was_given_up_can_be_tried_again_and_what_was_sent_cannot),
		TEST(counts_tell_what_was_given_up_lately),
		TEST(what_is_abandoned_was_never_there),
		TEST(notifications_are_queued_while_another_run_records_its_checks),
		TEST(alerts_are_kept_by_key_and_found_by_kind),
		TEST(finished_runs_are_to_be_told_until_they_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
