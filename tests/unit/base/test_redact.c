/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/redact.h"

static struct span text(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static void expect(const char *said, const char *expected)
{
	const struct span secret[] = { text("ab"), text("abcd"), text("") };
	CLEANUP(buf_release)
	struct buf out = { 0 };
	size_t length = strlen(said);
	/* exactly so large, that reading behind it is noticed */
	char *exact = malloc(length ? length : 1);

	assert_non_null(exact);
	memcpy(exact, said, length);
	assert_int_equal(redact(secret, 3, (struct span){ (const uint8_t *)exact, length }, &out),
			 0);
	assert_string_equal(out.ptr ? out.ptr : "", expected);
	free(exact);
}

static void every_occurrence_of_the_longest_secret_is_hidden(void **state)
{
	(void)state;
	expect("", "");
	expect("nothing in it", "nothing in it");
	expect("ab", "[hidden]");
	expect("abc abcd abab xabcdx", "[hidden]c [hidden] [hidden][hidden] x[hidden]x");
	expect("a b a", "a b a");
}

static void what_is_said_ends_at_a_nul(void **state)
{
	const struct span secret = text("ab");
	CLEANUP(buf_release)
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(redact(&secret, 1, (struct span){ (const uint8_t *)"x\0ab", 4 }, &out), 0);
	assert_string_equal(out.ptr, "x");
	assert_int_equal(redact(NULL, 0, text("ab"), &out), 0);
	assert_string_equal(out.ptr, "xab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_occurrence_of_the_longest_secret_is_hidden),
		cmocka_unit_test(what_is_said_ends_at_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
