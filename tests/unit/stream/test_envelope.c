/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files through the envelope, serially and in parallel: both must find the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/file.h"
#include "stream/codec_coverage.h"
#include "stream/envelope.h"
#include "stream/gunzip.h"
#include "stream/gzip_member.h"
#include "stream/gzip_writer.h"

/* A content stage that remembers how much it got, and its CRC. */
struct tally {
	struct stage stage;
	uint64_t len;
	uLong crc;
	bool finished;
};

static int tally_push(struct stage *s, struct span block, struct error *err)
{
	struct tally *t = (struct tally *)s;

	(void)err;
	assert_false(t->finished);
	t->len += block.len;
	t->crc = crc32(t->crc, block.ptr, (uInt)block.len);
	return 0;
}

static int tally_finish(struct stage *s, struct error *err)
{
	(void)err;
	((struct tally *)s)->finished = true;
	return 0;
}

static void tally_free(struct stage *s)
{
	(void)s;
}

static const struct stage_ops tally_ops = { "tally", tally_push, tally_finish, tally_free };

struct outcome {
	struct envelope envelope;
	struct tally content;
	struct findings findings;
};

static int file_of(struct span bytes)
{
	int fd = memfd_create("stored", MFD_CLOEXEC);
	struct error err = ERROR_INIT;

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, "memory", bytes.ptr, bytes.len, &err), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static struct outcome read_fd(int fd, unsigned threads, uint64_t expansion_max)
{
	_Atomic uint64_t done = 0;
	struct envelope_options options = { .fd = fd,
					    .path = "memory",
					    .threads = threads,
					    .expansion_max = expansion_max,
					    .done = &done };
	struct outcome o = { .content.stage.ops = &tally_ops };
	struct error err = ERROR_INIT;

	assert_int_equal(envelope_read(&options, &o.content.stage, &o.findings, &o.envelope, &err),
			 0);
	assert_true(o.content.finished);
	assert_int_equal(done, o.envelope.size);
	return o;
}

static struct outcome read_bytes(struct span bytes, unsigned threads)
{
	CLEANUP(cleanup_close)
	int fd = file_of(bytes);

	return read_fd(fd, threads, 0);
}

static void assert_hashed(const struct outcome *o, struct span bytes)
{
	struct sha256 sha256 = { 0 };
	uint8_t digest[SHA256_SIZE];
	struct error err = ERROR_INIT;

	assert_int_equal(sha256_init(&sha256, &err), 0);
	assert_int_equal(sha256_update(&sha256, bytes, &err), 0);
	assert_int_equal(sha256_final(&sha256, digest, &err), 0);
	sha256_release(&sha256);
	assert_int_equal(o->envelope.size, bytes.len);
	assert_memory_equal(o->envelope.sha256, digest, SHA256_SIZE);
}

static bool has(const struct outcome *o, enum finding_code code)
{
	for (size_t i = 0; i < o->findings.count; i++) {
		if (o->findings.item[i].code == code)
			return true;
	}
	return false;
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
	assert_int_equal(a->findings.count, b->findings.count);
	for (size_t i = 0; i < a->findings.count; i++) {
		assert_int_equal(a->findings.item[i].code, b->findings.item[i].code);
		assert_int_equal(a->findings.item[i].offset, b->findings.item[i].offset);
		assert_string_equal(a->findings.item[i].message, b->findings.item[i].message);
		assert_string_equal(a->findings.item[i].layer, "gzip");
	}
	assert_int_equal(a->envelope.members, b->envelope.members);
	assert_memory_equal(a->envelope.sha256, b->envelope.sha256, SHA256_SIZE);
	if (has(a, FINDING_BAD_COMPRESSION))
		return; /* how much came before it may differ by some bytes: see gunzip.c */
	assert_int_equal(a->content.len, b->content.len);
	assert_int_equal(a->content.crc, b->content.crc);
}

/* Serial and parallel reading, found to be the same. */
static struct outcome read_both_ways(struct span bytes)
{
	struct outcome serial = read_bytes(bytes, 1), parallel = read_bytes(bytes, 3);

	assert_same(&serial, &parallel);
	assert_hashed(&serial, bytes);
	findings_release(&parallel.findings);
	return serial;
}

static struct buf own_gzip(struct span content)
{
	CLEANUP(cleanup_close)
	int fd = file_of((struct span){ NULL, 0 });
	struct gzip_writer_options options = { .fd = fd, .path = "memory", .threads = 2 };
	struct error err = ERROR_INIT;
	CLEANUP(cleanup_gzip_writer)
	struct gzip_writer *w = gzip_writer_open(&options, &err);
	struct gzip_written result;
	struct buf out = { 0 };
	char path[64];

	assert_non_null(w);
	assert_int_equal(gzip_writer_push(w, content, &err), 0);
	assert_int_equal(gzip_writer_finish(w, &result, &err), 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(file_read(path, SIZE_MAX / 4, &out, &err), 0);
	return out;
}

static struct buf zlib_gzip(struct span content, gz_header *header)
{
	struct buf out = { 0 };
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	if (header)
		assert_int_equal(deflateSetHeader(&z, header), Z_OK);
	assert_int_equal(buf_reserve(&out, deflateBound(&z, content.len) + 1000), 0);
	z.next_in = (Bytef *)(uintptr_t)content.ptr;
	z.avail_in = (uInt)content.len;
	z.next_out = (Bytef *)out.ptr;
	z.avail_out = (uInt)(out.capacity - 1);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out.len = z.total_out;
	assert_int_equal(deflateEnd(&z), Z_OK);
	return out;
}

/* Text that packs to little: `len` bytes in lines that repeat. */
static struct buf lines(size_t len)
{
	struct buf b = { 0 };

	for (unsigned i = 0; b.len < len; i++)
		assert_int_equal(buf_printf(&b, "%u\tthe same text\n", i / 2000), 0);
	b.len = len;
	return b;
}

static void a_file_that_is_no_gzip_passes_through(void **state)
{
	const size_t lengths[] = { 0, 1, 22, 23, 131072, 131073, 3000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		CLEANUP(buf_release)
		struct buf text = lines(lengths[i]);
		struct outcome o = read_both_ways(buf_span(&text));

		assert_int_equal(o.envelope.codec, CODEC_NONE);
		assert_int_equal(o.envelope.members, 0);
		assert_int_equal(o.findings.count, 0);
		assert_int_equal(o.content.len, text.len);
		assert_int_equal(o.content.crc, crc32(0, (Bytef *)text.ptr, (uInt)text.len));
	}
}

static void sound_gzips_unpack_to_their_content(void **state)
{
	const size_t lengths[] = { 0, 1, 100000, GZIP_MEMBER_CONTENT, 7654321 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		CLEANUP(buf_release)
		struct buf text = lines(lengths[i]);
		CLEANUP(buf_release)
		struct buf own = own_gzip(buf_span(&text));
		CLEANUP(buf_release)
		struct buf foreign = zlib_gzip(buf_span(&text), NULL);
		struct outcome a = read_both_ways(buf_span(&own));
		struct outcome b = read_both_ways(buf_span(&foreign));

		assert_true(a.envelope.codec == CODEC_GZIP && b.envelope.codec == CODEC_GZIP);
		assert_int_equal(a.findings.count + b.findings.count, 0);
		assert_int_equal(b.envelope.members, 1);
		assert_int_equal(a.content.len, text.len);
		assert_int_equal(a.content.crc, b.content.crc);
		assert_int_equal(a.content.len, b.content.len);
	}
}

static struct buf three_own_members(void)
{
	CLEANUP(buf_release)
	struct buf text = lines(2 * (size_t)GZIP_MEMBER_CONTENT + 50);

	return own_gzip(buf_span(&text));
}

static void our_gzip_cut_at_any_length_is_found_at_the_cut(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = three_own_members();

	(void)state;
	for (size_t len = 1; len < gz.len; len += len < 60 || gz.len - len < 60 ? 1 : 61) {
		struct outcome o = read_both_ways((struct span){ (const uint8_t *)gz.ptr, len });

		assert_int_equal(o.envelope.codec, CODEC_GZIP);
		assert_int_equal(o.findings.count, 1);
		assert_int_equal(o.findings.item[0].code, FINDING_TRUNCATED);
		assert_int_equal(o.findings.item[0].offset, len);
		findings_release(&o.findings);
	}
}

static void our_gzip_cut_between_members_is_found(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = three_own_members();
	struct gzip_member first;
	struct outcome o;

	(void)state;
	assert_true(gzip_member_parse(buf_span(&gz), &first));
	o = read_both_ways((struct span){ (const uint8_t *)gz.ptr, first.stored });
	assert_int_equal(o.findings.count, 1);
	assert_int_equal(o.findings.item[0].code, FINDING_TRUNCATED);
	assert_string_equal(o.findings.item[0].message,
			    "it ends after member 1, which is not marked as the last");
	findings_release(&o.findings);
}

/* Flip a bit, read, flip it back; true: nothing was found. */
static bool passes_with_flip(struct buf *gz, size_t bit, const struct tally *sound)
{
	struct outcome o;
	bool passes;

	gz->ptr[bit / 8] = (char)(gz->ptr[bit / 8] ^ 1 << bit % 8);
	o = read_both_ways(buf_span(gz));
	gz->ptr[bit / 8] = (char)(gz->ptr[bit / 8] ^ 1 << bit % 8);
	/* the magic number gone, it is the content stage's to say what this is */
	passes = o.envelope.codec == CODEC_GZIP && findings_verdict(&o.findings) == VERDICT_PASS;
	if (passes) {
		assert_int_equal(o.content.len, sound->len);
		assert_int_equal(o.content.crc, sound->crc);
	}
	findings_release(&o.findings);
	return passes;
}

static void any_bit_flipped_in_our_gzip_is_found(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = three_own_members();
	struct outcome sound = read_both_ways(buf_span(&gz));
	size_t headers = GZIP_MEMBER_HEADER * 8;

	(void)state;
	for (size_t bit = 0; bit < gz.len * 8; bit += bit < headers ? 1 : 149) {
		if (passes_with_flip(&gz, bit, &sound.content))
			assert_true(bit >= headers); /* padding: the content is the same */
	}
}

enum { NAME_AT = 18, COMMENT_AT = 24, DATA_AT = 31 };

static bool is_uncovered(size_t bit)
{
	static const struct {
		const char *field;
		size_t first, len;
		unsigned mask;
	} rows[] = {
#define X(field, first, len, mask, why) { field, first, len, mask },
		GZIP_UNCOVERED_TABLE(X)
#undef X
	};
	size_t at = bit / 8;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t first = rows[i].first, len = rows[i].len;

		if (strcmp(rows[i].field, "XLEN, FEXTRA") == 0) {
			first = 10;
			len = NAME_AT - 10;
		} else if (strcmp(rows[i].field, "FNAME") == 0) {
			first = NAME_AT;
			len = COMMENT_AT - NAME_AT - 1;
		} else if (strcmp(rows[i].field, "FCOMMENT") == 0) {
			first = COMMENT_AT;
			len = DATA_AT - COMMENT_AT - 1;
		}
		if (at >= first && at < first + len && rows[i].mask >> bit % 8 & 1)
			return true;
	}
	return false;
}

static void a_flipped_bit_in_a_foreign_gzip_is_found_or_listed(void **state)
{
	static Bytef extra[] = { 'a', 'p', 2, 0, 'x', 'y' };
	static char name[] = "a.sql", comment[] = "aaaaaa";
	gz_header plain = { .time = 1,
			    .os = 3,
			    .extra = extra,
			    .extra_len = sizeof(extra),
			    .name = (Bytef *)name,
			    .comment = (Bytef *)comment };
	gz_header summed = plain;

	(void)state;
	summed.hcrc = 1;
	for (int with_crc = 0; with_crc < 2; with_crc++) {
		CLEANUP(buf_release)
		struct buf text = lines(300);
		CLEANUP(buf_release)
		struct buf gz = zlib_gzip(buf_span(&text), with_crc ? &summed : &plain);
		struct outcome sound = read_both_ways(buf_span(&gz));

		assert_int_equal(sound.findings.count, 0);
		for (size_t bit = 0; bit < gz.len * 8; bit++) {
			if (passes_with_flip(&gz, bit, &sound.content) && bit / 8 < DATA_AT)
				assert_true(!with_crc && is_uncovered(bit));
		}
	}
}

static void each_document_lists_what_is_not_covered(void **state)
{
	(void)state;
	for (int c = CODEC_GZIP; c < CODEC_COUNT; c++) {
		const struct coverage *coverage = codec_coverage((enum codec)c);
		CLEANUP(buf_release)
		struct buf doc = { 0 };
		struct error err = ERROR_INIT;
		char path[1024], row[300];

		assert_string_equal(coverage->id, codec_id((enum codec)c));
		(void)snprintf(path, sizeof(path), SOURCE_ROOT "/docs/formats/%s.md", coverage->id);
		assert_int_equal(file_read(path, 1 << 20, &doc, &err), 0);
		for (size_t i = 0; i < coverage->count; i++) {
			(void)snprintf(row, sizeof(row), "\n| %s | %s |\n", coverage->row[i].where,
				       coverage->row[i].effect);
			assert_non_null(strstr(doc.ptr, row));
		}
	}
}

/* As bgzip writes it: members of at most 64 KiB with their length, then an empty one. */
static struct buf bgzf(struct span content, size_t each)
{
	static const uint8_t header[] = { 0x1f, 0x8b, 8, 4, 0,   0,   0, 0,
					  0,    0xff, 6, 0, 'B', 'C', 2, 0 };
	struct buf out = { 0 };
	size_t at = 0, n;

	do {
		size_t start = out.len, stored;
		uint8_t trailer[8];
		z_stream z = { 0 };
		uLong crc;

		n = content.len - at < each ? content.len - at : each;
		assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
		assert_int_equal(buf_reserve(&out, deflateBound(&z, n) + 100), 0);
		assert_int_equal(buf_append(&out, header, sizeof(header)), 0);
		z.next_in = (Bytef *)(uintptr_t)(content.ptr + at);
		z.avail_in = (uInt)n;
		z.next_out = (Bytef *)out.ptr + start + sizeof(header) + 2;
		z.avail_out = (uInt)(out.capacity - 1 - start - sizeof(header) - 2);
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		out.len += 2 + z.total_out;
		assert_int_equal(deflateEnd(&z), Z_OK);
		crc = crc32(0, content.ptr + at, (uInt)n);
		for (int i = 0; i < 4; i++) {
			trailer[i] = (uint8_t)(crc >> 8 * i);
			trailer[4 + i] = (uint8_t)(n >> 8 * i);
		}
		assert_int_equal(buf_append(&out, trailer, sizeof(trailer)), 0);
		stored = out.len - start;
		out.ptr[start + 16] = (char)(stored - 1);
		out.ptr[start + 17] = (char)((stored - 1) >> 8);
		at += n;
	} while (n);
	return out;
}

static void bgzf_reads_the_same_on_any_number_of_threads_sound_or_not(void **state)
{
	CLEANUP(buf_release)
	struct buf text = lines(50000);
	CLEANUP(buf_release)
	struct buf gz = bgzf(buf_span(&text), 9000);
	struct gzip_member member;
	struct outcome o = read_both_ways(buf_span(&gz));

	(void)state;
	assert_int_equal(o.findings.count, 0);
	assert_int_equal(o.envelope.members, 7);
	assert_int_equal(o.content.crc, crc32(0, (Bytef *)text.ptr, (uInt)text.len));
	for (size_t at = 0; at < gz.len; at += member.stored)
		assert_true(gzip_member_measure(
			(struct span){ (const uint8_t *)gz.ptr + at, gz.len - at }, &member));
	for (size_t len = 1; len < gz.len; len++) {
		o = read_both_ways((struct span){ (const uint8_t *)gz.ptr, len });
		findings_release(&o.findings);
	}
	for (size_t bit = 0; bit < gz.len * 8; bit += 7) {
		gz.ptr[bit / 8] = (char)(gz.ptr[bit / 8] ^ 1 << bit % 8);
		o = read_both_ways(buf_span(&gz));
		findings_release(&o.findings);
		gz.ptr[bit / 8] = (char)(gz.ptr[bit / 8] ^ 1 << bit % 8);
	}
}

static void a_lying_length_is_found_and_the_rest_still_read(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = three_own_members();
	struct outcome sound = read_both_ways(buf_span(&gz));
	struct gzip_member first, lie;
	const int64_t lies[] = { -1, 1, 100, 1 << 19, 1 << 30, -(1 << 8) };

	(void)state;
	assert_true(gzip_member_parse(buf_span(&gz), &first));
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct outcome o;

		lie = first;
		lie.stored = (uint32_t)(first.stored + lies[i]);
		gzip_member_header(lie, (uint8_t *)gz.ptr);
		o = read_both_ways(buf_span(&gz));
		assert_int_equal(o.findings.count, 1);
		assert_int_equal(o.findings.item[0].code, FINDING_LENGTH_MISMATCH);
		assert_int_equal(o.content.len, sound.content.len);
		assert_int_equal(o.content.crc, sound.content.crc);
		findings_release(&o.findings);
	}
}

static void whatever_follows_our_members_is_read_too(void **state)
{
	CLEANUP(buf_release)
	struct buf gz = three_own_members();
	CLEANUP(buf_release)
	struct buf text = lines(1000);
	CLEANUP(buf_release)
	struct buf foreign = zlib_gzip(buf_span(&text), NULL);
	CLEANUP(buf_release)
	struct buf again = three_own_members();
	size_t own = gz.len;
	struct outcome o;

	(void)state;
	assert_int_equal(buf_append(&gz, foreign.ptr, foreign.len), 0);
	assert_int_equal(buf_append(&gz, again.ptr, again.len), 0);
	o = read_both_ways(buf_span(&gz));
	assert_int_equal(o.findings.count, 0);
	assert_int_equal(o.envelope.members, 7);
	gz.len = own;
	assert_int_equal(buf_append(&gz, "tail", 4), 0);
	o = read_both_ways(buf_span(&gz));
	assert_int_equal(o.findings.count, 1);
	assert_int_equal(o.findings.item[0].code, FINDING_TRAILING_DATA);
	assert_int_equal(o.findings.item[0].offset, own);
	findings_release(&o.findings);
}

static void an_expansion_past_the_limit_is_found_both_ways(void **state)
{
	CLEANUP(buf_release)
	struct buf text = lines(EXPANSION_FREE + (8 << 20));
	CLEANUP(buf_release)
	struct buf gz = own_gzip(buf_span(&text));
	struct outcome o[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		CLEANUP(cleanup_close)
		int fd = file_of(buf_span(&gz));

		o[i] = read_fd(fd, i ? 3 : 1, 2);
	}
	assert_same(&o[0], &o[1]);
	assert_int_equal(o[0].findings.count, 1);
	assert_int_equal(o[0].findings.item[0].code, FINDING_EXPANSION_LIMIT);
	assert_true(o[0].content.len < text.len);
	assert_hashed(&o[0], buf_span(&gz));
	findings_release(&o[0].findings);
	findings_release(&o[1].findings);
}

static void a_failing_read_is_an_error_with_the_path(void **state)
{
	struct envelope_options options = { .fd = -1, .path = "/backup/x.gz" };
	struct tally tally = { .stage.ops = &tally_ops };
	struct findings findings = { 0 };
	struct error err = ERROR_INIT;
	struct envelope out;

	(void)state;
	assert_int_equal(envelope_read(&options, &tally.stage, &findings, &out, &err), -1);
	assert_string_equal(err.message, "read /backup/x.gz: Bad file descriptor");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_no_gzip_passes_through),
		cmocka_unit_test(sound_gzips_unpack_to_their_content),
		cmocka_unit_test(our_gzip_cut_at_any_length_is_found_at_the_cut),
		cmocka_unit_test(our_gzip_cut_between_members_is_found),
		cmocka_unit_test(any_bit_flipped_in_our_gzip_is_found),
		cmocka_unit_test(a_flipped_bit_in_a_foreign_gzip_is_found_or_listed),
		cmocka_unit_test(each_document_lists_what_is_not_covered),
		cmocka_unit_test(bgzf_reads_the_same_on_any_number_of_threads_sound_or_not),
		cmocka_unit_test(a_lying_length_is_found_and_the_rest_still_read),
		cmocka_unit_test(whatever_follows_our_members_is_read_too),
		cmocka_unit_test(an_expansion_past_the_limit_is_found_both_ways),
		cmocka_unit_test(a_failing_read_is_an_error_with_the_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
