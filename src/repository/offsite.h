/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The copy of the repository that is kept elsewhere: a bucket, and a prefix in it below
 * which the files lie as they lie below repository.path.
 */
#ifndef REPOSITORY_OFFSITE_H
#define REPOSITORY_OFFSITE_H

#include "base/buf.h"
#include "base/checksum.h"
#include "config/config.h"
#include "repository/s3.h"

struct offsite {
	const struct offsite_config *config;
	struct s3 *s3;
	const char *
		prefix; /* of `length` bytes, without a slash at its end; borrows the configuration's */
	size_t length;
	char bucket[S3_BUCKET_SIZE];
};

/* As s3_open(). ERROR_CONFIG when no copy is configured. */
MUST_CHECK int offsite_open(const struct offsite_config *config, int (*stop_requested)(void),
			    struct offsite *out, struct error *err);
void offsite_close(struct offsite *o);

/* Append the key of a file by its path relative to the repository's root (else absolute). */
MUST_CHECK int offsite_key(const struct offsite *o, const char *relative, struct buf *out,
			   struct error *err);

/* Is the object locked as the configuration requires, which asks for a lock? */
bool offsite_is_locked(const struct offsite_config *config, const struct s3_stat *stat);

/*
 * Is it the day on which a part is read back? Each part, by its `turn`, has one day in
 * 1 / `share` (rounded up); `day` counts on from day to day. A share of 0: never.
 */
bool offsite_has_its_turn(double share, int64_t day, unsigned turn);

/* A file that the copy should have. */
struct offsite_file {
	const char *path; /* where it lies here; NULL: it does not */
	uint64_t size;
	const uint8_t *sha256; /* SHA256_SIZE bytes; NULL: unknown */
};

/* What tells that the content of an object of the same size is the file's, the weakest first. */
enum offsite_evidence {
	OFFSITE_DIFFERS,       /* it is another */
	OFFSITE_DOUBTFUL,      /* its ETag looks like an MD5, and is another: reading will tell */
	OFFSITE_UNTOLD,        /* nothing tells: reading will */
	OFFSITE_BY_OUR_SUM,    /* the SHA-256 that was stored with it, when it was uploaded */
	OFFSITE_BY_ETAG,       /* the MD5 that the server has of it */
	OFFSITE_BY_SERVER_SUM, /* the SHA-256 that the server has of it */
};

/* Judge by what the server tells of the object, without reading it. May read the file. */
MUST_CHECK int offsite_compare(const struct offsite *o, const struct s3_stat *stat,
			       const struct offsite_file *file, enum offsite_evidence *out,
			       struct error *err);

#endif
