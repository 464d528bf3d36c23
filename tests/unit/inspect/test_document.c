/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker hands over comes back whole, and a hostile one's document harms nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inspect/document.h"
#include "model/json.h"

static struct inspection example(void)
{
	struct inspection i = { .path = "a\x1b.dump",
				.verdict = VERDICT_FAIL,
				.codec = CODEC_ZSTD,
				.members = 3,
				.envelope = FINDINGS_INIT("zstd"),
				.size = 1234,
				.duration_ns = 1500000000 };
	struct reading *r = &i.reading;
	struct outline_entry *e;

	r->format = FORMAT_PG_ARCHIVE;
	r->findings = (struct findings)FINDINGS_INIT("pg-archive");
	r->content_bytes = 99;
	r->content_time_ns = INT64_C(1795312800) * 1000000000;
	r->local_time = true;
	r->facts.side = FACTS_BACKUP;
	findings_add(&i.envelope, FINDING_TRUNCATED, 7, "cut");
	findings_add(&r->findings, FINDING_BAD_ROW, 9, "row \xff");
	assert_non_null(facts_add(&r->facts, FACT_TABLE, "public", "t"));
	r->facts.item[0].known = MEASURE_COUNT;
	r->facts.item[0].count = 5;
	e = outline_add(&r->contents, "TABLE DATA", "public", "t", "app");
	assert_non_null(e);
	e->id = 17;
	e->offset = 0;
	e->known = MEASURE_COUNT | MEASURE_BYTES;
	e->count = 5;
	assert_non_null(outline_add(&r->contents, "ENCODING", NULL, "caf\xe9", NULL));
	e = outline_add(&r->largest, "hash", "0", "k", NULL);
	assert_non_null(e);
	e->known = MEASURE_BYTES;
	e->bytes = 1 << 30;
	return i;
}

static void assert_same_entry(const struct outline_entry *a, const struct outline_entry *b)
{
	assert_string_equal(a->kind, b->kind);
	assert_string_equal(a->scope, b->scope);
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->owner, b->owner);
	assert_true(a->id == b->id && a->offset == b->offset && a->known == b->known);
	assert_true(a->count == b->count && a->bytes == b->bytes);
}

static void an_inspection_round_trips(void **state)
{
	struct inspection i = example(), back = { 0 };
	struct error err = ERROR_INIT;
	json_t *json = inspection_to_json(&i);

	(void)state;
	assert_non_null(json);
	assert_true(json_is_null(json_object_get(json, "content_time")));
	assert_string_equal(json_string_value(json_object_get(json, "content_local_time")),
			    "2026-11-22T02:00:00");
	assert_int_equal(inspection_from_json(json, &back, &err), 0);
	assert_int_equal(back.verdict, VERDICT_FAIL);
	assert_int_equal(back.codec, CODEC_ZSTD);
	assert_int_equal(back.reading.format, FORMAT_PG_ARCHIVE);
	assert_true(back.duration_ns == i.duration_ns && back.members == 3 && back.size == 1234);
	assert_true(back.reading.local_time && !back.reading.finished);
	assert_true(back.reading.content_time_ns == i.reading.content_time_ns);
	assert_int_equal(back.envelope.count, 1);
	assert_string_equal(back.envelope.item[0].layer, "zstd");
	assert_string_equal(back.reading.findings.item[0].message, "row \xff");
	assert_int_equal(back.reading.facts.item[0].count, 5);
	assert_int_equal(back.reading.contents.count, 2);
	assert_same_entry(&back.reading.contents.item[0], &i.reading.contents.item[0]);
	assert_same_entry(&back.reading.contents.item[1], &i.reading.contents.item[1]);
	assert_int_equal(back.reading.largest.count, 1);
	assert_same_entry(&back.reading.largest.item[0], &i.reading.largest.item[0]);
	json_decref(json);
	inspection_release(&i);
	inspection_release(&back);
}

/* The document of a worker that was taken over. */
static int read_text(const char *text, struct error *err)
{
	struct inspection out = { 0 };
	json_error_t why;
	json_t *json =
		model_json_load((struct span){ (const uint8_t *)text, strlen(text) }, &why, err);
	int rc = json ? inspection_from_json(json, &out, err) : -1;

	json_decref(json);
	inspection_release(&out);
	return rc;
}

#define WORDS(duration)                                                                            \
	"\"format\":\"rdb\",\"verdict\":\"pass\",\"compression\":\"none\",\"duration\":" duration

static void a_document_of_the_wrong_shape_is_refused(void **state)
{
	static const char *const texts[] = {
		"[]",
		"{}",
		"{\"format\":\"rdb\",\"verdict\":\"splendid\",\"compression\":\"none\"}",
		"{" WORDS("-1") "}",
		"{" WORDS("1e300") "}",
		"{" WORDS("0") ",\"size\":-1}",
		"{" WORDS("0") ",\"sha256\":\"zz\"}",
		"{" WORDS("0") ",\"findings\":{}}",
		"{" WORDS("0") ",\"findings\":[3]}",
		"{" WORDS("0") ",\"findings\":[{\"code\":\"no-such\"}]}",
		"{" WORDS("0") ",\"facts\":[]}",
		"{" WORDS("0") ",\"facts\":{\"side\":\"backup\",\"tables\":[[]]}}",
		"{" WORDS("0") ",\"contents\":{}}",
		"{" WORDS("0") ",\"contents\":[1]}",
		"{" WORDS("0") ",\"largest\":[{\"bytes\":\"many\"}]}",
		"{" WORDS("0") ",\"error\":\"\"}",
		"{" WORDS("0") ",\"error\":{\"kind\":1}}",
	};
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(read_text("{" WORDS("0.25") "}", &err), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (read_text(texts[i], &err) == 0)
			fail_msg("accepted: %s", texts[i]);
		error_clear(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_inspection_round_trips),
		cmocka_unit_test(a_document_of_the_wrong_shape_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
