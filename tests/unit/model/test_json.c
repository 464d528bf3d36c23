/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/json.h"
#include "model/utf8.h"

static json_t *parse(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(json);
	return json;
}

static void text_round_trips(const char *text, const char *shown)
{
	struct arena a = { 0 };
	json_t *json = text_to_json(text);

	assert_non_null(json);
	assert_string_equal(json_string_value(json), shown);
	assert_string_equal(text_from_json(json, &a), text);
	json_decref(json);
	arena_release(&a);
}

static void text_of_any_bytes_survives_as_json(void **state)
{
	(void)state;
	text_round_trips("", "");
	text_round_trips("plain", "plain");
	text_round_trips("Gr\303\274\303\237e \360\237\220\230",
			 "Gr\303\274\303\237e \360\237\220\230");
	text_round_trips("caf\351", "caf\\xe9");
	text_round_trips("caf\351\351s", "caf\\xe9\\xe9s");
	text_round_trips("\\xe9", "\\x5cxe9");
	text_round_trips("\\x5c", "\\x5cx5c");
	text_round_trips("\\x41", "\\x41");
	text_round_trips("C:\\xampp\\", "C:\\xampp\\");
	text_round_trips("overlong \300\200, surrogate \355\240\200",
			 "overlong \\xc0\\x80, surrogate \\xed\\xa0\\x80");
	text_round_trips("cut \342\202", "cut \\xe2\\x82");
	text_round_trips("quote \" newline \n", "quote \" newline \n");
}

static void every_pair_of_bytes_survives_as_json(void **state)
{
	(void)state;
	for (int first = 1; first < 256; first++) {
		for (int second = 1; second < 256; second++) {
			const char text[] = { '\\', (char)first, (char)second, 'c', '\0' };
			struct arena a = { 0 };
			json_t *json = text_to_json(text);

			assert_non_null(json);
			assert_string_equal(text_from_json(json, &a), text);
			json_decref(json);
			arena_release(&a);
		}
	}
}

static bool is_valid(struct span s)
{
	while (s.len) {
		size_t n = utf8_length(s);

		if (n == 0)
			return false;
		s = (struct span){ s.ptr + n, s.len - n };
	}
	return true;
}

static void utf8_agrees_with_the_json_library(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1U << 16; i++) {
		const char text[] = { (char)(i >> 8), (char)i, (char)0x80, (char)0x80 };
		struct span s = { (const uint8_t *)text, sizeof(text) };
		json_t *json = json_stringn(text, sizeof(text));

		assert_int_equal(json != NULL, is_valid(s));
		json_decref(json);
	}
}

static struct facts some_facts(void)
{
	struct facts f = { .side = FACTS_BACKUP };
	struct fact *at = facts_add(&f, FACT_TABLE, "public", "caf\351");

	at->known = MEASURE_COUNT | MEASURE_BYTES | MEASURE_FINGERPRINT;
	at->count = 7;
	at->bytes = 1234567890123;
	at->fingerprint = (struct fingerprint){ .low = 1, .high = 0xabcdef };
	at = facts_add(&f, FACT_TABLE, "public", "unread");
	at = facts_add(&f, FACT_LARGE_OBJECTS, NULL, NULL);
	at->known = MEASURE_COUNT;
	at = facts_add(&f, FACT_KEYSPACE, "0", "hash");
	at->known = MEASURE_COUNT | MEASURE_EXPIRES;
	at->count = 3;
	at->expires = 2;
	at = facts_add(&f, FACT_SETTING, NULL, "TimeZone");
	assert_int_equal(fact_set_value(&f, at, "UTC"), 0);
	return f;
}

static void facts_round_trip(void **state)
{
	struct facts f = some_facts(), back = { 0 };
	struct error err = ERROR_INIT;
	json_t *json = facts_to_json(&f), *again;

	(void)state;
	assert_non_null(json);
	assert_int_equal(facts_from_json(json, &back, &err), 0);
	assert_int_equal(back.side, FACTS_BACKUP);
	assert_int_equal(back.count, f.count);
	for (size_t i = 0; i < f.count; i++) {
		assert_int_equal(fact_compare_identity(&f.item[i], &back.item[i]), 0);
		assert_int_equal(f.item[i].known, back.item[i].known);
	}
	assert_string_equal(back.item[0].name, "caf\351");
	again = facts_to_json(&back);
	assert_true(json_equal(json, again));
	json_decref(json);
	json_decref(again);
	facts_release(&f);
	facts_release(&back);
}

static void facts_are_spelt_as_documented(void **state)
{
	struct facts f = some_facts();
	json_t *json = facts_to_json(&f);
	json_t *wanted = parse("{\"side\": \"backup\", \"tables\": [{\"schema\": \"public\","
			       "\"name\": \"caf\\\\xe9\", \"rows\": 7, \"bytes\": 1234567890123,"
			       "\"fingerprint\": \"0000000000abcdef0000000000000001\"},"
			       "{\"schema\": \"public\", \"name\": \"unread\"}],"
			       "\"large_objects\": [{\"count\": 0}],"
			       "\"keyspaces\": [{\"database\": \"0\", \"type\": \"hash\","
			       "\"keys\": 3, \"expires\": 2}],"
			       "\"settings\": [{\"name\": \"TimeZone\", \"value\": \"UTC\"}]}");

	(void)state;
	assert_true(json_equal(json, wanted));
	json_decref(json);
	json_decref(wanted);
	facts_release(&f);
}

static void a_number_too_large_for_json_is_told_as_unknown(void **state)
{
	struct facts f = { .side = FACTS_SOURCE };
	struct fact *at = facts_add(&f, FACT_TABLE, "a", "b");
	json_t *json;

	(void)state;
	at->known = MEASURE_COUNT;
	at->count = UINT64_MAX;
	json = facts_to_json(&f);
	assert_null(json_object_get(json_array_get(json_object_get(json, "tables"), 0), "rows"));
	json_decref(json);
	facts_release(&f);
}

static void facts_of_the_wrong_shape_are_refused(void **state)
{
	static const char *const bad[] = {
		"[]",
		"{}",
		"{\"side\": \"left\"}",
		"{\"side\": 1}",
		"{\"side\": \"backup\", \"tables\": {}}",
		"{\"side\": \"backup\", \"tables\": [1]}",
		"{\"side\": \"backup\", \"tables\": [{\"schema\": 1}]}",
		"{\"side\": \"backup\", \"tables\": [{\"rows\": -1}]}",
		"{\"side\": \"backup\", \"tables\": [{\"rows\": 1.5}]}",
		"{\"side\": \"backup\", \"tables\": [{\"rows\": \"1\"}]}",
		"{\"side\": \"backup\", \"tables\": [{\"fingerprint\": \"12\"}]}",
		"{\"side\": \"backup\", \"tables\": [{\"value\": 3}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct facts f = { 0 };
		struct error err = ERROR_INIT;
		json_t *json = parse(bad[i]);

		assert_int_equal(facts_from_json(json, &f, &err), -1);
		assert_int_equal(err.kind, ERROR_IO);
		json_decref(json);
		facts_release(&f);
	}
}

static void unknown_members_are_ignored(void **state)
{
	struct facts f = { 0 };
	struct error err = ERROR_INIT;
	json_t *json = parse("{\"side\": \"source\", \"planets\": 9, \"tables\":"
			     "[{\"name\": \"a\", \"colour\": [], \"rows\": null}]}");

	(void)state;
	assert_int_equal(facts_from_json(json, &f, &err), 0);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.item[0].known, 0);
	json_decref(json);
	facts_release(&f);
}

static void findings_round_trip(void **state)
{
	struct findings f = FINDINGS_INIT("gzip"), back = FINDINGS_INIT("other");
	struct arena a = { 0 };
	struct error err = ERROR_INIT;
	json_t *json;

	(void)state;
	findings_add(&f, FINDING_TRUNCATED, 42, "member %d ends early", 2);
	findings_add(&f, FINDING_BAD_ENCODING, 43, "name \xff");
	json = findings_to_json(&f);
	assert_int_equal(findings_from_json(json, &a, &back, &err), 0);
	assert_int_equal(back.count, 2);
	assert_string_equal(back.layer, "other");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(back.item[i].code, f.item[i].code);
		assert_int_equal(back.item[i].offset, f.item[i].offset);
		assert_string_equal(back.item[i].layer, "gzip");
		assert_string_equal(back.item[i].message, f.item[i].message);
	}
	json_decref(json);
	findings_release(&f);
	findings_release(&back);
	arena_release(&a);
}

static void a_check_leaves_out_what_is_empty(void **state)
{
	const struct check c = { .name = "age",
				 .component = "db",
				 .subject = "f",
				 .verdict = VERDICT_WARN,
				 .expected = "24 h",
				 .found = "30 h",
				 .message = "too old",
				 .hint = "look at cron" };
	const struct check bare = { .name = "exists", .verdict = VERDICT_PASS };
	json_t *json = check_to_json(&c);
	json_t *wanted =
		parse("{\"name\": \"age\", \"component\": \"db\", \"subject\": \"f\","
		      " \"verdict\": \"warn\", \"expected\": \"24 h\", \"found\": \"30 h\","
		      " \"message\": \"too old\", \"hint\": \"look at cron\"}");

	(void)state;
	assert_true(json_equal(json, wanted));
	json_decref(json);
	json_decref(wanted);
	json = check_to_json(&bare);
	wanted = parse("{\"name\": \"exists\", \"verdict\": \"pass\", \"message\": \"\"}");
	assert_true(json_equal(json, wanted));
	json_decref(json);
	json_decref(wanted);
}

static void times_are_rfc3339_utc(void **state)
{
	struct error err = ERROR_INIT;
	int64_t back = 0;
	json_t *o = json_object();

	(void)state;
	assert_int_equal(
		json_object_set_new(o, "t", time_to_json(1763838859 * INT64_C(1000000000))), 0);
	assert_string_equal(json_string_value(json_object_get(o, "t")), "2025-11-22T19:14:19Z");
	assert_int_equal(member_time(o, "t", &back, &err), 0);
	assert_true(back == 1763838859 * INT64_C(1000000000));
	assert_int_equal(member_time(o, "absent", &back, &err), 0);
	assert_int_equal(json_object_set_new(o, "t", json_string("yesterday")), 0);
	assert_int_equal(member_time(o, "t", &back, &err), -1);
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_any_bytes_survives_as_json),
		cmocka_unit_test(every_pair_of_bytes_survives_as_json),
		cmocka_unit_test(utf8_agrees_with_the_json_library),
		cmocka_unit_test(facts_round_trip),
		cmocka_unit_test(facts_are_spelt_as_documented),
		cmocka_unit_test(a_number_too_large_for_json_is_told_as_unknown),
		cmocka_unit_test(facts_of_the_wrong_shape_are_refused),
		cmocka_unit_test(unknown_members_are_ignored),
		cmocka_unit_test(findings_round_trip),
		cmocka_unit_test(a_check_leaves_out_what_is_empty),
		cmocka_unit_test(times_are_rfc3339_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
