/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/quantity.h"
#include "cmd/listing.h"

static const struct listing_column columns[] = {
	{ .title = "name", .gives_width = true },
	{ .title = "rows", .right = true },
	{ .title = "share", .right = true, .spare = 1 },
	{ .title = "", .spare = 2 },
};

static void assert_listed(bool is_tty, unsigned width, const char *expected)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	struct terminal t = {
		.stream = stream, .is_tty = is_tty, .utf8 = true, .passes = true, .width = width
	};
	struct listing l = { .terminal = &t, .column = columns, .columns = 4, .indent = 2 };
	struct error err = ERROR_INIT;

	assert_non_null(stream);
	listing_text(&l, "a\033[2J name that is long");
	listing_number(&l, true, 1234567);
	listing_format(&l, "%d%%", 99);
	listing_text(&l, "######");
	listing_text(&l, "Größe");
	listing_number(&l, false, 0);
	listing_text(&l, "");
	listing_text(&l, "#");
	assert_int_equal(listing_print(&l, &err), 0);
	listing_release(&l);
	assert_int_equal(fclose(stream), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void a_pipe_gets_everything(void **state)
{
	(void)state;
	assert_listed(false, 20,
		      "  name                             rows  share\n"
		      "  a\\x1b[2J name that is long  1,234,567    99%  ######\n"
		      "  Größe                               ?         #\n");
}

static void a_narrow_terminal_goes_without_the_spare_and_cuts_the_name(void **state)
{
	(void)state;
	assert_listed(true, 80,
		      "  name                             rows  share\n"
		      "  a\\x1b[2J name that is long  1,234,567    99%  ######\n"
		      "  Größe                               ?         #\n");
	assert_listed(true, 36,
		      "  name                   rows  share\n"
		      "  a\\x1b[2J name t…  1,234,567    99%\n"
		      "  Größe                     ?\n");
	assert_listed(true, 29,
		      "  name                   rows\n"
		      "  a\\x1b[2J name t…  1,234,567\n"
		      "  Größe                     ?\n");
}

static void numbers_are_parted_by_thousands(void **state)
{
	char text[NUMBER_TEXT_SIZE];

	(void)state;
	assert_string_equal(number_format(0, text), "0");
	assert_string_equal(number_format(999, text), "999");
	assert_string_equal(number_format(1000, text), "1,000");
	assert_string_equal(number_format(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

static void wide_characters_take_two_columns(void **state)
{
	(void)state;
	assert_int_equal(listing_width("大小"), 4);
	assert_int_equal(listing_width("Größe"), 5);
	assert_int_equal(listing_width(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_gets_everything),
		cmocka_unit_test(a_narrow_terminal_goes_without_the_spare_and_cuts_the_name),
		cmocka_unit_test(numbers_are_parted_by_thousands),
		cmocka_unit_test(wide_characters_take_two_columns),
	};

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
