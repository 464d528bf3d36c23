/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "report/report.h"

/* 2026-11-22T03:00:00Z */
#define START (INT64_C(1795316400) * NS_PER_SECOND)

static const struct report_style fancy = { .utf8 = true }, plain = { .utf8 = false },
				 colored = { .utf8 = true, .color = true };

static void add(struct run *run, const struct check *c)
{
	assert_int_equal(checks_add(&run->checks, c), 0);
}

static void make_run(struct run *run)
{
	static struct run_step steps[] = {
		{ .id = "files",
		  .component = "",
		  .started_ns = START,
		  .duration_ns = 1500000000,
		  .verdict = VERDICT_FAIL },
	};

	*run = (struct run){ .id = "20261122T030000Z-3f2a",
			     .kind = "verify",
			     .platform = "shop",
			     .host = "db1",
			     .version = "0.1.0",
			     .command = "muster verify",
			     .set = "20261122_020000",
			     .started_ns = START,
			     .finished_ns = START + 12 * NS_PER_SECOND,
			     .verdict = VERDICT_FAIL,
			     .step = steps,
			     .step_count = 1 };
	add(run, &(struct check){ .name = "exists",
				  .component = "database",
				  .verdict = VERDICT_PASS,
				  .expected = "a set",
				  .found = "a set",
				  .message = "the newest set is 1h old" });
	add(run, &(struct check){ .name = "compression",
				  .component = "database",
				  .subject = "postgres/app.dump.gz",
				  .verdict = VERDICT_FAIL,
				  .expected = "CRC-32 1c2d3e4f",
				  .found = "CRC-32 00000000",
				  .message = "the data is not what was written",
				  .hint = "take a new backup" });
	add(run, &(struct check){ .name = "disk-free",
				  .verdict = VERDICT_WARN,
				  .expected = "20%",
				  .found = "19%",
				  .message = "the disk fills up" });
	add(run, &(struct check){ .name = "reachable",
				  .component = "cache",
				  .verdict = VERDICT_ERROR,
				  .message = "nobody answers" });
	add(run, &(struct check){ .name = "hash",
				  .component = "cache",
				  .verdict = VERDICT_SKIPPED,
				  .message = "there is no manifest",
				  .required = true });
}

static void the_text_report_has_the_layout_of_the_plan(void **state)
{
	static const char expected[] =
		"=========================================\n"
		"Daily Backup Verification\n"
		"Date: 2026-11-22T03:00:00Z\n"
		"Platform: shop\n"
		"Backup set: 20261122_020000\n"
		"Run: 20261122T030000Z-3f2a\n"
		"Duration: 12s\n"
		"=========================================\n"
		"\n"
		"database\n"
		"✓ pass    exists: the newest set is 1h old\n"
		"✗ FAIL    compression postgres/app.dump.gz: the data is not what was written\n"
		"           expected: CRC-32 1c2d3e4f\n"
		"           found:    CRC-32 00000000\n"
		"           hint:     take a new backup\n"
		"\n"
		"cache\n"
		"? ERROR   reachable: nobody answers\n"
		"– skipped hash: there is no manifest (required)\n"
		"\n"
		"platform\n"
		"⚠ warning disk-free: the disk fills up\n"
		"           expected: 20%\n"
		"           found:    19%\n"
		"\n"
		"=========================================\n"
		"Summary:\n"
		"Passed: 1\n"
		"Failed: 1\n"
		"Warnings: 1\n"
		"Errors: 1\n"
		"Skipped: 1\n"
		"Status: ✗ FAILED\n";
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct run run;

	(void)state;
	make_run(&run);
	assert_int_equal(report_text(&run, &fancy, &out), 0);
	assert_string_equal(out.ptr, expected);
	run_release(&run);
}

static void the_fallback_is_ascii_and_keeps_the_words(void **state)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct run run;

	(void)state;
	make_run(&run);
	add(&run, &(struct check){ .name = "size",
				   .component = "caf\xc3\xa9",
				   .message = "gr\xc3\xb6\xc3\x9f" });
	assert_int_equal(report_text(&run, &plain, &out), 0);
	for (size_t i = 0; i < out.len; i++)
		assert_in_range(out.ptr[i], '\n', '~');
	assert_non_null(strstr(out.ptr, "x FAIL    compression"));
	assert_non_null(strstr(out.ptr, "\ncaf\\xc3\\xa9\n"));
	assert_non_null(strstr(out.ptr, "Status: x FAILED\n"));
	run_release(&run);
}

static void colour_surrounds_words_and_adds_nothing_else(void **state)
{
	CLEANUP(buf_release)
	struct buf with = { 0 }, stripped = { 0 };
	CLEANUP(buf_release)
	struct buf without = { 0 };
	struct run run;

	(void)state;
	make_run(&run);
	assert_int_equal(report_text(&run, &colored, &with), 0);
	assert_int_equal(report_text(&run, &fancy, &without), 0);
	assert_non_null(strstr(with.ptr, "\033[31m✗ FAIL\033[0m"));
	for (const char *p = with.ptr; *p; p++) {
		if (*p == '\033')
			p = strchr(p, 'm');
		else
			assert_int_equal(buf_append(&stripped, p, 1), 0);
	}
	assert_string_equal(stripped.ptr, without.ptr);
	buf_release(&stripped);
	run_release(&run);
}

static void hostile_names_cannot_steer_the_terminal_or_forge_lines(void **state)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	CLEANUP(buf_release)
	struct buf line = { 0 };
	struct run run;

	(void)state;
	make_run(&run);
	add(&run, &(struct check){ .name = "compression",
				   .component = "db\033]0;x\007",
				   .subject = "a\nStatus: PASSED\n\xff\xe2\x80\xae\xc2\x9b|b",
				   .verdict = VERDICT_FAIL,
				   .message = "m\rn\x7f|\n" });
	assert_int_equal(report_text(&run, &fancy, &out), 0);
	assert_null(strstr(out.ptr, "\nStatus: PASSED"));
	assert_null(strpbrk(out.ptr, "\033\007\r\x7f"));
	assert_null(strstr(out.ptr, "\xe2\x80\xae"));
	assert_null(strstr(out.ptr, "\xc2\x9b"));
	assert_null(strchr(out.ptr, '\xff'));
	assert_non_null(strstr(out.ptr, "a\\nStatus: PASSED\\n\\xff\\xe2\\x80\\xae\\xc2\\x9b|b"));

	run.checks.item[0] = run.checks.item[run.checks.count - 1];
	assert_int_equal(report_nagios(&run, &line), 0);
	assert_ptr_equal(strchr(line.ptr, '|'), strrchr(line.ptr, '|'));
	assert_ptr_equal(strchr(line.ptr, '\n'), line.ptr + line.len - 1);
	run_release(&run);
}

static void the_json_report_is_one_document_with_schema_and_seconds(void **state)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct run run;
	json_t *o, *checks;

	(void)state;
	make_run(&run);
	add(&run,
	    &(struct check){ .name = "compression", .subject = "\xff\x01", .message = "odd" });
	assert_int_equal(report_json(&run, &out), 0);
	o = json_loads(out.ptr, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	assert_string_equal(json_string_value(json_object_get(o, "schema")), "muster.run/v1");
	assert_string_equal(json_string_value(json_object_get(o, "started")),
			    "2026-11-22T03:00:00Z");
	assert_string_equal(json_string_value(json_object_get(o, "verdict")), "fail");
	assert_float_equal(json_real_value(json_object_get(o, "duration")), 12.0, 1e-9);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "counts"), "fail")),
			 1);
	checks = json_object_get(o, "checks");
	assert_int_equal(json_array_size(checks), 6);
	assert_true(json_is_true(json_object_get(json_array_get(checks, 4), "required")));
	assert_int_equal(json_array_size(json_object_get(o, "steps")), 1);
	json_decref(o);
	run_release(&run);
}

static void nagios_gets_one_line_with_the_gravest_check(void **state)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct run run;

	(void)state;
	make_run(&run);
	assert_int_equal(report_nagios(&run, &out), 0);
	assert_string_equal(
		out.ptr,
		"MUSTER CRITICAL - verify: 1 failed, 1 errors, 1 warnings of 5 checks; "
		"compression database postgres/app.dump.gz - the data is not what was written "
		"| passed=1;;;0 failed=1;;0;0 warnings=1;0;;0 errors=1;;;0 skipped=1;;;0 "
		"duration=12.000s;;;0\n");
	assert_int_equal(report_nagios_code(VERDICT_PASS), 0);
	assert_int_equal(report_nagios_code(VERDICT_WARN), 1);
	assert_int_equal(report_nagios_code(VERDICT_FAIL), 2);
	assert_int_equal(report_nagios_code(VERDICT_ERROR), 3);
	run_release(&run);
}

static void a_run_under_way_has_no_verdict_yet(void **state)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(buf_release)
	struct buf json = { 0 };
	struct run run;

	(void)state;
	make_run(&run);
	run.finished_ns = 0;
	assert_int_equal(report_text(&run, &fancy, &text), 0);
	assert_non_null(strstr(text.ptr, "Status: still running\n"));
	assert_int_equal(report_json(&run, &json), 0);
	assert_non_null(strstr(json.ptr, "\"verdict\": null"));
	run_release(&run);
}

static void reports_are_files_that_appear_whole(void **state)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	char directory[] = "/tmp/muster-report-XXXXXX", path[REPORT_PATH_SIZE], expected[128];
	struct error err = ERROR_INIT;
	struct stat st;
	struct run run;

	(void)state;
	assert_non_null(mkdtemp(directory));
	make_run(&run);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(report_save(&run, directory, path, &err), 0);
		(void)snprintf(expected, sizeof(expected), "%s/reports/20261122T030000Z-3f2a.txt",
			       directory);
		assert_string_equal(path, expected);
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(file_read(path, 1 << 20, &text, &err), 0);
	assert_non_null(strstr(text.ptr, "Status: ✗ FAILED\n"));
	for (size_t i = 0; i < 3; i++) {
		static const char endings[][6] = { ".md", ".html", ".json" };

		memcpy(strrchr(path, '.'), endings[i], sizeof(endings[i]));
		assert_int_equal(stat(path, &st), 0);
		assert_true(st.st_size > 100);
	}
	assert_int_equal(file_remove_tree(directory, &err), 0);

	assert_int_equal(report_save(&run, "/dev/null", path, &err), -1);
	assert_non_null(strstr(err.message, "/dev/null/reports"));
	run_release(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_report_has_the_layout_of_the_plan),
		cmocka_unit_test(the_fallback_is_ascii_and_keeps_the_words),
		cmocka_unit_test(colour_surrounds_words_and_adds_nothing_else),
		cmocka_unit_test(hostile_names_cannot_steer_the_terminal_or_forge_lines),
		cmocka_unit_test(the_json_report_is_one_document_with_schema_and_seconds),
		cmocka_unit_test(nagios_gets_one_line_with_the_gravest_check),
		cmocka_unit_test(a_run_under_way_has_no_verdict_yet),
		cmocka_unit_test(reports_are_files_that_appear_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
