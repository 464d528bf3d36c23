/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "model/member_path.h"
#include "model/variables.h"

static void expect_text(const struct variables *v, const char *text, const char *expected)
{
	struct error err = ERROR_INIT;
	struct buf out = { 0 };
	char *exact = strdup(text);

	if (variables_expand(v, exact, &out, &err) < 0)
		fail_msg("%s: %s", text, err.message);
	assert_string_equal(out.ptr, expected);
	buf_release(&out);
	free(exact);
}

static void names_become_their_values_once(void **state)
{
	struct variables v = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(variables_set(&v, "A", "1", &err), 0);
	assert_int_equal(variables_set(&v, "AB", "${A}", &err), 0);
	assert_int_equal(variables_put(&v, "C_2=x=y", &err), 0);
	expect_text(&v, "", "");
	expect_text(&v, "plain", "plain");
	expect_text(&v, "${A}", "1");
	expect_text(&v, "<${A}${AB}>", "<1${A}>");
	expect_text(&v, "${C_2}", "x=y");
	expect_text(&v, "$A $ $", "$A $ $");
	expect_text(&v, "$${A} $$$$", "${A} $$");
	assert_int_equal(variables_set(&v, "A", "", &err), 0);
	expect_text(&v, "<${A}>", "<>");
	assert_int_equal(v.count, 3);
	assert_null(variables_get(&v, "B"));
	variables_release(&v);
}

static void a_name_that_is_not_known_is_told_with_those_that_are(void **state)
{
	struct variables v = { 0 };
	struct error err = ERROR_INIT;
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(variables_expand(&v, "${X}", &out, &err), -1);
	assert_string_equal(err.message, "the variable X is not known");
	assert_string_equal(err.hint, "there are none");
	error_clear(&err);
	assert_int_equal(variables_put(&v, "PGHOST=secret", &err), 0);
	assert_int_equal(variables_put(&v, "PGPORT=1", &err), 0);
	assert_int_equal(variables_expand(&v, "${X}", &out, &err), -1);
	assert_string_equal(err.hint, "there are PGHOST, PGPORT");
	error_clear(&err);
	assert_int_equal(variables_put(&v, "no assignment", &err), -1);
	error_clear(&err);
	buf_release(&out);
	variables_release(&v);
}

static void mistakes_are_found_where_they_stand(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} rows[] = {
		{ "${", 0 }, { "a${}", 1 }, { "${A", 0 }, { "$${A}${1}", 5 }, { "${A B}", 0 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *exact = strdup(rows[i].text);
		size_t at = 99;

		assert_non_null(variables_mistake(exact, &at));
		assert_int_equal(at, rows[i].at);
		free(exact);
	}
	assert_true(variables_is_name("_a1"));
	assert_false(variables_is_name("1a"));
	assert_false(variables_is_name(""));
	assert_false(variables_is_name("a-b"));
}

static void members_are_found_by_their_paths(void **state)
{
	static const char document[] =
		"{\"a\": {\"b\": [1, {\"c\": \"x\"}]}, \"t\": true, \"z\": null, "
		"\"0\": 2.5}";
	static const struct {
		const char *path, *text;
	} rows[] = { { "a.b.0", "1" },          { "a.b.1.c", "x" }, { "a.b.1", "{\"c\":\"x\"}" },
		     { "t", "true" },           { "z", "null" },    { "0", "2.5" },
		     { "a.b.2", NULL },         { "a.b.x", NULL },  { "a.c", NULL },
		     { "a..b", NULL },          { "", NULL },       { "t.x", NULL },
		     { "a.b.9999999999", NULL } };
	json_error_t problem;
	struct error err = ERROR_INIT;
	json_t *json = model_json_load((struct span){ (const uint8_t *)document, strlen(document) },
				       &problem, &err);

	(void)state;
	assert_non_null(json);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const json_t *value = member_path_find(json, rows[i].path);
		struct buf text = { 0 };

		if (!rows[i].text) {
			assert_null(value);
			continue;
		}
		assert_non_null(value);
		assert_int_equal(member_path_text(value, &text), 0);
		assert_string_equal(text.ptr, rows[i].text);
		buf_release(&text);
	}
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_their_values_once),
		cmocka_unit_test(a_name_that_is_not_known_is_told_with_those_that_are),
		cmocka_unit_test(mistakes_are_found_where_they_stand),
		cmocka_unit_test(members_are_found_by_their_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
