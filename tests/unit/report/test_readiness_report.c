/* SPDX-License-Identifier: Apache-2.0 */
/* What muster says about readiness: how it is judged (model) and how it reads (report). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "report/readiness.h"

#define HOUR (3600 * NS_PER_SECOND)
/* 2026-11-22T03:00:00Z */
#define NOW (INT64_C(1795316400) * NS_PER_SECOND)

static struct readiness_component a_component(void)
{
	return (struct readiness_component){ .name = "database",
					     .engine = "postgresql",
					     .has_backups = true,
					     .set_known = true,
					     .set = "20261122_020000",
					     .set_time_ns = NOW - HOUR,
					     .max_age_ns = 36 * HOUR,
					     .rto_ns = HOUR,
					     .rpo_ns = 24 * HOUR,
					     .no_set = VERDICT_FAIL,
					     .old_set = VERDICT_FAIL };
}

static struct readiness of_one(struct readiness_component *c)
{
	return (struct readiness){ .platform = "shop", .at_ns = NOW, .component = c, .count = 1 };
}

/* A finished verification, `age_ns` ago, with one check of the component. */
static void learn(struct readiness *r, const char *id, int64_t age_ns, enum verdict v)
{
	struct run run = { .kind = "verify",
			   .set = "20261122_020000",
			   .finished_ns = NOW - age_ns };

	(void)snprintf(run.id, sizeof(run.id), "%s", id);
	assert_int_equal(checks_add(&run.checks, &(struct check){ .name = "compression",
								  .component = "database",
								  .verdict = v }),
			 0);
	(void)readiness_learn(r, &run);
	run_release(&run);
}

static void expect(struct readiness *r, enum verdict v, const char *words)
{
	readiness_judge(r);
	assert_string_equal(r->component[0].words, words);
	assert_int_equal(r->component[0].state, v);
	assert_int_equal(r->state, v);
}

static void what_was_never_verified_is_an_error(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_one(&c);

	(void)state;
	expect(&r, VERDICT_ERROR, "never verified");
	r.count = 0;
	readiness_judge(&r);
	assert_int_equal(r.state, VERDICT_ERROR);
}

static void the_last_verdict_counts_and_an_older_proof_is_remembered(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_one(&c);

	(void)state;
	learn(&r, "r3", HOUR, VERDICT_FAIL);
	learn(&r, "r2", 25 * HOUR, VERDICT_PASS);
	learn(&r, "r1", 49 * HOUR, VERDICT_PASS);
	expect(&r, VERDICT_FAIL, "the last verification failed");
	assert_string_equal(c.run, "r3");
	assert_int_equal(c.passed_ns, NOW - 25 * HOUR);
}

static void a_proof_older_than_max_age_is_stale(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_one(&c);

	(void)state;
	learn(&r, "r1", 36 * HOUR, VERDICT_PASS);
	expect(&r, VERDICT_PASS, "verified");
	r.at_ns++;
	expect(&r, VERDICT_ERROR, "stale: the proof is older than max_age");
}

static void a_missing_or_old_set_outweighs_an_old_proof(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_one(&c);

	(void)state;
	learn(&r, "r1", HOUR, VERDICT_PASS);
	c.set_time_ns = NOW - 37 * HOUR;
	expect(&r, VERDICT_FAIL, "the newest set is older than max_age");
	c.old_set = VERDICT_WARN;
	expect(&r, VERDICT_WARN, "the newest set is older than max_age");
	c.set = "";
	expect(&r, VERDICT_FAIL, "there is no backup set");
	c.has_backups = false;
	expect(&r, VERDICT_PASS, "verified");
}

static void a_newer_set_than_the_proven_one_is_told(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_one(&c);

	(void)state;
	learn(&r, "r1", HOUR, VERDICT_PASS);
	c.set = "20261122_023000";
	expect(&r, VERDICT_PASS, "verified; the newest set is not yet");
}

static void an_interrupted_run_proves_nothing(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_one(&c);
	struct run run = { .id = "r1", .kind = "verify", .finished_ns = NOW };

	(void)state;
	assert_int_equal(checks_add(&run.checks, &(struct check){ .name = "compression",
								  .component = "database",
								  .verdict = VERDICT_PASS }),
			 0);
	assert_int_equal(checks_add(&run.checks, &(struct check){ .name = "interrupted",
								  .verdict = VERDICT_ERROR }),
			 0);
	assert_true(readiness_learn(&r, &run));
	expect(&r, VERDICT_ERROR, "the last verification could not tell");
	run_release(&run);
}

static void a_run_about_other_components_is_not_this_ones(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_one(&c);
	struct run run = { .id = "r1", .kind = "verify", .finished_ns = NOW };

	(void)state;
	assert_int_equal(checks_add(&run.checks, &(struct check){ .name = "compression",
								  .component = "cache",
								  .verdict = VERDICT_PASS }),
			 0);
	assert_true(readiness_learn(&r, &run));
	expect(&r, VERDICT_ERROR, "never verified");
	run_release(&run);
}

static const char *const busy[] = { "cache", "database", "queue" };
static const struct readiness_run running[] = {
	{ .run = "r2",
	  .command = "backup",
	  .component = busy,
	  .component_count = 1,
	  .pid = 77,
	  .since_ns = NOW - HOUR },
	{ .run = "r3",
	  .command = "verify",
	  .component = busy + 1,
	  .component_count = 2,
	  .pid = 78,
	  .since_ns = NOW - HOUR / 2 },
};

static void the_screen_shows_each_component_and_ends_with_the_state(void **state)
{
	static const char expected[] =
		"Readiness of shop, 2026-11-22T03:00:00Z\n"
		"Objectives: RTO 4h\n"
		"\n"
		"✓ pass    database (postgresql): verified\n"
		"    newest set   20261122_020000 (1h ago)\n"
		"    verified     30m ago: pass (r1)\n"
		"    proof        30m old, may be 1d12h\n"
		"    objectives   RTO 1h, RPO 1d\n"
		"? error   cache (redis): never verified\n"
		"    newest set   none\n"
		"    proof        none\n"
		"\n"
		"Under way: backup r2 of cache, pid 77, since 2026-11-22T02:00:00Z\n"
		"Under way: verify r3 of database, queue, pid 78, since "
		"2026-11-22T02:30:00Z\n"
		"Status: ? NOT KNOWN TO BE READY\n";
	struct readiness_component c[2] = { a_component(),
					    { .name = "cache",
					      .engine = "redis",
					      .has_backups = true,
					      .set_known = true,
					      .set = "",
					      .no_set = VERDICT_WARN } };
	struct readiness r = of_one(c);
	CLEANUP(buf_release)
	struct buf out = { 0 };

	(void)state;
	r.count = 2;
	r.rto_ns = 4 * HOUR;
	r.running = running;
	r.running_count = 2;
	learn(&r, "r1", HOUR / 2, VERDICT_PASS);
	readiness_judge(&r);
	assert_int_equal(readiness_text(&r, &(struct report_style){ .utf8 = true }, &out), 0);
	assert_string_equal(out.ptr, expected);
}

static void monitoring_gets_one_line_and_programs_a_document(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_one(&c);
	CLEANUP(buf_release)
	struct buf line = { 0 };
	CLEANUP(buf_release)
	struct buf json = { 0 };
	json_t *o, *first, *second;

	(void)state;
	r.running = running;
	r.running_count = 2;
	learn(&r, "r1", HOUR / 2, VERDICT_WARN);
	r.undelivered = 2;
	readiness_judge(&r);
	assert_int_equal(readiness_nagios(&r, &line), 0);
	assert_string_equal(line.ptr,
			    "MUSTER WARNING - 0 of 1 components verified; database: verified, with "
			    "warnings | verified=0;;;0;1 missed=0;0;;0 stale=0;0;;0 paused=0;;;0 "
			    "'database_proof_age'=1800s;;129600\n");
	assert_int_equal(readiness_json(&r, &json), 0);
	o = json_loads(json.ptr, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(o, "schema")), "muster.status/v1");
	assert_string_equal(json_string_value(json_object_get(o, "state")), "warn");
	first = json_array_get(json_object_get(o, "components"), 0);
	assert_float_equal(json_real_value(json_object_get(first, "proof_age")), 1800.0, 1e-9);
	second = json_array_get(json_object_get(o, "under_way"), 1);
	assert_string_equal(json_string_value(json_object_get(second, "run")), "r3");
	assert_int_equal(json_integer_value(json_object_get(second, "pid")), 78);
	assert_int_equal(json_array_size(json_object_get(second, "components")), 2);
	assert_int_equal(json_integer_value(json_object_get(o, "undelivered")), 2);
	json_decref(o);
}

static const struct readiness_schedule schedules[] = {
	{ .name = "daily", .kind = "verify", .expected = true, .success = "" },
	{ .name = "nightly",
	  .kind = "verify",
	  .expected = true,
	  .missed = 3,
	  .missed_at_ns = NOW - HOUR,
	  .missed_reason = "muster was not running: no verify began within 6h",
	  .stale = true,
	  .success_ns = NOW - 72 * HOUR,
	  .success = "r7",
	  .stale_after_ns = 48 * HOUR },
	{ .name = "weekly",
	  .kind = "restore-test",
	  .expected = true,
	  .success = "",
	  .stale = true,
	  .stale_after_ns = 336 * HOUR,
	  .paused = true,
	  .pause_ends_ns = NOW + HOUR,
	  .pause_author = "ops\033[1m",
	  .pause_reason = "new disks" },
	{ .name = "monthly",
	  .kind = "drill",
	  .success = "",
	  .paused = true,
	  .pause_ends_ns = NOW + HOUR,
	  .pause_author = "ops",
	  .pause_reason = "new disks" },
};

static struct readiness of_schedules(struct readiness_component *c, size_t count)
{
	struct readiness r = of_one(c);

	r.schedule = schedules;
	r.schedule_count = count;
	learn(&r, "r1", HOUR / 2, VERDICT_PASS);
	readiness_judge(&r);
	return r;
}

static void what_was_missed_or_is_stale_is_a_warning_of_the_whole(void **state)
{
	struct readiness_component c = a_component(), other = a_component();

	(void)state;
	assert_int_equal(of_schedules(&c, 1).state, VERDICT_PASS);
	assert_int_equal(of_schedules(&other, 2).state, VERDICT_WARN);
	assert_int_equal(other.state, VERDICT_PASS);
}

static void what_was_never_verified_stays_worse_than_what_was_missed(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_one(&c);

	(void)state;
	r.schedule = schedules;
	r.schedule_count = 2;
	readiness_judge(&r);
	assert_int_equal(r.state, VERDICT_ERROR);
}

static void the_screen_shows_the_schedules_that_do_not_run(void **state)
{
	static const char expected[] =
		"⚠ warn    schedule nightly (verify): missed 3 times, stale\n"
		"    last missed  2026-11-22T02:00:00Z: muster was not running: no verify began "
		"within 6h\n"
		"    success      3d ago (r7), may be 2d\n"
		"⚠ warn    schedule weekly (restore-test): stale, paused\n"
		"    success      none, may be 14d\n"
		"    paused       until 2026-11-22T04:00:00Z, by ops\\x1b[1m: new disks\n"
		"– paused  schedule monthly (drill): paused\n"
		"    paused       until 2026-11-22T04:00:00Z, by ops: new disks\n"
		"\n"
		"Status: ⚠ READY, WITH WARNINGS\n";
	struct readiness_component c = a_component();
	struct readiness r = of_schedules(&c, 4);
	CLEANUP(buf_release)
	struct buf out = { 0 };
	const char *found;

	(void)state;
	assert_int_equal(readiness_text(&r, &(struct report_style){ .utf8 = true }, &out), 0);
	found = strstr(out.ptr, "⚠ warn    schedule");
	assert_non_null(found);
	assert_string_equal(found, expected);
}

static void monitoring_and_programs_see_the_schedules(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_schedules(&c, 4);
	CLEANUP(buf_release)
	struct buf line = { 0 };
	CLEANUP(buf_release)
	struct buf json = { 0 };
	json_t *o, *list, *nightly, *weekly;

	(void)state;
	assert_int_equal(readiness_nagios(&r, &line), 0);
	assert_string_equal(line.ptr,
			    "MUSTER WARNING - 1 of 1 components verified; schedule nightly: missed "
			    "3 times, stale (and 1 more) | verified=1;;;0;1 missed=3;0;;0 "
			    "stale=2;0;;0 paused=2;;;0 'database_proof_age'=1800s;;129600\n");
	assert_int_equal(readiness_json(&r, &json), 0);
	o = json_loads(json.ptr, 0, NULL);
	list = json_object_get(o, "schedules");
	assert_int_equal(json_array_size(list), 4);
	nightly = json_array_get(list, 1);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(nightly, "missed"), "times")),
		3);
	assert_true(json_is_true(json_object_get(nightly, "stale")));
	assert_true(json_is_null(json_object_get(nightly, "paused")));
	weekly = json_array_get(list, 2);
	assert_true(json_is_null(json_object_get(weekly, "missed")));
	assert_true(json_is_null(json_object_get(weekly, "success")));
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(weekly, "paused"), "reason")),
		"new disks");
	json_decref(o);
}

static void notifications_that_were_given_up_are_a_warning_and_no_state(void **state)
{
	struct readiness_component c = a_component();
	struct readiness r = of_one(&c);
	CLEANUP(buf_release)
	struct buf out = { 0 };

	(void)state;
	learn(&r, "r1", HOUR / 2, VERDICT_PASS);
	r.undelivered = 1;
	readiness_judge(&r);
	assert_int_equal(r.state, VERDICT_PASS);
	assert_int_equal(readiness_text(&r, &(struct report_style){ .utf8 = true }, &out), 0);
	assert_non_null(strstr(out.ptr, "Warning: 1 notification could not be delivered; muster "
					"notify list\n"));
	r.undelivered = 0;
	buf_clear(&out);
	assert_int_equal(readiness_text(&r, &(struct report_style){ .utf8 = true }, &out), 0);
	assert_null(strstr(out.ptr, "notification"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_never_verified_is_an_error),
		cmocka_unit_test(the_last_verdict_counts_and_an_older_proof_is_remembered),
		cmocka_unit_test(a_proof_older_than_max_age_is_stale),
		cmocka_unit_test(a_missing_or_old_set_outweighs_an_old_proof),
		cmocka_unit_test(a_newer_set_than_the_proven_one_is_told),
		cmocka_unit_test(an_interrupted_run_proves_nothing),
		cmocka_unit_test(a_run_about_other_components_is_not_this_ones),
		cmocka_unit_test(the_screen_shows_each_component_and_ends_with_the_state),
		cmocka_unit_test(monitoring_gets_one_line_and_programs_a_document),
		cmocka_unit_test(what_was_missed_or_is_stale_is_a_warning_of_the_whole),
		cmocka_unit_test(what_was_never_verified_stays_worse_than_what_was_missed),
		cmocka_unit_test(the_screen_shows_the_schedules_that_do_not_run),
		cmocka_unit_test(monitoring_and_programs_see_the_schedules),
		cmocka_unit_test(notifications_that_were_given_up_are_a_warning_and_no_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
