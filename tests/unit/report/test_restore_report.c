/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a restore test in every format, with names that would break out of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "report/report.h"
#include "restored_run.h"

static void holds(const struct buf *out, const char *text)
{
	if (!strstr(out->ptr, text))
		fail_msg("\"%s\" is not in:\n%s", text, out->ptr);
}

static void lacks(const struct buf *out, const char *text)
{
	if (strstr(out->ptr, text))
		fail_msg("\"%s\" is in:\n%s", text, out->ptr);
}

static void the_text_tells_steps_facts_and_notes(void **state)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct run run;

	(void)state;
	make_restored_run(&run);
	assert_int_equal(report_text(&run, &(struct report_style){ .utf8 = true }, &out), 0);
	holds(&out, "\nWeekly Restore Test\nDate: 2026-11-22T01:00:00Z\n");
	holds(&out, "\nStep 1: Read the dump: 1m ✓ pass\n"
		    "Step 2: restore redis-cache: not finished\n"
		    "Step 3: Prove <i>all</i>: 8m52s ✗ FAIL\n");
	holds(&out, "\nWhat source, backup and restored server hold:\n"
		    "postgres-main orders (dump)\n"
		    "  tables: 1 equal, 3 different; rows: source 1,235,575, backup 1,235,575, "
		    "restored 1,235,558\n"
		    "  sequences: 1 equal, 1 different\n"
		    "redis-cache (rdb)\n"
		    "  keyspaces: 1 equal; keys: backup 3,005, restored 3,005\n");
	holds(&out, "\nNotes:\npostgres-main: server: PostgreSQL 15.6\n");
	lacks(&out, "\x1b");
	lacks(&out, "\xff");
	run_release(&run);
}

static void the_document_holds_facts_and_notes(void **state)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct run run;
	json_t *o, *facts, *tables;

	(void)state;
	make_restored_run(&run);
	assert_int_equal(report_json(&run, &out), 0);
	o = json_loads(out.ptr, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	facts = json_object_get(o, "facts");
	assert_int_equal(json_array_size(facts), 5);
	facts = json_array_get(facts, FACTS_RESTORED);
	assert_string_equal(json_string_value(json_object_get(facts, "database")), "orders");
	assert_true(json_is_null(json_object_get(facts, "size")));
	facts = json_object_get(facts, "facts");
	assert_string_equal(json_string_value(json_object_get(facts, "side")), "restored");
	tables = json_object_get(facts, "tables");
	assert_int_equal(json_array_size(tables), 3);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(tables, 0), "rows")),
			 990);
	assert_int_equal(json_array_size(json_object_get(o, "notes")), 2);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(o, "steps"), 0), "title")),
			    "Read the dump");
	json_decref(o);
	run_release(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_tells_steps_facts_and_notes),
		cmocka_unit_test(the_document_holds_facts_and_notes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
