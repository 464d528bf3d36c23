/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/codec_coverage.h"

#include <stddef.h>

#include "stream/gunzip.h"

static const struct uncovered gzip_rows[] = {
#define X(field, first, len, mask, why) { field, why },
	GZIP_UNCOVERED_TABLE(X)
#undef X
		{ "whole members of a gzip that muster did not write",
		  "the content lacks them, or has them twice or in another order" },
};

#define X(name, where, effect) { where, effect },
static const struct uncovered zstd_rows[] = { ZSTD_UNCOVERED_TABLE(X) };
static const struct uncovered lz4_rows[] = { LZ4_UNCOVERED_TABLE(X) };
static const struct uncovered xz_rows[] = { XZ_UNCOVERED_TABLE(X) };
static const struct uncovered bzip2_rows[] = { BZIP2_UNCOVERED_TABLE(X) };
#undef X

#define ROWS(table) .row = (table), .count = sizeof(table) / sizeof((table)[0])

static const struct coverage table[CODEC_COUNT] = {
	[CODEC_GZIP] = { .id = "gzip",
			 .versions = "RFC 1952, any number of members",
			 .checked =
				 "Headers, deflate streams, CRC-32 and length of each member, what "
				 "follows the last; in muster's own files also the header's CRC, "
				 "the member's stored length and the mark of the last.",
			 ROWS(gzip_rows) },
	[CODEC_ZSTD] = { .id = "zstd",
			 .versions = "RFC 8878, any number of frames, windows to 128 MiB, no "
				     "dictionaries",
			 .checked = "Frame headers, blocks, the content's size and XXH64 where the "
				    "frame "
				    "has them, what follows the last frame.",
			 ROWS(zstd_rows) },
	[CODEC_LZ4] = { .id = "lz4",
			.versions = "frame format 1.6, any number of frames, no dictionaries; the "
				    "legacy "
				    "frame is named",
			.checked =
				"Frame headers with their checksum, blocks, XXH32 of blocks and "
				"content "
				"and the content's size where the frame has them, what follows the "
				"last frame.",
			ROWS(lz4_rows) },
	[CODEC_XZ] = { .id = "xz",
		       .versions = "xz format 1.1, any number of streams, dictionaries to 128 MiB",
		       .checked =
			       "Headers, indexes and footers with their CRC-32, blocks with their "
			       "check "
			       "(CRC-32, CRC-64, SHA-256), padding, what follows the last stream.",
		       ROWS(xz_rows) },
	[CODEC_BZIP2] = { .id = "bzip2",
			  .versions = "bzip2 0.9.5 and later, any number of streams",
			  .checked = "Headers, blocks with their CRC-32, each stream's CRC-32 over "
				     "them, "
				     "what follows the last stream.",
			  ROWS(bzip2_rows) },
};

const struct coverage *codec_coverage(enum codec c)
{
	return c == CODEC_NONE ? NULL : &table[c];
}
