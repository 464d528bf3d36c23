/* SPDX-License-Identifier: Apache-2.0 */
/* The criteria of a drill: each fails for what it is about, and for nothing else. */
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

/* A drill one of whose checks does not hold. */
static void fails_by(struct stage *s, enum check_id id, const char *component,
		     enum drill_criterion_id criterion)
{
	const struct drill_record *r;
	char sentence[80];

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_checks(s, id);
	stage_check(s, id, component, VERDICT_FAIL, "it did not hold");
	stage_finish(s, VERDICT_FAIL);
	r = stage_record(s, 2000);
	(void)snprintf(sentence, sizeof(sentence), "%s%sit did not hold", component,
		       *component ? ": " : "");
	for (int i = 0; i < DRILL_CRITERION_COUNT; i++) {
		bool failed = r->criterion[i].verdict == VERDICT_FAIL;

		assert_false(r->criterion[i].open);
		if (i == DRILL_CRITERION_OBJECTIVES || i == DRILL_CRITERION_MILESTONES)
			continue;
		assert_int_equal(failed, i == (int)criterion);
	}
	assert_string_equal(r->criterion[criterion].sentence, sentence);
	assert_non_null(strstr(r->sentence, r->criterion[criterion].title));
}

static void lost_rows_fail_the_integrity(void **state)
{
	fails_by(*state, CHECK_PROVEN, "database", DRILL_CRITERION_INTEGRITY);
}

static void an_unhealthy_service_is_not_operational(void **state)
{
	fails_by(*state, CHECK_HEALTH, "api", DRILL_CRITERION_OPERATIONAL);
}

static void errors_in_the_services_logs_are_not_operational(void **state)
{
	fails_by(*state, CHECK_APP_LOG, "api", DRILL_CRITERION_OPERATIONAL);
}

static void a_workflow_that_breaks_fails_the_workflows(void **state)
{
	fails_by(*state, CHECK_WORKFLOW, "", DRILL_CRITERION_WORKFLOWS);
}

static void an_alert_that_does_not_arrive_fails_the_monitoring(void **state)
{
	fails_by(*state, CHECK_MONITORING, "", DRILL_CRITERION_MONITORING);
}

static void a_standby_that_does_not_stream_fails_the_replication(void **state)
{
	fails_by(*state, CHECK_REPLICATION, "database", DRILL_CRITERION_REPLICATION);
}

static void what_nobody_looked_at_is_an_error(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_checks(s, CHECK_WORKFLOW);
	stage_finish(s, VERDICT_PASS);
	r = stage_record(s, 2000);
	assert_int_equal(r->criterion[DRILL_CRITERION_WORKFLOWS].verdict, VERDICT_ERROR);
	assert_string_equal(r->criterion[DRILL_CRITERION_WORKFLOWS].sentence,
			    "nothing was looked at");
}

static void people_choose_how_grave_a_missed_objective_is(void **state)
{
	struct stage *s = *state;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_checks(s, CHECK_ID_COUNT);
	stage_check(s, CHECK_OBJECTIVE, "database", VERDICT_WARN, "late");
	stage_check(s, CHECK_MILESTONE, "", VERDICT_WARN, "late");
	stage_finish(s, VERDICT_WARN);
	assert_int_equal(stage_record(s, 2000)->criterion[DRILL_CRITERION_OBJECTIVES].verdict,
			 VERDICT_WARN);
	assert_int_equal(s->record.verdict, VERDICT_WARN);
}

/* The sample's drill with one step that ends as a test wants it. */
static void stage_with(struct stage *s, const char *id, enum verdict verdict)
{
	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_checks(s, CHECK_ID_COUNT);
	stage_step(s, id, 90, 5, verdict);
	stage_finish(s, VERDICT_FAIL);
}

static void a_recovery_that_was_not_validated_has_no_time(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_with(s, "smoke", VERDICT_FAIL);
	r = stage_record(s, 2000);
	assert_int_equal(r->rto.actual_ns, -1);
	assert_int_equal(r->rto.outcome, DRILL_OUTCOME_NOT_MEASURED);
	assert_int_equal(r->criterion[DRILL_CRITERION_RTO].verdict, VERDICT_FAIL);
	assert_string_equal(r->criterion[DRILL_CRITERION_RTO].sentence,
			    "the platform was not validated: \"Smoke tests pass\" failed");
	assert_non_null(strstr(r->sentence, "The platform was not recovered"));
}

static void a_gate_that_was_refused_is_not_operational(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_checks(s, CHECK_ID_COUNT);
	stage_tick(s, "operational", 120, 124);
	stage_step(s, "all-clear", 124, 2, VERDICT_FAIL);
	(void)stage_entry(
		s, (struct entry){ .kind = ENTRY_REFUSE, .step = "all-clear", .text = "no" }, 126);
	stage_check(s, CHECK_GATE, "", VERDICT_FAIL, "ann did not open the gate: no");
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(127),
				      .duration_ns = minutes(147),
				      .verdict = VERDICT_FAIL });
	r = stage_record(s, 2000);
	assert_int_equal(step(r, "all-clear")->state, DRILL_STEP_REFUSED);
	assert_int_equal(step(r, "metrics")->state, DRILL_STEP_SKIPPED);
	assert_string_equal(step(r, "metrics")->why, "not begun");
	assert_int_equal(r->criterion[DRILL_CRITERION_OPERATIONAL].verdict, VERDICT_FAIL);
	assert_int_equal(r->criterion[DRILL_CRITERION_REPORT].verdict, VERDICT_FAIL);
	assert_int_equal(phase(r, "final")->milestone, DRILL_OUTCOME_MISSED);
	assert_string_equal(phase(r, "final")->why,
			    "ann refused \"The coordinator gives 'all clear'\": no");
	assert_int_equal(phase(r, "validation")->milestone, DRILL_OUTCOME_MET);
}

/* All of it ended in time, but not as it was to. */
static void a_milestone_is_not_met_when_a_step_of_its_phase_failed(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_with(s, "smoke", VERDICT_FAIL);
	r = stage_record(s, 2000);
	assert_int_equal(phase(r, "validation")->milestone, DRILL_OUTCOME_MISSED);
	assert_string_equal(phase(r, "validation")->why, "\"Smoke tests pass\" failed");
	assert_ptr_equal(phase(r, "validation")->short_of, step(r, "smoke"));
	assert_string_equal(r->criterion[DRILL_CRITERION_MILESTONES].sentence,
			    "4 of 6 met; \"PostgreSQL recovery complete\" was to be reached at "
			    "T+1:00:00, and ended at T+1:15:00");
	assert_int_equal(phase(r, "services")->milestone, DRILL_OUTCOME_MET);
}

static void a_milestone_is_not_met_when_a_step_of_its_phase_was_left_undone(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_with(s, "statistics", VERDICT_SKIPPED);
	r = stage_record(s, 2000);
	assert_int_equal(phase(r, "redis")->milestone, DRILL_OUTCOME_MISSED);
	assert_string_equal(phase(r, "redis")->why,
			    "\"Cache statistics are as expected\" was not carried out");
}

/* The phase's own steps did what they are for. */
static void a_validation_is_not_met_when_the_platform_was_not_shown_to_be_back(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_with(s, "sound", VERDICT_FAIL);
	r = stage_record(s, 2000);
	assert_int_equal(step(r, "recovery-time")->state, DRILL_STEP_DONE);
	assert_int_equal(phase(r, "validation")->milestone, DRILL_OUTCOME_MISSED);
	assert_string_equal(phase(r, "validation")->why, "\"No corruption is detected\" failed");
	assert_int_equal(phase(r, "redis")->milestone, DRILL_OUTCOME_MET);
}

/* The sample's drill, in which a service ended at that minute. */
static const struct drill_record *with_a_service_that_ended(struct stage *s, double minute)
{
	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_checks(s, CHECK_ID_COUNT);
	stage_note_at(s, "api", DRILL_NOTE_ENDED, "api ended after 9s", minute);
	stage_check(s, CHECK_HEALTH, "api", VERDICT_FAIL, "api ended after 9s");
	stage_finish(s, VERDICT_FAIL);
	return stage_record(s, 2000);
}

static void a_service_that_ended_before_the_validation_was_over_leaves_no_recovery(void **state)
{
	const struct drill_record *r = with_a_service_that_ended(*state, 119);

	assert_int_equal(r->rto.actual_ns, -1);
	assert_int_equal(r->criterion[DRILL_CRITERION_RTO].verdict, VERDICT_FAIL);
	assert_string_equal(r->criterion[DRILL_CRITERION_RTO].sentence,
			    "the platform was not validated: api ended after 9s");
	assert_int_equal(phase(r, "validation")->milestone, DRILL_OUTCOME_MISSED);
	assert_non_null(strstr(r->sentence, "The platform was not recovered: api ended after 9s"));
}

static void a_service_that_ended_after_the_validation_leaves_the_recovery_as_it_was(void **state)
{
	const struct drill_record *r = with_a_service_that_ended(*state, 121);

	assert_int_equal(r->rto.actual_ns, minutes(120));
	assert_int_equal(r->criterion[DRILL_CRITERION_RTO].verdict, VERDICT_PASS);
	assert_int_equal(r->criterion[DRILL_CRITERION_OPERATIONAL].verdict, VERDICT_FAIL);
	assert_int_equal(phase(r, "validation")->milestone, DRILL_OUTCOME_MET);
}

/* All of it may still come: its service is to be deployed anew. */
static void a_service_that_ended_before_the_drill_was_resumed_leaves_the_recovery_open(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 95);
	stage_checks(s, CHECK_ID_COUNT);
	stage_note_at(s, "api", DRILL_NOTE_ENDED, "api ended after 9s", 96);
	assert_string_equal(stage_record(s, 97)->not_validated, "api ended after 9s");
	stage_note_at(s, NULL, "deviation", DRILL_DOES_AGAIN, 98);
	r = stage_record(s, 99);
	assert_string_equal(r->not_validated, "");
	assert_int_equal(r->rto.outcome, DRILL_OUTCOME_OPEN);
	assert_true(r->criterion[DRILL_CRITERION_RTO].open);
}

static void a_component_that_tells_no_point_leaves_the_loss_open(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_note(s, "archive", "engine", "postgresql");
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_finish(s, VERDICT_PASS);
	r = stage_record(s, 2000);
	assert_int_equal(r->rpo.actual_ns, -1);
	assert_int_equal(r->rpo.outcome, DRILL_OUTCOME_NOT_MEASURED);
	assert_string_equal(r->criterion[DRILL_CRITERION_RPO].sentence,
			    "no recovery point of archive is told; the objective is 6h");
}

/* The judgement said so, and did what it is for. */
static void a_loss_that_nobody_can_tell_leaves_the_recovery_as_it_was(void **state)
{
	struct stage *s = *state;
	const struct drill_record *r;

	stage_begin(s);
	stage_note(s, "archive", "engine", "postgresql");
	stage_prepare(s);
	stage_recover_until(s, 119);
	stage_checks(s, CHECK_ID_COUNT);
	stage_step(s, "recovery-time", 119, 1, VERDICT_ERROR);
	stage_check_of(s, "recovery-time", CHECK_RECOVERY_POINT, "", VERDICT_ERROR,
		       "nobody can tell what would be lost of archive");
	stage_finish(s, VERDICT_ERROR);
	r = stage_record(s, 2000);
	assert_int_equal(step(r, "recovery-time")->state, DRILL_STEP_DONE);
	assert_int_equal(r->rto.actual_ns, minutes(120));
	assert_int_equal(r->rto.outcome, DRILL_OUTCOME_MET);
	assert_int_equal(r->rpo.outcome, DRILL_OUTCOME_NOT_MEASURED);
	assert_int_equal(phase(r, "validation")->milestone, DRILL_OUTCOME_MET);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lost_rows_fail_the_integrity),
		TEST(an_unhealthy_service_is_not_operational),
		TEST(errors_in_the_services_logs_are_not_operational),
		TEST(a_workflow_that_breaks_fails_the_workflows),
		TEST(an_alert_that_does_not_arrive_fails_the_monitoring),
		TEST(a_standby_that_does_not_stream_fails_the_replication),
		TEST(what_nobody_looked_at_is_an_error),
		TEST(people_choose_how_grave_a_missed_objective_is),
		TEST(a_recovery_that_was_not_validated_has_no_time),
		TEST(a_gate_that_was_refused_is_not_operational),
		TEST(a_milestone_is_not_met_when_a_step_of_its_phase_failed),
		TEST(a_milestone_is_not_met_when_a_step_of_its_phase_was_left_undone),
		TEST(a_validation_is_not_met_when_the_platform_was_not_shown_to_be_back),
		TEST(a_service_that_ended_before_the_validation_was_over_leaves_no_recovery),
		TEST(a_service_that_ended_after_the_validation_leaves_the_recovery_as_it_was),
		TEST(a_service_that_ended_before_the_drill_was_resumed_leaves_the_recovery_open),
		TEST(a_component_that_tells_no_point_leaves_the_loss_open),
		TEST(a_loss_that_nobody_can_tell_leaves_the_recovery_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
