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
#include "stream/codec.h"

struct s3_config;

/* An object of a bucket. All is borrowed. */
struct inspect_source {
	const struct s3_config *config;
	const char *bucket, *key;
	uint64_t size;    /* 0: unknown */
	int64_t mtime_ns; /* 0: unknown */
};

struct inspect_request {
	const char *path; /* "-": standard input; of an object its URL, for messages */
	const struct inspect_source *source; /* NULL: `path` is a file's */
	const char *const *decode; /* argv of a filter before everything else; NULL: none */
	bool list;                 /* fill reading.contents */
	/* an open file that gets the content, unpacked; 0: none. What it holds is sound only when the inspection is */
	int unpacked;
};

struct inspection {
	const char *path; /* borrowed from the request */
	enum verdict verdict;
	enum codec codec; /* what it is wrapped in; if anything: */
	uint64_t members;
	struct findings envelope; /* of the codec's layer */
	struct reading reading;   /* of the content */
	uint64_t size;            /* stored bytes */
	int64_t mtime_ns;         /* 0: unknown */
	uint8_t sha256[32];       /* of the file as stored */
	int64_t duration_ns;
	struct error error; /* kind != NONE: it could not be read; verdict is VERDICT_ERROR */
	struct arena arena; /* of the findings' layers */
};
void inspection_release(struct inspection *i);

#define INSPECT_MEMORY_MAX (UINT64_C(1) << 30)

struct inspect_options {
	unsigned jobs;          /* files at a time; 0: one per processor */
	uint64_t expansion_max; /* as struct envelope_options has it; 0: its default */
	uint64_t memory_max;    /* bytes for the reader of one file; 0: INSPECT_MEMORY_MAX */
	int64_t time_max_ns;    /* for one file; 0: no limit */
	/* Stored bytes read so far of all files, and their sizes' sum (0: unknown); a few times a second; NULL: nobody asks. */
	void (*progress)(void *cookie, const char *path, uint64_t done, uint64_t total);
	/* A signal number when somebody asked us to stop, else 0; NULL: nobody will. */
	int (*stop_requested)(void);
	void *cookie;
	int64_t deadline_ns; /* on the monotonic clock; 0: none */
};

/*
 * Inspect `count` files, the largest first; results stand in the requests'
 * order, into zeroed `out`. What goes wrong with one file, a crash of its reader
 * or a limit that it reached, stands in its inspection; -1 is for the whole
 * (ERROR_INTERRUPTED, ERROR_TIMEOUT, no memory), and leaves nothing in `out`.
 */
MUST_CHECK int inspect_files(const struct inspect_request *request, size_t count,
			     const struct inspect_options *options, struct inspection *out,
			     struct error *err);

#endif
