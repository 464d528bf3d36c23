/* SPDX-License-Identifier: Apache-2.0 */
/* What `backup list` and `status` say of restore tests that a test has written into the history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "shop.h"

#define HOUR (3600 * NS_PER_SECOND)
#define DAY  (24 * HOUR)

static int set_up(void **state)
{
	struct world *w =
		shop_open("  database: {engine: postgresql}\n"
			  "  cache: {engine: redis}\n"
			  "  api: {engine: service, health: {http: 'http://127.0.0.1:9'}}\n");
	char name[64];

	for (int day = 20; day <= 22; day++) {
		(void)snprintf(name, sizeof(name), "backup_app_202611%d.dump.gz", day);
		put_file(w, "postgres", name);
		(void)snprintf(name, sizeof(name), "snapshot_202611%d.rdb.gz", day);
		put_file(w, "redis", name);
	}
	assert_int_equal(history_open(w->state, &w->h, &w->err), 0);
	*state = w;
	return 0;
}

static void component(struct world *w, const char *id, const char *set, const char *name,
		      enum verdict v, int64_t took_ns)
{
	struct check check = { .name = "proven", .component = name, .verdict = v, .message = "m" };
	struct facts facts = { .side = FACTS_BACKUP };
	char step[64];

	(void)snprintf(step, sizeof(step), "restore %s", name);
	tell(w, &(struct event){ .type = EVENT_STEP_FINISHED,
				 .run = id,
				 .step = step,
				 .component = name,
				 .verdict = v,
				 .duration_ns = took_ns });
	tell(w, &(struct event){ .type = EVENT_FACTS,
				 .run = id,
				 .component = name,
				 .part = "dump",
				 .set = set,
				 .facts = &facts });
	tell(w, &(struct event){ .type = EVENT_CHECK, .run = id, .check = &check });
}

/* A restore test that ended so long ago. */
static void tested(struct world *w, const char *id, const char *set, int64_t age_ns,
		   enum verdict database, enum verdict cache)
{
	tell(w, &(struct event){ .type = EVENT_RUN_STARTED,
				 .at_ns = clock_wall_ns() - age_ns - HOUR,
				 .run = id,
				 .kind = "restore-test",
				 .platform = "shop" });
	component(w, id, set, "database", database, 95 * NS_PER_SECOND);
	component(w, id, set, "cache", cache, 3 * NS_PER_SECOND);
	tell(w, &(struct event){ .type = EVENT_RUN_FINISHED,
				 .run = id,
				 .set = set,
				 .verdict = verdict_worse(database, cache),
				 .duration_ns = HOUR });
}

static void show(struct world *w, const struct command *command, bool json)
{
	unsigned options[2] = { 0, 0 };

	if (use(w, command, options, NULL, json) < 0)
		fail_msg("%s", w->err.message);
}

static void shows(const struct world *w, const char *text)
{
	if (!strstr(w->out, text))
		fail_msg("\"%s\" is not in:\n%s", text, w->out);
}

static json_t *first_set(json_t *document, size_t at)
{
	return json_array_get(json_object_get(document, "sets"), at);
}

static void sets_are_listed_with_the_age_of_their_proof(void **state)
{
	struct world *w = *state;
	json_t *o, *proofs;

	tested(w, "r1", "20261120", 9 * DAY, VERDICT_PASS, VERDICT_WARN);
	tested(w, "r2", "20261121", 2 * DAY, VERDICT_FAIL, VERDICT_PASS);
	show(w, &backup_list_command, false);
	shows(w, "SIZE      PROVEN\n");
	shows(w, "2 B       never          ✗ incomplete\n");
	shows(w, "2 B       1 of 2         ✗ incomplete\n");
	shows(w, "2 B       9d ago         ✗ incomplete\n");
	show(w, &backup_list_command, true);
	o = json_loads(w->out, 0, NULL);
	assert_true(json_is_null(json_object_get(first_set(o, 0), "proven")));
	assert_int_equal(json_array_size(json_object_get(first_set(o, 0), "proofs")), 0);
	assert_true(json_is_null(json_object_get(first_set(o, 1), "proven")));
	assert_int_equal(json_array_size(json_object_get(first_set(o, 1), "proofs")), 1);
	assert_true(json_is_string(json_object_get(first_set(o, 2), "proven")));
	proofs = json_object_get(first_set(o, 2), "proofs");
	assert_int_equal(json_array_size(proofs), 2);
	proofs = json_array_get(proofs, 1);
	assert_string_equal(json_string_value(json_object_get(proofs, "component")), "database");
	assert_string_equal(json_string_value(json_object_get(proofs, "run")), "r1");
	assert_float_equal(json_real_value(json_object_get(proofs, "restore")), 95.0, 1e-9);
	json_decref(o);
}

static void status_names_the_set_for_an_emergency(void **state)
{
	struct world *w = *state;

	show(w, &status_command, false);
	shows(w, "In an emergency: no set is proven; a restore test proves one\n");
	tested(w, "r1", "20261121", 2 * DAY, VERDICT_PASS, VERDICT_WARN);
	tested(w, "r2", "20261122", DAY, VERDICT_PASS, VERDICT_FAIL);
	show(w, &status_command, false);
	shows(w,
	      "In an emergency use set 20261121, proven 2d ago by run r1; restoring took 1m35s\n");
	shows(w, "Warning: the newest set 20261122 is not proven by a restore\n");
	shows(w, "    restored     20261122, 1d ago (r2) in 1m35s\n");
	shows(w, "    restored     20261121, 2d ago (r1) in 3s\n");
	assert_null(strstr(w->out, "no restore was proven"));
	tested(w, "r3", "20261122", HOUR, VERDICT_PASS, VERDICT_PASS);
	show(w, &status_command, false);
	shows(w, "In an emergency use set 20261122, proven 1h ago by run r3");
	assert_null(strstr(w->out, "Warning:"));
}

static void a_proof_of_more_than_eight_days_is_a_warning(void **state)
{
	struct world *w = *state;
	json_t *o, *emergency;

	tested(w, "r1", "20261122", 9 * DAY, VERDICT_PASS, VERDICT_PASS);
	/* a set that is gone is of no use */
	tested(w, "r2", "20261123", DAY, VERDICT_PASS, VERDICT_PASS);
	show(w, &status_command, false);
	shows(w, "In an emergency use set 20261122, proven 9d ago by run r1");
	shows(w, "Warning: no restore was proven in the last 8d\n");
	show(w, &status_command, true);
	o = json_loads(w->out, 0, NULL);
	emergency = json_object_get(o, "emergency");
	assert_string_equal(json_string_value(json_object_get(emergency, "set")), "20261122");
	assert_string_equal(json_string_value(json_object_get(emergency, "run")), "r1");
	assert_true(json_is_true(json_object_get(o, "restore_test_overdue")));
	assert_true(json_is_false(json_object_get(o, "newest_set_unproven")));
	json_decref(o);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, shop_close)
	const struct CMUnitTest tests[] = {
		TEST(sets_are_listed_with_the_age_of_their_proof),
		TEST(status_names_the_set_for_an_emergency),
		TEST(a_proof_of_more_than_eight_days_is_a_warning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
