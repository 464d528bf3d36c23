/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of each compression whose k-th read fails, and whose reads give a few bytes
 * or are interrupted. Replaces the program's read().
 */
#undef _FORTIFY_SOURCE /* it would make read() an inline function of the C library's */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "packed.h"
#include "stream/envelope.h"
#include "stream/gzip_writer.h"

/* Of `disturbed` alone; a run reads from one thread at a time. */
static struct {
	int disturbed;
	long left;   /* reads until one fails; negative: none will */
	size_t most; /* bytes that a read gives; 0: all that are asked for */
	bool interrupted;
} reads = { .disturbed = -1 };

ssize_t read(int fd, void *out, size_t len)
{
	if (fd != reads.disturbed)
		return syscall(SYS_read, fd, out, len);
	if (reads.most) {
		reads.interrupted = !reads.interrupted;
		if (reads.interrupted) {
			errno = EINTR;
			return -1;
		}
		len = len < reads.most ? len : reads.most;
	}
	if (reads.left == 0) {
		errno = EIO;
		return -1;
	}
	reads.left--;
	return syscall(SYS_read, fd, out, len);
}

struct sink {
	struct stage stage;
	uint64_t len;
};

static int sink_push(struct stage *s, struct span block, struct error *err)
{
	(void)err;
	((struct sink *)s)->len += block.len;
	return 0;
}

static void sink_free(struct stage *s)
{
	(void)s;
}

static const struct stage_ops sink_ops = { .name = "sink", .push = sink_push, .free = sink_free };

enum { CONTENT = 1500000 };

/* Bytes that do not pack: the file is of many blocks. */
static struct buf noise(void)
{
	struct buf b = { 0 };

	assert_int_equal(buf_reserve(&b, CONTENT), 0);
	for (uint32_t n = 1; b.len < CONTENT; n = n * 1664525 + 1013904223)
		b.ptr[b.len++] = (char)(n >> 24);
	return b;
}

static int file_of(struct span bytes)
{
	int fd = memfd_create("stored", MFD_CLOEXEC);
	struct error err = ERROR_INIT;

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, "stored", bytes.ptr, bytes.len, &err), 0);
	return fd;
}

static int own_gzip(struct span content)
{
	int fd = file_of((struct span){ NULL, 0 });
	struct gzip_writer_options options = { .fd = fd, .path = "stored", .threads = 2 };
	struct error err = ERROR_INIT;
	CLEANUP(cleanup_gzip_writer)
	struct gzip_writer *w = gzip_writer_open(&options, &err);
	struct gzip_written result;

	assert_non_null(w);
	assert_int_equal(gzip_writer_push(w, content, &err), 0);
	assert_int_equal(gzip_writer_finish(w, &result, &err), 0);
	return fd;
}

/* 0 with all of the content, or -1 with `err`. */
static int read_all(int fd, unsigned threads, struct error *err)
{
	struct envelope_options options = { .fd = fd, .path = "/backup/x", .threads = threads };
	struct sink sink = { .stage.ops = &sink_ops };
	struct findings findings = { 0 };
	struct envelope out;
	int rc;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	rc = envelope_read(&options, &sink.stage, &findings, &out, err);
	if (rc == 0)
		assert_int_equal(sink.len, CONTENT);
	assert_int_equal(findings.count, 0);
	findings_release(&findings);
	return rc;
}

static void disturb(int fd)
{
	for (unsigned threads = 1; threads <= 3; threads += 2) {
		struct error err = ERROR_INIT;
		long k = 0;

		reads.disturbed = fd;
		for (reads.left = k; read_all(fd, threads, &err) < 0; reads.left = ++k) {
			assert_string_equal(err.message, "read /backup/x: Input/output error");
			assert_int_equal(err.kind, ERROR_IO);
			err = (struct error)ERROR_INIT;
		}
		assert_true(k > 3);
		reads.left = -1;
		reads.most = 4099;
		assert_int_equal(read_all(fd, threads, &err), 0);
		reads.most = 0;
		reads.disturbed = -1;
	}
}

static void any_failing_read_is_an_error_and_short_ones_change_nothing(void **state)
{
	CLEANUP(buf_release)
	struct buf content = noise();

	(void)state;
	for (int c = CODEC_NONE; c < CODEC_COUNT; c++) {
		CLEANUP(buf_release)
		struct buf file = { 0 };
		CLEANUP(cleanup_close)
		int fd = -1;

		if (c != CODEC_NONE)
			file = packed((enum codec)c, buf_span(&content), true);
		fd = file_of(buf_span(c == CODEC_NONE ? &content : &file));
		disturb(fd);
	}
}

static void any_failing_read_of_our_own_gzip_is_an_error(void **state)
{
	CLEANUP(buf_release)
	struct buf content = noise();
	CLEANUP(cleanup_close)
	int fd = own_gzip(buf_span(&content));

	(void)state;
	disturb(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_failing_read_is_an_error_and_short_ones_change_nothing),
		cmocka_unit_test(any_failing_read_of_our_own_gzip_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
