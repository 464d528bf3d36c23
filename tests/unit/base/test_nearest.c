/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/nearest.h"

static const char *suggest(const char *word, const char *const *known)
{
	struct nearest near = { .word = word };

	for (; *known; known++)
		nearest_offer(&near, *known);
	return near.best;
}

static void distances_count_edits_in_halves(void **state)
{
	(void)state;
	assert_int_equal(nearest_distance("jobs", "jobs"), 0);
	assert_int_equal(nearest_distance("Jobs", "jobs"), 1);
	assert_int_equal(nearest_distance("jbos", "jobs"), 2);
	assert_int_equal(nearest_distance("job", "jobs"), 2);
	assert_int_equal(nearest_distance("kitten", "sitting"), 6);
	assert_int_equal(nearest_distance("", "abc"), 6);
}

static void the_nearest_word_is_suggested(void **state)
{
	static const char *const known[] = { "verify", "version", "status", "run", "demo", NULL };

	(void)state;
	assert_string_equal(suggest("verfiy", known), "verify");
	assert_string_equal(suggest("versoin", known), "version");
	assert_string_equal(suggest("STATUS", known), "status");
	assert_string_equal(suggest("rnu", known), "run");
}

static void far_words_are_not_suggested(void **state)
{
	static const char *const known[] = { "verify", "run", "a", NULL };
	char endless[1000];

	(void)state;
	assert_null(suggest("backup", known));
	assert_null(suggest("x", known));
	assert_null(suggest("", known));
	memset(endless, 'a', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	assert_null(suggest(endless, known));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_count_edits_in_halves),
		cmocka_unit_test(the_nearest_word_is_suggested),
		cmocka_unit_test(far_words_are_not_suggested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
