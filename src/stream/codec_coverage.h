/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of codec_coverage(); docs/formats/<codec>.md lists the same. */
#ifndef STREAM_CODEC_COVERAGE_H
#define STREAM_CODEC_COVERAGE_H

#include "stream/codec.h"

/* X(name, where, effect) */
#define ZSTD_UNCOVERED_TABLE(X)                                                                    \
	X(UNUSED_BIT, "bit 4 of a frame header's descriptor",                                      \
	  "nothing: the format leaves it unused")                                                  \
	X(WINDOW, "the window descriptor of a frame header",                                       \
	  "how much memory a reader sets aside; less than the data needs is found")                \
	X(SKIPPABLE, "skippable frames",                                                           \
	  "nothing: they hold no content; but a wrong length that ends where a frame begins "      \
	  "hides those between")                                                                   \
	X(EQUAL, "bits of a block that do not change the content",                                 \
	  "nothing: the checksum of the content proves it")                                        \
	X(UNCHECKED, "blocks of a frame that was written without a checksum",                      \
	  "the content; that there is no checksum is warned of")                                   \
	X(FRAME, "whole frames", "the content lacks them, or has them twice or in another order")

#define LZ4_UNCOVERED_TABLE(X)                                                                     \
	X(SKIPPABLE, "skippable frames",                                                           \
	  "nothing: they hold no content; but a wrong length that ends where a frame begins "      \
	  "hides those between")                                                                   \
	X(EQUAL, "bits of a block that do not change the content",                                 \
	  "nothing: the checksum of the content proves it")                                        \
	X(UNCHECKED, "blocks of a frame that was written without a checksum",                      \
	  "the content; that there is no checksum is warned of")                                   \
	X(FRAME, "whole frames", "the content lacks them, or has them twice or in another order")

#define XZ_UNCOVERED_TABLE(X)                                                                      \
	X(PADDING, "four zero bytes, or a multiple, behind a stream", "nothing: it is padding")    \
	X(UNCHECKED, "blocks of a stream that was written without a check",                        \
	  "the content; that there is no check is warned of")                                      \
	X(STREAM, "whole streams", "the content lacks them, or has them twice or in another order")

#define BZIP2_UNCOVERED_TABLE(X)                                                                   \
	X(LEVEL, "the level in a stream's header",                                                 \
	  "how much memory a reader sets aside; less than the data needs is found")                \
	X(EQUAL, "bits of a block that do not change the content",                                 \
	  "nothing: the CRC-32 of the block proves it")                                            \
	X(PADDING, "the bits behind a stream's end that fill its last byte", "nothing")            \
	X(STREAM, "whole streams", "the content lacks them, or has them twice or in another order")

#define X(name, where, effect) ZSTD_ROW_##name,
enum { ZSTD_UNCOVERED_TABLE(X) ZSTD_ROWS };
#undef X
#define X(name, where, effect) LZ4_ROW_##name,
enum { LZ4_UNCOVERED_TABLE(X) LZ4_ROWS };
#undef X
#define X(name, where, effect) XZ_ROW_##name,
enum { XZ_UNCOVERED_TABLE(X) XZ_ROWS };
#undef X
#define X(name, where, effect) BZIP2_ROW_##name,
enum { BZIP2_UNCOVERED_TABLE(X) BZIP2_ROWS };
#undef X

#endif
