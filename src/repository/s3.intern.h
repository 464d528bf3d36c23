/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of S3 only: where a bucket is, who asks, one request and its answer. */
#ifndef REPOSITORY_S3_INTERN_H
#define REPOSITORY_S3_INTERN_H

#include <stdatomic.h>

#include "base/buf.h"
#include "net/http.h"
#include "repository/s3.h"
#include "repository/s3_credentials.h"
#include "repository/s3_url.h"

enum { S3_ERROR_BODY_MAX = 64 << 10, S3_KEY_MAX = 1024 };

struct s3 {
	const struct s3_config *config;
	char bucket[S3_BUCKET_SIZE];
	char region[S3_REGION_SIZE];
	char sign[S3_REGION_SIZE + 16]; /* "aws:amz:REGION:s3" */
	struct buf base;                /* the bucket's URL, without a slash at its end */
	struct buf ca_file;
	bool amazon; /* the endpoint is AWS's own */
	struct s3_credentials credentials;
	struct http_client *client;
	int64_t timeout_ns;
	unsigned attempts, parallel;
	uint64_t part_size;
	int (*stop_requested)(void);
	const atomic_bool *cancelled; /* of a thread's copy */
	bool bucket_known;            /* it has answered */
};

/* Asked of its opener's signals, and of whoever may cancel a copy; as long as `s` is open. */
struct stop s3_stop(const struct s3 *s);

/* A copy for another thread, with connections of its own. Borrows the configuration. */
MUST_CHECK int s3_copy(const struct s3 *s, const atomic_bool *cancelled, struct s3 **out,
		       struct error *err);

/* In order of their names: what is signed is sorted. */
struct s3_query {
	const char *name, *value;
};

struct s3_call {
	const char *method;
	const char *key;              /* NULL: the bucket itself */
	const struct s3_query *query; /* ended by a NULL name; NULL: none */
	const char *const *headers;   /* NULL-terminated; NULL: none */
	struct span body;
	/* Or bytes of an open file, whose SHA-256 is known. */
	int fd;
	uint64_t offset, size;
	const char *sha256;
	/* Before each attempt; NULL: nothing is to be made ready. */
	int (*begin)(void *cookie, struct error *err);
	int (*header)(void *cookie, const char *name, const char *value, struct error *err);
	/* The body of a 2xx answer; NULL: discarded. */
	s3_receive *receive;
	void *cookie;
	int64_t deadline_ns; /* on the monotonic clock; 0: none */
	bool unstoppable;    /* goes on although a stop is requested: what cleans up */
};

enum { S3_CODE_SIZE = 64 };

struct s3_answer {
	long status;             /* 0: none came */
	char code[S3_CODE_SIZE]; /* "NoSuchKey"; "" = none */
	bool again;              /* it failed, and may succeed later */
	int64_t retry_after_ns;
	unsigned attempts; /* made so far */
};

/* Send it once. -1 for every answer but 2xx. */
MUST_CHECK int s3_attempt(struct s3 *s, const struct s3_call *call, struct s3_answer *answer,
			  struct error *err);

/*
 * After a failed attempt: wait and return 0, `err` cleared, when it should be made
 * again; else -1. `answer->attempts` counts.
 */
MUST_CHECK int s3_again(struct s3 *s, struct s3_answer *answer, struct error *err);

/* Send it until it succeeds, or fails for good. */
MUST_CHECK int s3_send(struct s3 *s, const struct s3_call *call, struct s3_answer *answer,
		       struct error *err);

/* Make an error of an answer's status and XML body; sets answer->code and again. */
int s3_refused(const struct s3 *s, const struct s3_call *call, struct span body, const char *region,
	       struct s3_answer *answer, struct error *err);

/* "s3://bucket/key", fit for a message, shortened. Returns `out`. */
enum { S3_SHOWN_SIZE = 200 };
char *s3_show(const struct s3 *s, const char *key, char out[S3_SHOWN_SIZE]);

/*
 * Read `length` bytes from `offset` (0: to the end) of an object of `size` bytes
 * (UINT64_MAX: unknown), as s3_read().
 */
struct s3_range {
	const char *key, *etag;
	uint64_t offset, length, size;
};
MUST_CHECK int s3_read_range(struct s3 *s, const struct s3_range *range, s3_receive *receive,
			     void *cookie, struct error *err);

#endif
