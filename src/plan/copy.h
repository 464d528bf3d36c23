/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup set written to the off-site copy: file by file, the manifest last, so that a
 * set without one is incomplete there as well as here. What is there already is left
 * alone. A failure keeps what has arrived: the next attempt goes on from it.
 */
#ifndef PLAN_COPY_H
#define PLAN_COPY_H

#include "base/checksum.h"
#include "plan/run_request.h"

/* All text is borrowed for the step. */
struct copy_file {
	const struct component_config *component; /* NULL: the platform's */
	const char *path, *relative;              /* to the repository's root */
	uint8_t sha256[SHA256_SIZE];
	uint64_t size;
};

struct copy_files {
	const struct config *config;
	struct copy_file *file; /* the manifest last */
	size_t count;
};

/*
 * The work of a step: write them, each a `copied` check; after one that fails the others are
 * skipped. -1 when the copy cannot be spoken to at all, or the run was asked to stop.
 */
MUST_CHECK int copy_files(struct plan_run *run, const struct copy_files *files, struct error *err);

/* The SHA-256 of the file at `path`. */
MUST_CHECK int copy_hash(const char *path, uint8_t sha256[SHA256_SIZE], struct error *err);

struct copy_request {
	struct run_request run; /* its components say nothing: a set is copied as a whole */
	const char *set;        /* catalogue_find(); NULL: the latest */
};

/* Copy a set that is there. -1 only when the run could not be made or recorded. */
MUST_CHECK int copy_run(const struct copy_request *request, struct run_outcome *out,
			struct error *err);

#endif
