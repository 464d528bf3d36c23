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
	holds(&out, "\nStep 1: Read the dump            1m ✓ pass\n"
		    "Step 2: restore redis-cache  not finished\n"
		    "Step 3: Prove <i>all</i>      8m52s ✗ FAIL\n");
	holds(&out, "\nWhat source, backup and restored server hold:\n"
		    "postgres-main orders (dump)\n"
		    "  tables: 1 equal, 3 different; rows: source 1,235,575, backup 1,235,575, "
		    "restored 1,235,558\n"
		    "  sequences: 1 equal, 1 different\n"
		    "redis-cache (rdb)\n"
		    "  keyspaces: 1 equal; keys: backup 3,005, restored 3,005\n");
	holds(&out, "\nNotes on postgres-main:\n"
		    "  server: PostgreSQL 15.6\n"
		    "  settings: fsync=off, jit=on\n");
	lacks(&out, "\x1b");
	lacks(&out, "\xff");
	run_release(&run);
}

static void what_did_not_hold_is_repeated_before_the_summary(void **state)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct run run;
	const char *again;

	(void)state;
	make_restored_run(&run);
	assert_int_equal(report_text(&run, &(struct report_style){ 0 }, &out), 0);
	again = strstr(out.ptr, "\nWhat did not hold:\nx FAIL    postgres-main proven public.");
	assert_non_null(again);
	again = strstr(again, "\n! warning redis-cache expired: 834 keys have expired\n\n===");
	assert_non_null(again);
	assert_non_null(strstr(again, "\nSummary:\n"));
	run_release(&run);
}

static void lines_stay_on_the_screen_and_lose_no_word(void **state)
{
	CLEANUP(buf_release)
	struct buf wide = { 0 }, narrow = { 0 };
	struct run run;
	char *from, *to;

	(void)state;
	make_restored_run(&run);
	assert_int_equal(report_text(&run, &(struct report_style){ .color = true }, &wide), 0);
	assert_int_equal(
		report_text(&run, &(struct report_style){ .color = true, .width = 60 }, &narrow),
		0);
	assert_non_null(strstr(wide.ptr, "1,235,575, restored"));
	for (char *line = narrow.ptr; (to = strchr(line, '\n')) != NULL; line = to + 1) {
		size_t columns = 0;

		for (const char *c = line; c < to; c++) {
			if (*c == '\033')
				c = strchr(c, 'm');
			else
				columns++;
		}
		/* a word that is too long for any line stays whole */
		if (columns > 60 && !memmem(line, (size_t)(to - line), "script", 6))
			fail_msg("too wide: %.*s", (int)(to - line), line);
	}
	for (from = wide.ptr, to = narrow.ptr; *from && *to;) {
		from += strspn(from, " \n");
		to += strspn(to, " \n");
		if (*from != *to)
			fail_msg("\"%.40s\" became \"%.40s\"", from, to);
		from += *from != '\0';
		to += *to != '\0';
	}
	assert_int_equal(*from, *to);
	buf_release(&narrow);
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
	assert_int_equal(json_array_size(json_object_get(o, "notes")), 4);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(o, "steps"), 0), "title")),
			    "Read the dump");
	json_decref(o);
	run_release(&run);
}

/* Lines that others wrote would show as table rows of another width, or as elements. */
static size_t bars_of(const char *line)
{
	size_t bars = 0;

	for (; *line && *line != '\n'; line++) {
		bars += *line == '|';
		line += *line == '\\' && line[1];
	}
	return bars;
}

static void markdown_keeps_its_tables_whatever_names_hold(void **state)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	size_t width = 0;
	struct run run;

	(void)state;
	make_restored_run(&run);
	assert_int_equal(report_markdown(&run, &out), 0);
	holds(&out, "# Weekly Restore Test: ✗ FAILED\n\n**The backup did not pass");
	holds(&out, "| Platform | shop \\& \\<co\\> |\n");
	holds(&out, "| Recovery time of redis-cache | 9m52s (objective: within 15m) |\n");
	holds(&out, "\n- **✗ FAIL** proven postgres-main public.\\<script\\>alert(1)\\</script\\>"
		    "\\|\\`\\x1b\\[2J\\xff\\n: it \\<b\\>differs\\</b\\>\n"
		    "  - expected: a\\|b\n  - found: \\*c\\*\n"
		    "  - hint: see http\\://x.example/?a=1\\&b=2\n");
	holds(&out, "| **different** | public.refunds | 7 `00000003` | 7 `00000003` | missing |\n");
	holds(&out, "| equal | public.orders\\_id\\_seq | 10,true | 12,true | 12,true |\n");
	holds(&out, "| equal | 0.string | – | 3,005 `00000001` | 3,005 `00000001` |\n");
	holds(&out, "| ⚠ warning | expired |  | 834 keys have expired |\n");
	for (const char *line = out.ptr; line && *line; line = strchr(line, '\n') + 1) {
		if (*line != '|') {
			width = 0;
			continue;
		}
		assert_true(!width || bars_of(line) == width);
		width = bars_of(line);
	}
	run_release(&run);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		n++;
		text += strlen(what);
	}
	return n;
}

static void html_holds_nothing_that_a_name_could_be(void **state)
{
	static const char *const elements[] = { "<script",     "<b>",
						"<i>",         "<co>",
						"javascript:", "\x1b",
						"\xff",        "http-equiv=\"refresh" };
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct run run;

	(void)state;
	make_restored_run(&run);
	assert_int_equal(report_html(&run, &out), 0);
	for (size_t i = 0; i < sizeof(elements) / sizeof(*elements); i++)
		lacks(&out, elements[i]);
	holds(&out, "&lt;script&gt;alert(1)&lt;/script&gt;|`\\x1b[2J\\xff\\n");
	holds(&out, "<title>Weekly Restore Test FAILED: shop &amp; &lt;co&gt;</title>");
	/* no address is loaded from: the only ones are data and text */
	lacks(&out, "src=");
	lacks(&out, "url(");
	lacks(&out, "@import");
	assert_int_equal(count(out.ptr, "href="), 1);
	holds(&out, "href=\"data:,\"");
	holds(&out, "default-src 'none'");
	run_release(&run);
}

static void html_tells_what_failed_when_and_how_sides_differ(void **state)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct run run;

	(void)state;
	make_restored_run(&run);
	assert_int_equal(report_html(&run, &out), 0);
	holds(&out, "<span class=\"v fail\">✗ FAILED</span></h1>");
	holds(&out, "<dd>9m52s (objective: within 15m) <span class=\"v pass\">✓ pass</span></dd>");
	holds(&out, "<dt>expected</dt><dd>a|b</dd><dt>found</dt><dd>*c*</dd>");
	assert_int_equal(count(out.ptr, "class=\"bar "), 3);
	/* from 60 s on for 532 s, on an axis of 900 s */
	holds(&out, "class=\"bar fail\" x=\"6.666%\" width=\"59.111%\"");
	holds(&out, "class=\"bar open\"");
	holds(&out, ">objective of redis-cache 15m</text>");
	holds(&out, "class=\"objective\" x1=\"100.000%\"");
	assert_int_equal(count(out.ptr, "<tr class=\"different\">"), 4);
	assert_int_equal(count(out.ptr, "<tr class=\"equal\">"), 3);
	holds(&out, "<code title=\"fingerprint 00000003000000000000000000000003\">00000003</code>");
	holds(&out, "muster 0.1.0, on host db1");
	run_release(&run);
}

static void a_run_without_anything_is_a_page_all_the_same(void **state)
{
	struct run run = { .id = "r1", .kind = "odd<kind>", .set = "" };
	CLEANUP(buf_release)
	struct buf html = { 0 };
	CLEANUP(buf_release)
	struct buf markdown = { 0 };

	(void)state;
	assert_int_equal(report_html(&run, &html), 0);
	holds(&html, "odd&lt;kind&gt;: still running</h1>");
	holds(&html, "There was no check.");
	lacks(&html, "<svg");
	assert_int_equal(report_markdown(&run, &markdown), 0);
	holds(&markdown, "# odd\\<kind\\>: still running\n");
}

static void very_many_equal_lines_are_left_out_and_differences_never(void **state)
{
	CLEANUP(buf_release)
	struct buf html = { 0 };
	CLEANUP(buf_release)
	struct buf markdown = { 0 };
	struct run run;
	char name[16];

	(void)state;
	make_restored_run(&run);
	for (int side = FACTS_BACKUP; side <= FACTS_RESTORED; side++) {
		for (unsigned i = 0; i < 12000; i++) {
			bool differs = side == FACTS_RESTORED && i % 2;

			(void)snprintf(name, sizeof(name), "t%u", i);
			restored_fact(&run.facts[side].facts, FACT_LARGE_OBJECTS, "", name, 1,
				      differs ? 1 : 2);
		}
	}
	assert_int_equal(report_html(&run, &html), 0);
	assert_int_equal(count(html.ptr, "<tr class=\"different\">"), 6004);
	assert_int_equal(count(html.ptr, "<tr class=\"equal\">"), 0);
	holds(&html, "6000 more that do not differ are left out");
	assert_int_equal(report_markdown(&run, &markdown), 0);
	assert_int_equal(count(markdown.ptr, "| **different** |"), 6004);
	assert_int_equal(count(markdown.ptr, "| equal |"), 200);
	run_release(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_tells_steps_facts_and_notes),
		cmocka_unit_test(what_did_not_hold_is_repeated_before_the_summary),
		cmocka_unit_test(lines_stay_on_the_screen_and_lose_no_word),
		cmocka_unit_test(the_document_holds_facts_and_notes),
		cmocka_unit_test(markdown_keeps_its_tables_whatever_names_hold),
		cmocka_unit_test(html_holds_nothing_that_a_name_could_be),
		cmocka_unit_test(html_tells_what_failed_when_and_how_sides_differ),
		cmocka_unit_test(a_run_without_anything_is_a_page_all_the_same),
		cmocka_unit_test(very_many_equal_lines_are_left_out_and_differences_never),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
