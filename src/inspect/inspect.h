/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup file to facts and findings: source, stream, format, in a worker
 * child with limits and no network. Its crash is an error with the file's name.
 */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include <stdint.h>

#include "base/error.h"
#include "format/reader.h"

struct inspect_request {
	const char *path;          /* "-": standard input */
	const char *const *decode; /* argv of a filter before everything else; NULL: none */
	uint64_t
		expansion_max; /* unpacked bytes allowed per stored byte, past the first 64 MiB; 0: 1100 (deflate's own limit is 1032) */
};

struct inspection {
	const char *path; /* borrowed from the request */
	enum verdict verdict;
	bool gzip; /* it was a gzip; then: */
	uint64_t gzip_members;
	struct findings envelope; /* of the gzip layer */
	struct reading reading;   /* of the content */
	uint64_t size;            /* stored bytes */
	int64_t mtime_ns;         /* 0: unknown */
	uint8_t sha256[32];       /* of the file as stored */
	int64_t duration_ns;
	struct error error; /* kind != NONE: it could not be read; verdict is VERDICT_ERROR */
};
void inspection_release(struct inspection *i);

/* Bytes read so far of all files, and their sizes' sum (0: unknown). Called a few times a second. */
struct inspect_progress {
	void (*report)(void *cookie, const char *path, uint64_t done, uint64_t total);
	void *cookie;
};

/*
 * Inspect `count` files, at most `jobs` at a time (0: one per processor), the
 * largest first; results stand in the requests' order, into zeroed `out`. What
 * goes wrong with one file stands in its inspection; -1 is for the whole.
 */
MUST_CHECK int inspect_files(const struct inspect_request *request, size_t count, unsigned jobs,
			     const struct inspect_progress *progress, struct inspection *out,
			     struct error *err);

#endif
