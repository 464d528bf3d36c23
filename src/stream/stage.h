/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step of a byte pipeline: inflate, hash, count, parse.
 *
 * Bytes are pushed downstream in blocks (the source reads at least 64 KiB at a
 * time), so the call through `ops` costs nothing next to the work. A stage must
 * give the same result however its input is cut. What is wrong with the bytes is
 * a finding that the stage keeps for its owner; an error is ours alone (memory,
 * I/O). After a finding that ends its understanding a stage goes on accepting and
 * ignoring bytes, so that the stages beside it (checksums) still see them all.
 */
#ifndef STREAM_STAGE_H
#define STREAM_STAGE_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"

struct stage;

struct stage_ops {
	const char *name;
	/* Required. Takes all of `block`, borrowed for the call. */
	int (*push)(struct stage *s, struct span block, struct error *err);
	/* Optional. The input has ended: final checks, flush downstream. Called once. */
	int (*finish)(struct stage *s, struct error *err);
	/* Required. Frees `s` only, not `s->next`; callable at any point. */
	void (*free)(struct stage *s);
};

/* The first member of each kind of stage. */
struct stage {
	const struct stage_ops *ops;
	struct stage *next; /* NULL for a sink */
	uint64_t offset;    /* input bytes already consumed */
};

MUST_CHECK static inline int stage_push(struct stage *s, struct span block, struct error *err)
{
	int rc = s->ops->push(s, block, err);

	s->offset += block.len;
	return rc;
}

/* Finish this stage, then those after it. */
MUST_CHECK int stage_finish(struct stage *s, struct error *err);

/* Free this stage and those after it; NULL is fine. */
void stage_free_chain(struct stage *s);

static inline void cleanup_stage_chain(struct stage **s)
{
	stage_free_chain(*s);
}

#endif
