/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of people in a drill, and drills that have no end yet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "history/entry.h"
#include "history/unfinished.h"
#include "world.h"

static const char drill[] = "20261203T100000Z-0001";

static void begin_drill(struct world *w, int64_t at_ns)
{
	const struct event plan = { .type = EVENT_NOTE,
				    .at_ns = at_ns,
				    .run = drill,
				    .subject = "plan.yaml",
				    .text = "version: 1" };

	begin_run(w, drill, "drill", at_ns);
	tell(w, &plan);
}

static int64_t add(struct world *w, const struct entry *e)
{
	int64_t number = 0;

	if (history_entry_add(w->h, drill, e, &number, &w->err) < 0)
		fail_msg("%s", w->err.message);
	return number;
}

static int64_t add_note(struct world *w, const char *text, int64_t supersedes)
{
	const struct entry e = { .kind = ENTRY_NOTE,
				 .author = "ann",
				 .text = text,
				 .at_ns = 5,
				 .recorded_ns = 7,
				 .supersedes = supersedes };

	return add(w, &e);
}

static void an_entry_is_read_as_it_was_written(void **state)
{
	static const struct entry written = { .kind = ENTRY_ISSUE,
					      .step = "go",
					      .author = "ann",
					      .at_ns = 3,
					      .recorded_ns = 9,
					      .text = "it was slow",
					      .reason = "no hand was free",
					      .severity = ENTRY_SEVERITY_HIGH,
					      .resolution = "waited",
					      .action = 4 };
	struct world *w = *state;
	CLEANUP(entries_release)
	struct entries l = { 0 };
	const struct entry *e;

	begin_run(w, drill, "drill", 1);
	assert_int_equal(add(w, &written), 1);
	assert_int_equal(history_entries(w->h, drill, 0, &l, &w->err), 0);
	assert_int_equal(l.count, 1);
	e = l.item;
	assert_int_equal(e->number, 1);
	assert_string_equal(e->run, drill);
	assert_int_equal(e->kind, ENTRY_ISSUE);
	assert_string_equal(e->step, "go");
	assert_string_equal(e->role, "");
	assert_string_equal(e->author, "ann");
	assert_int_equal(e->at_ns, 3);
	assert_int_equal(e->recorded_ns, 9);
	assert_string_equal(e->text, "it was slow");
	assert_string_equal(e->reason, "no hand was free");
	assert_int_equal(e->severity, ENTRY_SEVERITY_HIGH);
	assert_string_equal(e->resolution, "waited");
	assert_int_equal(e->action, 4);
	assert_int_equal(e->supersedes, 0);
}

static void each_run_counts_its_entries_from_one(void **state)
{
	static const struct entry other = { .kind = ENTRY_HOLD, .author = "bob" };
	struct world *w = *state;
	int64_t number = 0;

	begin_run(w, drill, "drill", 1);
	begin_run(w, "other", "drill", 2);
	assert_int_equal(add_note(w, "a", 0), 1);
	assert_int_equal(add_note(w, "b", 0), 2);
	assert_int_equal(history_entry_add(w->h, "other", &other, &number, &w->err), 0);
	assert_int_equal(number, 1);
}

static void only_what_came_since_is_read_again(void **state)
{
	struct world *w = *state;
	CLEANUP(entries_release)
	struct entries l = { 0 };

	begin_run(w, drill, "drill", 1);
	(void)add_note(w, "a", 0);
	(void)add_note(w, "b", 0);
	assert_int_equal(history_entries(w->h, drill, 0, &l, &w->err), 0);
	assert_int_equal(history_entries(w->h, drill, 2, &l, &w->err), 0);
	assert_int_equal(l.count, 2);
	(void)add_note(w, "c", 0);
	assert_int_equal(history_entries(w->h, drill, 2, &l, &w->err), 0);
	assert_int_equal(l.count, 3);
	assert_string_equal(l.item[2].text, "c");
	assert_int_equal(l.item[2].number, 3);
}

static void an_entry_needs_a_run_that_there_is(void **state)
{
	static const struct entry e = { .kind = ENTRY_NOTE, .author = "ann" };
	struct world *w = *state;
	int64_t number = 0;

	assert_int_equal(history_entry_add(w->h, drill, &e, &number, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
}

static void refused(struct world *w, int64_t supersedes, enum error_kind kind)
{
	const struct entry e = { .kind = ENTRY_NOTE, .author = "x", .supersedes = supersedes };
	int64_t number = 0;

	assert_int_equal(history_entry_add(w->h, drill, &e, &number, &w->err), -1);
	assert_int_equal(w->err.kind, kind);
	error_clear(&w->err);
}

static void an_entry_is_superseded_once_and_by_a_later_one(void **state)
{
	struct world *w = *state;
	CLEANUP(entries_release)
	struct entries l = { 0 };

	begin_run(w, drill, "drill", 1);
	refused(w, 1, ERROR_NOT_FOUND);
	(void)add_note(w, "a", 0);
	assert_int_equal(add_note(w, "b", 1), 2);
	refused(w, 1, ERROR_USAGE);
	refused(w, 3, ERROR_NOT_FOUND);
	assert_int_equal(add_note(w, "c", 2), 3);
	assert_int_equal(history_entries(w->h, drill, 0, &l, &w->err), 0);
	assert_int_equal(l.count, 3);
	assert_int_equal(entries_successor(&l, 1)->number, 2);
	assert_int_equal(entries_successor(&l, 2)->number, 3);
	assert_null(entries_successor(&l, 3));
}

static void entries_cannot_be_changed_or_removed(void **state)
{
	static const char *const attempts[] = { "UPDATE run_entry SET text = 'x'",
						"DELETE FROM run_entry",
						"INSERT OR REPLACE INTO run_entry (run, number, at,"
						" recorded, kind, author) SELECT run, number, 0, 0,"
						" kind, author FROM run_entry" };
	struct world *w = *state;
	char path[128];
	sqlite3 *db = NULL;

	begin_run(w, drill, "drill", 1);
	(void)add_note(w, "a", 0);
	(void)snprintf(path, sizeof(path), "%s/history.db", w->directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA recursive_triggers = ON", NULL, NULL, NULL),
			 SQLITE_OK);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		assert_int_equal(sqlite3_exec(db, attempts[i], NULL, NULL, NULL),
				 SQLITE_CONSTRAINT);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void an_entry_and_what_is_written_with_it_stay_together(void **state)
{
	struct world *w = *state;
	CLEANUP(entries_release)
	struct entries l = { 0 };

	begin_run(w, drill, "drill", 1);
	assert_int_equal(history_begin(w->h, &w->err), 0);
	assert_int_equal(add_note(w, "a", 0), 1);
	assert_int_equal(history_end(w->h, -1, &w->err), -1);
	assert_int_equal(history_entries(w->h, drill, 0, &l, &w->err), 0);
	assert_int_equal(l.count, 0);
}

static void the_newest_drill_without_an_end_is_found_with_who_is_at_it(void **state)
{
	const struct history_claim claim = { .run = drill, .command = "drill" };
	struct world *w = *state;
	int64_t now_ns = clock_wall_ns();
	struct history_drill found;

	assert_int_equal(history_unfinished_drill(w->h, &found, &w->err), 0);
	assert_string_equal(found.run, "");
	begin_run(w, "other", "verify", now_ns);
	begin_drill(w, now_ns - 5);
	assert_int_equal(history_unfinished_drill(w->h, &found, &w->err), 0);
	assert_string_equal(found.run, drill);
	assert_false(found.alive);
	assert_true(found.resumable);
	assert_int_equal(found.started_ns, now_ns - 5);
	assert_int_equal(history_lock(w->h, &claim, &w->err), 0);
	assert_int_equal(history_unfinished_drill(w->h, &found, &w->err), 0);
	assert_true(found.alive);
	assert_false(found.resumable);
}

static void a_drill_that_nobody_is_at_is_left_alone_for_a_day(void **state)
{
	struct world *w = *state;
	int64_t now_ns = clock_wall_ns();
	struct run run;

	begin_run(w, "verification", "verify", now_ns);
	begin_drill(w, now_ns - UNFINISHED_RESUMABLE_NS / 2);
	assert_int_equal(history_recover(w->h, &w->err), 0);
	assert_int_equal(history_load(w->h, "verification", &run, &w->err), 0);
	assert_true(run.finished_ns != 0);
	run_release(&run);
	assert_int_equal(history_load(w->h, drill, &run, &w->err), 0);
	assert_int_equal(run.finished_ns, 0);
	assert_true(run.unattended);
	assert_int_equal(run.checks.count, 0);
	run_release(&run);
}

static void a_drill_that_was_killed_before_it_told_its_plan_was_cut_short(void **state)
{
	struct world *w = *state;
	int64_t now_ns = clock_wall_ns();
	struct history_drill found;
	struct run run;

	begin_run(w, drill, "drill", now_ns);
	assert_int_equal(history_unfinished_drill(w->h, &found, &w->err), 0);
	assert_string_equal(found.run, drill);
	assert_false(found.resumable);
	assert_int_equal(history_recover(w->h, &w->err), 0);
	assert_int_equal(history_load(w->h, drill, &run, &w->err), 0);
	assert_int_equal(run.finished_ns, now_ns);
	assert_int_equal(run.verdict, VERDICT_ERROR);
	run_release(&run);
}

static void after_a_day_a_drill_that_nobody_is_at_was_cut_short(void **state)
{
	struct world *w = *state;
	int64_t long_ago_ns = clock_wall_ns() - 2 * UNFINISHED_RESUMABLE_NS;
	struct history_drill found;
	struct run run;

	begin_drill(w, long_ago_ns);
	assert_int_equal(history_unfinished_drill(w->h, &found, &w->err), 0);
	assert_string_equal(found.run, drill);
	assert_false(found.resumable);
	for (int recovered = 0; recovered < 2; recovered++) {
		assert_int_equal(history_load(w->h, drill, &run, &w->err), 0);
		assert_int_equal(run.finished_ns, long_ago_ns);
		assert_false(run.unattended);
		assert_int_equal(run.verdict, VERDICT_ERROR);
		run_release(&run);
		assert_int_equal(history_recover(w->h, &w->err), 0);
	}
	assert_int_equal(history_unfinished_drill(w->h, &found, &w->err), 0);
	assert_string_equal(found.run, "");
}

static void what_people_enter_is_a_sign_of_life(void **state)
{
	struct world *w = *state;
	int64_t now_ns = clock_wall_ns();
	const struct entry e = { .kind = ENTRY_NOTE, .author = "ann", .recorded_ns = now_ns };
	struct history_drill found;
	struct run run;

	begin_drill(w, now_ns - 2 * UNFINISHED_RESUMABLE_NS);
	(void)add(w, &e);
	assert_int_equal(history_recover(w->h, &w->err), 0);
	assert_int_equal(history_load(w->h, drill, &run, &w->err), 0);
	assert_true(run.unattended);
	run_release(&run);
	assert_int_equal(history_unfinished_drill(w->h, &found, &w->err), 0);
	assert_int_equal(found.last_sign_ns, now_ns);
}

static void a_drill_is_ended_when_somebody_says_so_and_nobody_is_at_it(void **state)
{
	const struct history_claim claim = { .run = drill, .command = "drill" };
	struct world *w = *state;
	int64_t now_ns = clock_wall_ns();
	struct run run;

	begin_drill(w, now_ns);
	assert_int_equal(history_lock(w->h, &claim, &w->err), 0);
	assert_int_equal(history_end_drill(w->h, drill, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_BUSY);
	error_clear(&w->err);
	history_unlock(w->h);
	for (int times = 0; times < 2; times++) {
		assert_int_equal(history_end_drill(w->h, drill, &w->err), 0);
		assert_int_equal(history_load(w->h, drill, &run, &w->err), 0);
		assert_int_equal(run.finished_ns, now_ns);
		assert_int_equal(run.verdict, VERDICT_ERROR);
		assert_int_equal(run.checks.count, 1);
		run_release(&run);
	}
	assert_int_equal(history_end_drill(w->h, "none", &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_on_disk, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_is_read_as_it_was_written),
		TEST(each_run_counts_its_entries_from_one),
		TEST(only_what_came_since_is_read_again),
		TEST(an_entry_needs_a_run_that_there_is),
		TEST(an_entry_is_superseded_once_and_by_a_later_one),
		TEST(entries_cannot_be_changed_or_removed),
		TEST(an_entry_and_what_is_written_with_it_stay_together),
		TEST(the_newest_drill_without_an_end_is_found_with_who_is_at_it),
		TEST(a_drill_that_nobody_is_at_is_left_alone_for_a_day),
		TEST(a_drill_that_was_killed_before_it_told_its_plan_was_cut_short),
		TEST(after_a_day_a_drill_that_nobody_is_at_was_cut_short),
		TEST(what_people_enter_is_a_sign_of_life),
		TEST(a_drill_is_ended_when_somebody_says_so_and_nobody_is_at_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
