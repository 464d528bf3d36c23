/* SPDX-License-Identifier: Apache-2.0 */
/* What the encoder's archives may be compressed with from 1.15 on, as compress_lz4.c and compress_zstd.c do it. */
#ifndef TESTS_ARCHIVE_PACK_H
#define TESTS_ARCHIVE_PACK_H

#include "archive_encoder.h"

/* One frame: linked blocks of 64 KiB, no checksum but the header's. */
archive_packer archive_pack_lz4;

/* One frame of unknown length, without a checksum. */
archive_packer archive_pack_zstd;

#endif
