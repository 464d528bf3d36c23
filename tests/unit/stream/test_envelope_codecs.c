/* SPDX-License-Identifier: Apache-2.0 */
/* Files as the compression programs write them, and bombs, through the whole envelope. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/checksum.h"
#include "base/file.h"
#include "packed.h"
#include "stream/envelope.h"

struct tally {
	struct stage stage;
	uint32_t crc;
};

static int tally_push(struct stage *s, struct span block, struct error *err)
{
	struct tally *t = (struct tally *)s;

	(void)err;
	t->crc = checksum_crc32(t->crc, block);
	return 0;
}

static void tally_free(struct stage *s)
{
	(void)s;
}

static const struct stage_ops tally_ops = { .name = "tally",
					    .push = tally_push,
					    .free = tally_free };

struct outcome {
	struct envelope envelope;
	struct tally content;
	struct findings findings;
};

static struct outcome read_with(int fd, unsigned threads, uint64_t expansion_max)
{
	struct envelope_options options = {
		.fd = fd, .path = "packed", .threads = threads, .expansion_max = expansion_max
	};
	struct outcome o = { .content.stage.ops = &tally_ops };
	struct error err = ERROR_INIT;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	if (envelope_read(&options, &o.content.stage, &o.findings, &o.envelope, &err) < 0)
		fail_msg("%s", err.message);
	return o;
}

/* On one thread and on three, which must come to the same. */
static struct outcome read_both_ways(int fd, uint64_t expansion_max)
{
	struct outcome a = read_with(fd, 1, expansion_max), b = read_with(fd, 3, expansion_max);

	assert_int_equal(a.envelope.codec, b.envelope.codec);
	assert_int_equal(a.envelope.members, b.envelope.members);
	assert_memory_equal(a.envelope.sha256, b.envelope.sha256, SHA256_SIZE);
	assert_int_equal(a.findings.count, b.findings.count);
	for (size_t i = 0; i < a.findings.count; i++) {
		assert_int_equal(a.findings.item[i].code, b.findings.item[i].code);
		assert_int_equal(a.findings.item[i].offset, b.findings.item[i].offset);
		assert_string_equal(a.findings.item[i].message, b.findings.item[i].message);
		assert_string_equal(a.findings.item[i].layer, codec_id(a.envelope.codec));
	}
	assert_int_equal(a.content.stage.offset, b.content.stage.offset);
	assert_int_equal(a.content.crc, b.content.crc);
	findings_release(&b.findings);
	return a;
}

static int file_of(struct span bytes)
{
	int fd = memfd_create("packed", 0); /* the programs inherit it */
	struct error err = ERROR_INIT;

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, "memory", bytes.ptr, bytes.len, &err), 0);
	return fd;
}

static bool is_installed(const char *program)
{
	char command[100];

	(void)snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	return system(command) == 0; /* NOLINT(cert-env33-c): the test's own words */
}

/* What `program arguments` makes of the content. */
static int pack_with(const char *program, const char *arguments, int content)
{
	int packed = file_of((struct span){ NULL, 0 });
	char command[300];

	(void)snprintf(command, sizeof(command),
		       "%s %s </proc/self/fd/%d >/proc/self/fd/%d 2>/dev/null", program, arguments,
		       content, packed);
	if (system(command) != 0) /* NOLINT(cert-env33-c) */
		fail_msg("%s", command);
	return packed;
}

static const struct {
	enum codec codec;
	const char *program, *arguments;
	int finding;      /* -1: none */
	uint64_t members; /* 0: any number */
} programs[] = {
	{ CODEC_GZIP, "gzip", "-c", -1, 1 },
	{ CODEC_GZIP, "pigz", "-c", -1, 1 },
	{ CODEC_GZIP, "bgzip", "-c", -1, 0 },
	{ CODEC_ZSTD, "zstd", "-q -c", -1, 1 },
	{ CODEC_ZSTD, "zstd", "-q -c -T2 -19", -1, 1 },
	{ CODEC_ZSTD, "zstd", "-q -c --long=27", -1, 1 },
	{ CODEC_ZSTD, "zstd", "-q -c --long=28", FINDING_UNSUPPORTED, 0 },
	{ CODEC_ZSTD, "zstd", "-q -c --no-check", FINDING_NO_CHECKSUM, 1 },
	{ CODEC_ZSTD, "pzstd", "-q -c -p 2", -1, 0 },
	{ CODEC_LZ4, "lz4", "-q -c", -1, 1 },
	{ CODEC_LZ4, "lz4", "-q -c -B4 -BD", -1, 1 },
	{ CODEC_LZ4, "lz4", "-q -c -BX --no-frame-crc", -1, 1 },
	{ CODEC_LZ4, "lz4", "-q -c --no-frame-crc", FINDING_NO_CHECKSUM, 1 },
	{ CODEC_LZ4, "lz4", "-q -c -l", FINDING_UNSUPPORTED, 0 },
	{ CODEC_XZ, "xz", "-c", -1, 1 },
	{ CODEC_XZ, "xz", "-c -T2 --block-size=300000", -1, 1 },
	{ CODEC_XZ, "xz", "-c --check=sha256", -1, 1 },
	{ CODEC_XZ, "xz", "-c --check=none", FINDING_NO_CHECKSUM, 1 },
	{ CODEC_BZIP2, "bzip2", "-c", -1, 1 },
	{ CODEC_BZIP2, "bzip2", "-c -1", -1, 1 },
};

static void what_the_programs_write_is_read(void **state)
{
	CLEANUP(buf_release)
	struct buf text = packed_lines(3000000);
	CLEANUP(cleanup_close)
	int content = file_of(buf_span(&text));

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct outcome o;
		int fd;

		if (!is_installed(programs[i].program)) {
			print_message("%s is not installed\n", programs[i].program);
			continue;
		}
		fd = pack_with(programs[i].program, programs[i].arguments, content);
		o = read_both_ways(fd, 0);
		assert_int_equal(o.envelope.codec, programs[i].codec);
		assert_int_equal(o.findings.count, programs[i].finding >= 0);
		if (programs[i].finding >= 0)
			assert_int_equal(o.findings.item[0].code, programs[i].finding);
		if (programs[i].members)
			assert_int_equal(o.envelope.members, programs[i].members);
		if (programs[i].finding != FINDING_UNSUPPORTED) {
			assert_int_equal(o.content.stage.offset, text.len);
			assert_int_equal(o.content.crc, checksum_crc32(0, buf_span(&text)));
		}
		findings_release(&o.findings);
		(void)close(fd);
	}
}

static struct buf repeated(const struct buf *frame, size_t times)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < times; i++)
		assert_int_equal(buf_append(&out, frame->ptr, frame->len), 0);
	return out;
}

static void a_bomb_of_many_frames_is_found(void **state)
{
	CLEANUP(buf_release)
	struct buf text = packed_lines(1 << 20);

	(void)state;
	for (int c = CODEC_GZIP; c < CODEC_COUNT; c++) {
		CLEANUP(buf_release)
		struct buf frame = packed((enum codec)c, buf_span(&text), true);
		CLEANUP(buf_release)
		struct buf file = repeated(&frame, 72);
		CLEANUP(cleanup_close)
		int fd = file_of(buf_span(&file));
		struct outcome o = read_both_ways(fd, 2);

		assert_int_equal(o.findings.count, 1);
		assert_int_equal(o.findings.item[0].code, FINDING_EXPANSION_LIMIT);
		assert_true(o.content.stage.offset < 72U << 20);
		assert_int_equal(o.envelope.size, file.len);
		findings_release(&o.findings);
	}
}

static void runs_of_zeros_in_bzip2_pass_the_limit_that_holds_unless_another_is_given(void **state)
{
	const size_t each = 16 << 20;
	uint8_t *zeros = calloc(1, each);
	CLEANUP(buf_release)
	struct buf frame = packed(CODEC_BZIP2, (struct span){ zeros, each }, true);
	CLEANUP(buf_release)
	struct buf file = repeated(&frame, 20);
	CLEANUP(cleanup_close)
	int fd = file_of(buf_span(&file));
	struct outcome o = read_both_ways(fd, 0);

	(void)state;
	assert_int_equal(o.findings.count, 1);
	assert_int_equal(o.findings.item[0].code, FINDING_EXPANSION_LIMIT);
	findings_release(&o.findings);
	o = read_both_ways(fd, 1000000);
	assert_int_equal(o.findings.count, 0);
	assert_int_equal(o.content.stage.offset, 20 * each);
	free(zeros);
}

static void trailing_bytes_are_counted_to_the_end(void **state)
{
	CLEANUP(buf_release)
	struct buf text = packed_lines(5000);
	static const uint8_t zeros[300001];

	(void)state;
	for (int c = CODEC_GZIP; c < CODEC_COUNT; c++) {
		CLEANUP(buf_release)
		struct buf file = packed((enum codec)c, buf_span(&text), true);
		size_t end = file.len;
		struct outcome o;
		int fd;

		assert_int_equal(buf_append(&file, zeros, sizeof(zeros)), 0);
		fd = file_of(buf_span(&file));
		o = read_both_ways(fd, 0);
		assert_int_equal(o.findings.count, 1);
		if (c == CODEC_XZ) { /* not a multiple of four */
			assert_int_equal(o.findings.item[0].code, FINDING_TRUNCATED);
		} else {
			assert_int_equal(o.findings.item[0].code, FINDING_TRAILING_DATA);
			assert_int_equal(o.findings.item[0].offset, end);
			assert_non_null(
				strstr(o.findings.item[0].message, "300001 bytes follow the last"));
			assert_non_null(strstr(o.findings.item[0].message, ", all zero"));
		}
		findings_release(&o.findings);
		(void)close(fd);
	}
}

/* A magic number of which only the first bytes are there. */
static void a_file_of_a_few_leading_bytes_is_one_cut_short(void **state)
{
	(void)state;
	for (int c = CODEC_GZIP; c < CODEC_COUNT; c++) {
		CLEANUP(buf_release)
		struct buf file = packed((enum codec)c, (struct span){ NULL, 0 }, true);

		for (size_t len = 1; len <= 4; len++) {
			CLEANUP(cleanup_close)
			int fd = file_of((struct span){ (const uint8_t *)file.ptr, len });
			struct outcome o = read_both_ways(fd, 0);

			assert_int_equal(o.envelope.codec, c);
			assert_int_equal(o.findings.count, 1);
			assert_int_equal(o.findings.item[0].code, FINDING_TRUNCATED);
			assert_int_equal(o.findings.item[0].offset, len);
			findings_release(&o.findings);
		}
	}
}

static void the_codec_is_known_by_the_first_frame_that_holds_something(void **state)
{
#define HEAD(text) ((struct span){ (const uint8_t *)(text), sizeof(text) - 1 })
	(void)state;
	assert_int_equal(codec_of(HEAD("\x50\x2a\x4d\x18\4\0\0\0size\x28\xb5\x2f\xfd")),
			 CODEC_ZSTD);
	assert_int_equal(codec_of(HEAD("\x5f\x2a\x4d\x18\0\0\0\0\x04\x22\x4d\x18")), CODEC_LZ4);
	assert_int_equal(codec_of(HEAD("\x50\x2a\x4d\x18\xff\xff\xff\xffxy")), CODEC_ZSTD);
	assert_int_equal(codec_of(HEAD("\x02\x21\x4c\x18")), CODEC_LZ4);
	assert_int_equal(codec_of(HEAD("PGDMP")), CODEC_NONE);
	assert_int_equal(codec_of(HEAD("BZh9")), CODEC_BZIP2);
	assert_int_equal(codec_of(HEAD("")), CODEC_NONE);
#undef HEAD
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_programs_write_is_read),
		cmocka_unit_test(a_bomb_of_many_frames_is_found),
		cmocka_unit_test(
			runs_of_zeros_in_bzip2_pass_the_limit_that_holds_unless_another_is_given),
		cmocka_unit_test(trailing_bytes_are_counted_to_the_end),
		cmocka_unit_test(a_file_of_a_few_leading_bytes_is_one_cut_short),
		cmocka_unit_test(the_codec_is_known_by_the_first_frame_that_holds_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
