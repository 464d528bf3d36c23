/* SPDX-License-Identifier: Apache-2.0 */
/* The compressions a backup may be wrapped in, known by their first bytes. */
#ifndef STREAM_CODEC_H
#define STREAM_CODEC_H

#include <stdbool.h>

#include "base/cursor.h"
#include "model/coverage.h"

/* name, id (shown to people, in JSON, and the layer of its findings), its first bytes */
#define CODEC_TABLE(X)                                                                             \
	X(NONE, "none", "")                                                                        \
	X(GZIP, "gzip", "\x1f\x8b")                                                                \
	X(ZSTD, "zstd", "\x28\xb5\x2f\xfd")                                                        \
	X(LZ4, "lz4", "\x04\x22\x4d\x18")                                                          \
	X(XZ, "xz", "\xfd\x37zXZ")                                                                 \
	X(BZIP2, "bzip2", "BZh")

enum codec {
#define X(name, id, magic) CODEC_##name,
	CODEC_TABLE(X)
#undef X
		CODEC_COUNT
};

const char *codec_id(enum codec c);
bool codec_parse_id(const char *id, enum codec *out);

/*
 * What the leading bytes are; a magic number that the input cuts short counts.
 * Skippable frames (RFC 8878, 3.1.2) are looked past, and taken for zstd's when
 * `head` shows nothing else. CODEC_NONE: none of them.
 */
enum codec codec_of(struct span head);
enum { CODEC_HEAD = 32 }; /* as many bytes as the caller should have, if there are */

/* What its checks see; NULL: it has none (CODEC_NONE). */
const struct coverage *codec_coverage(enum codec c);

#endif
