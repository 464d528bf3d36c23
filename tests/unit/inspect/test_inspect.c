/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "inspect/confine.h"
#include "inspect/inspect.h"

#define RDB SOURCE_ROOT "/tests/fixtures/rdb/all.rdb"

static char directory[64];

static int make_directory(void **state)
{
	(void)state;
	(void)snprintf(directory, sizeof(directory), "/tmp/muster-inspect-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	return file_remove_tree(directory, &err);
}

static struct inspection inspect_one(const char *path, const char *const *decode)
{
	struct inspect_request request = { .path = path, .decode = decode };
	struct inspect_options options = { 0 };
	struct inspection out = { 0 };
	struct error err = ERROR_INIT;

	assert_int_equal(inspect_files(&request, 1, &options, &out, &err), 0);
	return out;
}

static void a_sound_file_passes_with_its_facts(void **state)
{
	struct inspection i = inspect_one(RDB, NULL);
	bool known;

	(void)state;
	assert_int_equal(i.error.kind, ERROR_NONE);
	assert_int_equal(i.verdict, VERDICT_PASS);
	assert_int_equal(i.reading.format, FORMAT_RDB);
	assert_true(i.reading.finished);
	assert_true(facts_total(&i.reading.facts, FACT_DATABASE, &known) > 0);
	assert_true(i.reading.content_time_ns > 0);
	assert_true(i.size > 0 && i.size == i.reading.content_bytes);
	inspection_release(&i);
}

static void a_missing_file_is_an_error_with_its_name(void **state)
{
	struct inspection i = inspect_one("/nonexistent/backup.dump.gz", NULL);

	(void)state;
	assert_int_equal(i.verdict, VERDICT_ERROR);
	assert_int_equal(i.error.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(i.error.message, "/nonexistent/backup.dump.gz"));
	inspection_release(&i);
}

static void a_directory_is_an_error(void **state)
{
	struct inspection i = inspect_one("/", NULL);

	(void)state;
	assert_int_equal(i.verdict, VERDICT_ERROR);
	assert_int_equal(i.error.kind, ERROR_USAGE);
	inspection_release(&i);
}

static void an_empty_file_fails(void **state)
{
	char path[128];
	struct error err = ERROR_INIT;
	struct inspection i;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/empty", directory);
	assert_int_equal(file_write_atomic(path, 0600, "", 0, &err), 0);
	i = inspect_one(path, NULL);
	assert_int_equal(i.verdict, VERDICT_FAIL);
	assert_int_equal(i.reading.findings.item[0].code, FINDING_EMPTY);
	inspection_release(&i);
}

static void a_decoder_is_read_and_the_stored_bytes_are_hashed(void **state)
{
	static const char *const cat[] = { "cat", NULL };
	struct inspection plain = inspect_one(RDB, NULL), decoded = inspect_one(RDB, cat);

	(void)state;
	assert_int_equal(decoded.error.kind, ERROR_NONE);
	assert_int_equal(decoded.verdict, VERDICT_PASS);
	assert_memory_equal(plain.sha256, decoded.sha256, 32);
	assert_int_equal(plain.size, decoded.size);
	inspection_release(&plain);
	inspection_release(&decoded);
}

static void a_failing_decoder_is_an_error_with_its_words(void **state)
{
	static const char *const broken[] = { "sh", "-c", "cat; echo no secret key >&2; exit 3",
					      NULL };
	struct inspection i = inspect_one(RDB, broken);

	(void)state;
	assert_int_equal(i.verdict, VERDICT_ERROR);
	assert_non_null(strstr(i.error.message, "no secret key"));
	assert_non_null(strstr(i.error.message, "3"));
	inspection_release(&i);
}

static void a_missing_decoder_is_an_error(void **state)
{
	static const char *const none[] = { "/nonexistent/decoder", NULL };
	struct inspection i = inspect_one(RDB, none);

	(void)state;
	assert_int_equal(i.verdict, VERDICT_ERROR);
	assert_non_null(strstr(i.error.message, "/nonexistent/decoder"));
	inspection_release(&i);
}

static void many_files_come_back_in_the_order_asked(void **state)
{
	enum { COUNT = 9 };
	static const char *const paths[] = { RDB, SOURCE_ROOT "/tests/fixtures/rdb/one.rdb",
					     "/nonexistent" };
	struct inspect_request request[COUNT] = { 0 };
	struct inspect_options options = { .jobs = 4 };
	struct inspection out[COUNT] = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t k = 0; k < COUNT; k++)
		request[k].path = paths[k % 3];
	assert_int_equal(inspect_files(request, COUNT, &options, out, &err), 0);
	for (size_t k = 0; k < COUNT; k++) {
		assert_string_equal(out[k].path, paths[k % 3]);
		assert_int_equal(out[k].verdict, k % 3 == 2 ? VERDICT_ERROR : VERDICT_PASS);
		assert_int_equal(out[k].size, out[k % 3].size);
		if (k >= 3)
			inspection_release(&out[k]);
	}
	for (size_t k = 0; k < 3; k++)
		inspection_release(&out[k]);
}

static int stop_at_once(void)
{
	return 2;
}

static void a_request_to_stop_ends_it(void **state)
{
	struct inspect_request request = { .path = RDB };
	struct inspect_options options = { .stop_requested = stop_at_once };
	struct inspection out = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(inspect_files(&request, 1, &options, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	inspection_release(&out);
}

/* In a child, since it is for good: 0 when every forbidden thing was refused. */
static int try_what_is_forbidden(void)
{
	struct error err = ERROR_INIT;

	if (confine_self(&err) < 0)
		return 1;
	if (access("/", F_OK) == 0 || fopen("/etc/passwd", "r"))
		return 2;
	if (fork() >= 0)
		return 3;
	if (execl("/bin/true", "true", (char *)NULL) == 0)
		return 4;
	return 0;
}

static void a_confined_process_can_open_start_and_reach_nothing(void **state)
{
	pid_t pid = fork();
	int status = -1;

	(void)state;
	if (pid == 0)
		_exit(try_what_is_forbidden());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_file_passes_with_its_facts),
		cmocka_unit_test(a_missing_file_is_an_error_with_its_name),
		cmocka_unit_test(a_directory_is_an_error),
		cmocka_unit_test_setup_teardown(an_empty_file_fails, make_directory,
						remove_directory),
		cmocka_unit_test(a_decoder_is_read_and_the_stored_bytes_are_hashed),
		cmocka_unit_test(a_failing_decoder_is_an_error_with_its_words),
		cmocka_unit_test(a_missing_decoder_is_an_error),
		cmocka_unit_test(many_files_come_back_in_the_order_asked),
		cmocka_unit_test(a_request_to_stop_ends_it),
		cmocka_unit_test(a_confined_process_can_open_start_and_reach_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
