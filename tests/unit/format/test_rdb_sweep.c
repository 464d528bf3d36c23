/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots changed everywhere: as they are, where the CRC-64 sees it, and with the
 * CRC-64 put right again, where only the structure, the facts or nothing does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/redis/rdb.h"
#include "format/redis/rdb_coverage.h"
#include "rdb_bytes.h"
#include "reading.h"
#include "sweep.h"
#include "sweep_allocations.h"

static const char *const fixtures[] = { "all.rdb",   "packed.rdb", "general.rdb",
					"empty.rdb", "one.rdb",    "no-checksum.rdb" };
enum { FIXTURES = sizeof(fixtures) / sizeof(*fixtures) };

static void each(void (*sweep)(const struct sweep *s))
{
	for (size_t i = 0; i < FIXTURES; i++) {
		struct buf bytes = { 0 };
		struct sweep s = { .name = fixtures[i], .reader = &rdb_reader };

		rdb_bytes_fixture(&bytes, fixtures[i]);
		s.bytes = buf_span(&bytes);
		sweep(&s);
		buf_release(&bytes);
	}
}

static void no_shorter_snapshot_passes(void **state)
{
	(void)state;
	each(sweep_cuts);
}

static void no_longer_snapshot_passes(void **state)
{
	(void)state;
	each(sweep_longer);
}

static void the_size_of_blocks_does_not_matter(void **state)
{
	(void)state;
	each(sweep_blocks);
}

/* The right checksum behind a changed content. */
static void mend(struct buf *b)
{
	uint64_t crc = checksum_crc64(0, (struct span){ (const uint8_t *)b->ptr, b->len - 8 });

	for (int i = 0; i < 8; i++)
		b->ptr[b->len - 8 + (size_t)i] = (char)(crc >> 8 * i & 0xff);
}

/* A snapshot put together of parts, each of which says whether facts tell it. */
struct part {
	bool unused;
	const char *bytes;
	size_t len;
};
#define PART(literal)                                                                              \
	{                                                                                          \
		false, literal, sizeof(literal) - 1                                                \
	}
#define UNUSED(literal)                                                                            \
	{                                                                                          \
		true, literal, sizeof(literal) - 1                                                 \
	}

#define ID   "\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x01"
#define TIME "\x10\x00\x00\x00\x00\x00\x00\x00"

static const struct part parts[] = {
	PART("REDIS0013\xfa\x05"
	     "ctime\xc2\x00\x00\x01\x00\xfa\x07"),
	UNUSED("unknown"),
	PART("\x05"),
	UNUSED("value"),
	PART("\xfe\x03\xfb\x06\x02"),
	/* six keys */
	PART("\xfc\xff\xff\xe7\x03\x00\x00\x00\x00\x00\x01"
	     "a\xc3\x06\x0d\x01"
	     "ab\xe0\x02\x01"),
	UNUSED("\xf9\x07"),
	PART("\x02\x01"
	     "b\x02\x01x\xc0\x05"),
	UNUSED("\xf8\x07"),
	PART("\x05\x01"
	     "c\x01\x01m\x00\x00\x00\x00\x00\x00\xf8\x3f"),
	PART("\xfc\x00\x00\x00\x00\x01\x00\x00\x00\x12\x01"
	     "d\x01\x02\x0c\x0c\x00\x00\x00\x02\x00\x81"
	     "a\x02\x0c\x01\xff"),
	PART("\x19\x01"
	     "e"),
	UNUSED(TIME),
	PART("\x0f\x0f\x00\x00\x00\x03\x00\x81"
	     "f\x02\x81v\x02\x05\x01\xff"),
	PART("\x15\x01"
	     "f\x00\x00\x09\x09"),
	UNUSED("\x01\x02\x03\x04\x05"),
	PART("\x01\x01g\x05\x01"),
	UNUSED("\x06"),
	PART("\x01" ID TIME "\x01\x01\x01"
	     "c"),
	UNUSED(TIME TIME),
	PART("\x01" ID),
};
enum { PARTS = sizeof(parts) / sizeof(*parts) };

static void put_together(struct buf *b)
{
	for (size_t i = 0; i < PARTS; i++)
		rdb_bytes_add(b, parts[i].bytes, parts[i].len);
	rdb_bytes_end(b);
}

static struct sweep_allowance allow(const struct sweep *s, size_t offset, unsigned bit)
{
	size_t k = 0;

	(void)s;
	(void)bit;
	while (k < PARTS && offset >= parts[k].len)
		offset -= parts[k++].len;
	if (k < PARTS && parts[k].unused)
		return (struct sweep_allowance){ SWEEP_FREE,
						 &rdb_coverage.row[RDB_UNCOVERED_UNUSED] };
	if (k == PARTS && offset) /* the checksum itself, made right again */
		return (struct sweep_allowance){ SWEEP_NO_EFFECT,
						 &rdb_coverage.row[RDB_UNCOVERED_CHECKSUM] };
	return (struct sweep_allowance){ SWEEP_SHOWN, &rdb_coverage.row[RDB_UNCOVERED_CONTENT] };
}

/* The fixture without a checksum: whatever its structure lets pass. */
static struct sweep_allowance allow_any(const struct sweep *s, size_t offset, unsigned bit)
{
	(void)offset;
	(void)bit;
	if (strcmp(s->name, "no-checksum.rdb") != 0)
		return (struct sweep_allowance){ SWEEP_COVERED, NULL };
	return (struct sweep_allowance){ SWEEP_FREE, &rdb_coverage.row[RDB_UNCOVERED_CONTENT] };
}

static void flip(const struct sweep *s)
{
	struct sweep copy = *s;

	copy.allow = allow_any;
	sweep_flips(&copy);
}

static void with_the_checksum_no_flip_passes(void **state)
{
	struct buf b = { 0 };
	struct sweep s = { .name = "hand-made.rdb", .reader = &rdb_reader };

	(void)state;
	each(flip);
	put_together(&b);
	s.bytes = buf_span(&b);
	sweep_flips(&s);
	buf_release(&b);
}

static void without_it_what_passes_is_shown_or_published(void **state)
{
	size_t passes[RDB_UNCOVERED_COUNT] = { 0 };
	struct buf b = { 0 };
	struct sweep s = { .name = "hand-made.rdb",
			   .reader = &rdb_reader,
			   .allow = allow,
			   .passes = passes,
			   .mend = mend };

	(void)state;
	put_together(&b);
	s.bytes = buf_span(&b);
	sweep_flips(&s);
	assert_true(passes[RDB_UNCOVERED_CONTENT] > 100);
	assert_true(passes[RDB_UNCOVERED_UNUSED] > 100);
	buf_release(&b);
}

/* Six keys, one after the other. */
static const size_t key_parts[] = { 5, 6, 8, 10, 11, 14, PARTS };

static bool only_swaps(const struct sweep *s, enum sweep_change change, size_t k)
{
	(void)s;
	(void)k;
	return change == SWEEP_SWAP; /* RDB_UNCOVERED_ORDER */
}

static void no_key_is_lost_or_repeated_even_without_the_checksum(void **state)
{
	enum { KEYS = sizeof(key_parts) / sizeof(*key_parts) };
	size_t border[KEYS], at = 0, k = 0;
	struct buf b = { 0 };
	struct sweep s = { .name = "hand-made.rdb", .reader = &rdb_reader };
	struct sweep_pieces pieces = { .border = border, .borders = KEYS };

	(void)state;
	for (size_t i = 0; i <= PARTS; i++) {
		if (k < KEYS && i == key_parts[k])
			border[k++] = at;
		at += i < PARTS ? parts[i].len : 0;
	}
	put_together(&b);
	s.bytes = buf_span(&b);
	sweep_pieces(&s, &pieces);
	s.mend = mend;
	pieces.may_pass = only_swaps;
	sweep_pieces(&s, &pieces);
	buf_release(&b);
}

static void a_checksum_of_zero_is_a_warning(void **state)
{
	struct buf b = { 0 };
	struct reading r = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	put_together(&b);
	memset(b.ptr + b.len - 8, 0, 8);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), b.len, &r, &err), 0);
	assert_int_equal(findings_verdict(&r.findings), VERDICT_WARN);
	reading_release(&r);
	buf_release(&b);
}

static void any_allocation_may_fail(void **state)
{
	struct buf bytes = { 0 };
	struct sweep s = { .name = "all.rdb", .reader = &rdb_reader };

	(void)state;
	SKIP_UNLESS_ALLOCATIONS_CAN_FAIL;
	rdb_bytes_fixture(&bytes, "all.rdb");
	s.bytes = buf_span(&bytes);
	sweep_allocations(&s, 0);
	buf_release(&bytes);
}

/* Twice the key that comes first, and twice one that comes past the limit. */
static void keys_past_the_limit_are_not_compared(void **state)
{
	enum { KEYS = 1500000 };
	struct buf b = { 0 };
	struct reading r = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	rdb_bytes_begin(&b);
	for (unsigned i = 0; i < KEYS + 2; i++) {
		unsigned number = i < KEYS ? i : KEYS;
		uint8_t key[7] = { 0,
				   4,
				   (uint8_t)(number >> 24),
				   (uint8_t)(number >> 16),
				   (uint8_t)(number >> 8),
				   (uint8_t)number,
				   0 };

		rdb_bytes_add(&b, key, sizeof(key));
	}
	rdb_bytes_end(&b);
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), 65536, &r, &err), 0);
	assert_int_equal(r.findings.count, 0);
	reading_release(&r);
	b.len -= 9;
	ADD(&b, "\x00\x04\x00\x00\x00\x07\x00");
	rdb_bytes_end(&b);
	r = (struct reading){ 0 };
	assert_int_equal(read_bytes(&rdb_reader, buf_span(&b), 65536, &r, &err), 0);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_DUPLICATE);
	reading_release(&r);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_shorter_snapshot_passes),
		cmocka_unit_test(no_longer_snapshot_passes),
		cmocka_unit_test(the_size_of_blocks_does_not_matter),
		cmocka_unit_test(with_the_checksum_no_flip_passes),
		cmocka_unit_test(without_it_what_passes_is_shown_or_published),
		cmocka_unit_test(no_key_is_lost_or_repeated_even_without_the_checksum),
		cmocka_unit_test(a_checksum_of_zero_is_a_warning),
		cmocka_unit_test(any_allocation_may_fail),
		cmocka_unit_test(keys_past_the_limit_are_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
