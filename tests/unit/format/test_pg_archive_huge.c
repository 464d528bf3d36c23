/* SPDX-License-Identifier: Apache-2.0 */
/* A row of 100 MB is read in memory that does not depend on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <malloc.h>
#include <zlib.h>

#include "archive_encoder.h"
#include "format/postgres/pg_archive.h"
#include "format/row_hash.h"

enum { PIECE = 64 * 1024, PIECES = 1600, MEMORY_MAX = 24 << 20 };

static const char ending[] = "\n\\.\n\n\n";

struct feed {
	struct stage *stage;
	struct row_hash *hash;
	size_t memory_before, memory_peak;
	uint8_t piece[PIECE], packed[PIECE];
	z_stream zlib;
};

static size_t memory_now(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void push(struct feed *f, const void *bytes, size_t len)
{
	struct error err = ERROR_INIT;
	size_t now;

	assert_int_equal(stage_push(f->stage, (struct span){ bytes, len }, &err), 0);
	now = memory_now();
	f->memory_peak = now > f->memory_peak ? now : f->memory_peak;
}

static void push_length(struct feed *f, uint64_t len)
{
	uint8_t raw[5] = { 0, (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16),
			   (uint8_t)(len >> 24) };

	push(f, raw, sizeof(raw));
}

static void next_piece(struct feed *f, uint32_t n)
{
	for (size_t i = 0; i < PIECE; i++)
		f->piece[i] = (uint8_t)('a' + (i * n >> 5) % 26);
	row_hash_update(f->hash, (struct span){ f->piece, PIECE });
}

static void deflate_chunks(struct feed *f, const void *bytes, size_t len, int flush)
{
	f->zlib.next_in = (Bytef *)(uintptr_t)bytes;
	f->zlib.avail_in = (uInt)len;
	do {
		f->zlib.next_out = f->packed;
		f->zlib.avail_out = PIECE;
		assert_int_not_equal(deflate(&f->zlib, flush), Z_STREAM_ERROR);
		if (f->zlib.avail_out == PIECE)
			break;
		push_length(f, PIECE - f->zlib.avail_out);
		push(f, f->packed, PIECE - f->zlib.avail_out);
	} while (!f->zlib.avail_out);
}

static void push_compressed(struct feed *f)
{
	assert_int_equal(deflateInit(&f->zlib, 1), Z_OK);
	for (uint32_t n = 0; n < PIECES; n++) {
		next_piece(f, n);
		deflate_chunks(f, f->piece, PIECE, Z_NO_FLUSH);
	}
	deflate_chunks(f, ending, sizeof(ending) - 1, Z_FINISH);
	(void)deflateEnd(&f->zlib);
}

/* Without compression a row is one chunk. */
static void push_stored(struct feed *f)
{
	push_length(f, (uint64_t)PIECES * PIECE + sizeof(ending) - 1);
	for (uint32_t n = 0; n < PIECES; n++) {
		next_piece(f, n);
		push(f, f->piece, PIECE);
	}
	push(f, ending, sizeof(ending) - 1);
}

static void read_huge(bool compressed, unsigned threads)
{
	const struct archive_entry entry = { .kind = "TABLE DATA",
					     .tag = "t",
					     .schema = "s",
					     .copy = "COPY s.t (a) FROM stdin;\n",
					     .data = "" };
	struct archive a = { .minor = 15, .compression = compressed, .entry = &entry, .count = 1 };
	struct feed *f = calloc(1, sizeof(*f));
	struct reading r = { .threads = threads };
	struct error err = ERROR_INIT;
	struct row_sum sum = { 0 };
	const struct fact *fact;
	struct buf head = { 0 };

	assert_non_null(f);
	archive_encode(&a, &head);
	f->hash = row_hash_new();
	f->memory_before = f->memory_peak = memory_now();
	f->stage = pg_archive_reader.open(&r, &err);
	assert_non_null(f->stage);
	push(f, head.ptr, head.len - 5); /* less the end of its empty data */
	row_hash_begin_row(f->hash);
	if (compressed)
		push_compressed(f);
	else
		push_stored(f);
	push_length(f, 0);
	row_hash_end(f->hash, &sum);
	assert_int_equal(stage_finish(f->stage, &err), 0);
	stage_free_chain(f->stage);
	assert_int_equal(r.findings.count, 0);
	fact = facts_find(&r.facts, FACT_TABLE, "s", "t");
	assert_int_equal(fact->count, 1);
	assert_int_equal(fact->bytes, (uint64_t)PIECES * PIECE + 1);
	assert_memory_equal(&fact->fingerprint, &sum.fingerprint, sizeof(sum.fingerprint));
	if (f->memory_peak - f->memory_before > MEMORY_MAX)
		fail_msg("%zu bytes of memory", f->memory_peak - f->memory_before);
	row_hash_free(f->hash);
	reading_release(&r);
	buf_release(&head);
	free(f);
}

static void a_huge_row_is_read_in_bounded_memory(void **state)
{
	(void)state;
	read_huge(false, 1);
	read_huge(true, 1);
	read_huge(true, 2);
	read_huge(true, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_huge_row_is_read_in_bounded_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
