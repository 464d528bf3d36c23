/* SPDX-License-Identifier: Apache-2.0 */
/* What is decided of an off-site copy without asking anybody: whose turn it is to be read, which locks suffice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "repository/offsite.h"

enum { TURNS = 200, DAY = 20000 };

/* How often a part with that turn is read in `days` days from `first` on. */
static unsigned readings(double share, int64_t first, int64_t days, unsigned turn)
{
	unsigned count = 0;

	for (int64_t day = first; day < first + days; day++)
		count += offsite_has_its_turn(share, day, turn);
	return count;
}

static void every_part_is_read_once_in_as_many_days_as_the_share_makes(void **state)
{
	static const struct {
		double share;
		int64_t days;
	} cases[] = { { 1, 1 },    { 0.5, 2 },   { 0.34, 3 },  { 0.33, 4 },
		      { 0.1, 10 }, { 0.05, 20 }, { 0.01, 100 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (unsigned turn = 0; turn < TURNS; turn++) {
			for (int64_t first = DAY; first < DAY + 5; first++)
				assert_int_equal(
					readings(cases[i].share, first, cases[i].days, turn), 1);
		}
	}
}

static void on_every_day_it_is_the_turn_of_a_share_of_all(void **state)
{
	(void)state;
	for (int64_t day = DAY; day < DAY + 30; day++) {
		unsigned read = 0;

		for (unsigned turn = 0; turn < TURNS; turn++)
			read += offsite_has_its_turn(0.1, day, turn);
		assert_int_equal(read, TURNS / 10);
	}
}

static void without_a_share_nothing_is_read(void **state)
{
	(void)state;
	for (unsigned turn = 0; turn < TURNS; turn++)
		assert_int_equal(readings(0, DAY, 1000, turn), 0);
}

/* An object that came a day ago, and is locked for so many days from then on. */
static bool is_locked(const char *wanted, int64_t wanted_days, const char *mode, int64_t days)
{
	const int64_t day = 86400 * NS_PER_SECOND;
	const struct offsite_config config = { .lock = wanted, .lock_for_ns = wanted_days * day };
	struct s3_stat stat = { .modified_ns = clock_wall_ns() - day };

	(void)snprintf(stat.lock_mode, sizeof(stat.lock_mode), "%s", mode);
	stat.lock_until_ns = *mode ? stat.modified_ns + days * day : 0;
	return offsite_is_locked(&config, &stat);
}

static void a_lock_suffices_that_is_as_strong_and_as_long_as_required(void **state)
{
	(void)state;
	assert_true(is_locked("governance", 30, "GOVERNANCE", 30));
	assert_true(is_locked("governance", 30, "COMPLIANCE", 31));
	assert_true(is_locked("compliance", 30, "COMPLIANCE", 30));
	assert_true(is_locked("governance", 0, "GOVERNANCE", 2));
	assert_false(is_locked("governance", 30, "GOVERNANCE", 29));
	assert_false(is_locked("compliance", 30, "GOVERNANCE", 300));
	assert_false(is_locked("governance", 30, "", 0));
	assert_false(is_locked("governance", 0, "", 0));
	assert_false(is_locked("compliance", 0, "GOVERNANCE", 2));
	/* where no time is required, one that has ended protects no more */
	assert_false(is_locked("governance", 0, "GOVERNANCE", 0));
	assert_false(is_locked("governance", 1, "OTHER", 30));
}

static void a_prefix_stands_before_every_key_once(void **state)
{
	static const struct {
		const char *url, *relative, *key;
	} cases[] = {
		{ "s3://shop", "a/b.gz", "a/b.gz" },
		{ "s3://shop/", "/a/b.gz", "a/b.gz" },
		{ "s3://shop/pre", "a/b.gz", "pre/a/b.gz" },
		{ "s3://shop/pre/fix//", "//a/b.gz", "pre/fix/a/b.gz" },
		{ "s3://shop/pre", "", "pre/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct offsite_config config = { .url = cases[i].url };
		struct error err = ERROR_INIT;
		struct offsite o;
		struct buf key = { 0 };

		config.s3 =
			(struct s3_config){ .endpoint = "http://127.0.0.1:1",
					    .region = "",
					    .profile = "",
					    .ca_file = "",
					    .access_key = { .kind = SECRET_LITERAL, .text = "key" },
					    .secret_key = { .kind = SECRET_LITERAL,
							    .text = "secret" } };
		if (offsite_open(&config, NULL, &o, &err) < 0)
			fail_msg("%s", err.message);
		assert_int_equal(offsite_key(&o, cases[i].relative, &key, &err), 0);
		assert_string_equal(key.ptr, cases[i].key);
		buf_release(&key);
		offsite_close(&o);
	}
}

static void what_is_no_place_is_told(void **state)
{
	static const char *const urls[] = { "http://shop/x", "shop", "s3://", "s3:///key", "" };
	struct offsite_config config = { .url = NULL };
	struct error err = ERROR_INIT;
	struct offsite o;

	(void)state;
	for (size_t i = 0; i <= sizeof(urls) / sizeof(*urls); i++) {
		config.url = i ? urls[i - 1] : NULL;
		err = (struct error)ERROR_INIT;
		assert_int_equal(offsite_open(&config, NULL, &o, &err), -1);
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_true(*err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_is_read_once_in_as_many_days_as_the_share_makes),
		cmocka_unit_test(on_every_day_it_is_the_turn_of_a_share_of_all),
		cmocka_unit_test(without_a_share_nothing_is_read),
		cmocka_unit_test(a_lock_suffices_that_is_as_strong_and_as_long_as_required),
		cmocka_unit_test(a_prefix_stands_before_every_key_once),
		cmocka_unit_test(what_is_no_place_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
