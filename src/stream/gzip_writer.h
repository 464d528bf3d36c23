/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes gzip fast: the input is cut into members that are compressed in
 * parallel and written in order, each with its own length in an extra field
 * (docs/formats/gzip.md), so that they can be read in parallel too. Any gzip
 * reads the result. The same input and level give the same bytes, whatever the
 * number of threads.
 */
#ifndef STREAM_GZIP_WRITER_H
#define STREAM_GZIP_WRITER_H

#include <stdint.h>

#include "base/checksum.h"
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"

struct gzip_writer;

struct gzip_writer_options {
	int fd;           /* written from its current offset on; stays the caller's */
	const char *path; /* for messages; kept */
	int level;        /* libdeflate's 1 (fast) to 12 (small); 0: 6 */
	unsigned threads; /* that compress; 0: one per processor */
};

struct gzip_written {
	uint64_t content;            /* bytes pushed */
	uint64_t size;               /* bytes written */
	uint8_t sha256[SHA256_SIZE]; /* of the bytes written */
};

/* NULL on error. Uses about 1.1 MiB for each thread, and twice that for the queue. */
struct gzip_writer *gzip_writer_open(const struct gzip_writer_options *options, struct error *err);

/*
 * Add to the content; `bytes` is borrowed for the call. Waits while the queue is
 * full. A failed write is reported by this or a later call, or by the finish.
 */
MUST_CHECK int gzip_writer_push(struct gzip_writer *w, struct span bytes, struct error *err);

/*
 * Write what is left and the end; with no content at all the file is a valid
 * empty gzip. Does not sync. Afterwards `w` may only be freed.
 */
MUST_CHECK int gzip_writer_finish(struct gzip_writer *w, struct gzip_written *out,
				  struct error *err);

/* Ends the threads; without a finish before it the file lacks its end. NULL is fine. */
void gzip_writer_free(struct gzip_writer *w);

static inline void cleanup_gzip_writer(struct gzip_writer **w)
{
	gzip_writer_free(*w);
}

#endif
