/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One reading of a file, between envelope.c and the two ways to unpack: serial
 * (any codec, and what is none) and parallel (members that tell their length, as
 * long as they are sound; the first that is not is handed to the serial way, so that
 * both find the same).
 */
#ifndef STREAM_ENVELOPE_JOB_H
#define STREAM_ENVELOPE_JOB_H

#include "stream/envelope.h"
#include "stream/worker.h"

enum { PARALLEL_SLOTS_MAX = 2 * WORKER_MAX };

/* Stored bytes: first those that somebody read already, then the descriptor's. */
struct source {
	const struct envelope_options *options;
	struct span pending[PARALLEL_SLOTS_MAX + 2];
	size_t pending_count, pending_at;
	uint64_t read; /* from the descriptor */
};

struct envelope_job {
	const struct envelope_options *options;
	struct stage *content;
	struct source source;
	struct sha256 sha256;
	uint64_t hashed_ahead; /* bytes that the source will give and the hash has seen */
	enum codec codec;
	uint64_t expansion_max;
	uint64_t offset;           /* in the stored file, of the source's next byte */
	uint64_t members;          /* before that */
	uint64_t pushed;           /* content bytes so far */
	struct findings structure; /* in the order of the file, each of them */
	struct findings integrity;
};

/* Fill `room` bytes, fewer only at the end. -1: the read failed. */
MUST_CHECK ssize_t source_read(struct source *s, uint8_t *out, size_t room, struct error *err);

/* From job->offset to the end. */
MUST_CHECK int envelope_serial(struct envelope_job *job, struct error *err);

struct envelope_parallel;

/* NULL: out of memory. */
struct envelope_parallel *envelope_parallel_open(struct envelope_job *job, struct error *err);

/*
 * Members from job->offset on while they are sound. `done`: that was the whole
 * file; else the source starts with bytes that `p` still owns.
 */
MUST_CHECK int envelope_parallel_run(struct envelope_parallel *p, bool *done, struct error *err);
void envelope_parallel_free(struct envelope_parallel *p);

static inline void cleanup_envelope_parallel(struct envelope_parallel **p)
{
	envelope_parallel_free(*p);
}

#endif
