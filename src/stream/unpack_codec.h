/* SPDX-License-Identifier: Apache-2.0 */
/* Between unpack.c and the codecs behind it. */
#ifndef STREAM_UNPACK_CODEC_H
#define STREAM_UNPACK_CODEC_H

#include "stream/unpack.h"

struct unpacker {
	const struct unpack_ops *ops;
	uint64_t frames; /* ended, since the last reset */
	bool checked;    /* the last of them */
	bool bad;
	struct unpack_fault fault;
};

struct unpack_ops {
	/* As unpacker_step(); for UNPACK_BAD see unpack_bad(). */
	enum unpack_status (*step)(struct unpacker *u, struct span *in, struct unpack_block *out);
	bool (*between_frames)(const struct unpacker *u);
	const char *(*place)(const struct unpacker *u);
	void (*reset)(struct unpacker *u);
	void (*free)(struct unpacker *u);
};

/* Keep what is wrong; returns UNPACK_BAD. */
enum unpack_status unpack_bad(struct unpacker *u, struct unpack_fault fault);

/* NULL: out of memory. */
struct unpacker *unpack_zstd_new(void);
struct unpacker *unpack_lz4_new(void);
struct unpacker *unpack_xz_new(void);
struct unpacker *unpack_bzip2_new(void);

#endif
