/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a backup file is wrapped in. Reads a file once: hashes it as stored,
 * unpacks it when its first bytes are those of a compression (else passes it
 * through), checks every member's checksum and length, and pushes the content into
 * a stage. Memory is the codec's window and some blocks, whatever the file's size.
 */
#ifndef STREAM_ENVELOPE_H
#define STREAM_ENVELOPE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/checksum.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "model/finding.h"
#include "stream/codec.h"
#include "stream/stage.h"

/*
 * What expansion_max means when it is 0: more than rows that are all alike can
 * reach. Deflate cannot exceed 1032, lz4 255, LZMA about 7100, zstd 32768; bzip2
 * can, with runs of one byte (1.4 million).
 */
uint64_t envelope_expansion_default(enum codec codec);
/* Unpacked bytes that no limit applies to. */
#define EXPANSION_FREE (UINT64_C(64) << 20)

struct envelope_options {
	int fd;           /* read from its current offset to its end; may be a pipe */
	const char *path; /* for messages */
	/* unpacked bytes allowed per stored byte, past EXPANSION_FREE; 0: envelope_expansion_default() */
	uint64_t expansion_max;
	unsigned
		threads; /* 0: one per processor; they are used for files whose members tell their length */
	_Atomic uint64_t *done; /* NULL, or where to keep the number of stored bytes read */
};

struct envelope {
	enum codec codec; /* by the first bytes */
	/* gzip members with a sound header; zstd and lz4 frames, xz and bzip2 streams that ended */
	uint64_t members;
	uint64_t size;               /* stored bytes */
	uint8_t sha256[SHA256_SIZE]; /* of the stored bytes */
};

/*
 * Read all of it, whatever is found; `content` (borrowed) gets every byte that
 * could be unpacked, in order, from one thread at a time, and then its finish.
 * `findings` (layer: the codec's id, offsets in the stored file) says what is wrong with
 * the wrapping: an empty file is none, the content stage will notice. -1: it
 * could not be read, or `content` failed.
 */
MUST_CHECK int envelope_read(const struct envelope_options *options, struct stage *content,
			     struct findings *findings, struct envelope *out, struct error *err);

#endif
