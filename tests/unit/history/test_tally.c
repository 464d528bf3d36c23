/* SPDX-License-Identifier: Apache-2.0 */
/* Counts that the database keeps as events are appended, and the newest of things. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "history/latest.h"
#include "history/outbox.h"
#include "history/store.h"
#include "history/tally.h"
#include "plans.h"
#include "world.h"

#define HOUR (3600 * NS_PER_SECOND)

static struct run_tallies run_counts;
static struct step_tallies step_counts;

static int tear_down(void **state)
{
	run_tallies_release(&run_counts);
	step_tallies_release(&step_counts);
	return world_end(state);
}

static void begin(struct world *w, const char *id, const char *kind, int64_t at_ns)
{
	tell(w,
	     &(struct event){ .type = EVENT_RUN_STARTED, .at_ns = at_ns, .run = id, .kind = kind });
}

static void check(struct world *w, const char *run, struct check c)
{
	c.message = "m";
	tell(w, &(struct event){ .type = EVENT_CHECK, .at_ns = 5, .run = run, .check = &c });
}

static void step(struct world *w, const char *run, const char *id, const char *component,
		 int64_t took_ns, enum verdict v)
{
	tell(w, &(struct event){ .type = EVENT_STEP_FINISHED,
				 .at_ns = 6,
				 .run = run,
				 .step = id,
				 .component = component,
				 .verdict = v,
				 .duration_ns = took_ns });
}

static void end(struct world *w, const char *run, enum verdict v)
{
	tell(w, &(struct event){ .type = EVENT_RUN_FINISHED,
				 .at_ns = 9,
				 .run = run,
				 .verdict = v,
				 .duration_ns = HOUR });
}

/* Of a kind that had no run: zeros. */
static const struct run_tally *runs_of(struct world *w, const char *kind)
{
	static const struct run_tally none = { 0 };

	run_tallies_release(&run_counts);
	if (history_tally_runs(w->h, &run_counts, &w->err) < 0)
		fail_msg("%s", w->err.message);
	for (size_t i = 0; i < run_counts.count; i++) {
		if (strcmp(run_counts.item[i].kind, kind) == 0)
			return &run_counts.item[i];
	}
	return &none;
}

static const struct step_tally *steps_of(struct world *w, const char *kind, const char *name)
{
	step_tallies_release(&step_counts);
	if (history_tally_steps(w->h, &step_counts, &w->err) < 0)
		fail_msg("%s", w->err.message);
	for (size_t i = 0; i < step_counts.count; i++) {
		if (strcmp(step_counts.item[i].kind, kind) == 0 &&
		    strcmp(step_counts.item[i].step, name) == 0)
			return &step_counts.item[i];
	}
	return NULL;
}

static void an_empty_history_has_no_counts(void **state)
{
	struct world *w = *state;
	struct message_tally messages;

	assert_null(runs_of(w, "verify")->kind);
	assert_null(steps_of(w, "verify", "files"));
	assert_int_equal(history_tally_messages(w->h, "ops", &messages, &w->err), 0);
	assert_int_equal(messages.sent + messages.given_up + messages.waiting, 0);
}

static void runs_are_counted_by_kind_and_outcome(void **state)
{
	static const enum verdict ends[] = { VERDICT_PASS, VERDICT_FAIL, VERDICT_WARN,
					     VERDICT_ERROR, VERDICT_FAIL };
	struct world *w = *state;
	const struct run_tally *t;
	char id[RUN_ID_SIZE];

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		(void)snprintf(id, sizeof(id), "v%zu", i);
		begin(w, id, "verify", (int64_t)i * HOUR);
		end(w, id, ends[i]);
	}
	begin(w, "b1", "backup", 7 * HOUR);
	end(w, "b1", VERDICT_PASS);
	t = runs_of(w, "verify");
	assert_int_equal(t->started, 5);
	assert_int_equal(t->failed, 2);
	assert_int_equal(t->errors, 1);
	t = runs_of(w, "backup");
	assert_int_equal(t->started, 1);
	assert_int_equal(t->failed + t->errors, 0);
}

static void a_run_that_was_cut_short_counts_before_and_after_recovery_the_same(void **state)
{
	struct world *w = *state;
	const struct run_tally *t;
	const struct history_claim claim = { .run = "v3", .command = "verify" };

	begin(w, "v1", "verify", HOUR);
	check(w, "v1", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_FAIL });
	begin(w, "v2", "verify", 2 * HOUR);
	for (int recovered = 0; recovered < 2; recovered++) {
		t = runs_of(w, "verify");
		assert_int_equal(t->started, 2 + recovered);
		assert_int_equal(t->failed, 1);
		assert_int_equal(t->errors, 1);
		if (recovered)
			break;
		assert_int_equal(history_lock(w->h, &claim, &w->err), 0);
		assert_int_equal(history_recover(w->h, &w->err), 0);
		/* under way, as it holds the lock */
		begin(w, "v3", "verify", 3 * HOUR);
	}
}

static void steps_are_counted_by_how_long_they_took(void **state)
{
	struct world *w = *state;
	const struct step_tally *t;

	begin(w, "r1", "restore-test", HOUR);
	step(w, "r1", "restore db-1", "db-1", 60 * NS_PER_SECOND, VERDICT_PASS);
	step(w, "r1", "restore db_1", "db_1", 61 * NS_PER_SECOND, VERDICT_FAIL);
	step(w, "r1", "restore dbx1", "dbx1", 5 * HOUR, VERDICT_ERROR);
	step(w, "r1", "restore gone", "gone", 0, VERDICT_SKIPPED);
	step(w, "r1", "seal", NULL, NS_PER_SECOND, VERDICT_PASS);
	step(w, "r1", "seal 12", NULL, NS_PER_SECOND, VERDICT_PASS);
	begin(w, "b1", "backup", 2 * HOUR);
	step(w, "b1", "read back", NULL, 901 * NS_PER_SECOND, VERDICT_PASS);
	t = steps_of(w, "restore-test", "restore");
	assert_int_equal(t->count[0], 1);
	assert_int_equal(t->count[1], 1);
	assert_int_equal(t->count[STEP_BUCKETS], 1);
	assert_int_equal(t->sum_ns, 121 * NS_PER_SECOND + 5 * HOUR);
	t = steps_of(w, "restore-test", "seal");
	assert_int_equal(t->count[0], 2);
	t = steps_of(w, "backup", "read back");
	assert_int_equal(t->count[3], 1);
	assert_int_equal(step_counts.count, 3);
}

static void execute(const char *directory, const char *sql)
{
	char path[96];
	sqlite3 *db = NULL;
	char *message = NULL;

	(void)snprintf(path, sizeof(path), "%s/history.db", directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
	(void)sqlite3_close(db);
}

static void an_older_history_is_counted_once_when_it_is_brought_up_to_date(void **state)
{
	struct world *w = *state;
	const struct run_tally *t;
	const struct step_tally *s;

	begin(w, "v1", "verify", HOUR);
	step(w, "v1", "files", NULL, 60 * NS_PER_SECOND, VERDICT_PASS);
	step(w, "v1", "disk", NULL, 0, VERDICT_SKIPPED);
	end(w, "v1", VERDICT_FAIL);
	begin(w, "v2", "verify", HOUR);
	step(w, "v2", "files", NULL, 3601 * NS_PER_SECOND, VERDICT_PASS);
	history_close(TAKE(w->h));
	execute(w->directory,
		"DROP TRIGGER run_tally_started; DROP TRIGGER run_tally_finished;"
		"DROP TRIGGER step_tally_finished; DROP TABLE run_tally; DROP TABLE step_tally;"
		"DROP TRIGGER message_tally_ended; DROP TABLE message_tally; DROP TABLE "
		"action_entry; DROP TABLE run_entry;"
		"PRAGMA user_version = 3");
	assert_int_equal(history_open(w->directory, &w->h, &w->err), 0);
	begin(w, "v3", "verify", HOUR);
	t = runs_of(w, "verify");
	assert_int_equal(t->started, 3);
	assert_int_equal(t->failed, 1);
	s = steps_of(w, "verify", "files");
	assert_non_null(s);
	assert_int_equal(s->count[0], 1);
	assert_int_equal(s->count[5], 1);
	assert_int_equal(s->sum_ns, 3661 * NS_PER_SECOND);
	assert_null(steps_of(w, "verify", "disk"));
}

static void queue(struct world *w, const char *receiver)
{
	const struct outbox_item item = { .key = "k",
					  .receiver = receiver,
					  .event = "failed",
					  .document = "{}",
					  .created_ns = 1 };

	assert_int_equal(outbox_add(w->h, &item, &w->err), 0);
}

static void finish(struct world *w, int64_t id, enum outbox_state how)
{
	assert_int_equal(outbox_end(w->h, id, how, 5, "", &w->err), 0);
}

static void messages_are_counted_also_when_they_are_forgotten_or_tried_again(void **state)
{
	struct world *w = *state;
	struct message_tally messages;
	size_t count = 0;

	for (int i = 0; i < 4; i++)
		queue(w, "ops");
	queue(w, "other");
	finish(w, 1, OUTBOX_SENT);
	finish(w, 2, OUTBOX_SENT);
	finish(w, 3, OUTBOX_GIVEN_UP);
	finish(w, 5, OUTBOX_SENT);
	assert_int_equal(outbox_retry(w->h, 3, 6, &count, &w->err), 0);
	finish(w, 3, OUTBOX_SENT);
	assert_int_equal(outbox_expire(w->h, 50, &w->err), 0);
	assert_int_equal(history_tally_messages(w->h, "ops", &messages, &w->err), 0);
	assert_int_equal(messages.sent, 3);
	assert_int_equal(messages.given_up, 1);
	assert_int_equal(messages.waiting, 1);
	assert_int_equal(history_tally_messages(w->h, "nobody", &messages, &w->err), 0);
	assert_int_equal(messages.sent + messages.given_up + messages.waiting, 0);
}

static enum verdict latest_of(struct world *w, const char *kind, const char *component,
			      const char *name)
{
	struct latest_checks checks;

	if (history_latest_checks(w->h, kind, component, &checks, &w->err) < 0)
		fail_msg("%s", w->err.message);
	for (size_t i = 0; i < checks.count; i++) {
		if (strcmp(checks.item[i].name, name) == 0)
			return checks.item[i].verdict;
	}
	fail_msg("no check %s of %s", name, component ? component : "the platform");
	return VERDICT_ERROR;
}

static void the_newest_run_with_a_word_on_the_component_tells_the_worst_of_each_check(void **state)
{
	struct world *w = *state;
	struct latest_checks none;

	begin(w, "v1", "verify", HOUR);
	check(w, "v1", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_FAIL });
	check(w, "v1", (struct check){ .name = "size", .component = "b", .verdict = VERDICT_FAIL });
	end(w, "v1", VERDICT_FAIL);
	begin(w, "v2", "verify", 2 * HOUR);
	check(w, "v2", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_PASS });
	check(w, "v2", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_WARN });
	check(w, "v2",
	      (struct check){ .name = "hash", .component = "a", .verdict = VERDICT_SKIPPED });
	check(w, "v2",
	      (struct check){ .name = "age",
			      .component = "a",
			      .verdict = VERDICT_SKIPPED,
			      .required = true });
	check(w, "v2", (struct check){ .name = "disk-free", .verdict = VERDICT_PASS });
	end(w, "v2", VERDICT_WARN);
	/* neither one under way nor one of another kind has a say */
	begin(w, "v3", "verify", 3 * HOUR);
	check(w, "v3", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_FAIL });
	begin(w, "r1", "restore-test", 3 * HOUR);
	check(w, "r1", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_FAIL });
	end(w, "r1", VERDICT_FAIL);
	assert_int_equal(latest_of(w, "verify", "a", "size"), VERDICT_WARN);
	assert_int_equal(latest_of(w, "verify", "a", "hash"), VERDICT_SKIPPED);
	assert_int_equal(latest_of(w, "verify", "a", "age"), VERDICT_ERROR);
	assert_int_equal(latest_of(w, "verify", "b", "size"), VERDICT_FAIL);
	assert_int_equal(latest_of(w, "verify", NULL, "disk-free"), VERDICT_PASS);
	assert_int_equal(latest_of(w, "restore-test", "a", "size"), VERDICT_FAIL);
	assert_int_equal(history_latest_checks(w->h, "verify", "c", &none, &w->err), 0);
	assert_int_equal(none.count, 0);
}

static void what_was_found_last_is_remembered_past_a_run_that_did_not_ask(void **state)
{
	struct world *w = *state;
	const struct latest_question time = { "restore-test", "a", "recovery-time" };
	const struct latest_question other = { "restore-test", "b", "recovery-time" };
	char found[LATEST_NAME_SIZE];

	begin(w, "r1", "restore-test", HOUR);
	check(w, "r1",
	      (struct check){ .name = "recovery-time",
			      .component = "a",
			      .verdict = VERDICT_FAIL,
			      .found = "2h5m" });
	end(w, "r1", VERDICT_FAIL);
	begin(w, "r2", "restore-test", 2 * HOUR);
	check(w, "r2", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_FAIL });
	check(w, "r2",
	      (struct check){ .name = "recovery-time",
			      .component = "a",
			      .verdict = VERDICT_SKIPPED,
			      .found = "1s" });
	end(w, "r2", VERDICT_FAIL);
	assert_int_equal(history_latest_found(w->h, &time, found, &w->err), 0);
	assert_string_equal(found, "2h5m");
	assert_int_equal(history_latest_found(w->h, &other, found, &w->err), 0);
	assert_string_equal(found, "");
}

static void the_last_restore_tells_its_bytes_and_its_time(void **state)
{
	struct world *w = *state;
	struct facts facts = { .side = FACTS_BACKUP };
	struct latest_restore moved;

	begin(w, "r1", "restore-test", HOUR);
	for (int i = 0; i < 2; i++)
		tell(w, &(struct event){ .type = EVENT_FACTS,
					 .at_ns = 4,
					 .run = "r1",
					 .component = "a",
					 .part = "dump",
					 .set = "20261120",
					 .done = 1000,
					 .facts = &facts });
	step(w, "r1", "restore a", "a", 4 * NS_PER_SECOND, VERDICT_PASS);
	step(w, "r1", "prove a", "a", 9 * NS_PER_SECOND, VERDICT_PASS);
	check(w, "r1", (struct check){ .name = "proven", .component = "a" });
	end(w, "r1", VERDICT_PASS);
	begin(w, "r2", "restore-test", 2 * HOUR);
	check(w, "r2", (struct check){ .name = "exists", .component = "a" });
	end(w, "r2", VERDICT_FAIL);
	assert_int_equal(history_latest_restore(w->h, "a", &moved, &w->err), 0);
	assert_int_equal(moved.bytes, 2000);
	assert_int_equal(moved.duration_ns, 4 * NS_PER_SECOND);
	assert_int_equal(history_latest_restore(w->h, "b", &moved, &w->err), 0);
	assert_int_equal(moved.bytes, 0);
}

static void the_newest_run_is_told_though_several_newer_ones_are_under_way(void **state)
{
	static const char *const under_way[] = { "r2", "r3", "r4", "r5" };
	struct world *w = *state;
	struct latest_run run;

	history_close(TAKE(w->h));
	assert_int_equal(history_open_memory(&w->h, &w->err), 0);
	for (size_t i = 0; i < 4; i++)
		begin(w, under_way[i], "verify", (int64_t)(2 + i) * HOUR);
	assert_int_equal(history_latest_run(w->h, "verify", &run, &w->err), 0);
	assert_int_equal(run.started_ns, 0);
	begin(w, "r1", "verify", 1 * HOUR);
	end(w, "r1", VERDICT_WARN);
	assert_int_equal(history_latest_run(w->h, "verify", &run, &w->err), 0);
	assert_int_equal(run.started_ns, 1 * HOUR);
	assert_int_equal(run.verdict, VERDICT_WARN);
}

static void a_success_counts_for_a_schedule_when_it_covers_all_components(void **state)
{
	static const char *const both[] = { "a", "b" };
	struct world *w = *state;
	struct latest_scope scope = { .kind = "verify", .component = both, .component_count = 2 };
	struct latest_run run;

	begin(w, "v1", "verify", 1 * HOUR);
	check(w, "v1", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_PASS });
	check(w, "v1", (struct check){ .name = "size", .component = "b", .verdict = VERDICT_PASS });
	end(w, "v1", VERDICT_WARN);
	begin(w, "v2", "verify", 2 * HOUR);
	check(w, "v2", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_PASS });
	check(w, "v2", (struct check){ .name = "hash", .component = "b", .verdict = VERDICT_PASS });
	end(w, "v2", VERDICT_FAIL);
	begin(w, "v3", "verify", 3 * HOUR);
	check(w, "v3", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_PASS });
	end(w, "v3", VERDICT_PASS);
	assert_int_equal(history_latest_covering(w->h, &scope, &run, &w->err), 0);
	assert_int_equal(run.started_ns, 1 * HOUR);
	assert_int_equal(run.duration_ns, HOUR);
	scope.any_verdict = true;
	assert_int_equal(history_latest_covering(w->h, &scope, &run, &w->err), 0);
	assert_int_equal(run.started_ns, 2 * HOUR);
	scope.check = "size";
	assert_int_equal(history_latest_covering(w->h, &scope, &run, &w->err), 0);
	assert_int_equal(run.started_ns, 1 * HOUR);
	scope.kind = "backup";
	assert_int_equal(history_latest_covering(w->h, &scope, &run, &w->err), 0);
	assert_int_equal(run.started_ns, 0);
}

static void ask_everything(struct world *w)
{
	static const char *const a[] = { "a" };
	const struct latest_question time = { "restore-test", "a", "recovery-time" };
	const struct latest_scope scope = { .kind = "verify",
					    .component = a,
					    .component_count = 1 };
	struct latest_checks checks;
	struct latest_restore moved;
	struct latest_run run;
	struct message_tally messages;
	char found[LATEST_NAME_SIZE];

	(void)runs_of(w, "verify");
	(void)steps_of(w, "verify", "files");
	assert_int_equal(history_tally_messages(w->h, "ops", &messages, &w->err), 0);
	assert_int_equal(history_latest_checks(w->h, "verify", "a", &checks, &w->err), 0);
	assert_int_equal(history_latest_checks(w->h, "verify", NULL, &checks, &w->err), 0);
	assert_int_equal(history_latest_found(w->h, &time, found, &w->err), 0);
	assert_int_equal(history_latest_restore(w->h, "a", &moved, &w->err), 0);
	assert_int_equal(history_latest_run(w->h, "verify", &run, &w->err), 0);
	assert_int_equal(history_latest_covering(w->h, &scope, &run, &w->err), 0);
}

/* What grows with the years may only be searched. */
static bool is_no_walk(const char *line)
{
	static const char *const small[] = { "SCAN run_tally", "SCAN step_tally", "SCAN a",
					     "SCAN CONSTANT ROW" };
	/* it has one row per run */
	bool good = !strstr(line, "SCAN") || strcmp(line, "SCAN r") == 0 ||
		    strstr(line, "USING INDEX run_by_time");

	for (size_t i = 0; i < sizeof(small) / sizeof(*small); i++)
		good |= strncmp(line, small[i], strlen(small[i])) == 0;
	return good;
}

static void no_question_walks_the_journal(void **state)
{
	struct world *w = *state;
	struct statements seen = { .count = 0 };

	begin(w, "v1", "verify", HOUR);
	check(w, "v1", (struct check){ .name = "size", .component = "a", .verdict = VERDICT_PASS });
	end(w, "v1", VERDICT_PASS);
	statements_begin(&seen, w->h);
	ask_everything(w);
	statements_end(&seen, w->h, 10, is_no_walk);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_on_disk, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_history_has_no_counts),
		TEST(runs_are_counted_by_kind_and_outcome),
		TEST(a_run_that_was_cut_short_counts_before_and_after_recovery_the_same),
		TEST(steps_are_counted_by_how_long_they_took),
		TEST(an_older_history_is_counted_once_when_it_is_brought_up_to_date),
		TEST(messages_are_counted_also_when_they_are_forgotten_or_tried_again),
		TEST(the_newest_run_with_a_word_on_the_component_tells_the_worst_of_each_check),
		TEST(what_was_found_last_is_remembered_past_a_run_that_did_not_ask),
		TEST(the_last_restore_tells_its_bytes_and_its_time),
		TEST(the_newest_run_is_told_though_several_newer_ones_are_under_way),
		TEST(a_success_counts_for_a_schedule_when_it_covers_all_components),
		TEST(no_question_walks_the_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
