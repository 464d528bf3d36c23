/* SPDX-License-Identifier: Apache-2.0 */
/* MD5, as S3's ETags and Content-MD5 are, and base64, as its headers spell digests. */
#ifndef REPOSITORY_S3_DIGEST_H
#define REPOSITORY_S3_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/checksum.h"
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"

enum { MD5_SIZE = 16, MD5_TEXT_SIZE = 33, S3_BASE64_SIZE = 48 };

struct md5 {
	void *state;
};

MUST_CHECK int md5_init(struct md5 *m, struct error *err);
MUST_CHECK int md5_update(struct md5 *m, struct span bytes, struct error *err);
/* Afterwards `m` may only be released. */
MUST_CHECK int md5_final(struct md5 *m, uint8_t digest[MD5_SIZE], struct error *err);
void md5_release(struct md5 *m);
/* 32 lower-case hex digits. Returns `out`. */
char *md5_format(const uint8_t digest[MD5_SIZE], char out[MD5_TEXT_SIZE]);

/* RFC 4648, section 4; at most 32 bytes. Returns `out`. */
char *s3_base64(const uint8_t *bytes, size_t len, char out[S3_BASE64_SIZE]);
/* False unless it is exactly `len` (at most 32) bytes. */
bool s3_base64_parse(const char *text, uint8_t *bytes, size_t len);

#endif
