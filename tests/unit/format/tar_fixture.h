/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tars in tests/fixtures/pg-tar/, taken apart and put together apart from the
 * reader. Include after cmocka.h.
 */
#ifndef TESTS_TAR_FIXTURE_H
#define TESTS_TAR_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "format/postgres/pg_tar.h"
#include "reading.h"

enum { TAR_FIXTURE_MEMBERS = 64 };

static inline struct buf tar_file(const char *path)
{
	struct error err = ERROR_INIT;
	struct buf bytes = { 0 };
	char whole[1024];

	(void)snprintf(whole, sizeof(whole), SOURCE_ROOT "/tests/fixtures/%s", path);
	if (file_read(whole, 1 << 20, &bytes, &err) < 0)
		fail_msg("%s", err.message);
	return bytes;
}

/* Where the members of a tar with plain headers lie. */
struct tar_layout {
	struct {
		char name[101];
		char type;
		size_t start, data, size, end; /* header, content, its length, with its padding */
	} member[TAR_FIXTURE_MEMBERS];
	size_t count, end; /* of the two blocks of zeros */
};

static inline void tar_layout(struct tar_layout *l, struct span tar)
{
	size_t at = 0;

	*l = (struct tar_layout){ 0 };
	while (at + 512 <= tar.len && tar.ptr[at]) {
		const char *header = (const char *)tar.ptr + at;
		char size[13] = "";

		assert_true(l->count < TAR_FIXTURE_MEMBERS);
		memcpy(l->member[l->count].name, header, 100);
		memcpy(size, header + 124, 12);
		l->member[l->count].type = header[156];
		l->member[l->count].start = at;
		l->member[l->count].data = at + 512;
		l->member[l->count].size = strtoul(size, NULL, 8);
		at += 512 + (l->member[l->count].size + 511) / 512 * 512;
		l->member[l->count++].end = at;
	}
	l->end = at + 1024;
	assert_true(l->end <= tar.len);
}

static inline void tar_append(struct buf *out, const char *name, char type, struct span content)
{
	static const uint8_t zeros[512];
	uint8_t header[TAR_BLOCK];

	tar_header(name, type, content.len, header);
	assert_int_equal(buf_append(out, header, sizeof(header)), 0);
	if (content.len)
		assert_int_equal(buf_append(out, content.ptr, content.len), 0);
	assert_int_equal(buf_append(out, zeros, (512 - content.len % 512) % 512), 0);
}

static inline void tar_append_end(struct buf *out)
{
	static const uint8_t zeros[1024];

	assert_int_equal(buf_append(out, zeros, sizeof(zeros)), 0);
}

static inline struct span tar_content(const struct tar_layout *l, size_t k, struct span tar)
{
	return (struct span){ tar.ptr + l->member[k].data, l->member[k].size };
}

static inline struct reading read_tar(struct span bytes)
{
	struct reading r = { 0 };
	struct error err = ERROR_INIT;

	if (read_bytes(&pg_tar_reader, bytes, bytes.len ? bytes.len : 1, &r, &err) < 0)
		fail_msg("%s", err.message);
	return r;
}

#endif
