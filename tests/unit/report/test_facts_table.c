/* SPDX-License-Identifier: Apache-2.0 */
/* What reports compute of facts and steps: who agrees with whom, and where a step lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/facts_table.h"
#include "report/timeline.h"
#include "restored_run.h"

static void sides_are_compared_and_differences_come_first(void **state)
{
	struct facts_table t = { 0 };
	const struct facts_section *tables, *sequences;
	struct run run;

	(void)state;
	make_restored_run(&run);
	assert_int_equal(facts_table_make(&run, &t), 0);
	assert_int_equal(t.group_count, 2);
	assert_int_equal(t.lines, 7);
	assert_int_equal(t.of[AGREEMENT_DIFFERENT], 4);
	assert_int_equal(t.of[AGREEMENT_EQUAL], 3);
	assert_int_equal(t.group[0].section_count, 2);
	tables = &t.group[0].section[0];
	assert_int_equal(tables->count, 4);
	assert_string_equal(facts_line_any(&tables->line[1])->name, "payments");
	assert_string_equal(facts_line_any(&tables->line[2])->name, "refunds");
	assert_null(tables->line[2].side[FACTS_RESTORED]);
	assert_int_equal(tables->line[2].agreement, AGREEMENT_DIFFERENT);
	assert_string_equal(facts_line_any(&tables->line[3])->name, "orders");
	assert_int_equal(tables->total[FACTS_RESTORED], 1234567 + 990 + 1);
	assert_true(tables->complete[FACTS_RESTORED]);
	/* a dump's sequence may be ahead of its source's, a restored one never behind its dump's */
	sequences = &t.group[0].section[1];
	assert_string_equal(facts_line_any(&sequences->line[0])->name, "payments_id_seq");
	assert_int_equal(sequences->line[1].agreement, AGREEMENT_EQUAL);
	assert_false(t.group[1].section[0].knows[FACTS_SOURCE]);
	facts_table_release(&t);
	run_release(&run);
}

static struct facts_section one_table(struct run *run, struct facts_table *t, unsigned known)
{
	for (int i = 0; i < 3; i++)
		facts_release(&run->facts[i].facts);
	for (int i = 1; i < 3; i++) {
		restored_fact(&run->facts[i].facts, FACT_TABLE, "public", "a", 5, 1);
		run->facts[i].facts.item[0].known = i == 1 ? MEASURE_COUNT : known;
	}
	run->facts_count = 3;
	assert_int_equal(facts_table_make(run, t), 0);
	return t->group[0].section[0];
}

static void what_no_two_sides_know_is_unknown_and_never_equal(void **state)
{
	struct facts_table t = { 0 };
	struct run run;

	(void)state;
	make_restored_run(&run);
	/* two readings of one side are no comparison */
	run.facts[0].facts.side = FACTS_BACKUP;
	assert_int_equal(one_table(&run, &t, MEASURE_FINGERPRINT).of[AGREEMENT_UNKNOWN], 1);
	facts_table_release(&t);
	assert_int_equal(one_table(&run, &t, MEASURE_COUNT).of[AGREEMENT_EQUAL], 1);
	facts_table_release(&t);
	/* a side that holds nothing lacks the table */
	facts_release(&run.facts[2].facts);
	assert_int_equal(facts_table_make(&run, &t), 0);
	assert_int_equal(t.of[AGREEMENT_DIFFERENT], 1);
	facts_table_release(&t);
	/* with one side there is nothing to compare */
	run.facts[2].facts.side = FACTS_BACKUP;
	assert_int_equal(facts_table_make(&run, &t), 0);
	assert_int_equal(t.group_count, 0);
	facts_table_release(&t);
	run.facts_count = 5;
	run_release(&run);
}

static void facts_that_have_expired_are_not_taken_for_an_empty_server(void **state)
{
	struct facts_table t = { 0 };
	struct run run;

	(void)state;
	make_restored_run(&run);
	for (size_t i = 0; i < run.facts_count; i++)
		facts_release(&run.facts[i].facts);
	assert_int_equal(facts_table_make(&run, &t), 0);
	assert_int_equal(t.group_count, 0);
	facts_table_release(&t);
	run_release(&run);
}

static void lanes_follow_their_component_and_the_axis_reaches_the_objective(void **state)
{
	struct timeline t = { 0 };
	struct run run;

	(void)state;
	make_restored_run(&run);
	assert_int_equal(timeline_make(&run, &t), 0);
	assert_int_equal(t.count, 3);
	assert_string_equal(t.lane[1].step->id, "prove postgres-main");
	assert_true(t.lane[0].heads_component);
	assert_false(t.lane[1].heads_component);
	assert_int_equal(t.lane[1].offset_ns, 60 * NS_PER_SECOND);
	/* a step that never ended goes on to the end of the run */
	assert_int_equal(t.lane[2].offset_ns + t.lane[2].length_ns, 593 * NS_PER_SECOND);
	assert_int_equal(t.objective_ns, 900 * NS_PER_SECOND);
	assert_string_equal(t.objective_of, "redis-cache");
	assert_true(t.objective_fits);
	assert_int_equal(t.span_ns, t.objective_ns);
	assert_int_equal(t.tick_ns, 300 * NS_PER_SECOND);
	timeline_release(&t);
	/* one far beyond the run would leave no room for its steps */
	run.finished_ns = RESTORED_START + 10 * NS_PER_SECOND;
	run.step_count = 1;
	run.step[0].duration_ns = 10 * NS_PER_SECOND;
	assert_int_equal(timeline_make(&run, &t), 0);
	run.step[0].duration_ns = 60 * NS_PER_SECOND;
	assert_false(t.objective_fits);
	assert_int_equal(t.span_ns, 10 * NS_PER_SECOND);
	timeline_release(&t);
	run_release(&run);
}

static void clocks_that_were_set_back_do_not_bend_the_picture(void **state)
{
	static struct run_step step = { .id = "s",
					.component = "",
					.started_ns = RESTORED_START - 3600 * NS_PER_SECOND,
					.duration_ns = NS_PER_SECOND };
	struct run run = { .id = "r",
			   .started_ns = RESTORED_START,
			   .finished_ns = RESTORED_START,
			   .step = &step,
			   .step_count = 1 };
	struct timeline t = { 0 };

	(void)state;
	assert_int_equal(timeline_make(&run, &t), 0);
	assert_true(t.lane[0].offset_ns >= 0 && t.lane[0].length_ns >= 0);
	assert_true(t.lane[0].offset_ns + t.lane[0].length_ns <= t.span_ns);
	timeline_release(&t);
}

static void an_objective_is_the_first_duration_of_a_text(void **state)
{
	(void)state;
	assert_int_equal(timeline_parse_objective("within 1h30m"), 5400 * NS_PER_SECOND);
	assert_int_equal(timeline_parse_objective("≤ 15m, with the proof"), 900 * NS_PER_SECOND);
	assert_int_equal(timeline_parse_objective("(at most 3600s)"), 3600 * NS_PER_SECOND);
	assert_int_equal(timeline_parse_objective("soon"), 0);
	assert_int_equal(timeline_parse_objective(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sides_are_compared_and_differences_come_first),
		cmocka_unit_test(what_no_two_sides_know_is_unknown_and_never_equal),
		cmocka_unit_test(facts_that_have_expired_are_not_taken_for_an_empty_server),
		cmocka_unit_test(lanes_follow_their_component_and_the_axis_reaches_the_objective),
		cmocka_unit_test(clocks_that_were_set_back_do_not_bend_the_picture),
		cmocka_unit_test(an_objective_is_the_first_duration_of_a_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
