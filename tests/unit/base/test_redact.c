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

/* `said` in pieces of `size` bytes; what is left of one comes before the next. */
static void expect_in_pieces(struct span said, size_t size, const void *expected, size_t len)
{
	const struct span secret[] = { text("secret"), text("secretary"), text("etc\nx") };
	struct redact_piece how = { .secret = secret, .count = 3, .least = 4 };
	CLEANUP(buf_release)
	struct buf out = { 0 };
	size_t begin = 0, end = 0;

	do {
		struct span piece;
		uint8_t *exact;
		size_t used;

		end = end + size < said.len ? end + size : said.len;
		how.last = end == said.len;
		exact = malloc(end - begin ? end - begin : 1);
		assert_non_null(exact);
		memcpy(exact, said.ptr + begin, end - begin);
		piece = (struct span){ exact, end - begin };
		assert_int_equal(redact_piece(&how, piece, &used, &out), 0);
		free(exact);
		begin += used;
	} while (!how.last);
	assert_int_equal(begin, said.len);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.ptr, expected, len);
}

static void secrets_are_hidden_however_the_bytes_are_cut(void **state)
{
	static const char said[] = "a secret, secretar secretary\0 sec\nretc\nx secrsecret\0secre";
	static const char expected[] = "a [hidden], [hidden]ar [hidden]\0 sec\nr[hidden] "
				       "secr[hidden]\0[hidden]";

	(void)state;
	for (size_t size = 1; size <= sizeof(said); size++)
		expect_in_pieces((struct span){ (const uint8_t *)said, sizeof(said) - 1 }, size,
				 expected, sizeof(expected) - 1);
	expect_in_pieces((struct span){ (const uint8_t *)"end sec", 7 }, 3, "end sec", 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_hidden_however_the_bytes_are_cut),
		cmocka_unit_test(every_occurrence_of_the_longest_secret_is_hidden),
		cmocka_unit_test(what_is_said_ends_at_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
