/* SPDX-License-Identifier: Apache-2.0 */
/* Releases that lack fixes are known by their numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "component/postgres/security_fix.h"

static size_t missing(const char *version)
{
	struct security_fix fix;
	size_t n = 0;

	while (security_fix_missing(version, n, &fix))
		n++;
	return n;
}

static void each_major_has_its_fixes_from_a_minor_on(void **state)
{
	static const struct {
		const char *version;
		size_t missing;
	} rows[] = {
		{ "13.18", 2 },    { "13.19", 1 }, { "13.21", 1 }, { "13.22", 0 },
		{ "14.15", 2 },    { "14.18", 1 }, { "14.19", 0 }, { "15.10 (Debian 15.10-0)", 2 },
		{ "15.13", 1 },    { "15.14", 0 }, { "16.6", 2 },  { "16.9", 1 },
		{ "16.10", 0 },    { "17.2", 2 },  { "17.5", 1 },  { "17.6", 0 },
		{ "15beta1", 2 },  { "18.0", 0 },  { "12.22", 0 }, { "", 0 },
		{ "nonsense", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (missing(rows[i].version) != rows[i].missing)
			fail_msg("%s", rows[i].version);
	}
}

static void a_missing_fix_says_with_which_release_it_came(void **state)
{
	struct security_fix fix = { 0 };

	(void)state;
	assert_int_equal(security_fix_missing("15.12", 0, &fix), 1);
	assert_int_equal(fix.minor, 14);
	assert_non_null(strstr(fix.what, "CVE-2025-8714"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_major_has_its_fixes_from_a_minor_on),
		cmocka_unit_test(a_missing_fix_says_with_which_release_it_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
