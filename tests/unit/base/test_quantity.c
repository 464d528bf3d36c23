/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/quantity.h"

static void durations_read_in_all_units(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{ "0", 0 },
		{ "36h", 36 * 3600000LL },
		{ "1h30m", 90 * 60000LL },
		{ "1h 30min", 90 * 60000LL },
		{ "90s", 90000 },
		{ "2d", 2 * 86400000LL },
		{ "1w", 7 * 86400000LL },
		{ "2y", 730 * 86400000LL },
		{ "15min", 900000 },
		{ "1.5h", 5400000 },
		{ "500ms", 500 },
		{ "1d12h30m5s", ((36 * 60 + 30) * 60 + 5) * 1000LL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t ns = -1;

		assert_int_equal(quantity_parse_duration(good[i].text, &ns), 0);
		assert_int_equal(ns, good[i].ms * 1000000);
	}
}

static void durations_that_nobody_could_mean_are_refused(void **state)
{
	static const char *const bad[] = { "",    "5",    "h",     "-1h",
					   "1x",  "1h30", "30m1h", "1h1h",
					   "1.h", ".5h",  "1h ",   " 1h",
					   "1 h", "1e3s", "300y",  "18446744073709551616s" };
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(quantity_parse_duration(bad[i], &ns), -1);
}

static void sizes_read_in_thousands_and_1024s(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "10 MiB", 10 << 20 },
		{ "10MiB", 10 << 20 },
		{ "1500kB", 1500000 },
		{ "0.5 GiB", 1U << 29 },
		{ "2TB", UINT64_C(2000000000000) },
		{ "18446744073709551615", UINT64_MAX },
	};
	static const char *const bad[] = { "",   "MB", "10M",   "1.5",
					   "-1", "1 ", "10 mb", "20000000 TB" };
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(quantity_parse_size(good[i].text, &bytes), 0);
		assert_int_equal(bytes, good[i].bytes);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(quantity_parse_size(bad[i], &bytes), -1);
}

static void shares_read_as_percent_or_fraction(void **state)
{
	double share;

	(void)state;
	assert_int_equal(quantity_parse_share("20%", &share), 0);
	assert_float_equal(share, 0.2, 1e-12);
	assert_int_equal(quantity_parse_share("0.25", &share), 0);
	assert_float_equal(share, 0.25, 1e-12);
	assert_int_equal(quantity_parse_share("12.5 %", &share), 0);
	assert_float_equal(share, 0.125, 1e-12);
	assert_int_equal(quantity_parse_share("-1", &share), -1);
	assert_int_equal(quantity_parse_share("5 percent", &share), -1);
}

static void printed_durations_read_back(void **state)
{
	static const int64_t seconds[] = { 0, 42, 90, 3600, 5400, 86400, 129600, 63072000 };
	static const char *const texts[] = { "0s",    "42s", "1m30s", "1h",
					     "1h30m", "1d",  "1d12h", "730d" };
	char text[QUANTITY_TEXT_SIZE];
	int64_t back;

	(void)state;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		(void)quantity_format_duration(seconds[i] * 1000000000, text);
		assert_string_equal(text, texts[i]);
		assert_int_equal(quantity_parse_duration(text, &back), 0);
		assert_int_equal(back, seconds[i] * 1000000000);
	}
	assert_string_equal(quantity_format_duration(3210000000, text), "3.2s");
	assert_string_equal(quantity_format_duration(120000000, text), "120ms");
	assert_string_equal(quantity_format_duration(INT64_MIN, text), "-106751d23h47m16s");
}

static void sizes_print_with_one_decimal(void **state)
{
	char text[QUANTITY_TEXT_SIZE];

	(void)state;
	assert_string_equal(quantity_format_size(980, text), "980 B");
	assert_string_equal(quantity_format_size(1536, text), "1.5 KiB");
	assert_string_equal(quantity_format_size(1048575, text), "1.0 MiB");
	assert_string_equal(quantity_format_size(UINT64_MAX, text), "16.0 EiB");
	assert_string_equal(quantity_format_share(0.125, text), "12.5%");
}

static void ages_have_no_seconds_once_they_count_in_minutes(void **state)
{
	char text[QUANTITY_TEXT_SIZE];

	(void)state;
	assert_string_equal(quantity_format_age(59 * NS_PER_SECOND, text), "59s");
	assert_string_equal(quantity_format_age(3661 * NS_PER_SECOND, text), "1h1m");
	assert_string_equal(quantity_format_age(-5, text), "0s");
}

static void numbers_are_grouped_by_thousands(void **state)
{
	char text[NUMBER_TEXT_SIZE];

	(void)state;
	assert_string_equal(number_format(0, text), "0");
	assert_string_equal(number_format(999, text), "999");
	assert_string_equal(number_format(1000, text), "1,000");
	assert_string_equal(number_format(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_read_in_all_units),
		cmocka_unit_test(durations_that_nobody_could_mean_are_refused),
		cmocka_unit_test(sizes_read_in_thousands_and_1024s),
		cmocka_unit_test(shares_read_as_percent_or_fraction),
		cmocka_unit_test(printed_durations_read_back),
		cmocka_unit_test(sizes_print_with_one_decimal),
		cmocka_unit_test(ages_have_no_seconds_once_they_count_in_minutes),
		cmocka_unit_test(numbers_are_grouped_by_thousands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
