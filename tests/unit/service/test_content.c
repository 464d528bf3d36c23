/* SPDX-License-Identifier: Apache-2.0 */
/* What texts must be, and where the variables in them come from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/content.h"
#include "service/values.h"

struct row {
	const char *wanted;
	enum content_of of;
	const char *value;
	int held;
};

static void texts_parts_and_conditions_are_told_apart(void **state)
{
	static const struct row rows[] = {
		{ "a", CONTENT_WHOLE, "a", 1 },
		{ "a", CONTENT_WHOLE, "ab", 0 },
		{ "a", CONTENT_PART, "bab", 1 },
		{ "a", CONTENT_PART, "b", 0 },
		{ "", CONTENT_PART, "", 1 },
		{ "", CONTENT_WHOLE, "", 1 },
		{ "", CONTENT_WHOLE, "x", 0 },
		{ "1", CONTENT_WHOLE, "1.0", 1 },
		{ "n > 3", CONTENT_WHOLE, "4", 1 },
		{ "n > 3", CONTENT_PART, "3", 0 },
		{ "n > 3", CONTENT_WHOLE, "x", 0 },
		{ "= n > 3", CONTENT_WHOLE, "n > 3", 1 },
		{ "nonempty", CONTENT_WHOLE, "x", 1 },
		{ "empty", CONTENT_WHOLE, "", 1 },
		{ "${A}", CONTENT_WHOLE, "one", 1 },
		{ "a${A}", CONTENT_PART, "<aone>b", 1 },
		{ "= ${A}", CONTENT_WHOLE, "one", 1 },
		{ "${N}", CONTENT_WHOLE, "7", 0 },
		{ "${N}", CONTENT_WHOLE, "n > 3", 1 },
		{ "${B}", CONTENT_WHOLE, "x", -1 },
		{ "n > ${A}", CONTENT_WHOLE, "1", -1 },
	};
	struct variables v = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(variables_put(&v, "A=one", &err), 0);
	/* a value that a service gave is no condition */
	assert_int_equal(variables_put(&v, "N=n > 3", &err), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char found[EXPECT_FOUND_SIZE];
		struct buf value = { 0 };

		assert_int_equal(buf_puts(&value, rows[i].value), 0);
		if (content_judge(&(struct content_question){ .variables = &v,
							      .wanted = rows[i].wanted,
							      .of = rows[i].of },
				  &value, found, &err) != rows[i].held)
			fail_msg("%s of %s", rows[i].wanted, rows[i].value);
		assert_int_equal(err.kind != ERROR_NONE, rows[i].held < 0);
		error_clear(&err);
		buf_release(&value);
	}
	variables_release(&v);
}

static void variables_come_from_the_sandbox_then_from_the_configuration(void **state)
{
	static const char *const env[] = { "PGHOST=/work/pg", "SAME=first", NULL };
	struct variable_config item[] = {
		{ .name = "SAME", .text = "second" },
		{ .name = "KEY", .secret = { .kind = SECRET_LITERAL, .text = "s${PGHOST}" } },
		{ .name = "URL", .text = "${KEY}@${PGHOST}/${SAME}" },
		{ .name = "EMPTY", .text = "" },
	};
	const struct variable_list list = { item, 4 };
	const char *words[] = { "x", "${SAME}", "$$" };
	const struct string_list command = { words, 3 };
	struct variables v = { 0 };
	struct arena arena = { 0 };
	struct error err = ERROR_INIT;
	const char *const *argv;

	(void)state;
	assert_int_equal(values_fill(env, &list, &v, &err), 0);
	assert_string_equal(variables_get(&v, "URL"), "s${PGHOST}@/work/pg/second");
	assert_string_equal(variables_get(&v, "EMPTY"), "");
	assert_string_equal(values_env(&v)[0], "PGHOST=/work/pg");
	assert_null(values_env(&v)[5]);
	argv = values_words(&v, &command, &arena, &err);
	assert_non_null(argv);
	assert_string_equal(argv[1], "second");
	assert_string_equal(argv[2], "$");
	assert_null(argv[3]);
	variables_release(&v);
	item[0].text = "${LATER}";
	assert_int_equal(values_fill(env, &list, &v, &err), -1);
	assert_string_equal(err.message, "env SAME: the variable LATER is not known");
	variables_release(&v);
	assert_null(values_env(&v)[0]);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_parts_and_conditions_are_told_apart),
		cmocka_unit_test(variables_come_from_the_sandbox_then_from_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
