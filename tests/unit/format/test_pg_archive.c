/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../failing_malloc.h"
#include "archive_fixture.h"
#include "archive_layout.h"
#include "base/clock.h"
#include "format/row_hash.h"

static bool has_finding(const struct reading *r, enum finding_code code)
{
	for (size_t i = 0; i < r->findings.count; i++) {
		if (r->findings.item[i].code == code)
			return true;
	}
	return false;
}

/* The bytes lead to that finding and do not pass. */
static void expect_finding(const struct buf *bytes, enum finding_code code)
{
	struct reading r = read_whole(buf_span(bytes));

	if (!has_finding(&r, code))
		fail_msg("no %s, but %s", finding_id(code),
			 r.findings.count ? r.findings.item[0].message : "nothing");
	assert_true(findings_verdict(&r.findings) >= VERDICT_ERROR);
	reading_release(&r);
}

static const struct fact *table(const struct reading *r, const char *schema, const char *name)
{
	const struct fact *fact = facts_find(&r->facts, FACT_TABLE, schema, name);

	assert_non_null(fact);
	assert_int_equal(fact->known, MEASURE_COUNT | MEASURE_BYTES | MEASURE_FINGERPRINT);
	return fact;
}

static const char *value(const struct reading *r, enum fact_kind kind, const char *scope,
			 const char *name)
{
	const struct fact *fact = facts_find(&r->facts, kind, scope, name);

	assert_non_null(fact);
	assert_int_equal(fact->known, MEASURE_VALUE);
	return fact->value;
}

static uint64_t schema_objects(const struct reading *r, const char *kind)
{
	const struct fact *fact = facts_find(&r->facts, FACT_SCHEMA_OBJECTS, "", kind);

	return fact ? fact->count : 0;
}

static void expect_tables(const struct reading *r)
{
	struct row_sum part = { 0 };
	const struct fact *part_2;

	assert_int_equal(table(r, "public", "plain")->count, 40);
	assert_int_equal(table(r, "public", "empty")->count, 0);
	assert_int_equal(table(r, "public", "empty")->bytes, 0);
	assert_int_equal(table(r, "public", "bare")->count, 2);
	assert_int_equal(table(r, "public", "Größe")->count, 2);
	assert_int_equal(table(r, "odd schema", "dot.ted")->count, 2);
	assert_int_equal(table(r, "odd schema", "new\nline")->count, 1);
	assert_int_equal(table(r, "public", "part_1")->count, 10);
	assert_null(facts_find(&r->facts, FACT_TABLE, "public", "part"));
	for (int i = 14; i >= 10; i--) {
		char row[32];
		int len = snprintf(row, sizeof(row), "%d\tv%d", i, i);

		row_sum_add(&part, (struct span){ (const uint8_t *)row, (size_t)len });
	}
	part_2 = table(r, "public", "part_2");
	assert_int_equal(part_2->count, 5);
	assert_int_equal(part_2->bytes, part.bytes);
	assert_memory_equal(&part_2->fingerprint, &part.fingerprint, sizeof(part.fingerprint));
}

static void expect_large_objects(const struct reading *r)
{
	const struct fact *fact = facts_find(&r->facts, FACT_LARGE_OBJECTS, "", "");
	struct row_sum sum = { 0 };
	uint8_t third[3 + 6000] = "18:";

	assert_non_null(fact);
	for (size_t i = 0; i < 6000; i++)
		third[3 + i] = i % 2 ? 0xff : 0x00;
	row_sum_add(&sum, text_span("4000000001:first"));
	row_sum_add(&sum, text_span("17:"));
	row_sum_add(&sum, (struct span){ third, sizeof(third) });
	assert_int_equal(fact->count, 3);
	assert_int_equal(fact->bytes, 6005);
	assert_memory_equal(&fact->fingerprint, &sum.fingerprint, sizeof(sum.fingerprint));
}

static void facts_are_what_the_server_held(void **state)
{
	const char *const names[] = { "stored", "stored-piped", "zlib" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf bytes = fixture(names[i]);
		struct reading r = read_whole(buf_span(&bytes));

		assert_int_equal(r.findings.count, 0);
		assert_true(r.finished);
		assert_int_equal(r.format, FORMAT_PG_ARCHIVE);
		expect_tables(&r);
		expect_large_objects(&r);
		assert_string_equal(value(&r, FACT_SEQUENCE, "public", "counted"), "42,true");
		assert_string_equal(value(&r, FACT_SEQUENCE, "odd schema", "it's"), "-7,false");
		assert_string_equal(value(&r, FACT_SETTING, "", "encoding"), "UTF8");
		assert_string_equal(value(&r, FACT_SETTING, "", "database"), "fixture");
		assert_string_equal(value(&r, FACT_SETTING, "", "archive_version"), "1.14");
		assert_non_null(facts_find(&r.facts, FACT_ROLE, "", "owner"));
		assert_int_equal(schema_objects(&r, "TABLE"), 9);
		assert_int_equal(schema_objects(&r, "CONSTRAINT"), 1);
		assert_int_equal(schema_objects(&r, "MATERIALIZED VIEW"), 1);
		assert_int_equal(schema_objects(&r, "TABLE DATA"), 0);
		assert_true(r.local_time);
		assert_true(r.content_time_ns > INT64_C(1700000000) * NS_PER_SECOND);
		reading_release(&r);
		buf_release(&bytes);
	}
}

static void archives_without_copy_text_are_sound(void **state)
{
	struct buf schema = fixture("schema-only"), inserts = fixture("inserts");
	struct reading r = read_whole(buf_span(&schema));

	(void)state;
	assert_int_equal(r.findings.count, 0);
	assert_true(r.finished);
	assert_int_equal(schema_objects(&r, "TABLE"), 9);
	reading_release(&r);
	r = read_whole(buf_span(&inserts));
	assert_int_equal(r.findings.count, 0);
	assert_int_equal(facts_find(&r.facts, FACT_TABLE, "public", "plain")->known, MEASURE_COUNT);
	assert_int_equal(facts_find(&r.facts, FACT_TABLE, "public", "plain")->count, 40);
	reading_release(&r);
	buf_release(&schema);
	buf_release(&inserts);
}

static void archives_of_a_newer_pg_dump_hold_the_same(void **state)
{
	const char *const names[] = { "fixture-17", "fixture-17-zlib", "fixture-18",
				      "fixture-18-zlib" };
	struct buf older = fixture("stored");
	struct reading r = read_whole(buf_span(&older));

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf bytes = fixture(names[i]);
		struct reading newer = read_whole(buf_span(&bytes));

		assert_int_equal(newer.findings.count, 0);
		assert_true(newer.finished);
		expect_tables(&newer);
		expect_large_objects(&newer);
		assert_string_equal(value(&newer, FACT_SETTING, "", "archive_version"), "1.16");
		for (size_t k = 0; k < r.facts.count; k++) {
			const struct fact *a = &r.facts.item[k];
			const struct fact *b = facts_find(&newer.facts, a->kind, a->scope, a->name);

			if (a->kind != FACT_TABLE)
				continue;
			assert_non_null(b);
			assert_memory_equal(&a->fingerprint, &b->fingerprint,
					    sizeof(a->fingerprint));
		}
		reading_release(&newer);
		buf_release(&bytes);
	}
	reading_release(&r);
	buf_release(&older);
}

static const char *const fixtures[] = { "stored",     "stored-piped", "zlib", "schema-only",
					"small-zlib", "inserts",      "small" };
enum { FIXTURES = sizeof(fixtures) / sizeof(fixtures[0]) };

static void blocks_of_any_size_give_the_same_reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIXTURES; i++) {
		struct buf bytes = fixture(fixtures[i]);
		struct reading whole = read_whole(buf_span(&bytes));
		const size_t sizes[] = { 1, 2, 7, 251, 4093 };

		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			struct reading r = { 0 };
			struct error err = ERROR_INIT;

			assert_int_equal(read_bytes(&pg_archive_reader, buf_span(&bytes), sizes[j],
						    &r, &err),
					 0);
			assert_true(same_reading(&whole, &r));
			reading_release(&r);
		}
		reading_release(&whole);
		buf_release(&bytes);
	}
}

/* The table of contents of `from` and then the given blocks. */
static struct buf with_blocks(const struct buf *from, const struct layout *l, const size_t *blocks,
			      size_t count)
{
	struct buf out = { 0 };

	assert_int_equal(buf_append(&out, from->ptr, l->toc_end), 0);
	for (size_t i = 0; i < count; i++) {
		size_t start = l->block[blocks[i]].start, end = l->block[blocks[i]].end;

		assert_int_equal(buf_append(&out, from->ptr + start, end - start), 0);
	}
	return out;
}

static void expect_blocks(const struct buf *from, const struct layout *l, const size_t *blocks,
			  size_t count, enum finding_code code)
{
	struct buf bytes = with_blocks(from, l, blocks, count);

	expect_finding(&bytes, code);
	buf_release(&bytes);
}

/* One of the archive's blocks is left out, comes twice, or changes places with its neighbour. */
static void shuffle_block(const struct buf *bytes, const struct layout *l, size_t which)
{
	size_t order[LAYOUT_BLOCKS + 1], n = 0;

	for (size_t i = 0; i < l->blocks; i++) {
		if (i != which)
			order[n++] = i;
	}
	expect_blocks(bytes, l, order, n, FINDING_MISSING_BLOCK);
	for (size_t i = n = 0; i < l->blocks; i++) {
		order[n++] = i;
		if (i == which)
			order[n++] = i;
	}
	expect_blocks(bytes, l, order, n, FINDING_REPEATED_BLOCK);
	if (which == 0)
		return;
	for (size_t i = 0; i < l->blocks; i++)
		order[i] = i;
	order[which] = which - 1;
	order[which - 1] = which;
	expect_blocks(bytes, l, order, l->blocks, FINDING_BAD_STRUCTURE);
}

static void blocks_dropped_repeated_or_swapped_are_found(void **state)
{
	const char *const names[] = { "stored", "stored-piped", "zlib" };
	static struct layout l;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf bytes = fixture(names[i]);

		assert_true(layout_walk(&l, buf_span(&bytes)));
		assert_int_equal(l.blocks, 9);
		for (size_t which = 0; which < l.blocks; which++)
			shuffle_block(&bytes, &l, which);
		buf_release(&bytes);
	}
}

static void put_int(struct buf *bytes, size_t at, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		bytes->ptr[at + 1 + i] = (char)(value >> 8 * i);
}

static void wrong_numbers_are_named(void **state)
{
	static struct layout l;
	struct buf sound = fixture("small");
	size_t id, length;

	(void)state;
	assert_true(layout_walk(&l, buf_span(&sound)));
	id = l.block[0].start + 1;
	length = id + 5;
	{
		const struct {
			size_t at;
			uint32_t value;
			enum finding_code code;
		} rows[] = {
			{ id, 1000000, FINDING_UNEXPECTED_BLOCK }, /* in no entry */
			{ id, 0, FINDING_BAD_STRUCTURE },
			{ length, 0xffffffff, FINDING_BAD_LENGTH },
			{ length, 0x40000001, FINDING_BAD_LENGTH },
			{ length, 0x40000000, FINDING_TRUNCATED },
		};

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct buf bytes = fixture("small");

			put_int(&bytes, rows[i].at, rows[i].value);
			expect_finding(&bytes, rows[i].code);
			buf_release(&bytes);
		}
	}
	sound.ptr[length] = 1; /* a negative length */
	expect_finding(&sound, FINDING_BAD_LENGTH);
	buf_release(&sound);
}

static void headers_that_cannot_be_read_are_errors_not_failures(void **state)
{
	const struct {
		size_t at;
		char byte;
		enum verdict verdict;
	} rows[] = {
		{ 0, 'Q', VERDICT_FAIL }, /* magic */
		{ 5, 2, VERDICT_ERROR },  /* version */
		{ 6, 11, VERDICT_ERROR }, { 6, 17, VERDICT_ERROR },
		{ 8, 8, VERDICT_ERROR },  /* size of integers */
		{ 9, 2, VERDICT_ERROR },  /* size of offsets */
		{ 10, 3, VERDICT_ERROR }, /* format */
		{ 12, 10, VERDICT_FAIL }, /* compression level */
		{ 11, 2, VERDICT_FAIL },  /* its sign */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf bytes = fixture("small");

		bytes.ptr[rows[i].at] = rows[i].byte;
		assert_int_equal(verdict_of(&pg_archive_reader, buf_span(&bytes)), rows[i].verdict);
		buf_release(&bytes);
	}
}

static void the_head_is_recognised(void **state)
{
	(void)state;
	assert_true(pg_archive_reader.matches(text_span("PGDMP\1\16")));
	assert_false(pg_archive_reader.matches(text_span("PGDM")));
	assert_false(pg_archive_reader.matches(text_span("")));
}

static void any_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
	struct buf bytes;
	bool passed = false;

	(void)state;
	if (!failing_malloc_works)
		skip(); /* the sanitizer has its own allocator */
	bytes = fixture("zlib");
	for (long k = 0; !passed; k++) {
		struct reading r = { 0 };
		struct error err = ERROR_INIT;
		long live = allocations_live;
		int rc;

		allocations_left = k;
		rc = read_bytes(&pg_archive_reader, buf_span(&bytes), 5000, &r, &err);
		passed = allocations_left >= 0;
		allocations_left = -1;
		if (!passed)
			assert_int_equal(rc, -1);
		if (rc < 0 && err.kind != ERROR_NONE)
			assert_int_equal(err.kind, ERROR_NOMEM);
		reading_release(&r);
		assert_int_equal(allocations_live, live);
	}
	buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_what_the_server_held),
		cmocka_unit_test(archives_without_copy_text_are_sound),
		cmocka_unit_test(archives_of_a_newer_pg_dump_hold_the_same),
		cmocka_unit_test(blocks_of_any_size_give_the_same_reading),
		cmocka_unit_test(blocks_dropped_repeated_or_swapped_are_found),
		cmocka_unit_test(wrong_numbers_are_named),
		cmocka_unit_test(headers_that_cannot_be_read_are_errors_not_failures),
		cmocka_unit_test(the_head_is_recognised),
		cmocka_unit_test(any_failing_allocation_is_an_error_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
