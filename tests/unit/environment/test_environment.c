/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../both_users.h"
#include "base/clock.h"
#include "base/file.h"
#include "environment/registry.h"
#include "sandbox/visit.h"

static char scratch[64];

static int make_scratch(void **state)
{
	(void)state;
	(void)snprintf(scratch, sizeof(scratch), "/tmp/test-environment-XXXXXX");
	return mkdtemp(scratch) && setenv("TMPDIR", scratch, 1) == 0 ? 0 : -1;
}

static int remove_scratch(void **state)
{
	(void)state;
	return rmdir(scratch); /* fails the test when something is left */
}

static int parse(const char *text, struct environment *out)
{
	size_t len = strlen(text);
	uint8_t *exact = malloc(len);
	struct error err = ERROR_INIT;
	int rc;

	assert_non_null(exact);
	memcpy(exact, text, len);
	rc = record_parse((struct span){ exact, len }, out, &err);
	assert_int_equal(rc < 0, err.kind != ERROR_NONE);
	free(exact);
	return rc;
}

static void a_record_is_read_as_it_was_written(void **state)
{
	const struct environment e = { .name = "postgres-main-2",
				       .engine = { [ENGINE_POSTGRESQL] = true },
				       .run = "20261122T191419Z-3f2a",
				       .component = "postgres-main \xff",
				       .began_ns = 1790000000123456789,
				       .until_ns = 1790003600123456789,
				       .keeper = 4711,
				       .directory = "/tmp/muster-sandbox-0123456789abcdef" };
	struct environment read = { .name = "" };
	struct error err = ERROR_INIT;
	CLEANUP(buf_release)
	struct buf text = { 0 };

	(void)state;
	assert_int_equal(record_write(&e, &text, &err), 0);
	assert_int_equal(parse(text.ptr, &read), 0);
	assert_memory_equal(&read, &e, sizeof(e));
	/* half written ones are none; the last byte is the line's end */
	for (size_t len = 0; len + 1 < text.len; len++) {
		char *cut = strndup(text.ptr, len);

		assert_non_null(cut);
		assert_int_equal(parse(cut, &read), -1);
		free(cut);
	}
}

static void what_is_no_record_is_refused(void **state)
{
	static const char *const wrong[] = {
		"[]",
		"{\"name\": 1}",
		"{\"name\": \"a name that is longer than a name of an environment can be\"}",
		"{\"pid\": -1}",
		"{\"engines\": \"redis\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct environment e = { .name = "" };

		assert_int_equal(parse(wrong[i], &e), -1);
	}
}

static void names_lead_to_no_other_directory(void **state)
{
	static const char *const good[] = { "a", "env-2", "Env_1.x", "0" };
	static const char *const bad[] = {
		"",    "..",
		".a",  "-a",
		"_a",  "a/b",
		"a b", "\xc3\xa4",
		"a\n", "a23456789012345678901234567890123456789012345678901234567890"
	};
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_int_equal(environment_check_name(good[i], &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(environment_check_name(bad[i], &err), -1);
		assert_int_equal(err.kind, ERROR_USAGE);
		error_clear(&err);
	}
}

static int be_visited(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	const struct visit_guide guide = { .directory = place->directory, .greeting = "" };
	struct error err = ERROR_INIT;

	(void)cookie;
	return visit_serve(pipes, &guide, &err) < 0;
}

static struct environment keep(const char *component, int64_t stay_ns)
{
	const struct sandbox_options options = { .visited = true, .work = be_visited };
	struct sandbox s = SANDBOX_INIT;
	struct environment e = { .until_ns = clock_wall_ns() + stay_ns };
	struct error err = ERROR_INIT;

	(void)snprintf(e.component, sizeof(e.component), "%s", component);
	if (sandbox_open(&options, &s, &err) < 0 || environment_keep(&s, &e, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(s.lifeline, -1);
	return e;
}

static size_t count_all(void)
{
	struct environments l = { 0 };
	struct error err = ERROR_INIT;
	size_t count;

	if (environments_find(&l, &err) < 0)
		fail_msg("%s", err.message);
	count = l.count;
	environments_release(&l);
	return count;
}

static void await_removal(const char *path)
{
	for (int tries = 0; tries < 1500; tries++) {
		if (access(path, F_OK) < 0)
			return;
		(void)usleep(20000);
	}
	fail_msg("%s is still there", path);
}

static void one_is_found_visited_and_ended(void **state)
{
	static const char *const argv[] = { "sh", "-c", "exit 5", NULL };
	const struct visit_request request = { .argv = argv };
	struct environment e = keep("postgres main/1", 3600 * NS_PER_SECOND);
	struct environments l = { 0 };
	struct error err = ERROR_INIT;
	int connection, code = 0;

	(void)state;
	assert_string_equal(e.name, "postgres-main-1");
	assert_int_equal(environments_find(&l, &err), 0);
	assert_int_equal(l.count, 1);
	assert_memory_equal(&l.item[0], &e, sizeof(e));
	connection = environment_connect(&l.item[0], &err);
	assert_true(connection >= 0);
	assert_int_equal(visit_run(connection, &request, &code, &err), 0);
	assert_int_equal(code, 5);
	(void)close(connection);
	assert_ptr_equal(environments_choose(&l, NULL, &err), l.item);
	assert_null(environments_choose(&l, "other", &err));
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	error_clear(&err);
	if (environment_end(&l.item[0], &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(access(e.directory, F_OK), -1);
	assert_int_equal(count_all(), 0);
	environments_release(&l);
	assert_int_equal(waitpid(e.keeper, NULL, 0), e.keeper);
}

static void a_name_that_is_taken_gets_a_number(void **state)
{
	struct environment one = keep("", 3600 * NS_PER_SECOND),
			   two = keep("", 3600 * NS_PER_SECOND);
	struct environments l = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_string_equal(one.name, "env");
	assert_string_equal(two.name, "env-2");
	assert_true(one.began_ns > 0);
	assert_true(two.began_ns >= one.began_ns);
	assert_int_equal(environments_find(&l, &err), 0);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.item[0].name, "env");
	assert_string_equal(l.item[1].name, "env-2");
	environments_release(&l);
	assert_int_equal(environment_end(&one, &err), 0);
	assert_int_equal(environment_end(&two, &err), 0);
	(void)waitpid(one.keeper, NULL, 0);
	(void)waitpid(two.keeper, NULL, 0);
}

static void one_whose_time_is_up_ends_by_itself(void **state)
{
	struct environment e = keep("brief", NS_PER_SECOND / 2);

	(void)state;
	assert_int_equal(waitpid(e.keeper, NULL, 0), e.keeper);
	assert_int_equal(access(e.directory, F_OK), -1);
	assert_int_equal(count_all(), 0);
}

static void the_record_of_a_killed_keeper_is_removed_by_who_looks(void **state)
{
	struct environment e = keep("killed", 3600 * NS_PER_SECOND);

	(void)state;
	assert_int_equal(kill(e.keeper, SIGKILL), 0);
	assert_int_equal(waitpid(e.keeper, NULL, 0), e.keeper);
	await_removal(e.directory);
	assert_int_equal(count_all(), 0);
}

static void a_directory_that_others_may_write_to_is_refused(void **state)
{
	struct environments l = { 0 };
	struct error err = ERROR_INIT;
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/muster-environments-%u", scratch,
		       (unsigned)geteuid());
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 0720), 0);
	assert_int_equal(environments_find(&l, &err), -1);
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_int_equal(rmdir(path), 0);
}

static int run_group(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_read_as_it_was_written),
		cmocka_unit_test(what_is_no_record_is_refused),
		cmocka_unit_test(names_lead_to_no_other_directory),
		cmocka_unit_test_setup_teardown(one_is_found_visited_and_ended, make_scratch,
						remove_scratch),
		cmocka_unit_test_setup_teardown(a_name_that_is_taken_gets_a_number, make_scratch,
						remove_scratch),
		cmocka_unit_test_setup_teardown(one_whose_time_is_up_ends_by_itself, make_scratch,
						remove_scratch),
		cmocka_unit_test_setup_teardown(
			the_record_of_a_killed_keeper_is_removed_by_who_looks, make_scratch,
			remove_scratch),
		cmocka_unit_test_setup_teardown(a_directory_that_others_may_write_to_is_refused,
						make_scratch, remove_scratch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return run_as_both_users(run_group);
}
