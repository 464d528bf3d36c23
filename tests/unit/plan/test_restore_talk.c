/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/restore_talk.h"

static struct span line_of(const struct buf *text)
{
	assert_true(text->len > 0);
	assert_ptr_equal(memchr(text->ptr, '\n', text->len), text->ptr + text->len - 1);
	return (struct span){ (const uint8_t *)text->ptr, text->len - 1 };
}

static void add_table(struct facts *f, const char *name, uint64_t rows)
{
	struct fact *fact = facts_add(f, FACT_TABLE, "public", name);

	assert_non_null(fact);
	fact->known = MEASURE_COUNT;
	fact->count = rows;
}

static void an_order_arrives_as_it_was_given(void **state)
{
	struct facts facts = { .side = FACTS_BACKUP };
	const struct restored_note production[] = { { "fsync", "on" } };
	const struct restore_part part[] = { { .kind = PART_GLOBALS,
					       .format = FORMAT_PG_SQL,
					       .database = "",
					       .path = "/given/part-0",
					       .facts = &facts },
					     { .kind = PART_DUMP,
					       .format = FORMAT_PG_ARCHIVE,
					       .database = "odd \"name\"\n",
					       .path = "/given/part-1",
					       .facts = &facts,
					       .taken_ns = 42,
					       .pinned = true } };
	const struct restore_job job = { .part = part,
					 .part_count = 2,
					 .jobs = 3,
					 .realistic = true,
					 .standby = true,
					 .production = production,
					 .production_count = 1,
					 .rpo_ns = 7 };
	struct restore_order order = { 0 };
	struct error err = ERROR_INIT;
	struct buf text = { 0 };

	(void)state;
	add_table(&facts, "a", 3);
	assert_int_equal(restore_order_write(ENGINE_REDIS, &job, &text, &err), 0);
	assert_int_equal(restore_order_parse(line_of(&text), &order, &err), 0);
	assert_int_equal(order.engine, ENGINE_REDIS);
	assert_int_equal(order.job.part_count, 2);
	assert_int_equal(order.job.part[0].kind, PART_GLOBALS);
	assert_int_equal(order.job.part[0].format, FORMAT_PG_SQL);
	assert_string_equal(order.job.part[1].database, "odd \"name\"\n");
	assert_string_equal(order.job.part[1].path, "/given/part-1");
	assert_int_equal(order.job.part[1].taken_ns, 42);
	assert_false(order.job.part[0].pinned);
	assert_true(order.job.part[1].pinned);
	assert_int_equal(order.job.part[1].facts->item[0].count, 3);
	assert_int_equal(order.job.jobs, 3);
	assert_true(order.job.realistic);
	assert_true(order.job.standby);
	assert_string_equal(order.job.production[0].value, "on");
	assert_int_equal(order.job.rpo_ns, 7);
	restore_order_release(&order);
	facts_release(&facts);
	buf_release(&text);
}

static void progress_arrives_in_one_short_line(void **state)
{
	struct restore_news news = { 0 };
	struct error err = ERROR_INIT;
	struct buf text = { 0 };
	char name[1000];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	name[2] = '\n';
	assert_int_equal(restore_progress_write(RESTORE_READ_BACK, name, 5, 9, true, &text, &err),
			 0);
	assert_true(text.len < 300);
	assert_int_equal(restore_news_parse(line_of(&text), 1, &news, &err), 0);
	assert_int_equal(news.word, RESTORE_WORD_PROGRESS);
	assert_int_equal(news.phase, RESTORE_READ_BACK);
	assert_int_equal(news.done, 5);
	assert_int_equal(news.total, 9);
	assert_true(news.of_bytes);
	assert_memory_equal(news.what, "xx\nx", 4);
	buf_release(&text);
}

static void fill(struct restore_report *r, struct error *err)
{
	const struct restore_job job = { .part_count = 2 };
	const struct check check = { .name = check_name(CHECK_RESTORED),
				     .subject = "a\x01",
				     .verdict = VERDICT_FAIL,
				     .message = "two\nlines",
				     .required = true };

	assert_int_equal(restored_begin(&r->restored, &job, err), 0);
	add_table(&r->restored.part[1].facts, "a", 3);
	add_table(&r->restored.part[1].doubtful, "b", 0);
	assert_int_equal(checks_add(&r->restored.checks, &check), 0);
	assert_int_equal(restored_note_add(&r->restored, "fsync", "off"), 0);
	assert_int_equal(buf_puts(&r->restored.complaints, "a\nb\n"), 0);
	memcpy(r->restored.server_version, "15.18", 6);
	r->restored.took_ns[RESTORE_CHECK] = 99;
	r->server_ns = 5;
	(void)error_set(&r->error, ERROR_TARGET, "no room");
}

static void a_report_arrives_as_it_was_made(void **state)
{
	struct restore_report r = { 0 };
	struct restore_news news = { 0 };
	const struct restored *d = &news.report.restored;
	struct error err = ERROR_INIT;
	struct buf text = { 0 };

	(void)state;
	fill(&r, &err);
	r.variable[0] = "PGHOST=/work/postgresql";
	r.variable[1] = "EMPTY=";
	assert_int_equal(restore_report_write(&r, &text, &err), 0);
	assert_int_equal(restore_news_parse(line_of(&text), 2, &news, &err), 0);
	assert_int_equal(news.word, RESTORE_WORD_REPORT);
	assert_int_equal(d->part_count, 2);
	assert_int_equal(d->part[0].facts.count, 0);
	assert_int_equal(d->part[1].facts.item[0].count, 3);
	assert_string_equal(d->part[1].doubtful.item[0].name, "b");
	assert_string_equal(d->checks.item[0].subject, "a\x01");
	assert_string_equal(d->checks.item[0].message, "two\nlines");
	assert_int_equal(d->checks.item[0].verdict, VERDICT_FAIL);
	assert_true(d->checks.item[0].required);
	assert_string_equal(d->note[0].value, "off");
	assert_string_equal(d->complaints.ptr, "a\nb\n");
	assert_string_equal(d->server_version, "15.18");
	assert_int_equal(d->took_ns[RESTORE_CHECK], 99);
	assert_int_equal(news.report.server_ns, 5);
	assert_string_equal(news.report.variable[0], "PGHOST=/work/postgresql");
	assert_string_equal(news.report.variable[1], "EMPTY=");
	assert_null(news.report.variable[2]);
	assert_int_equal(news.report.error.kind, ERROR_TARGET);
	assert_string_equal(news.report.error.message, "no room");
	restore_report_release(&news.report);
	restore_report_release(&r);
	buf_release(&text);
}

static void what_is_no_news_is_refused(void **state)
{
	static const char too_many_variables[] =
		"{\"report\":true,\"variables\":[\"A=\",\"A=\",\"A=\",\"A=\",\"A=\",\"A=\",\"A=\","
		"\"A=\",\"A=\"]}";
	static const char *const lines[] = {
		"",
		"hello",
		"[]",
		"{\"phase\":17}",
		"{\"phase\":-1}",
		"{\"phase\":1,\"done\":\"many\"}",
		"{\"report\":true,\"checks\":[{\"name\":\"nonsense\",\"verdict\":\"pass\"}]}",
		"{\"report\":true,\"checks\":[{\"name\":\"restored\",\"verdict\":\"great\"}]}",
		"{\"report\":true,\"checks\":7}",
		"{\"report\":true,\"parts\":[{\"facts\":{\"tables\":[{\"rows\":-1}]}}]}",
		"{\"report\":true,\"server_ns\":-5}",
		"{\"report\":true}{\"report\":true}",
		"{\"report\":true,\"variables\":[7]}",
		"{\"report\":true,\"variables\":[\"PATH\"]}",
		"{\"report\":true,\"variables\":[\"=a\"]}",
		"{\"report\":true,\"variables\":[\"a=b\"]}",
		"{\"report\":true,\"variables\":[\"A=b\\nc\"]}",
		"{\"report\":true,\"variables\":[\"A=\\u001b[2J\"]}",
		too_many_variables,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct restore_news news = { 0 };
		struct error err = ERROR_INIT;
		struct span line = { (const uint8_t *)lines[i], strlen(lines[i]) };

		if (restore_news_parse(line, 1, &news, &err) == 0)
			fail_msg("accepted: %s", lines[i]);
		assert_int_not_equal(err.kind, ERROR_NONE);
		restore_report_release(&news.report);
	}
}

/* A sandbox cannot pass what it says off as the backup's, nor say more than it was asked. */
static void facts_are_the_restored_side_s_and_of_no_more_parts_than_were_ordered(void **state)
{
	static const char line[] =
		"{\"report\":true,\"parts\":[{\"facts\":{\"side\":\"source\",\"tables\":"
		"[{\"schema\":\"s\",\"name\":\"t\",\"rows\":1}]}},{\"facts\":{\"side\":\"backup\"}}"
		","
		"{\"facts\":{\"side\":\"backup\"}}]}";
	struct restore_news news = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(
		restore_news_parse((struct span){ (const uint8_t *)line, sizeof(line) - 1 }, 2,
				   &news, &err),
		0);
	assert_int_equal(news.report.restored.part_count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(news.report.restored.part[i].facts.side, FACTS_RESTORED);
	restore_report_release(&news.report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_arrives_as_it_was_given),
		cmocka_unit_test(progress_arrives_in_one_short_line),
		cmocka_unit_test(a_report_arrives_as_it_was_made),
		cmocka_unit_test(what_is_no_news_is_refused),
		cmocka_unit_test(
			facts_are_the_restored_side_s_and_of_no_more_parts_than_were_ordered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
