/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder against zlib, and against itself with its input and output cut differently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/buf.h"
#include "stream/gunzip.h"

enum { TEXT_SIZE = 3000 };

static uint8_t text[TEXT_SIZE];

static int fill_text(void **state)
{
	uint32_t random = 7;

	(void)state;
	for (size_t i = 0; i < TEXT_SIZE; i++) {
		random = random * 1664525 + 1013904223;
		text[i] = (uint8_t)(random >> 24);
		if (random >> 30)
			text[i] = (uint8_t) "etaoin shrdlu\t\n"[random >> 20 & 7];
	}
	return 0;
}

struct member {
	int level, strategy;
	size_t len;
	gz_header *header;
};

static void append_member(struct buf *out, struct member m)
{
	z_stream z = { 0 };
	uint8_t bytes[2 * TEXT_SIZE + 1000];

	assert_int_equal(deflateInit2(&z, m.level, Z_DEFLATED, 15 + 16, 8, m.strategy), Z_OK);
	if (m.header)
		assert_int_equal(deflateSetHeader(&z, m.header), Z_OK);
	z.next_in = text;
	z.avail_in = (uInt)m.len;
	z.next_out = bytes;
	z.avail_out = sizeof(bytes);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(buf_append(out, bytes, sizeof(bytes) - z.avail_out), 0);
	assert_int_equal(deflateEnd(&z), Z_OK);
}

static struct buf all_kinds_of_members(void)
{
	static Bytef extra[] = { 'a', 'p', 2, 0, 'x', 'y' };
	static char name[] = "name.sql", comment[] = "a comment";
	gz_header full = { .time = 1,
			   .os = 3,
			   .extra = extra,
			   .extra_len = sizeof(extra),
			   .name = (Bytef *)name,
			   .comment = (Bytef *)comment,
			   .hcrc = 1 };
	gz_header named = { .name = (Bytef *)name };
	const struct member members[] = {
		{ 6, Z_DEFAULT_STRATEGY, 900, &full }, { 0, Z_DEFAULT_STRATEGY, 100, &named },
		{ 6, Z_DEFAULT_STRATEGY, 0, NULL },    { 9, Z_FIXED, 300, NULL },
		{ 1, Z_HUFFMAN_ONLY, 200, &named },    { 6, Z_RLE, 50, NULL },
		{ 9, Z_DEFAULT_STRATEGY, 2500, NULL },
	};
	struct buf out = { 0 };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		append_member(&out, members[i]);
	return out;
}

/* What came of it, as text: two runs are alike when their texts are. */
static void log_outcome(struct buf *log, const struct findings *findings, struct span content,
			uint64_t members)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->item[i];

		assert_int_equal(buf_printf(log, "%s %llu %s\n", finding_id(f->code),
					    (unsigned long long)f->offset, f->message),
				 0);
	}
	assert_int_equal(buf_printf(log, "members %llu, content %zu %08lx\n",
				    (unsigned long long)members, content.len,
				    crc32(0, content.ptr, (uInt)content.len)),
			 0);
}

struct run {
	struct gunzip *gunzip;
	struct findings *findings;
	struct buf *content;
	size_t room, member_start;
};

static void check_member(struct run *r, const struct gunzip_trailer *t)
{
	const uint8_t *member = (const uint8_t *)r->content->ptr + r->member_start;
	size_t len = r->content->len - r->member_start;

	if (t->crc != crc32(0, len ? member : (const uint8_t *)"", (uInt)len))
		findings_add(r->findings, FINDING_CHECKSUM_MISMATCH, t->offset, "crc");
	if (t->length != len)
		findings_add(r->findings, FINDING_LENGTH_MISMATCH, t->offset + 4, "length");
	r->member_start = r->content->len;
}

static void feed(struct run *r, struct span in)
{
	enum gunzip_status status;

	do {
		struct gunzip_trailer trailer;
		uint8_t *room = malloc(r->room);
		struct gunzip_block out = { .ptr = room, .room = r->room };

		assert_non_null(room);
		status = gunzip_step(r->gunzip, &in, &out, &trailer);
		assert_int_equal(buf_append(r->content, room, out.len), 0);
		free(room);
		if (status == GUNZIP_MEMBER)
			check_member(r, &trailer);
	} while (status != GUNZIP_NEEDS_INPUT);
	assert_int_equal(in.len, 0);
}

static struct buf outcome(struct span gz, size_t step, size_t room)
{
	const struct gunzip_options options = { .expansion_max = 1100, .expansion_free = 1 << 26 };
	struct error err = ERROR_INIT;
	struct findings findings = FINDINGS_INIT("gzip");
	CLEANUP(cleanup_gunzip)
	struct gunzip *gunzip = gunzip_open(&options, &findings, &err);
	CLEANUP(buf_release)
	struct buf content = { 0 };
	struct run run = { gunzip, &findings, &content, room, 0 };
	struct buf log = { 0 };

	assert_non_null(gunzip);
	for (size_t at = 0; at < gz.len; at += step) {
		size_t n = gz.len - at < step ? gz.len - at : step;
		uint8_t *block = malloc(n);

		assert_non_null(block);
		memcpy(block, gz.ptr + at, n);
		feed(&run, (struct span){ block, n });
		free(block);
	}
	gunzip_end(gunzip);
	log_outcome(&log, &findings, buf_span(&content), gunzip_members(gunzip));
	findings_release(&findings);
	return log;
}

/* How much came before an invalid place differs by some bytes: see gunzip.c. */
static void forget_content_if_invalid(struct buf *log)
{
	char *content = strstr(log->ptr, ", content ");

	if (content && strstr(log->ptr, "bad-compression"))
		*content = '\0';
}

static void assert_same_however_cut(struct span gz)
{
	CLEANUP(buf_release)
	struct buf whole = outcome(gz, gz.len + 1, 8192);
	const struct {
		size_t step, room;
	} cuts[] = { { 1, 8192 }, { 7, 61 }, { 8192, 1 }, { 1, 1 } };

	forget_content_if_invalid(&whole);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		CLEANUP(buf_release)
		struct buf other = outcome(gz, cuts[i].step, cuts[i].room);

		forget_content_if_invalid(&other);
		assert_string_equal(other.ptr, whole.ptr);
	}
}

static void every_kind_of_member_unpacks_as_zlib_packed_it(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = all_kinds_of_members();
	CLEANUP(buf_release)
	struct buf log = outcome(buf_span(&gz), gz.len, 8192);
	const size_t lengths[] = { 900, 100, 0, 300, 200, 50, 2500 };
	CLEANUP(buf_release)
	struct buf expected = { 0 };
	uLong crc = crc32(0, NULL, 0);
	size_t total = 0;

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		crc = crc32(crc, text, (uInt)lengths[i]);
		total += lengths[i];
	}
	assert_int_equal(buf_printf(&expected, "members 7, content %zu %08lx\n", total, crc), 0);
	assert_string_equal(log.ptr, expected.ptr);
	assert_same_however_cut(buf_span(&gz));
}

static void cut_at_any_length_it_is_found_at_the_cut(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = { 0 };

	(void)state;
	append_member(&gz, (struct member){ 6, Z_DEFAULT_STRATEGY, 700, NULL });
	append_member(&gz, (struct member){ 0, Z_DEFAULT_STRATEGY, 30, NULL });
	for (size_t len = 0; len < gz.len; len++) {
		struct span part = { (const uint8_t *)gz.ptr, len };
		CLEANUP(buf_release)
		struct buf log = outcome(part, len + 1, 8192);
		char expected[64];

		(void)snprintf(expected, sizeof(expected), "truncated %zu it ends ", len);
		if (len == 0)
			assert_non_null(strstr(log.ptr, "empty 0 "));
		else if (strncmp(log.ptr, "members 1,", 10) != 0)
			assert_memory_equal(log.ptr, expected, strlen(expected));
		assert_same_however_cut(part);
	}
}

static void flipped_bits_are_found_alike_however_it_is_cut(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = all_kinds_of_members();
	size_t step = gz.len * 8 / 200 | 1;

	(void)state;
	for (size_t bit = 0; bit < gz.len * 8; bit += bit < 400 ? 1 : step) {
		gz.ptr[bit / 8] = (char)(gz.ptr[bit / 8] ^ 1 << bit % 8);
		assert_same_however_cut(buf_span(&gz));
		gz.ptr[bit / 8] = (char)(gz.ptr[bit / 8] ^ 1 << bit % 8);
	}
}

static void assert_finding(const struct buf *gz, const char *expected)
{
	CLEANUP(buf_release)
	struct buf log = outcome(buf_span(gz), gz->len + 1, 8192);

	if (!strstr(log.ptr, expected))
		print_error("expected \"%s\", got: %s", expected, log.ptr);
	assert_non_null(strstr(log.ptr, expected));
	assert_same_however_cut(buf_span(gz));
}

static void what_follows_the_last_member_is_found(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = { 0 };
	char expected[80];
	size_t end;

	(void)state;
	append_member(&gz, (struct member){ 6, Z_DEFAULT_STRATEGY, 100, NULL });
	end = gz.len;
	assert_int_equal(buf_append(&gz, "\0\0\0", 3), 0);
	(void)snprintf(expected, sizeof(expected),
		       "trailing-data %zu 3 bytes follow the last member, all zero\n", end);
	assert_finding(&gz, expected);
	assert_int_equal(buf_append(&gz, "x", 1), 0);
	(void)snprintf(expected, sizeof(expected),
		       "trailing-data %zu 4 bytes follow the last member\n", end);
	assert_finding(&gz, expected);
	gz.len = end;
	assert_int_equal(buf_append(&gz, "\x1f\x8c", 2), 0);
	assert_finding(&gz, "2 bytes follow the last member\n");
}

static void a_header_that_is_not_deflate_or_has_reserved_flags_is_found(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = { 0 };

	(void)state;
	append_member(&gz, (struct member){ 6, Z_DEFAULT_STRATEGY, 100, NULL });
	gz.ptr[2] = 7;
	assert_finding(&gz, "bad-structure 2 compression method 7 of member 1 is not deflate (8)");
	gz.ptr[2] = 8;
	gz.ptr[3] = 0x20;
	assert_finding(&gz, "bad-structure 3 reserved flags are set in member 1: 0x20");
	gz.ptr[3] = 0;
	gz.ptr[0] = 'x';
	assert_finding(&gz, "bad-magic 0 it does not begin with 1f 8b");
}

static void a_wrong_header_crc_is_found_and_the_rest_still_read(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = all_kinds_of_members();
	const size_t crc_at = 10 + 2 + 6 + sizeof("name.sql") + sizeof("a comment");
	char expected[80];

	(void)state;
	gz.ptr[4] ^= 1;
	(void)snprintf(expected, sizeof(expected),
		       "checksum-mismatch %zu header CRC of member 1: stored ", crc_at);
	assert_finding(&gz, expected);
	assert_finding(&gz, "members 7,");
}

static void expansion_past_the_limit_ends_the_unpacking(void **state)
{
	const struct gunzip_options options = { .expansion_max = 10, .expansion_free = 3 << 20 };
	static uint8_t zeros[8 << 20], packed[64 << 10], out_bytes[100000];
	struct error err = ERROR_INIT;
	struct findings findings = FINDINGS_INIT("gzip");
	CLEANUP(cleanup_gunzip)
	struct gunzip *gunzip = gunzip_open(&options, &findings, &err);
	z_stream z = { .next_in = zeros,
		       .avail_in = sizeof(zeros),
		       .next_out = packed,
		       .avail_out = sizeof(packed) };
	struct gunzip_trailer trailer;
	struct span in = { packed, 0 };
	uint64_t content = 0;
	enum gunzip_status status;

	(void)state;
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(deflateEnd(&z), Z_OK);
	in.len = sizeof(packed) - z.avail_out;
	do {
		struct gunzip_block out = { .ptr = out_bytes, .room = sizeof(out_bytes) };

		status = gunzip_step(gunzip, &in, &out, &trailer);
		content += out.len;
	} while (status == GUNZIP_NEEDS_ROOM);
	gunzip_end(gunzip);
	assert_int_equal(status, GUNZIP_NEEDS_INPUT);
	assert_int_equal(content, 4 << 20);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.item[0].code, FINDING_EXPANSION_LIMIT);
	findings_release(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_member_unpacks_as_zlib_packed_it),
		cmocka_unit_test(cut_at_any_length_it_is_found_at_the_cut),
		cmocka_unit_test(flipped_bits_are_found_alike_however_it_is_cut),
		cmocka_unit_test(what_follows_the_last_member_is_found),
		cmocka_unit_test(a_header_that_is_not_deflate_or_has_reserved_flags_is_found),
		cmocka_unit_test(a_wrong_header_crc_is_found_and_the_rest_still_read),
		cmocka_unit_test(expansion_past_the_limit_ends_the_unpacking),
	};

	return cmocka_run_group_tests(tests, fill_text, NULL);
}
