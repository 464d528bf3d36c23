/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by s3_write.c, which writes at once, and s3_write_parts.c. */
#ifndef REPOSITORY_S3_WRITE_INTERN_H
#define REPOSITORY_S3_WRITE_INTERN_H

#include "base/checksum.h"
#include "repository/s3.intern.h"
#include "repository/s3_digest.h"

struct s3_file {
	int fd;
	uint64_t size;
	struct sha256 *whole; /* gets all that is hashed, too; NULL: nobody asks */
};

struct s3_sums {
	struct md5 md5;
	struct sha256 sha256;
};

struct s3_digests {
	uint8_t md5[MD5_SIZE], sha256[SHA256_SIZE];
	char md5_text[MD5_TEXT_SIZE], sha256_text[SHA256_TEXT_SIZE];
};

MUST_CHECK int s3_digest_range(const struct s3_file *file, uint64_t offset, uint64_t size,
			       struct s3_digests *out, struct error *err);

enum { S3_WRITE_HEADERS_MAX = 12 };
struct s3_headers {
	struct buf text; /* each ended by NUL */
	const char *line[S3_WRITE_HEADERS_MAX];
};

static inline void s3_headers_release(struct s3_headers *h)
{
	buf_release(&h->text);
}

/* Append what is kept with an object: our hash, its class, its lock. */
MUST_CHECK int s3_write_headers(const struct s3_write *what, struct s3_headers *out,
				struct error *err);
/* Append what the server holds against what arrives. */
MUST_CHECK int s3_digest_headers(const struct s3_digests *d, bool with_sha256,
				 struct s3_headers *out, struct error *err);
/* All that was appended, borrowed from `h`, NULL-terminated. */
const char *const *s3_headers_list(struct s3_headers *h);

/* The file's hash is the one that was promised, else ERROR_IO. */
MUST_CHECK int s3_check_content(const struct s3 *s, const struct s3_write *what, const char *found,
				struct error *err);

/* What the server says of what it wrote. */
struct s3_written {
	char etag[72];
	bool encrypted; /* in a way in which no ETag is an MD5 */
};
/* An s3_call's `header` with such a cookie. */
int s3_take_written(void *cookie, const char *name, const char *value, struct error *err);
/* It is what was sent: by its ETag, else by reading it back; if not, it is removed. */
MUST_CHECK int s3_check_written(struct s3 *s, const struct s3_write *what, const char *expected,
				const struct s3_written *written, struct error *err);

/* How large the parts of an object are, but for the last. */
uint64_t s3_part_size(const struct s3 *s, uint64_t size);
MUST_CHECK int s3_write_parts(struct s3 *s, const struct s3_write *what, const struct s3_file *file,
			      struct error *err);

/* What was written is locked as was asked for; when it is not, it is locked now. */
MUST_CHECK int s3_make_sure_of_lock(struct s3 *s, const struct s3_write *what, struct error *err);

#endif
