/* SPDX-License-Identifier: Apache-2.0 */
/* Small files of each compression, made by its own library. */
#ifndef TESTS_STREAM_PACKED_H
#define TESTS_STREAM_PACKED_H

#include <stdbool.h>

#include "base/buf.h"
#include "stream/codec.h"

/*
 * One frame or stream of `content`; `checked`: with a checksum of the content, where
 * the codec leaves the choice. Checked frames of zstd have a window descriptor, as
 * when it reads from a pipe; the others the size of their content.
 */
struct buf packed(enum codec codec, struct span content, bool checked);

/* Text that packs to little: `len` bytes in lines that repeat. */
struct buf packed_lines(size_t len);

#endif
