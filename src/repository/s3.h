/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bucket of the S3 API: AWS, Ceph, Swift and their likes. Every request is signed
 * (signature version 4), repeated with backoff when the server is slow, busy or
 * cut off, and has a limit in time. What is wrong with a request (403, expired
 * credentials, clock skew, no such bucket) is an error with a hint; a missing
 * object is ERROR_NOT_FOUND.
 */
#ifndef REPOSITORY_S3_H
#define REPOSITORY_S3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "config/config.h"

struct s3;

/* "s3://bucket/key": `bucket` gets the bucket (63 bytes at most), *key points into `url` ("" = none). False: it is none. */
enum { S3_BUCKET_SIZE = 64 };
bool s3_url_parse(const char *url, char bucket[S3_BUCKET_SIZE], const char **key);

/*
 * Find endpoint, region and credentials (the configuration's, else AWS_* variables,
 * else profile files, else, only where the configuration asks for it, the role of
 * the instance); sends nothing but for a role. For one thread at a time; `config` is borrowed.
 * `stop_requested` (NULL: nobody will) ends waiting and transfers.
 */
MUST_CHECK int s3_open(const struct s3_config *config, const char *bucket,
		       int (*stop_requested)(void), struct s3 **out, struct error *err);
void s3_close(struct s3 *s);

static inline void cleanup_s3(struct s3 **s)
{
	s3_close(*s);
}

/* All text is borrowed for the call. */
struct s3_object {
	const char *key;
	uint64_t size;
	int64_t modified_ns;
	const char *etag;          /* without quotes */
	const char *storage_class; /* "" = STANDARD */
};

/* Every object whose key begins with `prefix`, by key, page by page. */
MUST_CHECK int s3_list(struct s3 *s, const char *prefix,
		       int (*each)(void *cookie, const struct s3_object *object, struct error *err),
		       void *cookie, struct error *err);

enum { S3_SHA256_SIZE = 65 }; /* hexadecimal, with its NUL */

struct s3_stat {
	uint64_t size;
	int64_t modified_ns;
	char etag[72];               /* without quotes */
	char version[128];           /* "" = the bucket keeps none */
	char storage_class[40];      /* "" = STANDARD */
	bool archived;               /* must be restored from an archive before it can be read */
	char sha256[S3_SHA256_SIZE]; /* as we stored it with the object; "" = not told */
	char server_sha256[S3_SHA256_SIZE]; /* of the whole object, by the server; "" = not told */
	char lock_mode[16];                 /* "GOVERNANCE", "COMPLIANCE"; "" = none */
	int64_t lock_until_ns;              /* 0: none */
	bool legal_hold;
};

MUST_CHECK int s3_stat(struct s3 *s, const char *key, struct s3_stat *out, struct error *err);

/* Bytes in their order; -1 ends the transfer. */
typedef int s3_receive(void *cookie, const void *bytes, size_t len, struct error *err);

/*
 * `length` bytes from `offset` (length 0: to the end), fewer where the object ends before,
 * resumed where it broke off. `etag`
 * (NULL: any) is that of the object meant: when it changes meanwhile, ERROR_TARGET.
 */
MUST_CHECK int s3_read(struct s3 *s, const char *key, const char *etag, uint64_t offset,
		       uint64_t length, s3_receive *receive, void *cookie, struct error *err);

/*
 * A whole object by several ranges at once (config.s3 parallel), handed on in order by
 * the calling thread, in bounded memory.
 */
MUST_CHECK int s3_read_parallel(struct s3 *s, const char *key, const struct s3_stat *stat,
				s3_receive *receive, void *cookie, struct error *err);

struct s3_write {
	const char *key;
	const char *sha256;        /* hexadecimal, kept with the object */
	const char *storage_class; /* NULL or "": the bucket's */
	const char *lock_mode;     /* NULL or "": the bucket's */
	int64_t lock_until_ns;
	/* Bytes sent so far, now and then; NULL: nobody wants to know. */
	void (*progress)(void *cookie, uint64_t sent);
	void *cookie;
};

/*
 * Write `size` bytes of the open file `fd`, from its beginning: at once, or in parts when it
 * is large, each with its checksum. The object is there whole or not at all; no part is
 * left on the server. A file whose SHA-256 is another one is ERROR_IO.
 */
MUST_CHECK int s3_write(struct s3 *s, const struct s3_write *what, int fd, uint64_t size,
			struct error *err);

/*
 * Is the object's ETag the MD5 of `size` bytes of the open file `fd`, or that of parts as
 * s3_write() makes them? What is told by an ETag that fits is that the content is equal; one
 * that does not may be of other parts, or no MD5 at all.
 */
MUST_CHECK int s3_etag_fits(const struct s3 *s, const char *etag, int fd, uint64_t size, bool *fits,
			    struct error *err);
/* Does it look like the MD5 of a whole object? */
bool s3_etag_is_md5(const char *etag);

/* One that is not there is success. Where versions are kept, they stay. */
MUST_CHECK int s3_remove(struct s3 *s, const char *key, struct error *err);

/*
 * Remove the parts of uploads to keys that begin with `prefix` which were begun and never ended,
 * where `is_left` says that nobody will end them; `begun_ns` is INT64_MAX when it is not told.
 * *count gets how many.
 */
struct s3_sweep {
	const char *prefix;
	bool (*is_left)(const void *cookie, const char *key, int64_t begun_ns);
	const void *cookie;
};
MUST_CHECK int s3_sweep_uploads(struct s3 *s, const struct s3_sweep *sweep, size_t *count,
				struct error *err);

struct s3_bucket {
	bool versioning;    /* kept now */
	bool object_lock;   /* possible in this bucket */
	char lock_mode[16]; /* that new objects get; "" = none */
	unsigned lock_days; /* years count as 365 */
};

MUST_CHECK int s3_bucket_status(struct s3 *s, struct s3_bucket *out, struct error *err);
/* Make it, with object lock when asked for. One that is ours already is success. */
MUST_CHECK int s3_bucket_make(struct s3 *s, bool object_lock, struct error *err);

#endif
