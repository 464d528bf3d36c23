/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "report/report.h"

/* 2026-11-22T03:00:00Z */
#define LIMIT (INT64_C(1795316400) * NS_PER_SECOND)

static void put(const char *state, const char *path)
{
	struct error err = ERROR_INIT;
	char whole[200], *slash;

	(void)snprintf(whole, sizeof(whole), "%s/reports/%s", state, path);
	slash = strrchr(whole, '/');
	*slash = '\0';
	assert_int_equal(file_make_directories(whole, 0750, &err), 0);
	*slash = '/';
	assert_int_equal(file_write_atomic(whole, 0640, "x", 1, &err), 0);
}

static bool is_there(const char *state, const char *path)
{
	char whole[200];

	(void)snprintf(whole, sizeof(whole), "%s/reports/%s", state, path);
	return access(whole, F_OK) == 0;
}

static void logs_of_old_runs_go_and_reports_stay(void **state)
{
	static const char *const stay[] = {
		"20261122T030000Z-0001/api.log",
		"20261123T000000Z-0001/api.log",
		"20261121T000000Z-0001.txt",
		"20261121T000000Z-0001.metrics.json",
		"20261121/api.log",
		"notes/api.log",
		"2026112xT000000Z-0001/api.log",
	};
	char directory[] = "/tmp/muster-test.XXXXXX";
	struct error err = ERROR_INIT;

	(void)state;
	assert_non_null(mkdtemp(directory));
	/* there is nothing yet */
	assert_int_equal(report_sweep(directory, LIMIT, &err), 0);
	for (size_t i = 0; i < sizeof(stay) / sizeof(*stay); i++)
		put(directory, stay[i]);
	put(directory, "20261122T025959Z-ffff/api.log");
	put(directory, "20251231T235959Z-0001/deep/er.log");
	assert_int_equal(report_sweep(directory, LIMIT, &err), 0);
	for (size_t i = 0; i < sizeof(stay) / sizeof(*stay); i++) {
		if (!is_there(directory, stay[i]))
			fail_msg("%s is gone", stay[i]);
	}
	assert_false(is_there(directory, "20261122T025959Z-ffff"));
	assert_false(is_there(directory, "20251231T235959Z-0001"));
	/* a clock that knows no time yet */
	assert_int_equal(report_sweep(directory, -LIMIT, &err), 0);
	assert_true(is_there(directory, stay[0]));
	assert_int_equal(file_remove_tree(directory, &err), 0);
}

static void a_path_is_not_cut(void **state)
{
	char name[4000];
	struct error err = ERROR_INIT;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	for (size_t i = 0; i < sizeof(name); i += 200)
		name[i] = '/';
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(report_sweep(name, LIMIT, &err), -1);
	assert_non_null(strstr(err.message, "too long"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_of_old_runs_go_and_reports_stay),
		cmocka_unit_test(a_path_is_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
