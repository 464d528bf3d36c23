/* SPDX-License-Identifier: Apache-2.0 */
/* The RDB reader over snapshots put together byte by byte: old encodings, and broken ones. */
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

/* A value as it follows its key; a string literal that may hold NUL. */
struct value {
	const char *what;
	uint8_t type;
	const char *bytes;
	size_t len;
};
#define VALUE(what, type, literal)                                                                 \
	{                                                                                          \
		what, type, literal, sizeof(literal) - 1                                           \
	}

enum { STRING, LIST, SET, ZSET_1, HASH, ZSET_2 };
enum { MODULE_1 = 6, MODULE_2, UNKNOWN, ZIPMAP, LIST_ZIPLIST, INTSET, ZSET_ZIPLIST, HASH_ZIPLIST };
enum { QUICKLIST_1 = 14, STREAM_1, HASH_LISTPACK, ZSET_LISTPACK, QUICKLIST_2, STREAM_2 };
enum { SET_LISTPACK = 20, STREAM_3 };

/* Reads a snapshot of one key "k" with that value. */
static void read_value(const struct value *v, size_t block, struct reading *out)
{
	struct buf b = { 0 };
	struct error err = ERROR_INIT;

	rdb_bytes_begin(&b);
	rdb_bytes_byte(&b, v->type);
	ADD_STRING(&b, "k");
	rdb_bytes_add(&b, v->bytes, v->len);
	rdb_bytes_end(&b);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), block ? block : b.len, out, &err),
			 0);
	buf_release(&b);
}

static void assert_same_content(const struct value *a, const struct value *b)
{
	struct reading x = { 0 }, y = { 0 };

	read_value(a, 0, &x);
	read_value(b, 0, &y);
	if (x.findings.count || y.findings.count)
		fail_msg("%s, %s: %s", a->what, b->what,
			 (x.findings.count ? x : y).findings.item[0].message);
	if (!same_facts(&x.facts, &y.facts))
		fail_msg("%s is not %s", a->what, b->what);
	reading_release(&x);
	reading_release(&y);
}

static void integers_and_compressed_strings_are_their_text(void **state)
{
	static const struct value pairs[][2] = {
		{ VALUE("8 bits", STRING, "\xc0\xfb"), VALUE("text", STRING, "\x02-5") },
		{ VALUE("16 bits", STRING, "\xc1\x00\x80"), VALUE("text", STRING, "\x06-32768") },
		{ VALUE("32 bits", STRING, "\xc2\xff\xff\xff\x7f"), VALUE("text", STRING,
									  "\x0a"
									  "2147483647") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_same_content(&pairs[i][0], &pairs[i][1]);
}

static void a_compressed_string_is_what_it_decodes_to(void **state)
{
	static const struct value lzf = VALUE("LZF", STRING,
					      "\xc3\x05\x0d\x00"
					      "a\xe0\x03\x00"),
				  raw = VALUE("raw", STRING,
					      "\x0d"
					      "aaaaaaaaaaaaa");

	(void)state;
	assert_same_content(&lzf, &raw);
}

static void lists_of_all_encodings_are_the_same(void **state)
{
#define ZIPLIST  "\x10\x00\x00\x00\x0d\x00\x00\x00\x02\x00\x00\x01\x61\x03\xfd\xff"
#define LISTPACK "\x0c\x00\x00\x00\x02\x00\x81\x61\x02\x0c\x01\xff"
	static const struct value plain = VALUE("list", LIST,
						"\x02\x01\x61\x02"
						"12");
	static const struct value others[] = {
		VALUE("list of integers", LIST, "\x02\x01\x61\xc0\x0c"),
		VALUE("ziplist", LIST_ZIPLIST, "\x10" ZIPLIST),
		VALUE("quicklist", QUICKLIST_1, "\x01\x10" ZIPLIST),
		VALUE("quicklist 2", QUICKLIST_2, "\x01\x02\x0c" LISTPACK),
		VALUE("plain nodes", QUICKLIST_2, "\x02\x01\x01\x61\x01\xc0\x0c"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_same_content(&plain, &others[i]);
}

static void the_order_of_a_list_matters(void **state)
{
	static const struct value ab = VALUE("a b", LIST, "\x02\x01\x61\x01\x62"),
				  ba = VALUE("b a", LIST, "\x02\x01\x62\x01\x61");
	struct reading x = { 0 }, y = { 0 };

	(void)state;
	read_value(&ab, 0, &x);
	read_value(&ba, 0, &y);
	assert_false(same_reading(&x, &y));
	reading_release(&x);
	reading_release(&y);
}

static void the_order_of_a_set_does_not(void **state)
{
	static const struct value ab = VALUE("a b", SET, "\x02\x01\x61\x01\x62"),
				  ba = VALUE("b a", SET, "\x02\x01\x62\x01\x61");

	(void)state;
	assert_same_content(&ab, &ba);
}

static void sets_hashes_and_sorted_sets_of_all_encodings_are_the_same(void **state)
{
	static const struct value pairs[][2] = {
		{ VALUE("set", SET,
			"\x02\x01\x61\x02"
			"12"),
		  VALUE("listpack", SET_LISTPACK, "\x0c" LISTPACK) },
		{ VALUE("set", SET, "\x02\xc0\xff\xc1\x00\x01"),
		  VALUE("intset", INTSET, "\x0c\x02\x00\x00\x00\x02\x00\x00\x00\xff\xff\x00\x01") },
		{ VALUE("hash", HASH,
			"\x01\x01\x61\x02"
			"12"),
		  VALUE("ziplist", HASH_ZIPLIST, "\x10" ZIPLIST) },
		{ VALUE("hash", HASH,
			"\x01\x01\x61\x02"
			"12"),
		  VALUE("listpack", HASH_LISTPACK, "\x0c" LISTPACK) },
		{ VALUE("hash", HASH,
			"\x01\x01\x61\x02"
			"12"),
		  VALUE("zipmap", ZIPMAP,
			"\x09\x01\x01\x61\x02\x01"
			"12\x00\xff" /* one unused byte */) },
		{ VALUE("zset", ZSET_2, "\x01\x01\x61\x00\x00\x00\x00\x00\x00\x28\x40"),
		  VALUE("ziplist", ZSET_ZIPLIST, "\x10" ZIPLIST) },
		{ VALUE("zset", ZSET_2, "\x01\x01\x61\x00\x00\x00\x00\x00\x00\x28\x40"),
		  VALUE("listpack", ZSET_LISTPACK, "\x0c" LISTPACK) },
		{ VALUE("zset", ZSET_2, "\x01\x01\x61\x00\x00\x00\x00\x00\x00\x28\x40"),
		  VALUE("text scores", ZSET_1, "\x01\x01\x61\x04\x31\x32\x2e\x30") },
		{ VALUE("zset", ZSET_2, "\x01\x01\x61\x00\x00\x00\x00\x00\x00\xf0\x7f"),
		  VALUE("infinity", ZSET_1, "\x01\x01\x61\xfe") },
		{ VALUE("zset", ZSET_2, "\x01\x01\x61\x00\x00\x00\x00\x00\x00\xf0\xff"),
		  VALUE("minus infinity", ZSET_1, "\x01\x01\x61\xff") },
		{ VALUE("zero", ZSET_2, "\x01\x01\x61\x00\x00\x00\x00\x00\x00\x00\x00"),
		  VALUE("minus zero", ZSET_2, "\x01\x01\x61\x00\x00\x00\x00\x00\x00\x00\x80") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_same_content(&pairs[i][0], &pairs[i][1]);
}

/* No nodes; the numbers of an empty stream; one group with one pending entry and one consumer. */
#define PENDING_ID "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01"
#define GROUP      "\x01\x01g\x00\x00"
#define EIGHT      "\x00\x00\x00\x00\x00\x00\x00\x00"

static void streams_and_modules_of_every_version_are_walked(void **state)
{
	static const struct value values[] = {
		VALUE("stream 1", STREAM_1,
		      "\x00\x00\x00\x00" GROUP "\x01" PENDING_ID EIGHT "\x01\x01\x01"
		      "c" EIGHT "\x01" PENDING_ID),
		VALUE("stream 2", STREAM_2,
		      "\x00\x00\x00\x00\x00\x00\x00\x00\x00" GROUP "\x00\x01" PENDING_ID EIGHT
		      "\x01\x01\x01"
		      "c" EIGHT "\x01" PENDING_ID),
		VALUE("stream 3", STREAM_3,
		      "\x00\x00\x00\x00\x00\x00\x00\x00\x00" GROUP "\x00\x01" PENDING_ID EIGHT
		      "\x01\x01\x01"
		      "c" EIGHT EIGHT "\x01" PENDING_ID),
		VALUE("module", MODULE_2,
		      "\x81" EIGHT "\x01\x05\x02\x07\x03\x00\x00\x80\x3f\x04" EIGHT "\x05\x03"
		      "abc\x00"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct reading r = { 0 };
		const char *type = values[i].type == MODULE_2 ? "module" : "stream";

		read_value(&values[i], 0, &r);
		if (r.findings.count)
			fail_msg("%s: %s", values[i].what, r.findings.item[0].message);
		assert_int_equal(facts_find(&r.facts, FACT_KEYSPACE, "0", type)->count, 1);
		reading_release(&r);
	}
}

static void what_is_wrong_with_a_value_is_found_however_it_is_cut(void **state)
{
#define LP(size, rest) "\x0c" size "\x00\x00\x00" rest
	static const struct {
		struct value value;
		enum finding_code code;
	} rows[] = {
		{ VALUE("unknown type", UNKNOWN, "\x00"), FINDING_BAD_STRUCTURE },
		{ VALUE("unknown opcode", 200, "\x00"), FINDING_BAD_STRUCTURE },
		{ VALUE("old module", MODULE_1, "\x00"), FINDING_UNSUPPORTED },
		{ VALUE("old functions", 246, "\x00"), FINDING_UNSUPPORTED },
		{ VALUE("unknown string encoding", STRING, "\xc4"), FINDING_BAD_STRUCTURE },
		{ VALUE("unknown length", STRING, "\x82"), FINDING_BAD_LENGTH },
		{ VALUE("encoding as a length", LIST, "\xc0\x01"), FINDING_BAD_LENGTH },
		{ VALUE("absurd length", STRING, "\x81\x7f\xff\xff\xff\xff\xff\xff\xff"),
		  FINDING_BAD_LENGTH },
		{ VALUE("LZF of nothing", STRING, "\xc3\x00\x05"), FINDING_BAD_LENGTH },
		{ VALUE("LZF to too much", STRING, "\xc3\x02\x7f\xff"), FINDING_BAD_LENGTH },
		{ VALUE("LZF too short", STRING,
			"\xc3\x02\x05\x00"
			"a"),
		  FINDING_BAD_COMPRESSION },
		{ VALUE("LZF too long", STRING,
			"\xc3\x03\x01\x01"
			"ab"),
		  FINDING_BAD_COMPRESSION },
		{ VALUE("LZF cut short", STRING,
			"\xc3\x02\x01\x01"
			"a"),
		  FINDING_BAD_COMPRESSION },
		{ VALUE("LZF from before", STRING,
			"\xc3\x04\x04\x00"
			"a\x20\x01"),
		  FINDING_BAD_COMPRESSION },
		{ VALUE("empty list", LIST, "\x00"), FINDING_RISKY },
		{ VALUE("empty listpack", HASH_LISTPACK, "\x07\x07\x00\x00\x00\x00\x00\xff"),
		  FINDING_RISKY },
		{ VALUE("listpack size", SET_LISTPACK,
			LP("\x0d", "\x02\x00\x81\x61\x02\x0c\x01\xff")),
		  FINDING_LENGTH_MISMATCH },
		{ VALUE("listpack count", SET_LISTPACK,
			LP("\x0c", "\x03\x00\x81\x61\x02\x0c\x01\xff")),
		  FINDING_LENGTH_MISMATCH },
		{ VALUE("listpack back length", SET_LISTPACK,
			LP("\x0c", "\x02\x00\x81\x61\x03\x0c\x01\xff")),
		  FINDING_LENGTH_MISMATCH },
		{ VALUE("listpack encoding", SET_LISTPACK,
			LP("\x0c", "\x02\x00\x81\x61\x02\xf5\x01\xff")),
		  FINDING_BAD_STRUCTURE },
		{ VALUE("listpack entry past the end", SET_LISTPACK,
			LP("\x0c", "\x02\x00\x81\x61\x02\x8c\x01\xff")),
		  FINDING_BAD_LENGTH },
		{ VALUE("listpack end early", SET_LISTPACK,
			LP("\x0c", "\x01\x00\x81\x61\x02\xff\x01\xff")),
		  FINDING_BAD_LENGTH },
		{ VALUE("listpack without end", SET_LISTPACK,
			LP("\x0c", "\x03\x00\x81\x61\x02\x0c\x01\x0c")),
		  FINDING_BAD_LENGTH },
		{ VALUE("listpack that is a number", SET_LISTPACK, "\xc0\x05"),
		  FINDING_BAD_LENGTH },
		{ VALUE("odd pairs", HASH_LISTPACK, "\x0a\x0a\x00\x00\x00\x01\x00\x81\x61\x02\xff"),
		  FINDING_BAD_STRUCTURE },
		{ VALUE("ziplist tail", LIST_ZIPLIST,
			"\x10\x10\x00\x00\x00\x0c\x00\x00\x00\x02\x00\x00\x01\x61\x03\xfd\xff"),
		  FINDING_LENGTH_MISMATCH },
		{ VALUE("ziplist previous length", LIST_ZIPLIST,
			"\x10\x10\x00\x00\x00\x0d\x00\x00\x00\x02\x00\x00\x01\x61\x04\xfd\xff"),
		  FINDING_LENGTH_MISMATCH },
		{ VALUE("ziplist encoding", LIST_ZIPLIST,
			"\x10\x10\x00\x00\x00\x0d\x00\x00\x00\x02\x00\x00\x01\x61\x03\xff\xff"),
		  FINDING_BAD_STRUCTURE },
		{ VALUE("intset order", INTSET,
			"\x0c\x02\x00\x00\x00\x02\x00\x00\x00\x05\x00\x05\x00"),
		  FINDING_BAD_STRUCTURE },
		{ VALUE("intset width", INTSET,
			"\x0c\x03\x00\x00\x00\x02\x00\x00\x00\x05\x00\x06\x00"),
		  FINDING_BAD_STRUCTURE },
		{ VALUE("intset count", INTSET,
			"\x0c\x02\x00\x00\x00\x03\x00\x00\x00\x05\x00\x06\x00"),
		  FINDING_LENGTH_MISMATCH },
		{ VALUE("zipmap without value", ZIPMAP, "\x05\x01\x01\x61\xff\xff"),
		  FINDING_BAD_STRUCTURE },
		{ VALUE("score of letters", ZSET_1, "\x01\x01\x61\x03xyz"), FINDING_BAD_STRUCTURE },
		{ VALUE("score NaN", ZSET_1, "\x01\x01\x61\xfd"), FINDING_BAD_STRUCTURE },
		{ VALUE("binary NaN", ZSET_2, "\x01\x01\x61\x00\x00\x00\x00\x00\x00\xf8\x7f"),
		  FINDING_BAD_STRUCTURE },
		{ VALUE("list node container", QUICKLIST_2, "\x01\x03\x01\x61"),
		  FINDING_BAD_STRUCTURE },
		{ VALUE("stream node ID", STREAM_1,
			"\x01\x02"
			"ab"),
		  FINDING_BAD_LENGTH },
		{ VALUE("stream length", STREAM_1, "\x00\x05\x00\x00\x00"),
		  FINDING_LENGTH_MISMATCH },
		{ VALUE("pending entry of nobody", STREAM_1,
			"\x00\x00\x00\x00" GROUP "\x01" PENDING_ID EIGHT "\x01\x00"),
		  FINDING_LENGTH_MISMATCH },
		{ VALUE("pending entry of another ID", STREAM_1,
			"\x00\x00\x00\x00" GROUP "\x01" PENDING_ID EIGHT "\x01\x01\x01"
			"c" EIGHT "\x01" EIGHT EIGHT),
		  FINDING_BAD_REFERENCE },
		{ VALUE("module part", MODULE_2, "\x05\x06\x00"), FINDING_BAD_STRUCTURE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (size_t block = 0; block < 4; block++) {
			struct reading r = { 0 };

			read_value(&rows[i].value, block, &r);
			if (!r.findings.count)
				fail_msg("%s: nothing found", rows[i].value.what);
			if (r.findings.item[0].code != rows[i].code)
				fail_msg("%s: %s", rows[i].value.what, r.findings.item[0].message);
			assert_int_equal(r.findings.count, 1);
			assert_in_range(r.findings.item[0].offset, 9, 100);
			reading_release(&r);
		}
	}
}

static void a_finding_names_the_key_and_hides_control_characters(void **state)
{
	struct buf b = { 0 };
	struct reading r = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	rdb_bytes_begin(&b);
	rdb_bytes_byte(&b, SET_LISTPACK);
	ADD_STRING(&b, "user\n7");
	ADD(&b, "\xc0\x05");
	rdb_bytes_end(&b);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), b.len, &r, &err), 0);
	assert_non_null(strstr(r.findings.item[0].message, "'user?7'"));
	assert_int_equal(r.findings.item[0].offset, 9 + 1 + 7);
	reading_release(&r);
	buf_release(&b);
}

/* The findings of a header, the bytes after it being those of an empty snapshot. */
static void assert_header(const char *header, enum finding_code code)
{
	struct buf b = { 0 };
	struct reading r = { 0 };
	struct error err = ERROR_INIT;

	rdb_bytes_add(&b, header, strlen(header));
	rdb_bytes_end(&b);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), b.len, &r, &err), 0);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, code);
	reading_release(&r);
	buf_release(&b);
}

static void a_newer_or_foreign_version_is_not_guessed_at(void **state)
{
	(void)state;
	assert_header("REDIS0016", FINDING_UNSUPPORTED);
	assert_header("REDIS0080", FINDING_UNSUPPORTED);
	assert_header("REDIS9999", FINDING_UNSUPPORTED);
	assert_header("VALKEY081", FINDING_UNSUPPORTED);
	assert_header("VALKEY079", FINDING_UNSUPPORTED);
	assert_header("VALKEY012", FINDING_UNSUPPORTED);
	assert_header("VALKEY011", FINDING_BAD_STRUCTURE);
	assert_header("VALKEY000", FINDING_BAD_STRUCTURE);
	assert_header("VALKEY0x0", FINDING_BAD_MAGIC);
	assert_header("REDIS0000", FINDING_BAD_STRUCTURE);
	assert_header("REDIS00x0", FINDING_BAD_MAGIC);
	assert_header("REDUS0010", FINDING_BAD_MAGIC);
}

static void versions_before_5_end_without_a_checksum(void **state)
{
	struct reading r = { 0 };
	struct error err = ERROR_INIT;
	struct span bytes = text_span("REDIS0004\xff");

	(void)state;
	assert_int_equal(read_bytes(&rdb_reader, bytes, 3, &r, &err), 0);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_NO_CHECKSUM);
	assert_true(r.finished);
	reading_release(&r);
}

/* One key without an expiry in a database that is said to hold so many. */
static enum verdict verdict_of_hints(const char *header, unsigned keys, unsigned expires)
{
	struct buf b = { 0 };
	enum verdict v;

	rdb_bytes_add(&b, header, strlen(header));
	ADD(&b, "\xfe\x02\xfb");
	rdb_bytes_byte(&b, keys);
	rdb_bytes_byte(&b, expires);
	ADD(&b, "\x00\x01k\x01v");
	rdb_bytes_end(&b);
	v = verdict_of(&rdb_reader, buf_span(&b));
	buf_release(&b);
	return v;
}

static void a_database_holds_as_many_keys_as_it_says(void **state)
{
	(void)state;
	assert_int_equal(verdict_of_hints("REDIS0010", 1, 0), VERDICT_PASS);
	assert_int_equal(verdict_of_hints("REDIS0010", 2, 0), VERDICT_FAIL);
	assert_int_equal(verdict_of_hints("REDIS0010", 1, 1), VERDICT_FAIL);
	/* Redis 3.2 did not write expired keys, but counted them */
	assert_int_equal(verdict_of_hints("REDIS0007", 2, 1), VERDICT_PASS);
}

static void databases_are_bounded(void **state)
{
	struct buf b = { 0 };
	struct reading r = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	rdb_bytes_begin(&b);
	for (unsigned i = 0; i <= 16384; i++) {
		ADD(&b, "\xfe\x80\x00\x00");
		rdb_bytes_byte(&b, i >> 8);
		rdb_bytes_byte(&b, i & 0xff);
	}
	rdb_bytes_end(&b);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), 4096, &r, &err), 0);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_UNSUPPORTED);
	reading_release(&r);
	buf_release(&b);
}

static void module_data_outside_of_keys_is_walked(void **state)
{
	struct buf b = { 0 };

	(void)state;
	rdb_bytes_begin(&b);
	ADD(&b, "\xf7\x05\x02\x01\x05\x03"
		"abc\x01\x07\x00");
	rdb_bytes_end(&b);
	assert_int_equal(verdict_of(&rdb_reader, buf_span(&b)), VERDICT_PASS);
	buf_release(&b);
}

static void an_expiry_belongs_to_the_next_key_only(void **state)
{
	struct buf b = { 0 };
	struct reading r = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	rdb_bytes_begin(&b);
	ADD(&b, "\xfd\x00\x00\x00\x7f\x00\x01"
		"a\x01"
		"1");
	ADD(&b, "\xfc\x00\x00\x00\x7f\x00\x00\x00\x00\xf8\x05\xf9\x07\x00\x01"
		"b\x01"
		"1");
	ADD(&b, "\x00\x01"
		"c\x01"
		"1");
	rdb_bytes_end(&b);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), 5, &r, &err), 0);
	assert_int_equal(r.findings.count, 0);
	assert_int_equal(facts_find(&r.facts, FACT_KEYSPACE, "0", "string")->count, 3);
	assert_int_equal(facts_find(&r.facts, FACT_KEYSPACE, "0", "string")->expires, 2);
	reading_release(&r);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_and_compressed_strings_are_their_text),
		cmocka_unit_test(a_compressed_string_is_what_it_decodes_to),
		cmocka_unit_test(lists_of_all_encodings_are_the_same),
		cmocka_unit_test(the_order_of_a_list_matters),
		cmocka_unit_test(the_order_of_a_set_does_not),
		cmocka_unit_test(sets_hashes_and_sorted_sets_of_all_encodings_are_the_same),
		cmocka_unit_test(streams_and_modules_of_every_version_are_walked),
		cmocka_unit_test(what_is_wrong_with_a_value_is_found_however_it_is_cut),
		cmocka_unit_test(a_finding_names_the_key_and_hides_control_characters),
		cmocka_unit_test(a_newer_or_foreign_version_is_not_guessed_at),
		cmocka_unit_test(versions_before_5_end_without_a_checksum),
		cmocka_unit_test(a_database_holds_as_many_keys_as_it_says),
		cmocka_unit_test(databases_are_bounded),
		cmocka_unit_test(module_data_outside_of_keys_is_walked),
		cmocka_unit_test(an_expiry_belongs_to_the_next_key_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
