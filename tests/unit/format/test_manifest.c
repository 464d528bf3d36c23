/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/manifest.h"
#include "reading.h"
#include "sweep_allocations.h"

#define SECOND INT64_C(1000000000)

static struct facts *table_facts(void)
{
	struct facts *f = calloc(1, sizeof(*f));
	struct fact *at;

	f->side = FACTS_SOURCE;
	at = facts_add(f, FACT_TABLE, "public", "caf\351");
	at->known = MEASURE_COUNT;
	at->count = 12;
	facts_sort(f);
	return f;
}

static struct manifest example(void)
{
	struct manifest m = { .set = "20261122_020000",
			      .platform = "orchestrator",
			      .host = "db1",
			      .muster_version = "0.1.0",
			      .started_ns = 1795312800 * SECOND,
			      .finished_ns = 1795312860 * SECOND };
	struct manifest_file f = { .kind = PART_DUMP,
				   .component = "postgres",
				   .database = "app",
				   .path = "postgres/backup_app_20261122_020000.dump.gz",
				   .size = 5000000000,
				   .started_ns = 1795312801 * SECOND,
				   .finished_ns = 1795312850 * SECOND,
				   .facts = table_facts() };

	for (size_t i = 0; i < 32; i++)
		f.sha256[i] = (uint8_t)(i * 9);
	assert_int_equal(manifest_add_file(&m, &f), 0);
	f = (struct manifest_file){ .kind = PART_RDB,
				    .component = "redis",
				    .path = "redis/snapshot_20261122_020000.rdb.gz",
				    .size = 17 };
	assert_int_equal(manifest_add_file(&m, &f), 0);
	assert_int_equal(manifest_add_note(&m, "postgres", "snapshot", "00000003-0000001B-1"), 0);
	assert_int_equal(manifest_add_note(&m, "", "TimeZone", "UTC"), 0);
	return m;
}

static struct buf example_text(void)
{
	struct manifest m = example();
	struct error err = ERROR_INIT;
	struct buf text = { 0 };

	assert_int_equal(manifest_write(&m, &text, &err), 0);
	manifest_release(&m);
	return text;
}

static void a_manifest_round_trips(void **state)
{
	struct manifest m = example(), back = { 0 };
	struct findings f = FINDINGS_INIT("manifest");
	struct error err = ERROR_INIT;
	struct buf text = { 0 }, again = { 0 };

	(void)state;
	assert_int_equal(manifest_write(&m, &text, &err), 0);
	assert_int_equal(manifest_parse(buf_span(&text), &back, &f, &err), 0);
	assert_int_equal(f.count, 0);
	assert_string_equal(back.set, m.set);
	assert_string_equal(back.platform, m.platform);
	assert_string_equal(back.host, m.host);
	assert_string_equal(back.muster_version, m.muster_version);
	assert_true(back.started_ns == m.started_ns && back.finished_ns == m.finished_ns);
	assert_int_equal(back.file_count, 2);
	assert_int_equal(back.file[0].kind, PART_DUMP);
	assert_string_equal(back.file[0].database, "app");
	assert_true(back.file[0].size == 5000000000);
	assert_memory_equal(back.file[0].sha256, m.file[0].sha256, 32);
	assert_true(back.file[0].finished_ns == m.file[0].finished_ns);
	assert_int_equal(back.file[0].facts->side, FACTS_SOURCE);
	assert_string_equal(back.file[0].facts->item[0].name, "caf\351");
	assert_null(back.file[1].facts);
	assert_string_equal(back.note[0].value, "00000003-0000001B-1");
	assert_ptr_equal(manifest_find(&back, back.file[1].path), &back.file[1]);
	assert_null(manifest_find(&back, "redis"));
	assert_int_equal(manifest_write(&back, &again, &err), 0);
	assert_string_equal(text.ptr, again.ptr);
	buf_release(&text);
	buf_release(&again);
	manifest_release(&m);
	manifest_release(&back);
	findings_release(&f);
}

static void the_document_is_spelt_as_documented(void **state)
{
	struct buf text = example_text();

	(void)state;
	assert_non_null(strstr(text.ptr, "{\n  \"schema\": \"muster.manifest/v1\",\n"));
	assert_non_null(strstr(text.ptr, "\"started\": \"2026-11-22T02:00:00Z\""));
	assert_non_null(strstr(text.ptr, "\"size\": 5000000000"));
	assert_non_null(strstr(text.ptr, "\"sha256\": \"0009121b242d36"));
	assert_true(manifest_reader.matches((struct span){ (uint8_t *)text.ptr, READER_HEAD }));
	buf_release(&text);
}

static struct sweep sweep_of(const struct buf *text)
{
	return (struct sweep){ .name = "manifest",
			       .bytes = buf_span(text),
			       .reader = &manifest_reader };
}

static void a_manifest_cut_at_any_length_never_passes(void **state)
{
	struct buf text = example_text();
	struct sweep s = sweep_of(&text);

	(void)state;
	s.sound_from = text.len - 1; /* the newline after the last brace is covered by no check */
	sweep_cuts(&s);
	buf_release(&text);
}

static bool is_white_space(struct span tail)
{
	return tail.len == 1 && strchr(" \t\r\n", tail.ptr[0]) && tail.ptr[0];
}

static void nothing_may_follow_a_manifest_but_white_space(void **state)
{
	struct buf text = example_text();
	struct sweep s = sweep_of(&text);

	(void)state;
	s.may_follow = is_white_space;
	sweep_longer(&s);
	buf_release(&text);
}

static void the_size_of_the_blocks_makes_no_difference(void **state)
{
	struct buf text = example_text();
	struct sweep s = sweep_of(&text);
	struct error err = ERROR_INIT;
	struct reading r;

	(void)state;
	assert_int_equal(sweep_read(&s, s.bytes, 0, &r, &err), 0);
	assert_true(r.finished);
	assert_true(r.content_time_ns == 1795312800 * SECOND);
	reading_release(&r);
	sweep_blocks(&s);
	buf_release(&text);
}

enum uncovered_class {
#define X(name, where, effect) UNCOVERED_##name,
	MANIFEST_UNCOVERED_TABLE(X)
#undef X
		UNCOVERED_CLASSES
};

/* A name is a string that a colon follows. */
static struct sweep_allowance published(const struct sweep *s, size_t offset, unsigned bit)
{
	const uint8_t *text = s->bytes.ptr;
	enum uncovered_class class = UNCOVERED_VALUE;
	bool in_string = false;
	size_t end = offset;

	(void)bit;
	for (size_t i = 0; i <= offset; i++)
		in_string ^= text[i] == '"';
	while (in_string && text[end] != '"')
		end++;
	if (in_string && text[end + 1] == ':')
		class = UNCOVERED_NAME;
	else if (!in_string && (text[offset] == ' ' || text[offset] == '\n'))
		class = UNCOVERED_SPACE;
	else if (!in_string && (text[offset] < '0' || text[offset] > '9'))
		return (struct sweep_allowance){ SWEEP_COVERED, NULL };
	return (struct sweep_allowance){ class == UNCOVERED_SPACE ? SWEEP_NO_EFFECT : SWEEP_FREE,
					 &manifest_reader.coverage->row[class] };
}

static void a_flipped_bit_outside_of_values_never_passes(void **state)
{
	struct buf text = example_text();
	struct sweep s = sweep_of(&text);
	size_t passes[UNCOVERED_CLASSES] = { 0 };

	(void)state;
	s.allow = published;
	s.passes = passes;
	sweep_flips(&s);
	assert_true(passes[UNCOVERED_VALUE] > 0 && passes[UNCOVERED_NAME] > 0);
	/* no single bit makes one white space of another */
	*strchr(text.ptr, ' ') = '\t';
	assert_int_equal(verdict_of(&manifest_reader, buf_span(&text)), VERDICT_PASS);
	buf_release(&text);
}

#define HEAD                                                                                       \
	"{\"schema\": \"muster.manifest/v1\", \"set\": \"1\", \"started\": "                       \
	"\"2026-11-22T02:00:00Z\", \"finished\": \"2026-11-22T02:00:00Z\""
#define SHA256 "0000000000000000000000000000000000000000000000000000000000000000"
#define FILE_WITH(path)                                                                            \
	"{\"part\": \"rdb\", \"path\": \"" path "\", \"size\": 1, \"sha256\": \"" SHA256 "\"}"

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *text;
		enum finding_code code;
	} rows[] = {
		{ "", FINDING_EMPTY },
		{ "[]", FINDING_BAD_STRUCTURE },
		{ "{}", FINDING_BAD_MAGIC },
		{ "{\"schema\": 1}", FINDING_BAD_MAGIC },
		{ "{\"schema\": \"muster.manifest/v2\"}", FINDING_UNSUPPORTED },
		{ "{\"schema\": \"muster.manifest/v1\"}", FINDING_BAD_STRUCTURE },
		{ HEAD, FINDING_TRUNCATED },
		{ HEAD "}", FINDING_EMPTY },
		{ HEAD "} x", FINDING_TRAILING_DATA },
		{ HEAD ", \"set\": \"2\"}", FINDING_DUPLICATE },
		{ HEAD ", \"host\": \"\xff\"}", FINDING_BAD_ENCODING },
		{ HEAD ", \"host\": 3, \"files\": []}", FINDING_BAD_STRUCTURE },
		{ HEAD ", \"files\": {}}", FINDING_BAD_STRUCTURE },
		{ HEAD ", \"files\": [3]}", FINDING_BAD_STRUCTURE },
		{ HEAD ", \"files\": [{}]}", FINDING_BAD_STRUCTURE },
		{ HEAD ", \"files\": [" FILE_WITH("/etc/passwd") "]}", FINDING_BAD_STRUCTURE },
		{ HEAD ", \"files\": [" FILE_WITH("a/../../b") "]}", FINDING_BAD_STRUCTURE },
		{ HEAD ", \"files\": [" FILE_WITH("a//b") "]}", FINDING_BAD_STRUCTURE },
		{ HEAD ", \"files\": [" FILE_WITH("a/") "]}", FINDING_BAD_STRUCTURE },
		{ HEAD ", \"files\": [" FILE_WITH("a") ", " FILE_WITH("a") "]}",
		  FINDING_DUPLICATE },
		{ HEAD ", nul}", FINDING_BAD_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading r = { 0 };
		struct error err = ERROR_INIT;

		assert_int_equal(
			read_bytes(&manifest_reader, text_span(rows[i].text), 64, &r, &err), 0);
		assert_true(r.findings.count >= 1);
		assert_string_equal(finding_id(r.findings.item[0].code), finding_id(rows[i].code));
		reading_release(&r);
	}
	assert_int_equal(verdict_of(&manifest_reader,
				    text_span(HEAD ", \"files\": [" FILE_WITH("a/b..c") "]}")),
			 VERDICT_PASS);
}

static void any_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
	struct buf text = { 0 };
	struct sweep s;

	(void)state;
	SKIP_UNLESS_ALLOCATIONS_CAN_FAIL;
	text = example_text();
	s = sweep_of(&text);
	sweep_allocations(&s, 100);
	buf_release(&text);
}

static void writing_survives_any_failing_allocation(void **state)
{
	bool passed = false;

	(void)state;
	if (!failing_malloc_works)
		skip();
	for (long k = 0; !passed; k++) {
		struct manifest m = example();
		struct buf text = { 0 };
		struct error err = ERROR_INIT;
		long live = allocations_live;
		int rc;

		allocations_left = k;
		rc = manifest_write(&m, &text, &err);
		passed = allocations_left >= 0;
		allocations_left = -1;
		assert_int_equal(rc, passed ? 0 : -1);
		buf_release(&text);
		assert_int_equal(allocations_live, live);
		manifest_release(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_round_trips),
		cmocka_unit_test(the_document_is_spelt_as_documented),
		cmocka_unit_test(a_manifest_cut_at_any_length_never_passes),
		cmocka_unit_test(nothing_may_follow_a_manifest_but_white_space),
		cmocka_unit_test(the_size_of_the_blocks_makes_no_difference),
		cmocka_unit_test(a_flipped_bit_outside_of_values_never_passes),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(any_failing_allocation_is_an_error_and_leaks_nothing),
		cmocka_unit_test(writing_survives_any_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
