/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members that muster writes: ordinary gzip (RFC 1952), each with its own
 * length in an extra field, so that its end is known before it is read. Layout
 * in docs/formats/gzip.md. Members of BGZF (bgzip), which tell it in a field of
 * their own (the SAM format's specification, section 4.1), are known too.
 */
#ifndef STREAM_GZIP_MEMBER_H
#define STREAM_GZIP_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

enum {
	GZIP_MEMBER_HEADER = 23, /* bytes before the deflate stream */
	GZIP_TRAILER = 8,
	GZIP_MEMBER_CONTENT = 512 * 1024, /* unpacked bytes of every member but the last */
	/* the longest member: libdeflate's bound is 5 more bytes for each 5000, and a few */
	GZIP_MEMBER_STORED = GZIP_MEMBER_CONTENT + 1024,
};

struct gzip_member {
	uint32_t stored; /* bytes from the first of the header to the last of the trailer */
	uint32_t header; /* of them before the deflate stream */
	bool last;       /* no member follows it in this stream, or none need to */
};

void gzip_member_header(struct gzip_member m, uint8_t out[GZIP_MEMBER_HEADER]);

/* Is this a header that gzip_member_header() wrote? `head` may be longer. */
bool gzip_member_parse(struct span head, struct gzip_member *out);

/* Likewise, or of a member of BGZF: does it tell how long it is? */
bool gzip_member_measure(struct span head, struct gzip_member *out);

#endif
