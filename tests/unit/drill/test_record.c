/* SPDX-License-Identifier: Apache-2.0 */
/* What a drill's journal comes to: times, states, measures, criteria. */
#include "staged_drill.h"

static const struct drill_record_step *step(const struct drill_record *r, const char *id)
{
	for (size_t i = 0; i < r->plan.step_count; i++) {
		if (strcmp(r->plan.step[i].id, id) == 0)
			return &r->step[i];
	}
	fail_msg("there is no step %s", id);
	return r->step;
}

static const struct drill_record_phase *phase(const struct drill_record *r, const char *id)
{
	for (size_t i = 0; i < r->plan.phase_count; i++) {
		if (strcmp(r->plan.phase[i].id, id) == 0)
			return &r->phase[i];
	}
	fail_msg("there is no phase %s", id);
	return r->phase;
}

static int64_t minutes(double m)
{
	return staged_at(m) - STAGED_T0;
}

static void one_component_may_be_late_while_the_platform_is_in_time(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_whole(s);
	r = stage_record(s, 2000);
	assert_int_equal(r->state, DRILL_STATE_OVER);
	assert_int_equal(r->rto.objective_ns, minutes(120));
	assert_int_equal(r->rto.actual_ns, minutes(120));
	assert_int_equal(r->rto.outcome, DRILL_OUTCOME_MET);
	assert_int_equal(r->component_count, 3);
	assert_string_equal(r->component[0].name, "database");
	assert_int_equal(r->component[0].actual_ns, minutes(65));
	assert_int_equal(r->component[0].objective, DRILL_OUTCOME_MISSED);
	assert_int_equal(r->component[1].objective, DRILL_OUTCOME_MET);
	assert_int_equal(step(r, "restore-postgresql")->overrun_ns, minutes(5));
	assert_int_equal(r->criterion[DRILL_CRITERION_RTO].verdict, VERDICT_PASS);
	assert_int_equal(r->criterion[DRILL_CRITERION_OBJECTIVES].verdict, VERDICT_FAIL);
	assert_string_equal(r->criterion[DRILL_CRITERION_OBJECTIVES].sentence,
			    "4 of 5 met; \"Databases are restored\" took 1h5m of 1h");
	assert_int_equal(r->verdict, VERDICT_FAIL);
	assert_string_equal(r->sentence,
			    "The platform was recovered in 2h, within its objective of 2h; data of "
			    "the last 4h5m would be lost; not achieved: Steps within their "
			    "objectives, Milestones met");
}

static void the_recovery_point_is_the_oldest_of_the_components(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_whole(s);
	r = stage_record(s, 2000);
	assert_int_equal(r->point_ns, staged_at(-245));
	assert_int_equal(r->rpo.actual_ns, minutes(245));
	assert_int_equal(r->rpo.outcome, DRILL_OUTCOME_MET);
	assert_int_equal(r->skew_ns, 10 * NS_PER_SECOND);
	assert_int_equal(r->component[2].point_ns, 0);
	assert_string_equal(r->component[2].no_point, "definitions have no time of their own");
}

static void a_files_identity_is_its_path_size_and_hash(void **state)
{
	struct stage *s = *state;
	const struct drill_record_component *c;

	stage_whole(s);
	c = &stage_record(s, 2000)->component[1];
	assert_int_equal(c->file_count, 1);
	assert_string_equal(c->file[0].path, "redis/dump_20261203_060000.rdb.gz");
	assert_string_equal(c->file[0].size, "123456");
	assert_int_equal(strlen(c->file[0].sha256), 64);
	assert_string_equal(c->set, "20261203_060000");
	assert_string_equal(c->version, "7.0.15");
}

static void milestones_are_held_against_the_drills_clock(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_whole(s);
	r = stage_record(s, 2000);
	assert_int_equal(phase(r, "postgresql")->milestone, DRILL_OUTCOME_MISSED);
	assert_int_equal(phase(r, "postgresql")->end_ns, staged_at(75));
	assert_int_equal(phase(r, "redis")->milestone, DRILL_OUTCOME_MET);
	assert_int_equal(phase(r, "validation")->milestone, DRILL_OUTCOME_MET);
	assert_int_equal(phase(r, "review")->milestone, DRILL_OUTCOME_NONE);
	assert_string_equal(r->criterion[DRILL_CRITERION_MILESTONES].sentence,
			    "5 of 6 met; \"PostgreSQL recovery complete\" was to be reached at "
			    "T+1:00:00, and ended at "
			    "T+1:15:00");
}

static void of_a_step_that_is_there_twice_the_last_counts(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_step(s, "available", 0, -1, VERDICT_PASS);
	stage_step(s, "available", 4, 3, VERDICT_PASS);
	r = stage_record(s, 10);
	assert_int_equal(step(r, "available")->state, DRILL_STEP_DONE);
	assert_int_equal(step(r, "available")->begin_ns, staged_at(4));
	assert_int_equal(step(r, "available")->duration_ns, minutes(3));
}

static void a_drill_is_prepared_until_its_gate_opens(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;
	int64_t t;

	stage_begin(s);
	stage_step(s, "participants", -20, -1, VERDICT_PASS);
	r = stage_record(s, -18);
	assert_int_equal(r->state, DRILL_STATE_PREPARING);
	assert_int_equal(step(r, "participants")->state, DRILL_STEP_READY);
	assert_int_equal(step(r, "go")->state, DRILL_STEP_WAITING);
	assert_string_equal(step(r, "go")->why, "participants, channels, scribe, empty");
	assert_false(drill_record_t(r, r->now_ns, &t));
	assert_string_equal(r->sentence, "The drill is in preparation: 0 of 39 steps have ended");
	assert_true(r->criterion[DRILL_CRITERION_RTO].open);
	assert_int_equal(r->verdict, VERDICT_SKIPPED);
}

static void a_drill_under_way_tells_its_clock_and_what_is_late(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;
	int64_t t;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 67);
	r = stage_record(s, 67);
	assert_int_equal(r->state, DRILL_STATE_UNDER_WAY);
	assert_true(drill_record_t(r, r->now_ns, &t));
	assert_int_equal(t, minutes(67));
	assert_int_equal(step(r, "restore-postgresql")->state, DRILL_STEP_RUNNING);
	assert_int_equal(step(r, "restore-postgresql")->overrun_ns, minutes(2));
	assert_int_equal(r->component[0].objective, DRILL_OUTCOME_MISSED);
	assert_int_equal(phase(r, "postgresql")->milestone, DRILL_OUTCOME_MISSED);
	assert_int_equal(phase(r, "services")->milestone, DRILL_OUTCOME_OPEN);
	assert_int_equal(r->rto.outcome, DRILL_OUTCOME_OPEN);
	assert_false(r->criterion[DRILL_CRITERION_OBJECTIVES].open);
	assert_true(r->criterion[DRILL_CRITERION_WORKFLOWS].open);
}

static void what_is_not_recovered_in_time_is_missed_at_once(void **state)
{
	struct stage *s = *state;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 80);
	stage_checks(s, CHECK_ID_COUNT);
	assert_int_equal(stage_record(s, 119)->rto.outcome, DRILL_OUTCOME_OPEN);
	assert_int_equal(stage_record(s, 121)->rto.outcome, DRILL_OUTCOME_MISSED);
	assert_int_equal(s->record.criterion[DRILL_CRITERION_RTO].verdict, VERDICT_FAIL);
}

static void the_time_in_which_a_drill_is_held_is_told_and_counts(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	(void)stage_entry(s, (struct entry){ .kind = ENTRY_HOLD, .text = "fire alarm" }, 10);
	r = stage_record(s, 14);
	assert_int_equal(r->state, DRILL_STATE_HELD);
	assert_int_equal(r->held_ns, minutes(4));
	(void)stage_entry(s, (struct entry){ .kind = ENTRY_RESUME }, 15);
	(void)stage_entry(s, (struct entry){ .kind = ENTRY_RESUME }, 16);
	stage_recover_until(s, 1000);
	stage_checks(s, CHECK_ID_COUNT);
	stage_finish(s, VERDICT_PASS);
	r = stage_record(s, 2000);
	assert_int_equal(r->state, DRILL_STATE_OVER);
	assert_int_equal(r->hold_count, 1);
	assert_int_equal(r->held_ns, minutes(5));
	assert_int_equal(r->rto.actual_ns, minutes(120));
}

static void a_step_that_was_ticked_late_ended_when_it_was_done(void **state)
{
	struct stage *s = *state;
	const struct drill_record_step *late;

	stage_begin(s);
	stage_prepare(s);
	stage_step(s, "acknowledge", 0, 30, VERDICT_PASS);
	(void)stage_entry(s,
			  (struct entry){ .kind = ENTRY_TICK,
					  .step = "acknowledge",
					  .at_ns = staged_at(4),
					  .reason = "was on the phone" },
			  30);
	late = step(stage_record(s, 40), "acknowledge");
	assert_int_equal(late->end_ns, staged_at(4));
	assert_int_equal(late->duration_ns, minutes(4));
	assert_true(entry_is_late(late->entry));
	assert_string_equal(late->entry->author, "ann");
}

static void of_an_entry_that_was_corrected_the_correction_counts(void **state)
{
	struct stage *s = *state;
	int64_t wrong;

	stage_begin(s);
	stage_prepare(s);
	stage_step(s, "acknowledge", 0, 5, VERDICT_PASS);
	wrong = stage_entry(s, (struct entry){ .kind = ENTRY_TICK, .step = "acknowledge" }, 5);
	(void)stage_entry(s,
			  (struct entry){ .kind = ENTRY_TICK,
					  .step = "acknowledge",
					  .at_ns = staged_at(2),
					  .supersedes = wrong },
			  9);
	assert_int_equal(step(stage_record(s, 40), "acknowledge")->end_ns, staged_at(2));
}

static void people_are_told_once_for_each_role_they_take(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_whole(s);
	(void)stage_entry(
		s, (struct entry){ .kind = ENTRY_PARTICIPANT, .role = "qa", .author = "Joe" }, 5);
	r = stage_record(s, 2000);
	assert_int_equal(r->participant_count, 4);
	assert_string_equal(r->participant[0].name, "Ann Smith");
	assert_string_equal(r->participant[0].title, "Drill coordinator");
	assert_string_equal(drill_record_holder(r, "qa"), "Joe");
	assert_string_equal(drill_record_holder(r, "scribe"), "Eve");
	assert_null(drill_record_holder(r, "devops"));
}

static void an_automatic_drill_has_asked_nobody(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_note(s, NULL, "skipped acknowledge", "automatic");
	stage_note(s, NULL, "skipped failure", "automatic");
	stage_step(s, "available", 0, 5, VERDICT_PASS);
	r = stage_record(s, 10);
	assert_int_equal(step(r, "acknowledge")->state, DRILL_STEP_SKIPPED);
	assert_null(r->unvalidated);
	assert_int_equal(phase(r, "start")->end_ns, staged_at(5));
}

static void whoever_closes_a_drill_leaves_steps_out(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_checks(s, CHECK_ID_COUNT);
	stage_tick(s, "operational", 120, 124);
	stage_step(s, "all-clear", 124, 2, VERDICT_SKIPPED);
	stage_note(s, NULL, "skipped all-clear", "closed by ann");
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(127),
				      .duration_ns = minutes(147),
				      .verdict = VERDICT_PASS });
	r = stage_record(s, 2000);
	assert_int_equal(step(r, "all-clear")->state, DRILL_STEP_SKIPPED);
	assert_false(drill_step_fell_short(step(r, "all-clear")));
	assert_true(drill_step_fell_short(step(r, "metrics")));
	assert_int_equal(phase(r, "final")->milestone, DRILL_OUTCOME_MET);
}

static void a_validation_that_was_left_out_measures_no_recovery(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	s->plan = "version: 1\n"
		  "start: go\n"
		  "validated: all\n"
		  "roles: {c: Coordinator}\n"
		  "phases:\n"
		  "  a:\n"
		  "    steps:\n"
		  "      go: {kind: gate, role: c}\n"
		  "      all: {kind: gate, role: c}\n";
	stage_begin(s);
	stage_tick(s, "go", -1, 0);
	stage_time(s, NULL, "T0", 0);
	stage_step(s, "all", 0, 5, VERDICT_SKIPPED);
	stage_note(s, NULL, "skipped all", "closed by ann");
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(6),
				      .duration_ns = minutes(26),
				      .verdict = VERDICT_PASS });
	r = stage_record(s, 7);
	assert_int_equal(r->t0_ns, staged_at(0));
	assert_int_equal(r->rto.actual_ns, -1);
	assert_int_equal(r->rto.outcome, DRILL_OUTCOME_NOT_MEASURED);
}

static void a_phase_for_which_nobody_was_asked_has_met_no_milestone(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	s->plan = "version: 1\n"
		  "start: go\n"
		  "validated: seen\n"
		  "roles: {c: Coordinator}\n"
		  "phases:\n"
		  "  a: {milestone: 10m, steps: {go: {kind: gate, role: c}, seen: {role: c}}}\n"
		  "  b: {milestone: 20m, steps: {all: {kind: gate, role: c}}}\n";
	stage_begin(s);
	stage_tick(s, "go", -1, 0);
	stage_time(s, NULL, "T0", 0);
	stage_tick(s, "seen", 0, 4);
	stage_step(s, "all", 4, 0, VERDICT_SKIPPED);
	stage_note(s, NULL, "skipped all", "automatic");
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(6),
				      .duration_ns = minutes(26),
				      .verdict = VERDICT_PASS });
	r = stage_record(s, 7);
	assert_int_equal(phase(r, "a")->milestone, DRILL_OUTCOME_MET);
	assert_int_equal(phase(r, "b")->milestone, DRILL_OUTCOME_NONE);
	assert_string_equal(r->criterion[DRILL_CRITERION_MILESTONES].sentence, "1 of 1 met");
}

static void a_review_is_ticked_when_the_drill_is_over(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_whole(s);
	r = stage_record(s, 2000);
	assert_int_equal(step(r, "meeting")->state, DRILL_STEP_DONE);
	assert_int_equal(step(r, "meeting")->end_ns, staged_at(1500));
	assert_int_equal(step(r, "publish")->state, DRILL_STEP_READY);
	assert_int_equal(phase(r, "review")->ended, 5);
	assert_int_equal(phase(r, "review")->end_ns, 0);
	assert_int_equal(r->state, DRILL_STATE_OVER);
}

static void a_step_that_failed_may_wait_for_a_word(void **state)
{
	struct stage *s = *state;

	stage_begin(s);
	stage_prepare(s);
	stage_step(s, "available", 0, -1, VERDICT_PASS);
	stage_note_at(s, NULL, "asks available", "it failed: go on, or stop?", 9);
	assert_true(step(stage_record(s, 10), "available")->asks);
	assert_int_equal(step(&s->record, "available")->state, DRILL_STEP_FAILED);
	(void)stage_entry(s, (struct entry){ .kind = ENTRY_TICK, .step = "available" }, 11);
	assert_false(step(stage_record(s, 12), "available")->asks);
	assert_int_equal(step(&s->record, "available")->state, DRILL_STEP_RUNNING);
}

static void a_step_that_is_done_again_does_not_ask_before_it_fails_again(void **state)
{
	struct stage *s = *state;

	stage_begin(s);
	stage_prepare(s);
	stage_step(s, "available", 0, -1, VERDICT_PASS);
	stage_note_at(s, NULL, "asks available", "it failed: go on, or stop?", 9);
	stage_step(s, "available", 20, -1, VERDICT_PASS);
	assert_false(step(stage_record(s, 21), "available")->asks);
	assert_int_equal(step(&s->record, "available")->state, DRILL_STEP_RUNNING);
	stage_note_at(s, NULL, "asks available", "it failed: go on, or stop?", 22);
	assert_true(step(stage_record(s, 23), "available")->asks);
}

static void a_drill_that_was_cut_short_measures_nothing(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 50);
	stage_check(s, CHECK_INTERRUPTED, "", VERDICT_ERROR, "the run was cut short");
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(2000),
				      .duration_ns = minutes(70),
				      .verdict = VERDICT_ERROR });
	r = stage_record(s, 3000);
	assert_int_equal(r->state, DRILL_STATE_INTERRUPTED);
	assert_true(r->over);
	assert_int_equal(r->now_ns, staged_at(50));
	assert_int_equal(step(r, "restore-postgresql")->state, DRILL_STEP_FAILED);
	assert_string_equal(step(r, "restore-postgresql")->why, "cut short");
	assert_int_equal(r->component[0].objective, DRILL_OUTCOME_NOT_MEASURED);
	assert_int_equal(phase(r, "services")->milestone, DRILL_OUTCOME_NOT_MEASURED);
	assert_int_equal(r->rto.outcome, DRILL_OUTCOME_NOT_MEASURED);
	assert_int_equal(r->verdict, VERDICT_ERROR);
}

static void a_step_during_which_a_signal_ended_the_drill_is_not_blamed(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_step(s, "available", 0, 5, VERDICT_ERROR);
	stage_check(s, CHECK_INTERRUPTED, "", VERDICT_ERROR, "stopped by signal 15 (Terminated)");
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(5),
				      .duration_ns = minutes(25),
				      .verdict = VERDICT_ERROR });
	r = stage_record(s, 3000);
	assert_true(step(r, "available")->interrupted);
	assert_string_equal(r->criterion[DRILL_CRITERION_RTO].sentence,
			    "the platform was not validated: the drill was interrupted during "
			    "\"All backups are made available\" (stopped by signal 15 "
			    "(Terminated))");
	assert_int_equal(r->criterion[DRILL_CRITERION_RTO].verdict, VERDICT_ERROR);
	assert_int_equal(phase(r, "postgresql")->milestone, DRILL_OUTCOME_NOT_MEASURED);
	assert_int_equal(r->verdict, VERDICT_ERROR);
}

/* It had ended before, and could not do its work. */
static void a_step_that_was_over_when_a_signal_ended_the_drill_has_failed(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_step(s, "available", 0, 5, VERDICT_ERROR);
	stage_check_of(s, "available", CHECK_READABLE, "database", VERDICT_ERROR,
		       "the bucket does not answer");
	stage_check(s, CHECK_INTERRUPTED, "", VERDICT_ERROR, "stopped by signal 15 (Terminated)");
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(9),
				      .duration_ns = minutes(29),
				      .verdict = VERDICT_ERROR });
	r = stage_record(s, 3000);
	assert_false(step(r, "available")->interrupted);
	assert_string_equal(r->not_validated, "\"All backups are made available\" failed");
}

static void what_was_missed_before_a_drill_was_cut_short_stays_missed(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 66);
	stage_check(s, CHECK_INTERRUPTED, "", VERDICT_ERROR, "the run was cut short");
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(66),
				      .duration_ns = minutes(86),
				      .verdict = VERDICT_ERROR });
	r = stage_record(s, 3000);
	assert_int_equal(phase(r, "postgresql")->milestone, DRILL_OUTCOME_MISSED);
	assert_int_equal(phase(r, "services")->milestone, DRILL_OUTCOME_NOT_MEASURED);
	assert_int_equal(r->verdict, VERDICT_FAIL);
}

static void a_recovery_that_was_left_when_its_time_was_up_missed_its_objective(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 66);
	assert_int_equal(stage_record(s, 121)->rto.outcome, DRILL_OUTCOME_MISSED);
	stage_check(s, CHECK_INTERRUPTED, "", VERDICT_ERROR, "the run was cut short");
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(121),
				      .duration_ns = minutes(141),
				      .verdict = VERDICT_ERROR });
	r = stage_record(s, 3000);
	assert_int_equal(r->state, DRILL_STATE_INTERRUPTED);
	assert_int_equal(r->rto.outcome, DRILL_OUTCOME_MISSED);
	assert_int_equal(r->criterion[DRILL_CRITERION_RTO].verdict, VERDICT_FAIL);
	assert_int_equal(r->verdict, VERDICT_FAIL);
}

static void a_drill_that_did_not_begin_says_why(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_step(s, "backups", -20, 2, VERDICT_FAIL);
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(-17),
				      .duration_ns = minutes(3),
				      .verdict = VERDICT_FAIL });
	r = stage_record(s, 5);
	assert_string_equal(
		r->sentence,
		"The drill did not begin: \"Backups are accessible and recent\" failed");
	assert_int_equal(r->criterion[DRILL_CRITERION_RTO].verdict, VERDICT_ERROR);
	assert_string_equal(r->criterion[DRILL_CRITERION_RTO].sentence,
			    "the drill did not begin; the objective is 2h");
}

static void what_was_refused_is_named_by_its_title_with_its_own_quotes_told_apart(void **state)
{
	struct stage *s = *state;

	stage_begin(s);
	stage_step(s, "go", -13, 13, VERDICT_FAIL);
	(void)stage_entry(
		s, (struct entry){ .kind = ENTRY_REFUSE, .step = "go", .reason = "nobody is here" },
		0);
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(1),
				      .verdict = VERDICT_FAIL });
	assert_string_equal(stage_record(s, 2)->sentence,
			    "The drill did not begin: ann refused \"'Go': the drill may begin\": "
			    "nobody is here");
}

static void a_drill_that_nobody_is_at_can_be_resumed(void **state)
{
	struct stage *s = *state;
	struct drill_record r = { 0 };

	stage_begin(s);
	(void)stage_record(s, -19);
	s->run.unattended = true;
	assert_int_equal(drill_record_build(&s->run, &s->entries, staged_at(5), &r, &s->err), 0);
	assert_int_equal(r.state, DRILL_STATE_INTERRUPTED);
	assert_false(r.over);
	assert_non_null(strstr(r.sentence, "it can be resumed"));
	drill_record_release(&r);
}

static void an_aborted_drill_tells_who_and_why(void **state)
{
	struct stage *s = *state;

	stage_begin(s);
	stage_prepare(s);
	(void)stage_entry(s, (struct entry){ .kind = ENTRY_ABORT, .text = "a real incident" }, 5);
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(6),
				      .duration_ns = minutes(26),
				      .verdict = VERDICT_ERROR });
	assert_int_equal(stage_record(s, 9)->state, DRILL_STATE_OVER);
	assert_true(s->record.aborted);
	assert_non_null(strstr(s->record.sentence,
			       "The drill was aborted by ann: a real incident. The platform was "
			       "not recovered"));
}

static void what_is_to_come_is_expected_by_earlier_drills(void **state)
{
	static const struct drill_duration earlier[] = { { "restore-postgresql",
							   40 * STAGED_MINUTE },
							 { "deploy", 6 * STAGED_MINUTE },
							 { "workflows", 4 * STAGED_MINUTE } };
	struct stage *s = *state;
	struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 20);
	r = stage_record(s, 20);
	/* each uses its objective up: 5 + 60, 15, 15 */
	assert_int_equal(r->validated->expected_end_ns, staged_at(95));
	drill_record_expect(r, earlier, sizeof(earlier) / sizeof(*earlier));
	assert_int_equal(phase(r, "postgresql")->expected_end_ns, staged_at(45));
	assert_int_equal(r->validated->expected_end_ns, staged_at(60));
}

static void times_are_told_in_the_drills_zone(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;
	char text[DRILL_TIME_SIZE];

	stage_whole(s);
	r = stage_record(s, 2000);
	assert_string_equal(drill_time_format(r, STAGED_T0, text), "2026-12-03T10:05:00Z");
	assert_string_equal(drill_time_of_day(r, STAGED_T0, text), "10:05:00");
	assert_string_equal(drill_time_of_day(r, staged_at(1500), text), "2026-12-04 11:05:00");
}

static void another_run_is_no_drill(void **state)
{
	struct stage *s = *state;
	const struct run run = { .id = "x", .kind = "verify" };
	const struct entries none = { 0 };
	struct drill_record r = { 0 };

	assert_int_equal(drill_record_build(&run, &none, 1, &r, &s->err), -1);
	assert_int_equal(s->err.kind, ERROR_IO);
}

static void a_plan_that_cannot_be_read_is_an_error_with_its_reason(void **state)
{
	struct stage *s = *state;
	struct drill_record r = { 0 };

	s->plan = "version: 1\ntitle: x\n";
	stage_begin(s);
	assert_int_equal(history_load(s->h, STAGED_ID, &s->run, &s->err), 0);
	assert_int_equal(drill_record_build(&s->run, &s->entries, 1, &r, &s->err), -1);
	assert_int_equal(s->err.kind, ERROR_IO);
	assert_non_null(strstr(s->err.message, "no phases"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_component_may_be_late_while_the_platform_is_in_time),
		TEST(the_recovery_point_is_the_oldest_of_the_components),
		TEST(a_files_identity_is_its_path_size_and_hash),
		TEST(milestones_are_held_against_the_drills_clock),
		TEST(of_a_step_that_is_there_twice_the_last_counts),
		TEST(a_drill_is_prepared_until_its_gate_opens),
		TEST(a_drill_under_way_tells_its_clock_and_what_is_late),
		TEST(what_is_not_recovered_in_time_is_missed_at_once),
		TEST(the_time_in_which_a_drill_is_held_is_told_and_counts),
		TEST(a_step_that_was_ticked_late_ended_when_it_was_done),
		TEST(of_an_entry_that_was_corrected_the_correction_counts),
		TEST(people_are_told_once_for_each_role_they_take),
		TEST(an_automatic_drill_has_asked_nobody),
		TEST(whoever_closes_a_drill_leaves_steps_out),
		TEST(a_validation_that_was_left_out_measures_no_recovery),
		TEST(a_phase_for_which_nobody_was_asked_has_met_no_milestone),
		TEST(a_review_is_ticked_when_the_drill_is_over),
		TEST(a_step_that_failed_may_wait_for_a_word),
		TEST(a_step_that_is_done_again_does_not_ask_before_it_fails_again),
		TEST(a_drill_that_was_cut_short_measures_nothing),
		TEST(a_step_during_which_a_signal_ended_the_drill_is_not_blamed),
		TEST(a_step_that_was_over_when_a_signal_ended_the_drill_has_failed),
		TEST(what_was_missed_before_a_drill_was_cut_short_stays_missed),
		TEST(a_recovery_that_was_left_when_its_time_was_up_missed_its_objective),
		TEST(a_drill_that_did_not_begin_says_why),
		TEST(a_drill_that_nobody_is_at_can_be_resumed),
		TEST(an_aborted_drill_tells_who_and_why),
		TEST(what_is_to_come_is_expected_by_earlier_drills),
		TEST(times_are_told_in_the_drills_zone),
		TEST(another_run_is_no_drill),
		TEST(a_plan_that_cannot_be_read_is_an_error_with_its_reason),
		TEST(what_was_refused_is_named_by_its_title_with_its_own_quotes_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
