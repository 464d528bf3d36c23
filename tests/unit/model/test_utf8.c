/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/utf8.h"

/* Push in two pieces, each in an exact-size heap block. */
static struct utf8_text read_cut(const char *text, size_t len, size_t cut)
{
	struct utf8_text t = { 0 };
	const size_t sizes[] = { cut, len - cut };

	for (size_t i = 0; i < 2; i++) {
		uint8_t *exact = malloc(sizes[i] ? sizes[i] : 1);

		assert_non_null(exact);
		memcpy(exact, text + (i ? cut : 0), sizes[i]);
		utf8_text_push(&t, (struct span){ exact, sizes[i] });
		free(exact);
	}
	return t;
}

static void text_in_pieces_is_judged_as_the_whole(void **state)
{
	const struct {
		const char *text;
		bool valid;
		uint64_t bad_at;
	} rows[] = {
		{ "", true, 0 },
		{ "plain text, longer than eight bytes", true, 0 },
		{ "a\xc3\xa9\xe2\x82\xac\xf0\x90\x8d\x88z", true, 0 },
		{ "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", true, 0 },
		{ "abcdefghijk\xc3", false, 0 },           /* cut short */
		{ "ab\x80", false, 2 },                    /* no beginning */
		{ "\xc3z", false, 1 },                     /* no end */
		{ "\xc3\xc3\xa9", false, 1 },              /* a beginning within */
		{ "\xc0\xaf", false, 0 },                  /* overlong, of 2 bytes */
		{ "\xe2\x82\xac\xc1\xbf", false, 3 },      /* and the last such */
		{ "\xe0\x9f\xbf", false, 1 },              /* of 3 */
		{ "\xf0\x8f\xbf\xbf", false, 1 },          /* of 4 */
		{ "12345678\xed\xa0\x80", false, 9 },      /* a surrogate */
		{ "12345678\xed\xbf\xbf", false, 9 },      /* the last one */
		{ "\xf4\x90\x80\x80", false, 1 },          /* past U+10FFFF */
		{ "\xf5\x80\x80\x80", false, 0 },          /* further */
		{ "\xf8\x88\x80\x80\x80", false, 0 },      /* five bytes */
		{ "\xc3\xa9\xe2\x82\xac\xff", false, 5 },  /* no byte of UTF-8 */
		{ "\xe2\x82\xac\xe2\x82 rest", false, 5 }, /* 2 of 3 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t len = strlen(rows[i].text);

		for (size_t cut = 0; cut <= len; cut++) {
			struct utf8_text t = read_cut(rows[i].text, len, cut);

			assert_int_equal(utf8_run_is_whole(&t.run), rows[i].valid);
			assert_int_equal(t.bad_at, rows[i].bad_at);
			assert_int_equal(t.taken, len);
		}
	}
}

/* All beginnings of two bytes, and what may follow them. */
static void pieces_agree_with_single_characters(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1U << 16; i++) {
		const char text[] = { (char)(i >> 8), (char)i, (char)0x80, (char)0x80 };
		struct span rest = { (const uint8_t *)text, sizeof(text) };
		size_t n;

		while ((n = utf8_length(rest)) != 0)
			rest = (struct span){ rest.ptr + n, rest.len - n };
		for (size_t cut = 0; cut <= sizeof(text); cut++) {
			struct utf8_text t = read_cut(text, sizeof(text), cut);

			assert_int_equal(utf8_run_is_whole(&t.run), rest.len == 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_in_pieces_is_judged_as_the_whole),
		cmocka_unit_test(pieces_agree_with_single_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
