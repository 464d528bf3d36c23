/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/exit_code.h"
#include "cmd/terminal.h"

static const char *escaped(const char *text, bool passes)
{
	static char out[200];
	const struct terminal t = { .utf8 = passes, .passes = passes };

	return terminal_escape(&t, text, out, sizeof(out));
}

static void plain_and_foreign_text_passes(void **state)
{
	(void)state;
	assert_string_equal(escaped("backup (1).gz", true), "backup (1).gz");
	assert_string_equal(escaped("Größe 大小 🐘", true), "Größe 大小 🐘");
	assert_string_equal(escaped("é", false), "\\xc3\\xa9");
}

static void what_steers_a_terminal_is_escaped(void **state)
{
	(void)state;
	assert_string_equal(escaped("a\033[2J\r\nb\177", true), "a\\x1b[2J\\x0d\\x0ab\\x7f");
	/* C1 control, right-to-left override, zero-width space */
	assert_string_equal(escaped("\xc2\x9b", true), "\\xc2\\x9b");
	assert_string_equal(escaped("\xe2\x80\xae", true), "\\xe2\\x80\\xae");
	assert_string_equal(escaped("\xe2\x80\x8b", true), "\\xe2\\x80\\x8b");
}

static void malformed_utf8_is_escaped_byte_by_byte(void **state)
{
	(void)state;
	assert_string_equal(escaped("\xff"
				    "a",
				    true),
			    "\\xffa");
	assert_string_equal(escaped("\xc3", true), "\\xc3");
	assert_string_equal(escaped("\xe5\xa4", true), "\\xe5\\xa4");
	/* overlong, surrogate, beyond Unicode */
	assert_string_equal(escaped("\xc0\xaf", true), "\\xc0\\xaf");
	assert_string_equal(escaped("\xed\xa0\x80", true), "\\xed\\xa0\\x80");
	assert_string_equal(escaped("\xf4\x90\x80\x80", true), "\\xf4\\x90\\x80\\x80");
}

static void escaping_is_cut_at_whole_characters(void **state)
{
	const struct terminal t = { .utf8 = true, .passes = true };
	char out[6];

	(void)state;
	assert_string_equal(terminal_escape(&t, "abc\033", out, sizeof(out)), "abc");
	assert_string_equal(terminal_escape(&t, "abcdéf", out, sizeof(out)), "abcd");
}

static void symbols_fall_back_to_ascii(void **state)
{
	struct terminal t = { .utf8 = true };

	(void)state;
	assert_string_equal(terminal_symbol(&t, VERDICT_PASS), "✓");
	assert_string_equal(terminal_symbol(&t, VERDICT_FAIL), "✗");
	t.utf8 = false;
	for (int v = 0; v < VERDICT_COUNT; v++)
		assert_in_range(terminal_symbol(&t, (enum verdict)v)[0], '!', '~');
}

static void errors_and_verdicts_have_their_exit_codes(void **state)
{
	static const int codes[] = {
		[ERROR_NONE] = 0,       [ERROR_USAGE] = 2,         [ERROR_CONFIG] = 7,
		[ERROR_IO] = 4,         [ERROR_TARGET] = 4,        [ERROR_TIMEOUT] = 124,
		[ERROR_REFUSED] = 5,    [ERROR_BUSY] = 6,          [ERROR_NOT_FOUND] = 8,
		[ERROR_PERMISSION] = 9, [ERROR_INTERRUPTED] = 130, [ERROR_NOMEM] = 4,
		[ERROR_INTERNAL] = 4,
	};

	(void)state;
	for (size_t kind = 0; kind < sizeof(codes) / sizeof(codes[0]); kind++) {
		const struct error err = { .kind = (enum error_kind)kind };

		assert_int_equal(exit_code_of_error(&err), codes[kind]);
	}
	assert_int_equal(exit_code_of_verdict(VERDICT_PASS, 1), 0);
	assert_int_equal(exit_code_of_verdict(VERDICT_WARN, 0), 0);
	assert_int_equal(exit_code_of_verdict(VERDICT_WARN, 1), 3);
	assert_int_equal(exit_code_of_verdict(VERDICT_FAIL, 0), 1);
	assert_int_equal(exit_code_of_verdict(VERDICT_ERROR, 0), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_and_foreign_text_passes),
		cmocka_unit_test(what_steers_a_terminal_is_escaped),
		cmocka_unit_test(malformed_utf8_is_escaped_byte_by_byte),
		cmocka_unit_test(escaping_is_cut_at_whole_characters),
		cmocka_unit_test(symbols_fall_back_to_ascii),
		cmocka_unit_test(errors_and_verdicts_have_their_exit_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
