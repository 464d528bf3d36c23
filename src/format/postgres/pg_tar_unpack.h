/* SPDX-License-Identifier: Apache-2.0 */
/* The content of one member after another: as stored, or a gzip, lz4 or zstd file with its checksums verified. */
#ifndef FORMAT_PG_TAR_UNPACK_H
#define FORMAT_PG_TAR_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"
#include "model/finding.h"
#include "stream/codec.h"

struct pg_tar_unpack;

/* Where the content goes; `block` is borrowed for the call. */
struct pg_tar_sink {
	int (*take)(void *owner, struct span block, struct error *err);
	void *owner;
};

/* Keeps `findings`. NULL: out of memory. */
struct pg_tar_unpack *pg_tar_unpack_new(struct pg_tar_sink to, struct findings *findings,
					struct error *err);
void pg_tar_unpack_free(struct pg_tar_unpack *u);

/* A member begins, its first byte at `offset` in the tar; `name` is for messages, fit for them, and kept until its end. */
MUST_CHECK int pg_tar_unpack_begin(struct pg_tar_unpack *u, enum codec codec, uint64_t offset,
				   const char *name, struct error *err);
MUST_CHECK int pg_tar_unpack_push(struct pg_tar_unpack *u, struct span in, struct error *err);

/* The member has ended; true when nothing was wrong. */
bool pg_tar_unpack_end(struct pg_tar_unpack *u);

#endif
