/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots for tests: the fixtures that a Redis wrote, and ones put together byte by byte. */
#ifndef TESTS_RDB_BYTES_H
#define TESTS_RDB_BYTES_H

#include <stdio.h>

#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"

/* Adds the bytes of a string literal, which may hold NUL. */
#define ADD(b, literal) rdb_bytes_add(b, literal, sizeof(literal) - 1)

static inline void rdb_bytes_add(struct buf *b, const void *bytes, size_t len)
{
	if (buf_append(b, bytes, len) < 0)
		abort();
}

static inline void rdb_bytes_byte(struct buf *b, unsigned byte)
{
	uint8_t one = (uint8_t)byte;

	rdb_bytes_add(b, &one, 1);
}

static inline void rdb_bytes_begin(struct buf *b)
{
	buf_clear(b);
	ADD(b, "REDIS0010");
}

/* A string as it is stored raw, with the length's shortest form. */
static inline void rdb_bytes_string(struct buf *b, const void *bytes, size_t len)
{
	if (len < 64) {
		rdb_bytes_byte(b, (unsigned)len);
	} else if (len < 16384) {
		rdb_bytes_byte(b, 0x40U | (unsigned)(len >> 8));
		rdb_bytes_byte(b, (unsigned)len & 0xff);
	} else {
		rdb_bytes_byte(b, 0x80);
		for (int shift = 24; shift >= 0; shift -= 8)
			rdb_bytes_byte(b, (unsigned)(len >> shift) & 0xff);
	}
	rdb_bytes_add(b, bytes, len);
}
#define ADD_STRING(b, literal) rdb_bytes_string(b, literal, sizeof(literal) - 1)

/* The end marker and the right checksum. */
static inline void rdb_bytes_end(struct buf *b)
{
	uint64_t crc;

	rdb_bytes_byte(b, 0xff);
	crc = checksum_crc64(0, buf_span(b));
	for (int i = 0; i < 8; i++)
		rdb_bytes_byte(b, (unsigned)(crc >> 8 * i) & 0xff);
}

/* The bytes of a file in tests/fixtures/rdb. */
static inline void rdb_bytes_fixture(struct buf *b, const char *name)
{
	struct error err = ERROR_INIT;
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", SOURCE_ROOT "/tests/fixtures/rdb", name);
	buf_clear(b);
	if (file_read(path, 1 << 20, b, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.message);
		abort();
	}
}

#endif
