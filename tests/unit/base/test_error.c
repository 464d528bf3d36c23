/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/error.h"

static void the_first_error_wins(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(error_set(&err, ERROR_BUSY, "held by %d", 7), -1);
	assert_int_equal(error_set(&err, ERROR_IO, "later"), -1);
	errno = EACCES;
	assert_int_equal(error_set_errno(&err, ERROR_IO, "later still"), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_string_equal(err.message, "held by 7");
	assert_int_equal(err.sys_errno, 0);
}

static void a_refusal_by_the_system_has_its_kind_and_words(void **state)
{
	static const struct {
		enum error_kind asked;
		int cause;
		enum error_kind kind;
	} rows[] = {
		{ ERROR_IO, EACCES, ERROR_PERMISSION }, { ERROR_IO, EPERM, ERROR_PERMISSION },
		{ ERROR_IO, ENOENT, ERROR_NOT_FOUND },  { ERROR_IO, ENOSPC, ERROR_IO },
		{ ERROR_IO, ENOMEM, ERROR_NOMEM },      { ERROR_TARGET, EACCES, ERROR_TARGET },
		{ ERROR_TARGET, ENOMEM, ERROR_NOMEM },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct error err = ERROR_INIT;

		errno = rows[i].cause;
		assert_int_equal(error_set_errno(&err, rows[i].asked, "open %s", "/x"), -1);
		assert_int_equal(err.kind, rows[i].kind);
		assert_int_equal(err.sys_errno, rows[i].cause);
		assert_memory_equal(err.message, "open /x: ", 9);
		assert_string_equal(err.message + 9, strerror(rows[i].cause));
	}
}

static void context_goes_in_front(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	(void)error_set(&err, ERROR_IO, "no space");
	assert_int_equal(error_context(&err, "write %s", "a"), -1);
	assert_int_equal(error_context(&err, "backup"), -1);
	assert_string_equal(err.message, "backup: write a: no space");
	assert_int_equal(err.kind, ERROR_IO);
}

static void messages_that_are_too_long_are_cut_and_ended(void **state)
{
	struct error err = ERROR_INIT;
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	errno = EIO;
	(void)error_set_errno(&err, ERROR_IO, "%s", text);
	(void)error_context(&err, "%s", text);
	assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
	(void)error_hint(&err, "%s", text);
	assert_int_equal(strlen(err.hint), sizeof(err.hint) - 1);
}

static void the_first_hint_wins(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	(void)error_set(&err, ERROR_CONFIG, "no such key");
	assert_int_equal(error_hint(&err, "did you mean %s?", "path"), -1);
	assert_int_equal(error_hint(&err, "read the manual"), -1);
	assert_string_equal(err.hint, "did you mean path?");
}

static void a_cleared_error_can_be_set_again(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	(void)error_set(&err, ERROR_CONFIG, "first");
	(void)error_hint(&err, "hint");
	error_clear(&err);
	assert_int_equal(err.kind, ERROR_NONE);
	assert_string_equal(err.hint, "");
	(void)error_set(&err, ERROR_USAGE, "second");
	assert_string_equal(err.message, "second");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_error_wins),
		cmocka_unit_test(a_refusal_by_the_system_has_its_kind_and_words),
		cmocka_unit_test(context_goes_in_front),
		cmocka_unit_test(messages_that_are_too_long_are_cut_and_ended),
		cmocka_unit_test(the_first_hint_wins),
		cmocka_unit_test(a_cleared_error_can_be_set_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
