/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <fcntl.h>

#include <cmocka.h>
#include <libdeflate.h>
#include <zlib.h>

#include "base/file.h"
#include "stream/gzip_member.h"
#include "stream/gzip_writer.h"

static uint8_t *text_of(size_t len)
{
	uint8_t *text = malloc(len + 1);
	uint32_t random = 1;

	assert_non_null(text);
	for (size_t i = 0; i < len; i++) {
		random = random * 1664525 + 1013904223;
		text[i] = (uint8_t)(i % 61 < 40 ? 'a' + i % 61 / 2 : random >> 26);
	}
	return text;
}

/* The gzip of `content`, pushed in steps, as a buffer that the caller releases. */
static struct buf written(struct span content, size_t step, unsigned threads, int level)
{
	CLEANUP(cleanup_close)
	int fd = memfd_create("gzip", MFD_CLOEXEC);
	struct gzip_writer_options options = {
		.fd = fd, .path = "memory", .level = level, .threads = threads
	};
	struct error err = ERROR_INIT;
	CLEANUP(cleanup_gzip_writer)
	struct gzip_writer *w = gzip_writer_open(&options, &err);
	struct gzip_written result;
	struct buf out = { 0 };
	struct sha256 sha256 = { 0 };
	uint8_t digest[SHA256_SIZE];
	char path[64];

	assert_non_null(w);
	for (size_t at = 0; at < content.len; at += step) {
		size_t n = content.len - at < step ? content.len - at : step;

		assert_int_equal(gzip_writer_push(w, (struct span){ content.ptr + at, n }, &err),
				 0);
	}
	assert_int_equal(gzip_writer_finish(w, &result, &err), 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(file_read(path, SIZE_MAX / 4, &out, &err), 0);
	assert_int_equal(result.content, content.len);
	assert_int_equal(result.size, out.len);
	assert_int_equal(sha256_init(&sha256, &err), 0);
	assert_int_equal(sha256_update(&sha256, buf_span(&out), &err), 0);
	assert_int_equal(sha256_final(&sha256, digest, &err), 0);
	sha256_release(&sha256);
	assert_memory_equal(digest, result.sha256, SHA256_SIZE);
	return out;
}

/* zlib inflates the whole, member by member, to `content`; returns the number of members. */
static size_t members_that_zlib_reads(const struct buf *gz, struct span content)
{
	z_stream z = { 0 };
	uint8_t *out = malloc(content.len + 1);
	size_t members = 0;

	assert_non_null(out);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (Bytef *)(void *)gz->ptr;
	z.avail_in = (uInt)gz->len;
	z.next_out = out;
	z.avail_out = (uInt)content.len + 1;
	while (z.avail_in) {
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		assert_int_equal(inflateReset(&z), Z_OK);
		members++;
	}
	assert_int_equal(z.next_out - out, content.len);
	if (content.len)
		assert_memory_equal(out, content.ptr, content.len);
	assert_int_equal(inflateEnd(&z), Z_OK);
	free(out);
	return members;
}

static void zlib_reads_what_was_written(void **state)
{
	const size_t lengths[] = { 0,
				   1,
				   70000,
				   GZIP_MEMBER_CONTENT - 1,
				   GZIP_MEMBER_CONTENT,
				   GZIP_MEMBER_CONTENT + 1,
				   5 * (size_t)GZIP_MEMBER_CONTENT };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		CLEANUP(cleanup_free)
		uint8_t *text = text_of(lengths[i]);
		struct span content = { text, lengths[i] };
		CLEANUP(buf_release)
		struct buf gz = written(content, 8191, 0, 1);
		size_t full = (lengths[i] + GZIP_MEMBER_CONTENT - 1) / GZIP_MEMBER_CONTENT;

		assert_int_equal(members_that_zlib_reads(&gz, content), full ? full : 1);
	}
}

static void threads_and_steps_do_not_change_the_bytes(void **state)
{
	const size_t len = 3 * (size_t)GZIP_MEMBER_CONTENT + 12345;
	CLEANUP(cleanup_free)
	uint8_t *text = text_of(len);
	CLEANUP(buf_release)
	struct buf one = written((struct span){ text, len }, len, 1, 6);
	CLEANUP(buf_release)
	struct buf many = written((struct span){ text, len }, 4099, 7, 6);

	(void)state;
	assert_int_equal(one.len, many.len);
	assert_memory_equal(one.ptr, many.ptr, one.len);
}

static void each_member_tells_where_the_next_begins(void **state)
{
	const size_t len = 3 * (size_t)GZIP_MEMBER_CONTENT + 1;
	CLEANUP(cleanup_free)
	uint8_t *text = text_of(len);
	CLEANUP(buf_release)
	struct buf gz = written((struct span){ text, len }, 65536, 2, 6);
	struct span rest = buf_span(&gz);
	struct gzip_member member = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_true(gzip_member_parse(rest, &member));
		assert_int_equal(member.last, i == 3);
		assert_true(member.stored <= rest.len);
		rest.ptr += member.stored;
		rest.len -= member.stored;
	}
	assert_int_equal(rest.len, 0);
}

static void random_bytes_fit_into_a_member(void **state)
{
	CLEANUP(cleanup_free)
	uint8_t *noise = malloc(GZIP_MEMBER_CONTENT);
	uint64_t random = 88172645463325252;

	(void)state;
	assert_non_null(noise);
	for (size_t i = 0; i < GZIP_MEMBER_CONTENT; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		noise[i] = (uint8_t)random;
	}
	for (int level = 1; level <= 12; level++) {
		struct libdeflate_compressor *deflate = libdeflate_alloc_compressor(level);
		CLEANUP(buf_release)
		struct buf gz =
			written((struct span){ noise, GZIP_MEMBER_CONTENT }, 65536, 1, level);

		assert_true(gz.len <= GZIP_MEMBER_STORED);
		assert_true(libdeflate_gzip_compress_bound(deflate, GZIP_MEMBER_CONTENT) + 16 <=
			    GZIP_MEMBER_STORED);
		libdeflate_free_compressor(deflate);
	}
}

static void a_full_disk_is_reported_with_the_path(void **state)
{
	const size_t len = 40 * (size_t)GZIP_MEMBER_CONTENT;
	CLEANUP(cleanup_free)
	uint8_t *zeros = calloc(1, len);
	CLEANUP(cleanup_close)
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct gzip_writer_options options = { .fd = fd, .path = "/backup/x.gz", .level = 1 };
	struct error err = ERROR_INIT;
	struct gzip_writer *w = gzip_writer_open(&options, &err);
	struct gzip_written result;

	(void)state;
	assert_non_null(zeros);
	assert_non_null(w);
	if (gzip_writer_push(w, (struct span){ zeros, len }, &err) == 0)
		assert_int_equal(gzip_writer_finish(w, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_IO);
	assert_string_equal(err.message, "write /backup/x.gz: No space left on device");
	gzip_writer_free(w);
}

static void given_up_in_the_middle_leaves_no_valid_end(void **state)
{
	const size_t len = 3 * (size_t)GZIP_MEMBER_CONTENT;
	CLEANUP(cleanup_free)
	uint8_t *text = text_of(len);
	CLEANUP(cleanup_close)
	int fd = memfd_create("gzip", MFD_CLOEXEC);
	struct gzip_writer_options options = { .fd = fd, .path = "memory" };
	struct error err = ERROR_INIT;
	struct gzip_writer *w = gzip_writer_open(&options, &err);
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct gzip_member member = { .stored = 0 };
	char path[64];

	(void)state;
	assert_non_null(w);
	assert_int_equal(gzip_writer_push(w, (struct span){ text, len }, &err), 0);
	gzip_writer_free(w);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(file_read(path, SIZE_MAX / 4, &out, &err), 0);
	for (size_t at = 0; at < out.len; at += member.stored) {
		assert_true(gzip_member_parse(
			(struct span){ (const uint8_t *)out.ptr + at, out.len - at }, &member));
		assert_false(member.last);
	}
}

static void a_level_out_of_range_is_refused(void **state)
{
	struct gzip_writer_options options = { .fd = 1, .path = "x", .level = 13 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_null(gzip_writer_open(&options, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zlib_reads_what_was_written),
		cmocka_unit_test(threads_and_steps_do_not_change_the_bytes),
		cmocka_unit_test(each_member_tells_where_the_next_begins),
		cmocka_unit_test(random_bytes_fit_into_a_member),
		cmocka_unit_test(a_full_disk_is_reported_with_the_path),
		cmocka_unit_test(given_up_in_the_middle_leaves_no_valid_end),
		cmocka_unit_test(a_level_out_of_range_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
