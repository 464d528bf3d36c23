/* SPDX-License-Identifier: Apache-2.0 */
/* The RDB reader over snapshots that a Redis 7.0 wrote (tools/make-rdb-fixtures.sh). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/redis/rdb.h"
#include "rdb_bytes.h"
#include "reading.h"

static void read_whole(const char *name, struct reading *out)
{
	struct buf bytes = { 0 };
	struct error err = ERROR_INIT;

	rdb_bytes_fixture(&bytes, name);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&bytes), bytes.len, out, &err), 0);
	buf_release(&bytes);
}

static void assert_keyspace(const struct reading *r, const char *database, const char *type,
			    uint64_t keys, uint64_t expires)
{
	const struct fact *f = facts_find(&r->facts, FACT_KEYSPACE, database, type);

	assert_non_null(f);
	assert_int_equal(f->known & (MEASURE_COUNT | MEASURE_EXPIRES),
			 MEASURE_COUNT | MEASURE_EXPIRES);
	assert_int_equal(f->count, keys);
	assert_int_equal(f->expires, expires);
}

static void assert_database(const struct reading *r, const char *database, uint64_t keys,
			    uint64_t expires)
{
	const struct fact *f = facts_find(&r->facts, FACT_DATABASE, "", database);

	assert_non_null(f);
	assert_int_equal(f->count, keys);
	assert_int_equal(f->expires, expires);
}

static void keys_are_counted_per_database_and_type(void **state)
{
	struct reading r = { 0 };

	(void)state;
	read_whole("all.rdb", &r);
	assert_int_equal(findings_verdict(&r.findings), VERDICT_PASS);
	assert_true(r.finished);
	assert_database(&r, "0", 10, 2);
	assert_database(&r, "3", 2, 1);
	assert_database(&r, "15", 1, 1);
	assert_keyspace(&r, "0", "string", 3, 1);
	assert_keyspace(&r, "0", "list", 1, 1);
	assert_keyspace(&r, "0", "set", 2, 0);
	assert_keyspace(&r, "0", "zset", 1, 0);
	assert_keyspace(&r, "0", "hash", 1, 0);
	assert_keyspace(&r, "0", "stream", 2, 0);
	assert_keyspace(&r, "3", "string", 2, 1);
	assert_keyspace(&r, "15", "hash", 1, 1);
	assert_null(facts_find(&r.facts, FACT_DATABASE, "", "1"));
	reading_release(&r);
}

static void bytes_are_those_of_keys_and_elements(void **state)
{
	struct reading r = { 0 };
	const struct fact *f;

	(void)state;
	read_whole("all.rdb", &r);
	f = facts_find(&r.facts, FACT_KEYSPACE, "3", "string");
	assert_int_equal(f->known & MEASURE_BYTES, MEASURE_BYTES);
	assert_int_equal(f->bytes, strlen("a") + strlen("1") + strlen("b") + strlen("2"));
	f = facts_find(&r.facts, FACT_KEYSPACE, "15", "hash");
	assert_int_equal(f->bytes, strlen("h") + strlen("f") + strlen("v"));
	f = facts_find(&r.facts, FACT_KEYSPACE, "0", "stream");
	/* names of two keys; fields and values of three entries; names of groups and consumers */
	assert_int_equal(f->bytes, strlen("t:log"
					  "t:none") +
					   strlen("field"
						  "a"
						  "other"
						  "b"
						  "different"
						  "e") +
					   strlen("field"
						  "f"
						  "other"
						  "g") +
					   strlen("g1"
						  "g2"
						  "g") +
					   strlen("alice"
						  "bob"
						  "idle"));
	reading_release(&r);
}

static void the_header_and_aux_fields_become_settings(void **state)
{
	struct reading r = { 0 };
	const struct fact *f;

	(void)state;
	read_whole("all.rdb", &r);
	assert_string_equal(facts_find(&r.facts, FACT_SETTING, "", "rdb-version")->value, "10");
	assert_non_null(strchr(facts_find(&r.facts, FACT_SETTING, "", "redis-ver")->value, '.'));
	assert_string_equal(facts_find(&r.facts, FACT_SETTING, "", "functions")->value, "1");
	f = facts_find(&r.facts, FACT_SETTING, "", "ctime");
	assert_non_null(f);
	assert_true(r.content_time_ns == strtoll(f->value, NULL, 10) * INT64_C(1000000000));
	assert_true(r.content_time_ns > 0);
	assert_false(r.local_time);
	reading_release(&r);
}

static void the_same_data_in_other_encodings_has_the_same_facts(void **state)
{
	static const char *const types[] = { "string", "list", "set", "zset", "hash" };
	struct reading packed = { 0 }, general = { 0 };

	(void)state;
	read_whole("packed.rdb", &packed);
	read_whole("general.rdb", &general);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		const struct fact *a = facts_find(&packed.facts, FACT_KEYSPACE, "0", types[i]);
		const struct fact *b = facts_find(&general.facts, FACT_KEYSPACE, "0", types[i]);
		char x[FINGERPRINT_TEXT_SIZE], y[FINGERPRINT_TEXT_SIZE];

		assert_non_null(a);
		assert_non_null(b);
		assert_int_equal(a->known & MEASURE_FINGERPRINT, MEASURE_FINGERPRINT);
		assert_int_equal(a->count, b->count);
		assert_int_equal(a->bytes, b->bytes);
		assert_string_equal(fingerprint_format(a->fingerprint, x),
				    fingerprint_format(b->fingerprint, y));
	}
	reading_release(&packed);
	reading_release(&general);
}

static void a_checksum_that_is_switched_off_is_told(void **state)
{
	struct reading r = { 0 };

	(void)state;
	read_whole("no-checksum.rdb", &r);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_NO_CHECKSUM);
	assert_int_equal(findings_verdict(&r.findings), VERDICT_WARN);
	reading_release(&r);
}

static void a_snapshot_of_nothing_passes(void **state)
{
	struct reading r = { 0 };
	bool known;

	(void)state;
	read_whole("empty.rdb", &r);
	assert_int_equal(findings_verdict(&r.findings), VERDICT_PASS);
	assert_int_equal(facts_total(&r.facts, FACT_DATABASE, &known), 0);
	reading_release(&r);
}

static void bytes_after_the_end_are_told_with_their_place(void **state)
{
	struct buf bytes = { 0 };
	struct reading r = { 0 };
	struct error err = ERROR_INIT;
	size_t end;

	(void)state;
	rdb_bytes_fixture(&bytes, "one.rdb");
	end = bytes.len;
	rdb_bytes_add(&bytes, "0123456789", 10);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&bytes), 7, &r, &err), 0);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_TRAILING_DATA);
	assert_int_equal(r.findings.item[0].offset, end);
	assert_non_null(strstr(r.findings.item[0].message, "10 bytes"));
	reading_release(&r);
	buf_release(&bytes);
}

static void the_format_is_recognised_by_its_head(void **state)
{
	(void)state;
	assert_true(rdb_reader.matches(text_span("REDIS0010\xfa")));
	assert_false(rdb_reader.matches(text_span("REDIS")));
	assert_false(rdb_reader.matches(text_span("REDISTRIBUTE")));
	assert_false(rdb_reader.matches(text_span("PGDMP")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_counted_per_database_and_type),
		cmocka_unit_test(bytes_are_those_of_keys_and_elements),
		cmocka_unit_test(the_header_and_aux_fields_become_settings),
		cmocka_unit_test(the_same_data_in_other_encodings_has_the_same_facts),
		cmocka_unit_test(a_checksum_that_is_switched_off_is_told),
		cmocka_unit_test(a_snapshot_of_nothing_passes),
		cmocka_unit_test(bytes_after_the_end_are_told_with_their_place),
		cmocka_unit_test(the_format_is_recognised_by_its_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
