/* SPDX-License-Identifier: Apache-2.0 */
/* `muster status`, `run list`, `run show` over a history that a test has written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <time.h>

#include "base/clock.h"
#include "shop.h"

#define HOUR (3600 * NS_PER_SECOND)

/* Files that bear the names of a set taken so long ago. */
static void put_set(const struct world *w, int64_t age_ns)
{
	time_t then = (time_t)((clock_wall_ns() - age_ns) / NS_PER_SECOND);
	struct tm tm;
	char name[64];

	assert_non_null(gmtime_r(&then, &tm));
	assert_true(strftime(name, sizeof(name), "backup_shop_%Y%m%d_%H%M%S.dump.gz", &tm) > 0);
	put_file(w, "postgres", name);
	assert_true(strftime(name, sizeof(name), "snapshot_%Y%m%d_%H%M%S.rdb.gz", &tm) > 0);
	put_file(w, "redis", name);
}

static int set_up(void **state)
{
	struct world *w = shop_open("  database: {engine: postgresql, backups: {max_age: 36h}}\n"
				    "  cache: {engine: redis, backups: {max_age: 36h}}\n");

	put_set(w, HOUR);
	*state = w;
	return 0;
}

static void check_of(struct world *w, const char *id, const char *component, enum verdict v)
{
	struct check check = { .name = "compression",
			       .component = component,
			       .verdict = v,
			       .message = "the message" };

	tell(w, &(struct event){ .type = EVENT_CHECK, .at_ns = 1, .run = id, .check = &check });
}

static void begin(struct world *w, const char *id, int64_t age_ns)
{
	if (!w->h)
		assert_int_equal(history_open(w->state, &w->h, &w->err), 0);
	tell(w, &(struct event){ .type = EVENT_RUN_STARTED,
				 .at_ns = clock_wall_ns() - age_ns,
				 .run = id,
				 .kind = "verify",
				 .platform = "shop" });
}

static void verified(struct world *w, const char *id, int64_t age_ns, enum verdict database,
		     enum verdict cache)
{
	begin(w, id, age_ns);
	check_of(w, id, "database", database);
	check_of(w, id, "cache", cache);
	tell(w, &(struct event){ .type = EVENT_RUN_FINISHED,
				 .at_ns = clock_wall_ns(),
				 .run = id,
				 .verdict = verdict_worse(database, cache),
				 .duration_ns = NS_PER_SECOND });
}

static int status(struct world *w, bool nagios, bool json)
{
	bool options[1] = { nagios };

	assert_int_equal(status_command.options_size, sizeof(options));
	return use(w, &status_command, options, NULL, json);
}

static void a_platform_that_was_never_verified_is_not_known_to_be_ready(void **state)
{
	struct world *w = *state;

	assert_int_equal(status(w, false, false), EXIT_CODE_ERROR);
	assert_non_null(strstr(w->out, "database (postgresql): never verified"));
	assert_non_null(strstr(w->out, "Status: ? NOT KNOWN TO BE READY\n"));
	assert_int_equal(status(w, true, false), 3);
	assert_ptr_equal(strstr(w->out, "MUSTER UNKNOWN - "), w->out);
}

static void the_worst_component_decides_the_exit_code(void **state)
{
	struct world *w = *state;
	json_t *o;

	verified(w, "20261120T030000Z-0001", 25 * HOUR, VERDICT_PASS, VERDICT_PASS);
	assert_int_equal(status(w, true, false), 0);
	verified(w, "20261121T030000Z-0002", HOUR, VERDICT_PASS, VERDICT_FAIL);
	assert_int_equal(status(w, false, false), EXIT_CODE_FAIL);
	assert_non_null(strstr(w->out, "cache (redis): the last verification failed"));
	assert_int_equal(status(w, true, false), 2);
	assert_int_equal(status(w, false, true), EXIT_CODE_FAIL);
	o = json_loads(w->out, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(o, "state")), "fail");
	json_decref(o);
}

static void a_stale_proof_is_an_error(void **state)
{
	struct world *w = *state;

	verified(w, "20261119T030000Z-0001", 40 * HOUR, VERDICT_PASS, VERDICT_PASS);
	assert_int_equal(status(w, true, false), 3);
	assert_non_null(strstr(w->out, "stale"));
}

static void remove_sets(struct world *w)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/backups", w->directory);
	assert_int_equal(file_remove_tree(path, &w->err), 0);
}

static void a_missing_or_old_set_fails_whatever_was_proven(void **state)
{
	struct world *w = *state;

	verified(w, "20261121T030000Z-0002", HOUR, VERDICT_PASS, VERDICT_PASS);
	assert_int_equal(status(w, false, false), EXIT_CODE_PASS);
	assert_non_null(strstr(w->out, " (1h ago)\n"));
	remove_sets(w);
	assert_int_equal(status(w, false, false), EXIT_CODE_FAIL);
	assert_non_null(strstr(w->out, "there is no backup set"));
	put_set(w, 37 * HOUR);
	assert_int_equal(status(w, false, false), EXIT_CODE_FAIL);
	assert_non_null(strstr(w->out, "the newest set is older than max_age"));
}

static void a_run_under_way_is_shown_and_a_dead_one_is_not_trusted(void **state)
{
	struct world *w = *state;
	static const char *const database[] = { "database" };
	struct history_claim claim = { .run = "20261121T030000Z-0003",
				       .command = "verify",
				       .component = database,
				       .component_count = 1 };

	begin(w, claim.run, HOUR);
	assert_int_equal(history_lock(w->h, &claim, &w->err), 0);
	check_of(w, "20261121T030000Z-0003", "database", VERDICT_WARN);
	(void)status(w, false, false);
	assert_non_null(
		strstr(w->out, "Under way: verify 20261121T030000Z-0003 of database, pid "));
	assert_non_null(strstr(w->out, "database (postgresql): never verified"));
	history_close(TAKE(w->h));
	(void)status(w, false, false);
	assert_null(strstr(w->out, "Under way"));
	assert_non_null(strstr(w->out, "database (postgresql): the last verification could not"));
}

/* The options of `run show`: a format. */
static int show(struct world *w, const char *id, int format, bool json)
{
	int options[1] = { format };

	assert_int_equal(run_show_command.options_size, sizeof(options));
	return use(w, &run_show_command, options, id, json);
}

/* The options of `run list`, as its rows describe them. */
struct list_options {
	const char *kind, *component;
	unsigned limit;
};

static void runs_are_listed_and_shown_by_prefix(void **state)
{
	struct world *w = *state;
	struct list_options options = { .kind = "verify", .limit = 1 };
	json_t *o;

	assert_int_equal(run_list_command.options_size, sizeof(options));
	verified(w, "20261120T030000Z-0001", 25 * HOUR, VERDICT_PASS, VERDICT_FAIL);
	verified(w, "20261121T030000Z-0002", HOUR, VERDICT_PASS, VERDICT_PASS);
	assert_int_equal(use(w, &run_list_command, &options, NULL, false), EXIT_CODE_PASS);
	assert_non_null(strstr(w->out, "20261121T030000Z-0002"));
	assert_null(strstr(w->out, "20261120T030000Z-0001"));
	assert_int_equal(use(w, &run_list_command, &options, NULL, true), EXIT_CODE_PASS);
	o = json_loads(w->out, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(o, "runs")), 1);
	json_decref(o);

	assert_int_equal(show(w, NULL, 0, false), EXIT_CODE_PASS);
	assert_non_null(strstr(w->out, "Status: ✓ PASSED\n"));
	assert_int_equal(show(w, "20261120", 0, false), EXIT_CODE_PASS);
	assert_non_null(strstr(w->out, "Status: ✗ FAILED\n"));
	assert_int_equal(show(w, "2025", 0, false), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
	assert_int_equal(show(w, "latest", 0, true), EXIT_CODE_PASS);
	o = json_loads(w->out, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(o, "schema")), "muster.run/v1");
	json_decref(o);
}

static void a_run_is_shown_in_any_format(void **state)
{
	static const char *const beginnings[] = { "=====", "{\n", "# Daily Backup Verification: ",
						  "<!DOCTYPE html>\n" };
	struct world *w = *state;

	verified(w, "20261121T030000Z-0002", HOUR, VERDICT_PASS, VERDICT_PASS);
	for (int format = 0; format < 4; format++) {
		assert_int_equal(show(w, NULL, format, false), EXIT_CODE_PASS);
		assert_ptr_equal(strstr(w->out, beginnings[format]), w->out);
	}
	assert_int_equal(show(w, NULL, 1, true), EXIT_CODE_PASS);
	assert_int_equal(show(w, NULL, 3, true), -1);
	assert_int_equal(w->err.kind, ERROR_USAGE);
}

static void monitoring_gets_a_line_also_when_the_configuration_is_broken(void **state)
{
	struct world *w = *state;

	assert_int_equal(truncate(w->config, 0), 0);
	assert_int_equal(status(w, true, false), 3);
	assert_ptr_equal(strstr(w->out, "MUSTER UNKNOWN - "), w->out);
	assert_non_null(strchr(w->out, '\n'));
	assert_int_equal(status(w, false, false), -1);
	assert_int_equal(w->err.kind, ERROR_CONFIG);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, shop_close)
	const struct CMUnitTest tests[] = {
		TEST(a_platform_that_was_never_verified_is_not_known_to_be_ready),
		TEST(the_worst_component_decides_the_exit_code),
		TEST(a_stale_proof_is_an_error),
		TEST(a_missing_or_old_set_fails_whatever_was_proven),
		TEST(a_run_under_way_is_shown_and_a_dead_one_is_not_trusted),
		TEST(runs_are_listed_and_shown_by_prefix),
		TEST(a_run_is_shown_in_any_format),
		TEST(monitoring_gets_a_line_also_when_the_configuration_is_broken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
