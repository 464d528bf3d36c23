/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "a_notice.h"
#include "model/json.h"

static void assert_same(const struct notice *n)
{
	CLEANUP(cleanup_json)
	json_t *json = notice_to_json(n);
	CLEANUP(cleanup_json)
	json_t *again = NULL;
	struct notice read = { 0 };
	struct error err = ERROR_INIT;

	assert_non_null(json);
	if (notice_from_json(json, &read, &err) < 0)
		fail_msg("%s", err.message);
	again = notice_to_json(&read);
	assert_true(json_equal(json, again));
	assert_int_equal(read.at_ns, n->at_ns);
	assert_int_equal(read.since_ns, n->since_ns);
	assert_int_equal(read.event, n->event);
	assert_int_equal(read.verdict, n->verdict);
	assert_int_equal(read.reminder, n->reminder);
	assert_string_equal(read.component, n->component);
	assert_string_equal(read.next, n->next);
	assert_int_equal(read.line_count, n->line_count);
	for (size_t i = 0; i < n->line_count; i++) {
		assert_string_equal(read.line[i].hint, n->line[i].hint);
		assert_int_equal(read.line[i].verdict, n->line[i].verdict);
	}
	notice_release(&read);
}

static void a_notice_survives_as_json(void **state)
{
	struct notice hostile = a_hostile_notice();

	(void)state;
	assert_same(&hostile);
	for (int e = 0; e < NOTICE_EVENT_COUNT; e++) {
		struct notice n = a_notice((enum notice_event)e);

		n.at_ns += 1;
		n.since_ns += 123456789;
		n.reminder = e % 2;
		n.line_count = (size_t)e % 3;
		assert_same(&n);
		n.since_ns = 0;
		assert_same(&n);
	}
}

static void what_is_published_keeps_its_file(void **state)
{
	struct notice n = a_notice(NOTICE_PUBLISHED), read = { 0 };
	struct error err = ERROR_INIT;
	CLEANUP(cleanup_json)
	json_t *json = NULL;

	(void)state;
	n.file_name = "drill.html";
	n.file = "<p>\xc3\xa9</p>\n";
	json = notice_to_json(&n);
	assert_non_null(json);
	assert_int_equal(notice_from_json(json, &read, &err), 0);
	assert_string_equal(read.file_name, n.file_name);
	assert_string_equal(read.file, n.file);
	notice_release(&read);
}

static void every_event_has_a_name_that_leads_back(void **state)
{
	enum notice_event e;

	(void)state;
	for (int i = 0; i < NOTICE_EVENT_COUNT; i++) {
		assert_true(notice_event_parse(notice_event_name((enum notice_event)i), &e));
		assert_int_equal(e, i);
	}
	assert_false(notice_event_parse("", &e));
	assert_false(notice_event_parse("FAILED", &e));
}

static void what_is_no_notice_is_refused_by_the_name_of_its_fault(void **state)
{
	static const char *const rows[][2] = {
		{ "[]", "read a notice: it is not a JSON object" },
		{ "{}", "read a notice: \"verdict\" is not a verdict's name" },
		{ "{\"verdict\":\"pass\"}", "read a notice: \"event\" is not an event's name" },
		{ "{\"verdict\":\"pass\",\"event\":\"burnt\"}",
		  "read a notice: \"event\" is not an event's name" },
		{ "{\"verdict\":\"pass\",\"event\":3}",
		  "read a notice: \"event\" is not a string" },
		{ "{\"verdict\":\"pass\",\"event\":\"test\",\"at\":\"now\"}",
		  "read a notice: \"at\" is not an RFC 3339 time" },
		{ "{\"verdict\":\"pass\",\"event\":\"test\",\"reminder\":1}",
		  "read a notice: \"reminder\" is not true or false" },
		{ "{\"verdict\":\"pass\",\"event\":\"test\",\"lines\":{}}",
		  "read a notice: \"lines\" is not an array" },
		{ "{\"verdict\":\"pass\",\"event\":\"test\",\"lines\":[1]}",
		  "read a notice: \"lines\" is not an array of objects" },
		{ "{\"verdict\":\"pass\",\"event\":\"test\",\"lines\":[{\"verdict\":\"\"}]}",
		  "read a notice: \"verdict\" is not a verdict's name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP(cleanup_json)
		json_t *json = json_loads(rows[i][0], 0, NULL);
		struct notice n = { 0 };
		struct error err = ERROR_INIT;

		assert_int_equal(notice_from_json(json, &n, &err), -1);
		assert_string_equal(err.message, rows[i][1]);
		assert_null(n.arena.newest);
	}
}

static void texts_that_are_not_told_are_empty(void **state)
{
	CLEANUP(cleanup_json)
	json_t *json = json_loads("{\"event\":\"test\",\"verdict\":\"pass\",\"lines\":"
				  "[{\"verdict\":\"fail\"}]}",
				  0, NULL);
	struct notice n = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(notice_from_json(json, &n, &err), 0);
	assert_string_equal(n.title, "");
	assert_string_equal(n.link, "");
	assert_int_equal(n.since_ns, 0);
	assert_string_equal(n.line[0].found, "");
	notice_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_notice_survives_as_json),
		cmocka_unit_test(what_is_published_keeps_its_file),
		cmocka_unit_test(every_event_has_a_name_that_leads_back),
		cmocka_unit_test(what_is_no_notice_is_refused_by_the_name_of_its_fault),
		cmocka_unit_test(texts_that_are_not_told_are_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
