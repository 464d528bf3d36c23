/* SPDX-License-Identifier: Apache-2.0 */
/* Archives of each compression, whole and damaged, read by any number of threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive_encoder.h"
#include "archive_fixture.h"
#include "archive_pack.h"
#include "format/postgres/pg_archive_toc.h"
#include "sweep_allocations.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	archive_packer *pack;
} compressions[] = {
	[PG_ARCHIVE_STORED] = { "hand-made stored", NULL },
	[PG_ARCHIVE_ZLIB] = { "hand-made zlib", archive_pack_zlib },
	[PG_ARCHIVE_LZ4] = { "hand-made lz4", archive_pack_lz4 },
	[PG_ARCHIVE_ZSTD] = { "hand-made zstd", archive_pack_zstd },
};

static const struct archive_object objects[] = { { 17, "one object" },
						 { 18, "" },
						 { 4000000001, "another object another object" } };

static const struct archive_entry entries[] = {
	{ .kind = "BLOB", .tag = "17", .owner = "o" },
	{ .kind = "BLOB", .tag = "18", .owner = "o" },
	{ .kind = "BLOB", .tag = "4000000001", .owner = "o" },
	{ .kind = "TABLE DATA",
	  .tag = "t",
	  .schema = "s",
	  .owner = "o",
	  .copy = "COPY s.t (a, b) FROM stdin;\n",
	  .data = "1\tx\n2\ty\n3\txyxyxyxyxyxyxyxy\n\\.\n\n\n" },
	{ .kind = "TABLE DATA",
	  .tag = "empty",
	  .schema = "s",
	  .owner = "o",
	  .copy = "COPY s.empty (a) FROM stdin;\n",
	  .data = "\\.\n\n\n" },
	{ .kind = "BLOBS", .tag = "BLOBS", .objects = objects, .objects_count = 3 },
	{ .kind = "TABLE DATA",
	  .tag = "inserts",
	  .schema = "s",
	  .owner = "o",
	  .data = "INSERT INTO s.inserts VALUES (1, 'x;y'), (2, '(');\n"
		  "INSERT INTO s.inserts VALUES (3, NULL);\n" },
	{ .kind = "TABLE DATA", .tag = "none", .schema = "s", .owner = "o", .data = "" },
};

enum { INSERTS_BLOCK = 3 };

static struct archive of_compression(size_t how, size_t chunk)
{
	return (struct archive){ .minor = 15,
				 .compression = (int)how,
				 .pack = compressions[how].pack,
				 .chunk = chunk,
				 .entry = entries,
				 .count = COUNT(entries) };
}

/* Where the blocks begin; the archive is sound. */
struct walk {
	struct cursor at;
	const uint8_t *start;
	size_t toc_end, border[COUNT(entries) + 1], blocks;
	uint8_t *payload; /* per byte: it is data in a chunk */
};

static int64_t walk_int(struct walk *w)
{
	uint8_t sign = cursor_u8(&w->at);
	int64_t value = cursor_le32(&w->at);

	return sign ? -value : value;
}

static void walk_chunks(struct walk *w)
{
	int64_t len;

	while ((len = walk_int(w)) > 0) {
		memset(w->payload + (w->at.rest.ptr - w->start), 1, (size_t)len);
		(void)cursor_bytes(&w->at, (size_t)len);
	}
}

static void walk_block(struct walk *w)
{
	uint8_t type = cursor_u8(&w->at);

	(void)walk_int(w);
	if (type == 1)
		walk_chunks(w);
	else
		while (walk_int(w))
			walk_chunks(w);
}

static void walk(struct walk *w, struct span archive)
{
	struct findings findings = FINDINGS_INIT("test");
	struct pg_archive_toc *toc = calloc(1, sizeof(*toc));
	enum pg_archive_toc_result result;

	assert_non_null(toc);
	*w = (struct walk){ .at = { .rest = archive }, .start = archive.ptr };
	w->payload = calloc(1, archive.len);
	assert_non_null(w->payload);
	toc->findings = &findings;
	do {
		result = pg_archive_toc_read(toc, &w->at.rest,
					     (uint64_t)(w->at.rest.ptr - w->start));
	} while (result != TOC_DONE && result != TOC_MORE);
	w->toc_end = (size_t)(w->at.rest.ptr - w->start);
	while (w->at.rest.len) {
		assert_true(w->blocks < COUNT(entries));
		w->border[w->blocks++] = (size_t)(w->at.rest.ptr - w->start);
		walk_block(w);
	}
	w->border[w->blocks] = archive.len;
	assert_false(w->at.short_read);
	free(toc);
}

static struct reading read_by(struct span bytes, unsigned threads, size_t block)
{
	struct reading r = { .threads = threads };
	struct error err = ERROR_INIT;

	if (read_bytes(&pg_archive_reader, bytes, block, &r, &err) < 0)
		fail_msg("%s", err.message);
	return r;
}

static void expect_facts(const struct reading *r, const struct reading *like)
{
	if (r->findings.count)
		fail_msg("%s", r->findings.item[0].message);
	assert_true(r->finished);
	assert_int_equal(facts_find(&r->facts, FACT_TABLE, "s", "t")->count, 3);
	assert_int_equal(facts_find(&r->facts, FACT_TABLE, "s", "t")->bytes, 4 + 4 + 19);
	assert_int_equal(facts_find(&r->facts, FACT_TABLE, "s", "empty")->count, 0);
	assert_int_equal(facts_find(&r->facts, FACT_TABLE, "s", "inserts")->count, 3);
	assert_int_equal(facts_find(&r->facts, FACT_TABLE, "s", "inserts")->known, MEASURE_COUNT);
	assert_int_equal(facts_find(&r->facts, FACT_TABLE, "s", "none")->count, 0);
	assert_int_equal(facts_find(&r->facts, FACT_LARGE_OBJECTS, "", "")->count, 3);
	assert_int_equal(facts_find(&r->facts, FACT_LARGE_OBJECTS, "", "")->bytes, 39);
	for (size_t i = 0; i < r->facts.count; i++) {
		const struct fact *x = &r->facts.item[i], *y = &like->facts.item[i];

		assert_int_equal(fact_compare_identity(x, y), 0);
		assert_int_equal(x->known, y->known);
		assert_memory_equal(&x->fingerprint, &y->fingerprint, sizeof(x->fingerprint));
	}
}

static void every_compression_gives_the_same_facts(void **state)
{
	static const size_t chunks[] = { 1, 7, 4096 };
	struct archive plain = of_compression(0, 4096);
	struct buf stored = { 0 };
	struct reading like;

	(void)state;
	archive_encode(&plain, &stored);
	like = read_whole(buf_span(&stored));
	for (size_t how = 0; how < COUNT(compressions); how++) {
		for (size_t i = 0; i < COUNT(chunks); i++) {
			struct archive a = of_compression(how, chunks[i]);
			struct buf bytes = { 0 };
			struct reading r;

			archive_encode(&a, &bytes);
			r = read_whole(buf_span(&bytes));
			expect_facts(&r, &like);
			reading_release(&r);
			buf_release(&bytes);
		}
	}
	reading_release(&like);
	buf_release(&stored);
}

static struct sweep_allowance payload_alone(const struct sweep *s, size_t offset, unsigned bit)
{
	const struct walk *w = s->cookie;
	bool packed = s->name != compressions[PG_ARCHIVE_STORED].name;
	bool inserts = offset >= w->border[INSERTS_BLOCK] && offset < w->border[INSERTS_BLOCK + 1];

	const struct uncovered *row = pg_archive_reader.coverage->row;

	(void)bit;
	if (!w->payload[offset])
		return (struct sweep_allowance){ SWEEP_COVERED, NULL };
	return (struct sweep_allowance){
		packed || inserts ? SWEEP_FREE : SWEEP_SHOWN,
		&row[packed ? PG_ARCHIVE_UNCOVERED_UNPROTECTED : PG_ARCHIVE_UNCOVERED_STORED]
	};
}

static void no_damage_of_the_data_passes(void **state)
{
	static const size_t chunks[] = { 4096, 5 };

	(void)state;
	for (size_t how = 0; how < 2 * COUNT(compressions); how++) {
		struct archive a = of_compression(how % COUNT(compressions),
						  chunks[how / COUNT(compressions)]);
		struct buf bytes = { 0 };
		struct sweep s = { .name = compressions[how % COUNT(compressions)].name,
				   .reader = &pg_archive_reader,
				   .allow = payload_alone };
		struct walk w;

		archive_encode(&a, &bytes);
		s.bytes = buf_span(&bytes);
		walk(&w, s.bytes);
		s.cookie = &w;
		s.flip_from = w.toc_end;
		sweep_cuts(&s);
		sweep_longer(&s);
		sweep_blocks(&s);
		sweep_flips(&s);
		sweep_pieces(&s, &(struct sweep_pieces){ w.border, w.blocks + 1, NULL });
		free(w.payload);
		buf_release(&bytes);
	}
}

/* lz4 and zstd ask for their windows late: without memory for one a stream is unsupported, an error too. */
static int read_for_allocations(const struct sweep *s, struct span bytes, size_t block,
				struct reading *out, struct error *err)
{
	int rc = read_bytes(s->cookie, bytes, block, out, err);

	for (size_t i = 0; i < out->findings.count; i++)
		out->findings.no_memory |= out->findings.item[i].code == FINDING_UNSUPPORTED;
	return rc;
}

static void each_allocation_may_fail(void **state)
{
	(void)state;
	SKIP_UNLESS_ALLOCATIONS_CAN_FAIL;
	for (size_t how = 0; how < COUNT(compressions); how++) {
		struct archive a = of_compression(how, 4096);
		struct buf bytes = { 0 };
		struct sweep s = { .name = compressions[how].name,
				   .read = read_for_allocations,
				   .cookie = &pg_archive_reader };

		archive_encode(&a, &bytes);
		s.bytes = buf_span(&bytes);
		sweep_allocations(&s, 4096);
		buf_release(&bytes);
	}
}

/* The chunk length at `at` says `length` instead. */
static void expect_lie(struct span archive, size_t at, uint32_t sign, uint32_t length)
{
	uint8_t *lie = malloc(archive.len);
	struct reading r;

	assert_non_null(lie);
	memcpy(lie, archive.ptr, archive.len);
	lie[at] = (uint8_t)sign;
	for (int i = 0; i < 4; i++)
		lie[at + 1 + (size_t)i] = (uint8_t)(length >> 8 * i);
	r = read_whole((struct span){ lie, archive.len });
	assert_int_equal(findings_verdict(&r.findings), VERDICT_FAIL);
	assert_false(facts_find(&r.facts, FACT_TABLE, "s", "t")->known & MEASURE_COUNT);
	reading_release(&r);
	free(lie);
}

static void lengths_of_chunks_that_lie_are_noticed(void **state)
{
	static const uint32_t lies[] = { 0, 1, (1u << 30) + 1, UINT32_MAX, 1u << 30, 200 };

	(void)state;
	for (size_t how = 0; how < COUNT(compressions); how++) {
		struct archive a = of_compression(how, 4096);
		struct buf bytes = { 0 };
		struct walk w;

		archive_encode(&a, &bytes);
		walk(&w, buf_span(&bytes));
		for (size_t i = 0; i < COUNT(lies); i++) {
			expect_lie(buf_span(&bytes), w.border[0] + 6, 0, lies[i]);
			expect_lie(buf_span(&bytes), w.border[0] + 6, 1, lies[i]);
		}
		free(w.payload);
		buf_release(&bytes);
	}
}

enum { BIG_TABLES = 6, BIG_ROWS = 20000 };

/* Several tables of 500 KiB, so that all threads have work, and an object between. */
static struct buf big_archive(size_t how)
{
	static char tag[BIG_TABLES][8];
	struct archive_entry entry[BIG_TABLES + 2] = { 0 };
	struct buf data[BIG_TABLES] = { 0 }, bytes = { 0 };
	struct archive a = of_compression(how, 4096);
	uint32_t random = 4711;

	for (size_t t = 0; t < BIG_TABLES; t++) {
		for (size_t i = 0; i < BIG_ROWS; i++) {
			char row[64];
			int len;

			random = random * 1664525 + 1013904223;
			len = snprintf(row, sizeof(row), "%zu\t%08x %08x\n", i, random,
				       random >> (t + 3));
			assert_int_equal(buf_append(&data[t], row, (size_t)len), 0);
		}
		assert_int_equal(buf_append(&data[t], "\\.\n\n\n", sizeof("\\.\n\n\n")), 0);
		(void)snprintf(tag[t], sizeof(tag[t]), "t%zu", t);
		entry[t] = (struct archive_entry){ .kind = "TABLE DATA",
						   .tag = tag[t],
						   .schema = "s",
						   .owner = "o",
						   .copy = "COPY s.t (a, b) FROM stdin;\n",
						   .data = data[t].ptr };
	}
	entry[BIG_TABLES] = (struct archive_entry){ .kind = "BLOB METADATA",
						    .tag = "17..4000000001",
						    .definition = "17\n18\n4000000001\n" };
	entry[BIG_TABLES + 1] = (struct archive_entry){
		.kind = "BLOBS", .tag = "17..4000000001", .objects = objects, .objects_count = 3
	};
	a.minor = 16;
	a.entry = entry;
	a.count = COUNT(entry);
	archive_encode(&a, &bytes);
	for (size_t t = 0; t < BIG_TABLES; t++)
		buf_release(&data[t]);
	return bytes;
}

static void expect_same_by_any_threads(struct span bytes, const char *name)
{
	struct reading one = read_by(bytes, 1, 65536), two = read_by(bytes, 2, 100003),
		       four = read_by(bytes, 4, bytes.len);

	if (!same_reading(&one, &two) || !same_reading(&one, &four))
		fail_msg("%s: the number of threads changes the reading", name);
	reading_release(&one);
	reading_release(&two);
	reading_release(&four);
}

static void any_number_of_threads_gives_the_same_reading(void **state)
{
	(void)state;
	for (size_t how = 0; how < COUNT(compressions); how++) {
		struct buf bytes = big_archive(how);
		struct reading r = read_by(buf_span(&bytes), 2, 65536);
		uint32_t random = 99;

		assert_int_equal(r.findings.count, 0);
		assert_int_equal(facts_find(&r.facts, FACT_TABLE, "s", "t5")->count, BIG_ROWS);
		reading_release(&r);
		expect_same_by_any_threads(buf_span(&bytes), compressions[how].name);
		for (int i = 0; i < 4; i++) {
			size_t at;

			random = random * 1664525 + 1013904223;
			at = 4096 + random % (bytes.len - 4096);
			bytes.ptr[at] ^= (char)(1 << i); /* they add up */
			expect_same_by_any_threads(buf_span(&bytes), compressions[how].name);
		}
		expect_same_by_any_threads(
			(struct span){ (const uint8_t *)bytes.ptr, bytes.len * 2 / 3 },
			compressions[how].name);
		buf_release(&bytes);
	}
}

enum { MANY_OBJECTS = 100000 };

static void a_hundred_thousand_tiny_objects_are_counted(void **state)
{
	struct archive_object *many = calloc(MANY_OBJECTS, sizeof(*many));
	struct archive_entry entry[] = {
		{ .kind = "BLOB METADATA", .tag = "1..100000" },
		{ .kind = "BLOBS", .tag = "1..100000", .objects_count = MANY_OBJECTS },
	};
	struct buf oids = { 0 };

	(void)state;
	assert_non_null(many);
	for (uint32_t i = 0; i < MANY_OBJECTS; i++) {
		many[i] = (struct archive_object){ i + 1, i % 3 ? "tiny" : "" };
		assert_int_equal(buf_printf(&oids, "%u\n", i + 1), 0);
	}
	entry[0].definition = oids.ptr;
	entry[1].objects = many;
	for (size_t how = PG_ARCHIVE_ZLIB; how <= PG_ARCHIVE_LZ4; how++) {
		struct archive a = of_compression(how, 4096);
		struct buf bytes = { 0 };
		struct reading r;

		a.minor = 16;
		a.entry = entry;
		a.count = COUNT(entry);
		archive_encode(&a, &bytes);
		r = read_by(buf_span(&bytes), 2, 65536);
		assert_int_equal(r.findings.count, 0);
		assert_int_equal(facts_find(&r.facts, FACT_LARGE_OBJECTS, "", "")->count,
				 MANY_OBJECTS);
		reading_release(&r);
		buf_release(&bytes);
	}
	buf_release(&oids);
	free(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_compression_gives_the_same_facts),
		cmocka_unit_test(no_damage_of_the_data_passes),
		cmocka_unit_test(each_allocation_may_fail),
		cmocka_unit_test(lengths_of_chunks_that_lie_are_noticed),
		cmocka_unit_test(any_number_of_threads_gives_the_same_reading),
		cmocka_unit_test(a_hundred_thousand_tiny_objects_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
