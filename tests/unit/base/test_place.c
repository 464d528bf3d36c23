/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/place.h"

static char parent[64];

static int make_parent(void **state)
{
	(void)state;
	(void)snprintf(parent, sizeof(parent), "/tmp/muster-place.XXXXXX");
	return mkdtemp(parent) && chmod(parent, 0755) == 0 ? 0 : -1;
}

static int remove_parent(void **state)
{
	(void)state;
	return rmdir(parent);
}

static void a_place_is_private_and_its_accounts_own(void **state)
{
	struct place p = { 0 };
	struct error err = ERROR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(place_open(&p, parent, "pg", "no-such-account", &err), 0);
	assert_int_equal(stat(p.directory, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(st.st_uid, p.uid);
	assert_int_equal(p.drop, geteuid() == 0);
	assert_int_not_equal(p.uid, 0);
	assert_int_equal(place_remove(&p, &err), 0);
	assert_int_equal(p.directory[0], '\0');
	assert_int_equal(place_remove(&p, &err), 0);
}

static void a_place_is_never_somebody_elses_directory(void **state)
{
	struct place first = { 0 }, second = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(place_open(&first, parent, "x", NULL, &err), 0);
	assert_int_equal(place_open(&second, parent, "x", NULL, &err), -1);
	error_clear(&err);
	assert_int_equal(place_remove(&first, &err), 0);
}

static void a_path_too_long_for_sockets_is_refused(void **state)
{
	struct place p = { 0 };
	struct error err = ERROR_INIT;
	char name[100];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(place_open(&p, parent, name, NULL, &err), -1);
	assert_non_null(strstr(err.hint, "TMPDIR"));
}

static void a_parent_that_the_account_cannot_enter_is_refused(void **state)
{
	struct place p = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: only root changes the account\n");
		skip();
	}
	assert_int_equal(chmod(parent, 0700), 0);
	assert_int_equal(place_open(&p, parent, "x", NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_PERMISSION);
	assert_int_equal(chmod(parent, 0755), 0);
}

static void a_free_port_is_a_port(void **state)
{
	struct error err = ERROR_INIT;
	uint16_t port = 0;

	(void)state;
	assert_int_equal(place_free_port(&port, &err), 0);
	assert_true(port >= 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_private_and_its_accounts_own),
		cmocka_unit_test(a_place_is_never_somebody_elses_directory),
		cmocka_unit_test(a_path_too_long_for_sockets_is_refused),
		cmocka_unit_test(a_parent_that_the_account_cannot_enter_is_refused),
		cmocka_unit_test(a_free_port_is_a_port),
	};

	return cmocka_run_group_tests(tests, make_parent, remove_parent);
}
