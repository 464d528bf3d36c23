/* SPDX-License-Identifier: Apache-2.0 */
/* The checksums of files and formats: SHA-256, gzip's CRC-32, Redis's CRC-64. */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"

enum { SHA256_SIZE = 32, SHA256_TEXT_SIZE = 65 };

/* FIPS 180-4. A zeroed one is empty and may be released. */
struct sha256 {
	void *state;
};

MUST_CHECK int sha256_init(struct sha256 *s, struct error *err);
MUST_CHECK int sha256_update(struct sha256 *s, struct span bytes, struct error *err);
/* The digest of all bytes so far; afterwards `s` may only be released. */
MUST_CHECK int sha256_final(struct sha256 *s, uint8_t digest[SHA256_SIZE], struct error *err);
void sha256_release(struct sha256 *s);

/* The value of a lower-case hex digit; -1 for any other character. */
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 64 lower-case hex digits. Returns `out`. */
char *sha256_format(const uint8_t digest[SHA256_SIZE], char out[SHA256_TEXT_SIZE]);
/* 64 hex digits of either case and nothing else. */
bool sha256_parse(const char *text, uint8_t digest[SHA256_SIZE]);

/* RFC 1952, section 8. Start with 0; feed the result back in for the next bytes. */
uint32_t checksum_crc32(uint32_t crc, struct span bytes);

/*
 * CRC-64 with the Jones polynomial, reflected, starting at 0 and not inverted at
 * the end: src/crc64.c of Redis. "123456789" gives e9c6d914c4b8d9ca.
 */
uint64_t checksum_crc64(uint64_t crc, struct span bytes);

#endif
