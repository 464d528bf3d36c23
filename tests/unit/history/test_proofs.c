/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "world.h"

#define HOUR (3600 * NS_PER_SECOND)

static struct proofs proofs;

static int tear_down(void **state)
{
	proofs_release(&proofs);
	return world_end(state);
}

static void add_check(struct world *w, const char *run, const char *component, const char *name,
		      enum verdict v)
{
	struct check check = { .name = name,
			       .component = component,
			       .verdict = v,
			       .required = v == VERDICT_SKIPPED,
			       .message = "m" };

	tell(w, &(struct event){ .type = EVENT_CHECK, .at_ns = 5, .run = run, .check = &check });
}

/* Its part of the set was read, restored and held against the backup. */
static void prove(struct world *w, const char *run, const char *component, const char *set,
		  enum verdict v)
{
	struct facts facts = { .side = FACTS_BACKUP };

	tell(w, &(struct event){ .type = EVENT_FACTS,
				 .at_ns = 4,
				 .run = run,
				 .component = component,
				 .part = "dump",
				 .set = set,
				 .facts = &facts });
	add_check(w, run, component, "proven", v);
}

static void end_run(struct world *w, const char *id, const char *set)
{
	tell(w, &(struct event){ .type = EVENT_RUN_FINISHED,
				 .at_ns = 99 * HOUR,
				 .run = id,
				 .set = set,
				 .verdict = VERDICT_PASS,
				 .duration_ns = HOUR });
}

/* A whole run with one check `proven` of the component "database". */
static void tested(struct world *w, const char *id, int64_t at_ns, const char *set, enum verdict v)
{
	begin_run(w, id, "restore-test", at_ns);
	prove(w, id, "database", set, v);
	end_run(w, id, set);
}

static const struct proof *proof_of(struct world *w, const char *set, const char *component)
{
	proofs_release(&proofs);
	if (history_proofs(w->h, NULL, &proofs, &w->err) < 0)
		fail_msg("%s", w->err.message);
	return proofs_find(&proofs, set, component);
}

static void the_newest_passing_test_of_a_set_is_its_proof(void **state)
{
	struct world *w = *state;
	const struct proof *p;

	tested(w, "r1", 1 * HOUR, "20261120", VERDICT_PASS);
	tested(w, "r2", 2 * HOUR, "20261120", VERDICT_WARN);
	tested(w, "r3", 3 * HOUR, "20261120", VERDICT_FAIL);
	tested(w, "r4", 4 * HOUR, "20261121", VERDICT_ERROR);
	tested(w, "r0", 5 * HOUR, "20261119", VERDICT_PASS);
	p = proof_of(w, "20261120", "database");
	assert_non_null(p);
	assert_string_equal(p->run, "r2");
	assert_int_equal(p->verdict, VERDICT_WARN);
	assert_int_equal(p->proven_ns, 3 * HOUR);
	assert_int_equal(proofs.count, 2);
	assert_string_equal(proofs.item[0].set, "20261120");
	assert_string_equal(proofs.item[1].set, "20261119");
	assert_null(proof_of(w, "20261121", "database"));
	assert_null(proof_of(w, "20261120", "cache"));
}

static void each_component_has_its_own_proof_in_one_run(void **state)
{
	struct world *w = *state;
	struct proofs cache = { 0 };

	begin_run(w, "r1", "restore-test", HOUR);
	prove(w, "r1", "database", "20261120", VERDICT_PASS);
	add_check(w, "r1", "database", "indexes", VERDICT_FAIL);
	prove(w, "r1", "cache", "20261120", VERDICT_PASS);
	prove(w, "r1", "broker", "20261120", VERDICT_PASS);
	add_check(w, "r1", "broker", "round-trip", VERDICT_SKIPPED);
	end_run(w, "r1", "20261120");
	assert_null(proof_of(w, "20261120", "database"));
	/* a required check that was skipped */
	assert_null(proof_of(w, "20261120", "broker"));
	assert_non_null(proof_of(w, "20261120", "cache"));
	assert_int_equal(history_proofs(w->h, "cache", &cache, &w->err), 0);
	assert_int_equal(cache.count, 1);
	proofs_release(&cache);
	assert_int_equal(history_proofs(w->h, "database", &cache, &w->err), 0);
	assert_int_equal(cache.count, 0);
	proofs_release(&cache);
}

/* Each component's newest set, a random one: they may be several. */
static void a_proof_is_of_the_set_that_its_component_was_restored_from(void **state)
{
	struct world *w = *state;

	begin_run(w, "r1", "restore-test", HOUR);
	prove(w, "r1", "database", "20261120", VERDICT_PASS);
	prove(w, "r1", "cache", "20261119", VERDICT_PASS);
	end_run(w, "r1", "20261119");
	assert_non_null(proof_of(w, "20261120", "database"));
	assert_non_null(proof_of(w, "20261119", "cache"));
	assert_null(proof_of(w, "20261119", "database"));
	assert_null(proof_of(w, "20261120", "cache"));
}

static void what_proved_nothing_is_no_proof(void **state)
{
	struct world *w = *state;

	/* a verification restores nothing */
	begin_run(w, "r1", "verify", HOUR);
	prove(w, "r1", "database", "20261120", VERDICT_PASS);
	end_run(w, "r1", "20261120");
	/* a preflight alone restores nothing */
	begin_run(w, "r2", "restore-test", HOUR);
	add_check(w, "r2", "database", "preflight", VERDICT_PASS);
	end_run(w, "r2", "20261120");
	/* a run that was cut short */
	begin_run(w, "r3", "restore-test", HOUR);
	prove(w, "r3", "database", "20261120", VERDICT_PASS);
	add_check(w, "r3", "", "interrupted", VERDICT_ERROR);
	end_run(w, "r3", "20261120");
	/* a run under way */
	begin_run(w, "r4", "restore-test", HOUR);
	prove(w, "r4", "database", "20261120", VERDICT_PASS);
	/* a run of no set */
	begin_run(w, "r5", "restore-test", HOUR);
	prove(w, "r5", "database", "", VERDICT_PASS);
	end_run(w, "r5", NULL);
	assert_null(proof_of(w, "20261120", "database"));
	assert_int_equal(proofs.count, 0);
	/* what another component's set lacks is not this one's matter */
	begin_run(w, "r6", "restore-test", HOUR);
	prove(w, "r6", "database", "20261120", VERDICT_PASS);
	add_check(w, "r6", "", "disk-free", VERDICT_FAIL);
	end_run(w, "r6", "20261120");
	assert_non_null(proof_of(w, "20261120", "database"));
}

static void a_step(struct world *w, const char *run, const char *step, const char *component,
		   int64_t took_ns)
{
	tell(w, &(struct event){ .type = EVENT_STEP_STARTED,
				 .at_ns = HOUR,
				 .run = run,
				 .step = step,
				 .component = component });
	tell(w, &(struct event){ .type = EVENT_STEP_FINISHED,
				 .at_ns = HOUR,
				 .run = run,
				 .step = step,
				 .verdict = VERDICT_PASS,
				 .duration_ns = took_ns });
}

static void a_proof_tells_how_long_the_component_took_to_restore(void **state)
{
	struct world *w = *state;

	begin_run(w, "r1", "restore-test", HOUR);
	a_step(w, "r1", "read database", "database", 100);
	a_step(w, "r1", "restore database", "database", 7);
	a_step(w, "r1", "restore database_two", "database_two", 1000);
	a_step(w, "r1", "prove database", "database", 10000);
	prove(w, "r1", "database", "20261120", VERDICT_PASS);
	end_run(w, "r1", "20261120");
	assert_int_equal(proof_of(w, "20261120", "database")->restore_ns, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_in_memory, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_newest_passing_test_of_a_set_is_its_proof),
		TEST(each_component_has_its_own_proof_in_one_run),
		TEST(a_proof_is_of_the_set_that_its_component_was_restored_from),
		TEST(what_proved_nothing_is_no_proof),
		TEST(a_proof_tells_how_long_the_component_took_to_restore),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
