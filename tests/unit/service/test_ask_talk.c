/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "service/ask.h"

static struct span line_of(const struct buf *text)
{
	assert_true(text->len > 0);
	assert_ptr_equal(memchr(text->ptr, '\n', text->len), text->ptr + text->len - 1);
	return (struct span){ (const uint8_t *)text->ptr, text->len - 1 };
}

static void an_order_arrives_as_it_was_given(void **state)
{
	struct text_pair headers[] = { { "X-Key", "${KEY}\xff" }, { "X-Empty", "" } };
	struct text_pair json[] = { { "items.0.id", "n > 0" } };
	struct text_pair save[] = { { "ID", "id" } };
	const struct request_config request[] = {
		{ .method = "PUT",
		  .url = "http://127.0.0.1/",
		  .headers = { headers, 2 },
		  .body = "two\nlines",
		  .expect = { .status = 201, .body = "ok", .json = { json, 1 } },
		  .save = { save, 1 },
		  .within_ns = 5 },
		{ .method = "", .url = "u", .body = "", .expect = { .body = "" } },
	};
	static const char *const env[] = { "KEY=a\"b", "E=", NULL };
	static const char *const hidden[] = { "a\"b", NULL };
	const struct ask_order order = { .request = request,
					 .request_count = 2,
					 .tcp = "h:1",
					 .env = env,
					 .hidden = hidden,
					 .time_ns = INT64_C(60000000000),
					 .attempt_ns = 7 };
	struct arena arena = { 0 };
	struct ask_order back;
	struct buf text = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(ask_order_write(&order, &text, &err), 0);
	assert_int_equal(ask_order_parse(line_of(&text), &arena, &back, &err), 0);
	assert_int_equal(back.request_count, 2);
	assert_string_equal(back.request[0].method, "PUT");
	assert_string_equal(back.request[0].headers.item[0].text, "${KEY}\xff");
	assert_string_equal(back.request[0].headers.item[1].text, "");
	assert_string_equal(back.request[0].body, "two\nlines");
	assert_int_equal(back.request[0].expect.status, 201);
	assert_string_equal(back.request[0].expect.body, "ok");
	assert_string_equal(back.request[0].expect.json.item[0].name, "items.0.id");
	assert_string_equal(back.request[0].save.item[0].text, "id");
	assert_int_equal(back.request[0].within_ns, 5);
	assert_int_equal(back.request[1].headers.count, 0);
	assert_string_equal(back.tcp, "h:1");
	assert_string_equal(back.env[0], "KEY=a\"b");
	assert_string_equal(back.env[1], "E=");
	assert_null(back.env[2]);
	assert_string_equal(back.hidden[0], "a\"b");
	assert_null(back.hidden[1]);
	assert_int_equal(back.time_ns, INT64_C(60000000000));
	assert_int_equal(back.attempt_ns, 7);
	buf_release(&text);
	arena_release(&arena);
}

static int parse_answer(const char *line, struct ask_answer *out, struct error *err)
{
	size_t len = strlen(line);
	uint8_t *exact = malloc(len ? len : 1);
	int rc;

	assert_non_null(exact);
	memcpy(exact, line, len);
	rc = ask_answer_parse((struct span){ exact, len }, out, err);
	free(exact);
	return rc;
}

static void an_answer_is_short_printable_lines(void **state)
{
	struct ask_answer answer = { .held = true, .message = "m\x1b[2J\nx", .found = "\xff" },
			  back;
	struct buf text = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(ask_answer_write(&answer, &text, &err), 0);
	assert_int_equal(ask_answer_parse(line_of(&text), &back, &err), 0);
	assert_true(back.held);
	assert_string_equal(back.message, "m\\x1b[2J\\x0ax");
	assert_string_equal(back.found, "\\xff");
	assert_string_equal(back.expected, "");
	buf_release(&text);
}

static void what_is_no_answer_is_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"null",
		"[]",
		"{\"held\": true, \"message\": 7}",
		"{\"held\": true",
		"{} {}",
		"1",
		"{\"found\": []}",
		"\xff",
	};
	struct ask_answer back;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(parse_answer(lines[i], &back, &err), -1);
		assert_int_not_equal(err.kind, ERROR_NONE);
	}
}

static void an_answer_that_says_nothing_does_not_hold(void **state)
{
	struct ask_answer back;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(parse_answer("{\"held\": 1}", &back, &err), 0);
	assert_false(back.held);
	assert_int_equal(parse_answer("{}", &back, &err), 0);
	assert_false(back.held);
}

static void an_answer_cannot_take_all_memory(void **state)
{
	enum { DEPTH = 60000 };
	char *line = malloc(DEPTH + 1);
	struct ask_answer back;
	struct error err = ERROR_INIT;

	(void)state;
	assert_non_null(line);
	memset(line, '[', DEPTH);
	line[DEPTH] = '\0';
	assert_int_equal(parse_answer(line, &back, &err), -1);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_arrives_as_it_was_given),
		cmocka_unit_test(an_answer_is_short_printable_lines),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(an_answer_that_says_nothing_does_not_hold),
		cmocka_unit_test(an_answer_cannot_take_all_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
