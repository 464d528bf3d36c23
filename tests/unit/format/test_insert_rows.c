/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/postgres/insert_rows.h"

static struct insert_rows *read_in_steps(const char *text, size_t step, bool escapes)
{
	struct insert_rows *r = calloc(1, sizeof(*r));
	size_t len = strlen(text);

	assert_non_null(r);
	r->lexer.escapes = escapes;
	for (size_t at = 0; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;
		uint8_t *block = malloc(n);

		assert_non_null(block);
		memcpy(block, text + at, n);
		insert_rows_push(r, (struct span){ block, n });
		free(block);
	}
	insert_rows_end(r);
	return r;
}

static void expect(const char *text, uint64_t rows, enum insert_fault fault, bool escapes)
{
	for (size_t step = 1; step <= strlen(text) + 1; step++) {
		struct insert_rows *r = read_in_steps(text, step, escapes);

		if (r->fault != fault || (fault == INSERT_FAULT_NONE && r->rows != rows))
			fail_msg("%s: %u rows, %s, in blocks of %zu", text, (unsigned)r->rows,
				 insert_fault_meaning(r->fault), step);
		free(r);
	}
}

static void statements_of_every_shape_are_counted(void **state)
{
	const struct {
		const char *text;
		uint64_t rows;
	} cases[] = {
		{ "", 0 },
		{ "\n\n", 0 },
		{ "INSERT INTO public.t VALUES (1, 'a');\n", 1 },
		{ "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\n", 2 },
		{ "INSERT INTO t VALUES\n\t(1, 'x'),\n\t(2, 'y'),\n\t(3, NULL);\n", 3 },
		{ "INSERT INTO \"odd \"\"schema\".\"dot.(ted\" (\"a,b\", \"values\") VALUES (1, "
		  "2);",
		  1 },
		{ "INSERT INTO public.bare DEFAULT VALUES;\nINSERT INTO bare DEFAULT VALUES;", 2 },
		{ "INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1) ON CONFLICT DO NOTHING;",
		  1 },
		{ "INSERT INTO t VALUES (1), (2) ON CONFLICT (a, b) DO NOTHING;", 2 },
		{ "INSERT INTO t VALUES ('\nINSERT INTO t VALUES (1), (2);\n\\! ls\n'), ('it''s), "
		  "('), (''''), ('');",
		  4 },
		{ "INSERT INTO t VALUES (f(1, (2)), '{\"a\": [1, 2]}', -1.5e-10, B'01', X'ff');",
		  1 },
		{ "INSERT INTO t VALUES ('a\\'), ('b');", 2 },
		{ "INSERT INTO t VALUES (E'a\\'), (', N'x'), (e'\\\\');", 2 },
		{ "INSERT INTO t VALUES ($$), ($$, $a_1$ $$ $b$), ( $a_$a_1$);", 1 },
		{ "INSERT INTO t VALUES (U&'\\0061', u&'(', a$b$, 1 /* ), ( /* ' */ */, -- ), "
		  "(\n2);",
		  1 },
		{ "INSERT INTO t VALUES (E'one'\n  'two\\'), ('), ('a' -- ), (\n 'b), (');", 2 },
		{ "insert into t values (1) ; -- the end", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i].text, cases[i].rows, INSERT_FAULT_NONE, false);
}

static void backslashes_escape_where_the_server_says_so(void **state)
{
	(void)state;
	expect("INSERT INTO t VALUES ('a\\'), (');", 1, INSERT_FAULT_NONE, true);
	expect("INSERT INTO t VALUES (B'\\', X'\\', N'\\'), (');", 1, INSERT_FAULT_NONE, true);
}

static void what_is_not_rows_is_a_fault(void **state)
{
	const struct {
		const char *text;
		enum insert_fault fault;
	} cases[] = {
		{ "INSERT INTO t VALUES (1)", INSERT_FAULT_UNFINISHED },
		{ "INSERT INTO t VALUES (1, 'a);", INSERT_FAULT_UNFINISHED },
		{ "INSERT INTO t VALUES (1);\nINS", INSERT_FAULT_OTHER },
		{ "INSERT INTO t VALUES (1), ;", INSERT_FAULT_SHAPE },
		{ "INSERT INTO t VALUES (1) (2);", INSERT_FAULT_SHAPE },
		{ "INSERT INTO t VALUES 1;", INSERT_FAULT_SHAPE },
		{ "INSERT INTO t (a);", INSERT_FAULT_SHAPE },
		{ "INSERT INTO t SELECT 1;", INSERT_FAULT_QUERY },
		{ "DELETE FROM t;", INSERT_FAULT_OTHER },
		{ "INSERT INTO t VALUES (1,\n\\! ls\n2);", INSERT_FAULT_COMMAND },
		{ "\\! ls\n", INSERT_FAULT_COMMAND },
		{ "INSERT INTO t VALUES (1); /* open", INSERT_FAULT_UNFINISHED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i].text, 0, cases[i].fault, false);
}

static void a_tag_longer_than_any_real_one_is_a_fault(void **state)
{
	char text[64 + SQL_TAG_MAX];
	int at = snprintf(text, sizeof(text), "INSERT INTO t VALUES ($");

	(void)state;
	memset(text + at, 'a', SQL_TAG_MAX + 1);
	memcpy(text + at + SQL_TAG_MAX + 1, "$ $a$", 6);
	expect(text, 0, INSERT_FAULT_COMMAND, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_of_every_shape_are_counted),
		cmocka_unit_test(backslashes_escape_where_the_server_says_so),
		cmocka_unit_test(what_is_not_rows_is_a_fault),
		cmocka_unit_test(a_tag_longer_than_any_real_one_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
