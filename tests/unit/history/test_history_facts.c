/* SPDX-License-Identifier: Apache-2.0 */
/* What a run tells beside its checks (facts of three sides, notes, titles), and histories in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/clock.h"
#include "world.h"

#define HOUR (3600 * NS_PER_SECOND)

static void start_run(struct world *w, const char *id)
{
	tell(w, &(struct event){ .type = EVENT_RUN_STARTED,
				 .at_ns = HOUR,
				 .run = id,
				 .kind = "restore-test",
				 .platform = "shop" });
}

static void end_run(struct world *w, const char *id)
{
	tell(w, &(struct event){ .type = EVENT_RUN_FINISHED,
				 .at_ns = 2 * HOUR,
				 .run = id,
				 .verdict = VERDICT_PASS,
				 .duration_ns = HOUR });
}

static void add_facts(struct world *w, const char *run, enum facts_side side, uint64_t rows)
{
	struct facts facts = { .side = side };
	struct fact *f = facts_add(&facts, FACT_TABLE, "public", "tasks");

	assert_non_null(f);
	f->known = MEASURE_COUNT;
	f->count = rows;
	tell(w, &(struct event){ .type = EVENT_FACTS,
				 .at_ns = HOUR,
				 .run = run,
				 .component = "database",
				 .part = "dump",
				 .database = "app",
				 .set = "20261120",
				 .done = side == FACTS_BACKUP ? rows * 10 : 0,
				 .facts = &facts });
	facts_release(&facts);
}

static void load(struct world *w, const char *id, struct run *run)
{
	if (history_load(w->h, id, run, &w->err) < 0)
		fail_msg("%s", w->err.message);
}

static void facts_of_three_sides_come_back_in_the_order_told(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };

	start_run(w, "r1");
	for (int side = FACTS_SOURCE; side <= FACTS_RESTORED; side++)
		add_facts(w, "r1", (enum facts_side)side, 100 + (uint64_t)side);
	end_run(w, "r1");
	load(w, "r1", &run);
	assert_int_equal(run.facts_count, 3);
	for (int side = FACTS_SOURCE; side <= FACTS_RESTORED; side++) {
		const struct run_facts *f = &run.facts[side];

		assert_int_equal(f->facts.side, side);
		assert_string_equal(f->component, "database");
		assert_string_equal(f->part, "dump");
		assert_string_equal(f->database, "app");
		assert_string_equal(f->set, "20261120");
		assert_int_equal(f->facts.count, 1);
		assert_int_equal(f->facts.item[0].count, 100 + side);
	}
	assert_int_equal(run.facts[FACTS_BACKUP].size, 1010);
	assert_int_equal(run.facts[FACTS_RESTORED].size, 0);
	run_release(&run);
	assert_int_equal(history_load_brief(w->h, "r1", &run, &w->err), 0);
	assert_int_equal(run.facts_count, 0);
	run_release(&run);
}

static void expired_facts_leave_the_reading_without_items(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };

	start_run(w, "r1");
	add_facts(w, "r1", FACTS_RESTORED, 7);
	end_run(w, "r1");
	assert_int_equal(history_expire_facts(w->h, 2 * HOUR, &w->err), 0);
	load(w, "r1", &run);
	assert_int_equal(run.facts_count, 1);
	assert_int_equal(run.facts[0].facts.side, FACTS_RESTORED);
	assert_int_equal(run.facts[0].facts.count, 0);
	run_release(&run);
}

static void earlier_readings_are_of_backups_only(void **state)
{
	struct world *w = *state;
	struct earlier_file *file = NULL;
	size_t count = 0;

	start_run(w, "r1");
	add_facts(w, "r1", FACTS_SOURCE, 1);
	add_facts(w, "r1", FACTS_BACKUP, 2);
	add_facts(w, "r1", FACTS_RESTORED, 3);
	end_run(w, "r1");
	assert_int_equal(history_earlier_files(w->h, "database", "dump", "app", "", 9, &file,
					       &count, &w->err),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(file[0].size, 20);
	assert_int_equal(file[0].facts.side, FACTS_BACKUP);
	assert_int_equal(file[0].facts.item[0].count, 2);
	facts_release(&file[0].facts);
	free(file);
}

static void notes_and_titles_of_steps_come_back_whatever_bytes_they_hold(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };
	char name[16];

	start_run(w, "r1");
	tell(w, &(struct event){ .type = EVENT_STEP_STARTED,
				 .at_ns = HOUR,
				 .run = "r1",
				 .step = "restore database",
				 .component = "database",
				 .text = "pg_restore \xff<b>" });
	for (int i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "setting %d", i);
		tell(w, &(struct event){ .type = EVENT_NOTE,
					 .at_ns = HOUR,
					 .run = "r1",
					 .component = "database",
					 .subject = name,
					 .text = "on\n\xff" });
	}
	tell(w, &(struct event){ .type = EVENT_STEP_FINISHED,
				 .at_ns = HOUR,
				 .run = "r1",
				 .step = "restore database",
				 .component = "database",
				 .verdict = VERDICT_PASS,
				 .duration_ns = 5 });
	tell(w, &(struct event){ .type = EVENT_STEP_FINISHED,
				 .at_ns = HOUR,
				 .run = "r1",
				 .step = "prove database",
				 .text = "not a title",
				 .verdict = VERDICT_SKIPPED });
	end_run(w, "r1");
	load(w, "r1", &run);
	assert_int_equal(run.step_count, 2);
	assert_string_equal(run.step[0].title, "pg_restore \xff<b>");
	assert_string_equal(run.step[0].component, "database");
	assert_int_equal(run.step[0].duration_ns, 5);
	assert_string_equal(run.step[1].title, "");
	assert_int_equal(run.note_count, 40);
	assert_string_equal(run.note[39].name, "setting 39");
	assert_string_equal(run.note[39].component, "database");
	assert_string_equal(run.note[39].text, "on\n\xff");
	run_release(&run);
}

static void lists_hold_no_notes_and_no_facts(void **state)
{
	struct world *w = *state;
	struct history_filter all = { .kind = NULL };
	struct run *run = NULL;
	size_t count = 0;

	start_run(w, "r1");
	tell(w,
	     &(struct event){
		     .type = EVENT_NOTE, .at_ns = HOUR, .run = "r1", .subject = "a", .text = "b" });
	add_facts(w, "r1", FACTS_BACKUP, 2);
	assert_int_equal(history_list(w->h, &all, &run, &count, &w->err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(run[0].note_count, 0);
	assert_int_equal(run[0].facts_count, 0);
	history_free_runs(run, count);
}

static void a_history_in_memory_needs_no_lock_and_leaves_no_file(void **state)
{
	struct world *w = *state;
	struct history_holders holders;
	struct history_claim claim = { .run = "r1", .command = "restore-test" };
	struct history *other = NULL;
	struct run run = { 0 };

	assert_int_equal(history_lock(w->h, &claim, &w->err), 0);
	assert_int_equal(history_recover(w->h, &w->err), 0);
	assert_int_equal(history_holders(w->h, &holders, &w->err), 0);
	assert_int_equal(holders.count, 0);
	start_run(w, "r1");
	load(w, "latest", &run);
	/* its writer lives: it was not cut short */
	assert_int_equal(run.finished_ns, 0);
	assert_int_equal(run.checks.count, 0);
	run_release(&run);
	end_run(w, "r1");
	load(w, "latest", &run);
	assert_int_equal(run.verdict, VERDICT_PASS);
	run_release(&run);
	assert_int_equal(history_open_memory(&other, &w->err), 0);
	assert_int_equal(history_load(other, "r1", &run, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
	history_unlock(w->h);
	history_close(other);
	assert_int_equal(access("/history.db", F_OK), -1);
	assert_int_equal(access("/locks", F_OK), -1);
	assert_int_equal(access("in memory", F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_in_memory, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(facts_of_three_sides_come_back_in_the_order_told),
		TEST(expired_facts_leave_the_reading_without_items),
		TEST(earlier_readings_are_of_backups_only),
		TEST(notes_and_titles_of_steps_come_back_whatever_bytes_they_hold),
		TEST(lists_hold_no_notes_and_no_facts),
		TEST(a_history_in_memory_needs_no_lock_and_leaves_no_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
