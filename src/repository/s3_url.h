/* SPDX-License-Identifier: Apache-2.0 */
/* Where a bucket is: its URL, the spelling of keys in it, and times as HTTP spells them. */
#ifndef REPOSITORY_S3_URL_H
#define REPOSITORY_S3_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

enum { S3_REGION_SIZE = 64 };

/*
 * Append `text` as signature version 4 wants it: all but A-Z a-z 0-9 - . _ ~ (and '/'
 * when `keep_slash`) as %XX, in upper case. -1 when out of memory.
 */
MUST_CHECK int s3_encode(struct buf *out, const char *text, bool keep_slash);

/* The inverse, in place, with '+' as a space: how listings spell keys. False: it is malformed. */
bool s3_decode(char *text);

/*
 * The URL of a bucket at `endpoint` ("" = AWS's of `region`): bucket.host, or host/bucket with
 * `path_style`, for a host that is an address, and for a bucket with a dot, which no
 * certificate covers.
 */
struct s3_place {
	const char *endpoint, *region, *bucket;
	bool path_style;
};
MUST_CHECK int s3_place_url(const struct s3_place *place, struct buf *out, struct error *err);

/* "Fri, 27 Nov 2026 14:56:09 GMT" (RFC 9110, section 5.6.7) to wall nanoseconds; -1 when malformed. */
MUST_CHECK int s3_parse_http_date(const char *text, int64_t *wall_ns);

#endif
