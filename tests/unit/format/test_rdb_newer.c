/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots that no Redis of Debian's writes, put together by hand from the formats'
 * sources: Redis 7.4 to 8.10 (RDB 12 to 15), Valkey 9 (RDB 80).
 */
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
#include "sweep.h"

struct bytes {
	const char *ptr;
	size_t len;
};
#define BYTES(literal)                                                                             \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
#define AS_BYTES(literal) ((struct bytes){ literal, sizeof(literal) - 1 })

/* Reads what stands between a header and the end marker. */
static void read_body(const char *header, struct bytes body, struct reading *out)
{
	struct buf b = { 0 };
	struct error err = ERROR_INIT;

	rdb_bytes_add(&b, header, 9);
	rdb_bytes_add(&b, body.ptr, body.len);
	rdb_bytes_end(&b);
	out->list = true;
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), b.len, out, &err), 0);
	buf_release(&b);
}

static void assert_passes(const struct reading *r)
{
	if (r->findings.count)
		fail_msg("%s", r->findings.item[0].message);
	assert_true(r->finished);
}

static struct fingerprint fingerprint_of(const char *header, struct bytes body, const char *type)
{
	struct reading r = { 0 };
	const struct fact *f;
	struct fingerprint out;

	read_body(header, body, &r);
	assert_passes(&r);
	f = facts_find(&r.facts, FACT_KEYSPACE, "0", type);
	assert_non_null(f);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->known & MEASURE_FINGERPRINT, MEASURE_FINGERPRINT);
	out = f->fingerprint;
	reading_release(&r);
	return out;
}

static bool same(struct fingerprint a, struct fingerprint b)
{
	return a.low == b.low && a.high == b.high;
}

/* Hashes of f: v, which expires at 0x1000 ms, and g: w, which does not. */
#define LP_PLAIN                                                                                   \
	"\x13\x13\x00\x00\x00\x04\x00\x81"                                                         \
	"f\x02\x81v\x02\x81g\x02\x81w\x02\xff"
#define LP_TTL                                                                                     \
	"\x19\x19\x00\x00\x00\x06\x00\x81"                                                         \
	"f\x02\x81v\x02\xf1\x00\x10\x03\x81g\x02\x81w\x02\x00\x01\xff"
#define LP_NO_TTL                                                                                  \
	"\x17\x17\x00\x00\x00\x06\x00\x81"                                                         \
	"f\x02\x81v\x02\x00\x01\x81g\x02\x81w\x02\x00\x01\xff"

static const struct {
	const char *header;
	struct bytes body;
} expiring[] = {
	{ "REDIS0012", BYTES("\x16\x01k\x02\x50\x00\x01"
			     "f\x01v\x00\x01g\x01w") },
	{ "REDIS0012", BYTES("\x17\x01k" LP_TTL) },
	{ "REDIS0012", BYTES("\x18\x01k\x00\x10\x00\x00\x00\x00\x00\x00\x02\x01\x01"
			     "f\x01v\x00\x01g\x01w") },
	{ "REDIS0012", BYTES("\x18\x01k\x01\x00\x00\x00\x00\x00\x00\x00\x02\x50\x00\x01"
			     "f\x01v\x00\x01g\x01w") },
	{ "REDIS0015", BYTES("\x19\x01k\x00\x10\x00\x00\x00\x00\x00\x00" LP_TTL) },
	{ "VALKEY080", BYTES("\x16\x01k\x02\x01"
			     "f\x01v\x00\x10\x00\x00\x00\x00\x00\x00"
			     "\x01g\x01w\xff\xff\xff\xff\xff\xff\xff\xff") },
};

static void fields_that_expire_are_the_same_in_every_encoding(void **state)
{
	struct fingerprint first = fingerprint_of(expiring[0].header, expiring[0].body, "hash");

	(void)state;
	for (size_t i = 1; i < sizeof(expiring) / sizeof(*expiring); i++) {
		if (!same(first, fingerprint_of(expiring[i].header, expiring[i].body, "hash")))
			fail_msg("encoding %zu differs", i);
	}
}

static void a_fields_expiry_is_part_of_the_content_and_counted(void **state)
{
	struct reading r = { 0 };
	struct fingerprint plain =
		fingerprint_of("REDIS0012", AS_BYTES("\x10\x01k" LP_PLAIN), "hash");

	(void)state;
	assert_false(same(plain, fingerprint_of(expiring[0].header, expiring[0].body, "hash")));
	assert_true(
		same(plain, fingerprint_of("REDIS0012", AS_BYTES("\x17\x01k" LP_NO_TTL), "hash")));
	read_body(expiring[5].header, expiring[5].body, &r);
	assert_string_equal(facts_find(&r.facts, FACT_SETTING, "", "expiring-fields")->value, "1");
	assert_int_equal(r.largest.item[0].count, 2);
	reading_release(&r);
}

/* Two templates; the second's fields are f and g. */
#define TEMPLATES                                                                                  \
	"\xf2\x05\x01\x01z\xf2\x03\x02\x01"                                                        \
	"f\x01g"

static void a_hash_by_template_is_the_hash_of_its_pairs(void **state)
{
	struct fingerprint plain =
		fingerprint_of("REDIS0015", AS_BYTES("\x10\x01k" LP_PLAIN), "hash");

	(void)state;
	assert_true(
		same(plain, fingerprint_of("REDIS0015",
					   AS_BYTES(TEMPLATES "\x20\x01k\x03\x01v\x01w"), "hash")));
	assert_true(same(
		plain,
		fingerprint_of("REDIS0015",
			       AS_BYTES(TEMPLATES
					"\x1e\x01k\x0f"
					"\x0f\x00\x00\x00\x03\x00\x03\x01\x81v\x02\x81w\x02\xff"),
			       "hash")));
}

static void an_array_is_known_by_its_elements_and_cursor(void **state)
{
	static const struct bytes
		packed = BYTES("\x1c\x01k\x03\x00\x00\x01\x2a\x00\x00\x00\x00\x00\x00\x00"
			       "\x01\x03\x02hi\x05\x02\x00\x00\x00\x00\x00\x00\xf8\x3f"),
		strings = BYTES("\x1c\x01k\x03\x00\x05\x02\x00\x00\x00\x00\x00\x00\xf8\x3f"
				"\x00\x00\x02"
				"42\x01\x00\x02hi"),
		cursor = BYTES("\x1c\x01k\x03\x01\x05\x00\x01\x2a\x00\x00\x00\x00\x00\x00\x00"
			       "\x01\x03\x02hi\x05\x02\x00\x00\x00\x00\x00\x00\xf8\x3f");
	struct fingerprint f = fingerprint_of("REDIS0014", packed, "array");

	(void)state;
	assert_true(same(f, fingerprint_of("REDIS0014", strings, "array")));
	assert_false(same(f, fingerprint_of("REDIS0015", cursor, "array")));
}

#define ID(n) "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00" n
#define TIME  "\x10\x00\x00\x00\x00\x00\x00\x00"
/* No nodes, last ID 1-9; a group of two pending entries, the second delivered three times. */
#define STREAM_HEAD                                                                                \
	"\x00\x00\x01\x09\x00\x00\x00\x00\x00\x01\x01g\x01\x02\x00\x02" ID("\x01") TIME            \
		"\x01" ID("\x02") TIME "\x03\x01\x01"                                              \
				       "c" TIME TIME
#define BOTH "\x02" ID("\x01") ID("\x02")
#define ONE  "\x01" ID("\x01")
/* Limits; a producer of one entry; totals. */
#define PRODUCERS   "\x32\x32\x01\x01p\x01\x03iid\x01\x09\x07\x08"
#define NO_PRODUCER "\x32\x32\x00\x00\x00"

static void streams_of_every_type_are_the_same(void **state)
{
	struct fingerprint third =
		fingerprint_of("REDIS0011", AS_BYTES("\x15\x01k" STREAM_HEAD BOTH), "stream");

	(void)state;
	assert_true(same(third, fingerprint_of("REDIS0013",
					       AS_BYTES("\x1a\x01k" STREAM_HEAD BOTH NO_PRODUCER),
					       "stream")));
	assert_true(same(third,
			 fingerprint_of("REDIS0014",
					AS_BYTES("\x1b\x01k" STREAM_HEAD BOTH "\x00" NO_PRODUCER),
					"stream")));
}

static void producers_and_released_entries_are_part_of_a_stream(void **state)
{
	struct fingerprint plain = fingerprint_of(
		"REDIS0014", AS_BYTES("\x1b\x01k" STREAM_HEAD BOTH "\x00" NO_PRODUCER), "stream");

	(void)state;
	assert_false(
		same(plain, fingerprint_of("REDIS0014",
					   AS_BYTES("\x1b\x01k" STREAM_HEAD BOTH "\x00" PRODUCERS),
					   "stream")));
	assert_false(same(plain, fingerprint_of("REDIS0014",
						AS_BYTES("\x1b\x01k" STREAM_HEAD ONE
							 "\x01" ID("\x02") NO_PRODUCER),
						"stream")));
}

/* ReJSON-RL, encoding version 3; its parts are a number and a string. */
#define REJSON "\x81\x45\xe2\x52\x38\xdf\x91\x2c\x03"
#define PARTS                                                                                      \
	"\x02\x07\x05\x03"                                                                         \
	"abc\x00"

static void modules_are_named_and_their_parts_hashed(void **state)
{
	struct reading r = { 0 };
	struct fingerprint a, b;

	(void)state;
	read_body("REDIS0012", AS_BYTES("\x07\x01k" REJSON PARTS), &r);
	assert_passes(&r);
	assert_string_equal(facts_find(&r.facts, FACT_SETTING, "", "modules")->value, "ReJSON-RL");
	assert_int_equal(r.contents.count, 1);
	assert_string_equal(r.contents.item[0].kind, "module");
	assert_int_equal(r.contents.item[0].count, 1);
	reading_release(&r);
	a = fingerprint_of("REDIS0012", AS_BYTES("\x07\x01k" REJSON PARTS), "module");
	b = fingerprint_of("REDIS0012",
			   AS_BYTES("\x07\x01k" REJSON "\x02\x07\x05\x03"
				    "abd\x00"),
			   "module");
	assert_false(same(a, b));
}

static void a_keys_metadata_is_part_of_it(void **state)
{
	struct bytes meta = BYTES("\xf3\x01\x01\x02\x03\x04\x02\x07\x00\x00\x01k\x01v"),
		     none = BYTES("\x00\x01k\x01v");

	(void)state;
	assert_false(same(fingerprint_of("REDIS0013", meta, "string"),
			  fingerprint_of("REDIS0013", none, "string")));
}

static void cluster_slots_hold_as_many_keys_as_they_say(void **state)
{
	struct reading r = { 0 };

	(void)state;
	read_body("REDIS0012",
		  AS_BYTES("\xfe\x00\xf4\x05\x01\x00\x00\x01"
			   "a\x01v"
			   "\xf4\x06\x01\x01\xfc" TIME "\x00\x01"
			   "b\x01v"),
		  &r);
	assert_passes(&r);
	assert_string_equal(facts_find(&r.facts, FACT_SETTING, "", "slots")->value, "2");
	reading_release(&r);
	read_body("REDIS0012",
		  AS_BYTES("\xfe\x00\xf4\x05\x02\x00\x00\x01"
			   "a\x01v"
			   "\xf4\x06\x01\x00\x00\x01"
			   "b\x01v"),
		  &r);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_LENGTH_MISMATCH);
	reading_release(&r);
}

static void slots_that_were_given_away_may_be_left_out_whole(void **state)
{
	static const struct {
		struct bytes body;
		enum finding_code code;
		size_t findings;
	} rows[] = {
		{ BYTES("\xfe\x00\xfb\x04\x01\xf4\x05\x02\x01\xf4\x06\x01\x00\x00\x01"
			"a\x01v\xf4\x07\x01\x00"),
		  FINDING_RISKY, 1 },
		/* the database states one key more */
		{ BYTES("\xfe\x00\xfb\x04\x00\xf4\x05\x02\x00\xf4\x06\x01\x00\x00\x01"
			"a\x01v"),
		  FINDING_RISKY, 2 },
		/* a part of a slot is never left out */
		{ BYTES("\xfe\x00\xfb\x02\x00\xf4\x06\x02\x00\x00\x01"
			"a\x01v"),
		  FINDING_LENGTH_MISMATCH, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading r = { 0 };

		read_body("REDIS0013", rows[i].body, &r);
		assert_int_equal(r.findings.count, rows[i].findings);
		assert_int_equal(r.findings.item[0].code, rows[i].code);
		assert_true(r.finished);
		assert_int_equal(facts_find(&r.facts, FACT_DATABASE, "", "0")->count, 1);
		reading_release(&r);
	}
}

static void numbers_of_an_active_active_database_are_only_doubted(void **state)
{
	static const struct {
		struct bytes body;
		enum finding_code code;
	} rows[] = {
		{ BYTES("\xfa\x04"
			"crdt\x01\x31\xfe\x00\xfb\x01\x01\x00\x01"
			"a\x01v"),
		  FINDING_RISKY },
		{ BYTES("\xfa\x03"
			"crd\x01\x31\xfe\x00\xfb\x01\x01\x00\x01"
			"a\x01v"),
		  FINDING_LENGTH_MISMATCH },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading r = { 0 };

		read_body("REDIS0009", rows[i].body, &r);
		assert_int_equal(r.findings.count, 1);
		assert_int_equal(r.findings.item[0].code, rows[i].code);
		assert_true(r.finished);
		reading_release(&r);
	}
}

#define JOB                                                                                        \
	"\x28"                                                                                     \
	"0123456789012345678901234567890123456789"

static void a_slot_import_in_progress_is_told(void **state)
{
	struct reading r = { 0 };

	(void)state;
	read_body("VALKEY080", AS_BYTES("\xf3" JOB "\x02\x01\x05\x10\x10"), &r);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_RISKY);
	assert_true(r.finished);
	reading_release(&r);
}

static void what_a_version_does_not_have_is_found(void **state)
{
	static const struct {
		const char *header;
		struct bytes body;
		enum finding_code code;
	} rows[] = {
		{ "REDIS0011",
		  BYTES("\x16\x01k\x01\x00\x01"
			"f\x01v"),
		  FINDING_BAD_STRUCTURE },
		{ "REDIS0011", BYTES("\xf4\x05\x01\x00"), FINDING_BAD_STRUCTURE },
		{ "REDIS0012", BYTES("\x1a\x01k"), FINDING_BAD_STRUCTURE },
		{ "REDIS0012", BYTES("\xf3\x01"), FINDING_BAD_STRUCTURE },
		{ "REDIS0013", BYTES("\x1c\x01k"), FINDING_BAD_STRUCTURE },
		{ "REDIS0014", BYTES("\xf2\x05\x01\x01z"), FINDING_BAD_STRUCTURE },
		{ "REDIS0014", BYTES("\x20\x01k"), FINDING_BAD_STRUCTURE },
		{ "REDIS0013", BYTES("\x1d\x01k"), FINDING_BAD_STRUCTURE },
		{ "REDIS0014", BYTES("\x1d\x01k"), FINDING_UNSUPPORTED },
		{ "REDIS0015", BYTES("\x1d\x01k"), FINDING_UNSUPPORTED },
		{ "REDIS0015", BYTES("\x1f\x01k"), FINDING_UNSUPPORTED },
		{ "REDIS0015", BYTES("\x21\x01k"), FINDING_UNSUPPORTED },
		{ "REDIS0015", BYTES("\x22\x01k"), FINDING_BAD_STRUCTURE },
		{ "VALKEY080", BYTES("\x17\x01k"), FINDING_BAD_STRUCTURE },
		{ "VALKEY080", BYTES("\xf2\x01k"), FINDING_BAD_STRUCTURE },
		{ "VALKEY080", BYTES("\xf3\x01k\x00"), FINDING_BAD_LENGTH },
		{ "VALKEY080", BYTES("\xf3" JOB "\x01\x80\x00\x00\x40\x00"), FINDING_BAD_LENGTH },
		{ "VALKEY080", BYTES("\xf3" JOB "\x01\x05\x04"), FINDING_BAD_LENGTH },
		{ "VALKEY080",
		  BYTES("\x16\x01k\x01\x01"
			"f\x01v\xfe\xff\xff\xff\xff\xff\xff\xff"),
		  FINDING_BAD_STRUCTURE },
		{ "REDIS0013", BYTES("\xf3\x00"), FINDING_BAD_LENGTH },
		{ "REDIS0013", BYTES("\xf3\x08"), FINDING_BAD_LENGTH },
		{ "REDIS0013", BYTES("\xf3\x01\x01\x02\x03\x04\x02\x07\x00"),
		  FINDING_BAD_STRUCTURE },
		{ "REDIS0012", BYTES("\xfc" TIME), FINDING_BAD_STRUCTURE },
		{ "REDIS0012", BYTES("\xf4\x80\x00\x00\x40\x00"), FINDING_BAD_LENGTH },
		{ "REDIS0015", BYTES("\xf2\x05\x00"), FINDING_BAD_STRUCTURE },
		{ "REDIS0015", BYTES("\xf2\x05\x80\x00\x10\x00\x01"), FINDING_UNSUPPORTED },
		{ "REDIS0015", BYTES(TEMPLATES "\xf2\x05\x01\x01z"), FINDING_DUPLICATE },
		{ "REDIS0015", BYTES(TEMPLATES "\x20\x01k\x04"), FINDING_BAD_REFERENCE },
		{ "REDIS0015", BYTES("\x20\x01k\x04"), FINDING_BAD_REFERENCE },
		{ "REDIS0015",
		  BYTES(TEMPLATES "\x1e\x01k\x0c\x0c\x00\x00\x00\x02\x00\x03\x01\x81v\x02\xff"),
		  FINDING_LENGTH_MISMATCH },
		{ "REDIS0015",
		  BYTES(TEMPLATES
			"\x1e\x01k\x0f\x0f\x00\x00\x00\x03\x00\x05\x01\x81v\x02\x81w\x02\xff"),
		  FINDING_LENGTH_MISMATCH },
		{ "REDIS0014", BYTES("\x1c\x01k\x00"), FINDING_BAD_STRUCTURE },
		{ "REDIS0014", BYTES("\x1c\x01k\x01\x02"), FINDING_BAD_STRUCTURE },
		{ "REDIS0014", BYTES("\x1c\x01k\x01\x00\x00\x04"), FINDING_BAD_STRUCTURE },
		{ "REDIS0014", BYTES("\x1b\x01k" STREAM_HEAD ONE "\x00" NO_PRODUCER),
		  FINDING_LENGTH_MISMATCH },
		{ "REDIS0014", BYTES("\x1b\x01k" STREAM_HEAD ONE "\x01" ID("\x07") NO_PRODUCER),
		  FINDING_BAD_REFERENCE },
		{ "REDIS0012", BYTES("\x18\x01k\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
		  FINDING_BAD_STRUCTURE },
		{ "REDIS0012",
		  BYTES("\x18\x01k\xff\xff\xff\xff\xff\xff\x00\x00\x01\x02\x01"
			"f\x01v"),
		  FINDING_BAD_STRUCTURE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading r = { 0 };

		read_body(rows[i].header, rows[i].body, &r);
		if (!r.findings.count)
			fail_msg("row %zu: nothing found", i);
		if (r.findings.item[0].code != rows[i].code)
			fail_msg("row %zu: %s", i, r.findings.item[0].message);
		reading_release(&r);
	}
}

static void keys_expired_at_the_snapshots_clock_are_counted(void **state)
{
	struct reading r = { 0 };

	(void)state;
	read_body("REDIS0011",
		  AS_BYTES("\xfa\x05"
			   "ctime\xc2\x00\x00\x01\x00" /* 65536 s */
			   "\xfc\xff\xff\xe7\x03\x00\x00\x00\x00\x00\x01"
			   "a\x01v"
			   "\xfc\x00\x00\xe8\x03\x00\x00\x00\x00\x00\x01"
			   "b\x01v"
			   "\x00\x01"
			   "c\x01v"),
		  &r);
	assert_passes(&r);
	assert_string_equal(facts_find(&r.facts, FACT_SETTING, "", "expired")->value, "1");
	assert_int_equal(facts_find(&r.facts, FACT_DATABASE, "", "0")->count, 3);
	assert_int_equal(facts_find(&r.facts, FACT_DATABASE, "", "0")->expires, 2);
	reading_release(&r);
}

static void assert_expired(const struct outline_entry *e, const char *kind, const char *scope,
			   const char *name, uint64_t count)
{
	assert_string_equal(e->kind, kind);
	assert_string_equal(e->scope, scope);
	assert_string_equal(e->name, name);
	assert_int_equal(e->count, count);
}

/* One second, as milliseconds and as seconds; a name that is not text, and one that is long. */
#define EXPIRED_MS      "\xfc\xe8\x03\x00\x00\x00\x00\x00\x00"
#define LONG_NAME_SHOWN "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
#define LONG_NAME       LONG_NAME_SHOWN "l"
#define EXPIRED_SECONDS "\xfd\x01\x00\x00\x00"

static void keys_expired_at_the_callers_clock_are_named(void **state)
{
	static const struct bytes body =
		BYTES(EXPIRED_MS "\x00\x01"
				 "a\x01v"
				 "\x00\x01"
				 "c\x01v"
				 "\xfe\x02" EXPIRED_SECONDS "\x01\x03"
				 "b\n\xff\x01\x01x" EXPIRED_MS "\x00\x40\x41" LONG_NAME "\x01v");
	struct reading r = { .now_ns = INT64_C(1001000000) };

	(void)state;
	read_body("REDIS0011", body, &r);
	assert_passes(&r);
	assert_int_equal(r.expired.count, 5);
	assert_expired(&r.expired.item[0], READING_EXPIRED_DATABASE, "", "0", 1);
	assert_expired(&r.expired.item[1], READING_EXPIRED_DATABASE, "", "2", 2);
	assert_expired(&r.expired.item[2], "string", "0", "a", 0);
	assert_expired(&r.expired.item[3], "list", "2", "b\\x0a\\xff", 0);
	assert_expired(&r.expired.item[4], "string", "2", LONG_NAME_SHOWN "…", 0);
	reading_release(&r);
	r.now_ns = INT64_C(1000000000);
	read_body("REDIS0011", body, &r);
	assert_int_equal(r.expired.count, 0);
	reading_release(&r);
	read_body("REDIS0011", body, &r);
	assert_int_equal(r.expired.count, 0);
	reading_release(&r);
}

static void a_bounded_number_of_expired_keys_is_named(void **state)
{
	enum { KEYS = READING_EXPIRED + 5 };
	struct buf b = { 0 };
	struct error err = ERROR_INIT;
	struct reading r = { .now_ns = INT64_C(2000000000) };

	(void)state;
	rdb_bytes_begin(&b);
	for (unsigned i = 0; i < KEYS; i++) {
		ADD(&b, EXPIRED_MS "\x00\x01");
		rdb_bytes_byte(&b, 'a' + i);
		ADD(&b, "\x01v");
	}
	rdb_bytes_end(&b);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), b.len, &r, &err), 0);
	assert_passes(&r);
	assert_int_equal(r.expired.count, 1 + READING_EXPIRED);
	assert_expired(&r.expired.item[0], READING_EXPIRED_DATABASE, "", "0", KEYS);
	assert_expired(&r.expired.item[READING_EXPIRED], "string", "0", "j", 0);
	reading_release(&r);
	buf_release(&b);
}

static void a_key_that_comes_twice_in_one_database_is_found(void **state)
{
	struct reading r = { 0 };

	(void)state;
	read_body("REDIS0011",
		  AS_BYTES("\x00\x01"
			   "a\x01v\xfe\x01\x00\x01"
			   "a\x01v"),
		  &r);
	assert_passes(&r);
	reading_release(&r);
	read_body("REDIS0011",
		  AS_BYTES("\x00\x01"
			   "a\x01v\x00\x01"
			   "b\x01v\x01\x01"
			   "a\x01\x01x"),
		  &r);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_DUPLICATE);
	assert_non_null(strstr(r.findings.item[0].message, "'a'"));
	reading_release(&r);
}

static void the_largest_keys_fall_by_memory(void **state)
{
	struct buf b = { 0 };
	struct reading r = { 0 };
	struct error err = ERROR_INIT;
	static uint8_t value[30000];

	(void)state;
	rdb_bytes_begin(&b);
	ADD(&b, "\xfe\x07");
	for (unsigned i = 0; i < 30; i++) {
		char key[4] = { 'k', (char)('a' + i % 26), (char)('a' + i / 26), '\n' };

		rdb_bytes_byte(&b, 0);
		rdb_bytes_string(&b, key, sizeof(key));
		rdb_bytes_string(&b, value, (i * 7 % 30 + 1) * 1000);
	}
	rdb_bytes_end(&b);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), 4096, &r, &err), 0);
	assert_passes(&r);
	assert_int_equal(r.largest.count, READING_LARGEST);
	for (size_t i = 0; i < r.largest.count; i++) {
		const struct outline_entry *e = &r.largest.item[i];

		assert_string_equal(e->kind, "string");
		assert_string_equal(e->scope, "7");
		assert_int_equal(e->name[3], '?');
		assert_in_range(e->bytes, (30 - i) * 1000, (30 - i) * 1000 * 5 / 4 + 200);
	}
	reading_release(&r);
	buf_release(&b);
}

static const struct {
	const char *name, *header;
	struct bytes body;
} newer[] = {
	{ "hand-made-12.rdb", "REDIS0012",
	  BYTES("\xfa\x09redis-ver\x05"
		"7.4.0\xfe\x00\xfb\x02\x00\xf4\x05\x02\x00"
		"\x18\x01k\x00\x10\x00\x00\x00\x00\x00\x00\x02\x01\x01"
		"f\x01v\x00\x01g\x01w"
		"\x19\x01l\x00\x10\x00\x00\x00\x00\x00\x00" LP_TTL) },
	{ "hand-made-13.rdb", "REDIS0013",
	  BYTES("\xfe\x00\xfb\x02\x00\x1a\x01k" STREAM_HEAD BOTH PRODUCERS
		"\xf3\x01\x01\x02\x03\x04\x02\x07\x00\x00\x01m\x01v") },
	{ "hand-made-14.rdb", "REDIS0014",
	  BYTES("\xfe\x00\xfb\x02\x00\x1b\x01k" STREAM_HEAD ONE "\x01" ID("\x02") PRODUCERS
		"\x1c\x01"
		"a\x03\x01\x05\x00\x01\x2a\x00\x00\x00\x00\x00\x00\x00"
		"\x01\x03\x02hi\x05\x02\x00\x00\x00\x00\x00\x00\xf8\x3f") },
	{ "hand-made-15.rdb", "REDIS0015",
	  BYTES(TEMPLATES "\xfe\x00\xfb\x02\x00\x20\x01k\x03\x01v\x01w"
			  "\x1e\x01l\x0f\x0f\x00\x00\x00\x03\x00\x03\x01\x81v\x02\x81w\x02\xff") },
	{ "hand-made-valkey-80.rdb", "VALKEY080",
	  BYTES("\xfa\x0avalkey-ver\x05"
		"9.0.0\xfe\x00\xfb\x01\x00\x16\x01k\x02\x01"
		"f\x01v"
		"\x00\x10\x00\x00\x00\x00\x00\x00\x01g\x01w\xff\xff\xff\xff\xff\xff\xff\xff") },
};

static void no_change_to_a_newer_snapshot_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(newer) / sizeof(*newer); i++) {
		struct buf b = { 0 };
		struct sweep s = { .name = newer[i].name, .reader = &rdb_reader };

		rdb_bytes_add(&b, newer[i].header, 9);
		rdb_bytes_add(&b, newer[i].body.ptr, newer[i].body.len);
		rdb_bytes_end(&b);
		s.bytes = buf_span(&b);
		sweep_cuts(&s);
		sweep_longer(&s);
		sweep_flips(&s);
		sweep_blocks(&s);
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_that_expire_are_the_same_in_every_encoding),
		cmocka_unit_test(a_fields_expiry_is_part_of_the_content_and_counted),
		cmocka_unit_test(a_hash_by_template_is_the_hash_of_its_pairs),
		cmocka_unit_test(an_array_is_known_by_its_elements_and_cursor),
		cmocka_unit_test(streams_of_every_type_are_the_same),
		cmocka_unit_test(producers_and_released_entries_are_part_of_a_stream),
		cmocka_unit_test(modules_are_named_and_their_parts_hashed),
		cmocka_unit_test(a_keys_metadata_is_part_of_it),
		cmocka_unit_test(cluster_slots_hold_as_many_keys_as_they_say),
		cmocka_unit_test(slots_that_were_given_away_may_be_left_out_whole),
		cmocka_unit_test(numbers_of_an_active_active_database_are_only_doubted),
		cmocka_unit_test(a_slot_import_in_progress_is_told),
		cmocka_unit_test(what_a_version_does_not_have_is_found),
		cmocka_unit_test(keys_expired_at_the_snapshots_clock_are_counted),
		cmocka_unit_test(keys_expired_at_the_callers_clock_are_named),
		cmocka_unit_test(a_bounded_number_of_expired_keys_is_named),
		cmocka_unit_test(a_key_that_comes_twice_in_one_database_is_found),
		cmocka_unit_test(the_largest_keys_fall_by_memory),
		cmocka_unit_test(no_change_to_a_newer_snapshot_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
