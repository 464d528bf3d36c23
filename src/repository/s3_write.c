/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing an object. What is sent is read twice: first to hash it, since its hashes go
 * in front, so that the server refuses what arrived otherwise; then to send it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "repository/s3_write.intern.h"

enum { READ_SIZE = 256 << 10, PARTS_WORTH_IT = 8 };

static int hash_range(struct s3_sums *sums, const struct s3_file *file, uint64_t offset,
		      uint64_t size, struct error *err)
{
	CLEANUP(cleanup_free)
	uint8_t *block = malloc(READ_SIZE);

	if (!block)
		return error_set(err, ERROR_NOMEM, "no memory to hash a file");
	while (size) {
		ssize_t n = pread(file->fd, block, size < READ_SIZE ? (size_t)size : READ_SIZE,
				  (off_t)offset);
		struct span bytes = { block, n > 0 ? (size_t)n : 0 };

		if (n < 0)
			return error_set_errno(err, ERROR_IO, "read what is to be uploaded");
		if (n == 0)
			return error_set(err, ERROR_IO,
					 "the file to be uploaded has become shorter");
		if (md5_update(&sums->md5, bytes, err) < 0 ||
		    sha256_update(&sums->sha256, bytes, err) < 0 ||
		    (file->whole && sha256_update(file->whole, bytes, err) < 0))
			return -1;
		offset += bytes.len;
		size -= bytes.len;
	}
	return 0;
}

static void release_sums(struct s3_sums *sums)
{
	md5_release(&sums->md5);
	sha256_release(&sums->sha256);
}

int s3_digest_range(const struct s3_file *file, uint64_t offset, uint64_t size,
		    struct s3_digests *out, struct error *err)
{
	CLEANUP(release_sums)
	struct s3_sums sums = { 0 };

	if (md5_init(&sums.md5, err) < 0 || sha256_init(&sums.sha256, err) < 0 ||
	    hash_range(&sums, file, offset, size, err) < 0 ||
	    md5_final(&sums.md5, out->md5, err) < 0 ||
	    sha256_final(&sums.sha256, out->sha256, err) < 0)
		return -1;
	(void)md5_format(out->md5, out->md5_text);
	(void)sha256_format(out->sha256, out->sha256_text);
	return 0;
}

int s3_check_content(const struct s3 *s, const struct s3_write *what, const char *found,
		     struct error *err)
{
	char shown[S3_SHOWN_SIZE];

	if (strcasecmp(what->sha256, found) == 0)
		return 0;
	return error_set(err, ERROR_IO,
			 "%s: the file's SHA-256 is %.16s…, not %.16s…: it has "
			 "changed, and is not uploaded",
			 s3_show(s, what->key, shown), found, what->sha256);
}

int s3_write_headers(const struct s3_write *what, struct s3_headers *out, struct error *err)
{
	char until[CLOCK_RFC3339_SIZE];
	int done = buf_printf(&out->text, "x-amz-meta-sha256: %s%c", what->sha256, 0);

	if (done == 0 && what->storage_class && *what->storage_class)
		done = buf_printf(&out->text, "x-amz-storage-class: %s%c", what->storage_class, 0);
	if (done == 0 && what->lock_mode && *what->lock_mode)
		done = buf_printf(&out->text,
				  "x-amz-object-lock-mode: %s%c"
				  "x-amz-object-lock-retain-until-date: %s%c",
				  what->lock_mode, 0,
				  clock_format_rfc3339(what->lock_until_ns, until), 0);
	return done < 0 ? error_set(err, ERROR_NOMEM, "no memory for a request") : 0;
}

int s3_digest_headers(const struct s3_digests *d, bool with_sha256, struct s3_headers *out,
		      struct error *err)
{
	char sum[S3_BASE64_SIZE];
	int done = buf_printf(&out->text, "Content-MD5: %s%c", s3_base64(d->md5, MD5_SIZE, sum), 0);

	if (done == 0 && with_sha256)
		done = buf_printf(&out->text, "x-amz-checksum-sha256: %s%c",
				  s3_base64(d->sha256, SHA256_SIZE, sum), 0);
	return done < 0 ? error_set(err, ERROR_NOMEM, "no memory for a request") : 0;
}

const char *const *s3_headers_list(struct s3_headers *h)
{
	size_t count = 0;

	for (size_t at = 0; at < h->text.len && count < S3_WRITE_HEADERS_MAX - 1;
	     at += strlen(h->text.ptr + at) + 1)
		h->line[count++] = h->text.ptr + at;
	h->line[count] = NULL;
	return h->line;
}

int s3_take_written(void *cookie, const char *name, const char *value, struct error *err)
{
	struct s3_written *w = cookie;
	size_t len = strlen(value);

	(void)err;
	if (strcmp(name, "etag") == 0 && len >= 2 && value[0] == '"')
		(void)snprintf(w->etag, sizeof(w->etag), "%.*s", (int)(len - 2), value + 1);
	else if (strcmp(name, "etag") == 0)
		(void)snprintf(w->etag, sizeof(w->etag), "%s", value);
	else if (strcmp(name, "x-amz-server-side-encryption") == 0)
		w->encrypted = strncmp(value, "aws:kms", 7) == 0;
	else if (strcmp(name, "x-amz-server-side-encryption-customer-algorithm") == 0)
		w->encrypted = true;
	return 0;
}

static int hash_received(void *cookie, const void *bytes, size_t len, struct error *err)
{
	return sha256_update(cookie, (struct span){ bytes, len }, err);
}

static int read_back(struct s3 *s, const struct s3_write *what, char found[SHA256_TEXT_SIZE],
		     struct error *err)
{
	CLEANUP(sha256_release)
	struct sha256 sum = { 0 };
	uint8_t digest[SHA256_SIZE];

	if (sha256_init(&sum, err) < 0 ||
	    s3_read(s, what->key, NULL, 0, 0, hash_received, &sum, err) < 0 ||
	    sha256_final(&sum, digest, err) < 0)
		return -1;
	(void)sha256_format(digest, found);
	return 0;
}

/* Not every server's ETag is an MD5, so that another one is a reason to look, not a proof. */
int s3_check_written(struct s3 *s, const struct s3_write *what, const char *expected,
		     const struct s3_written *written, struct error *err)
{
	char found[SHA256_TEXT_SIZE], shown[S3_SHOWN_SIZE];
	struct error of_removal = ERROR_INIT;

	if (written->encrypted || strcmp(written->etag, expected) == 0)
		return 0;
	if (read_back(s, what, found, err) < 0)
		return error_context(err, "reading back what was uploaded, since its ETag is no "
					  "MD5 of it");
	if (strcasecmp(found, what->sha256) == 0)
		return 0;
	(void)error_set(err, ERROR_TARGET,
			"%s: what the server keeps is not what was sent: "
			"SHA-256 %.16s…, not %.16s…; it is removed",
			s3_show(s, what->key, shown), found, what->sha256);
	if (s3_remove(s, what->key, &of_removal) < 0)
		(void)error_hint(err, "it could not be removed: %.200s", of_removal.message);
	return -1;
}

static int write_at_once(struct s3 *s, const struct s3_write *what, const struct s3_file *file,
			 struct error *err)
{
	CLEANUP(s3_headers_release)
	struct s3_headers headers = { 0 };
	struct s3_digests digests;
	struct s3_written written = { 0 };
	struct s3_answer answer;
	struct s3_call call = { .method = "PUT",
				.key = what->key,
				.fd = file->fd,
				.size = file->size,
				.sha256 = digests.sha256_text,
				.header = s3_take_written,
				.cookie = &written };

	if (s3_digest_range(file, 0, file->size, &digests, err) < 0 ||
	    s3_check_content(s, what, digests.sha256_text, err) < 0 ||
	    s3_write_headers(what, &headers, err) < 0 ||
	    s3_digest_headers(&digests, true, &headers, err) < 0)
		return -1;
	call.headers = s3_headers_list(&headers);
	if (s3_send(s, &call, &answer, err) < 0)
		return -1;
	return s3_check_written(s, what, digests.md5_text, &written, err);
}

int s3_write(struct s3 *s, const struct s3_write *what, int fd, uint64_t size, struct error *err)
{
	const struct s3_file file = { .fd = fd, .size = size };

	if ((size <= PARTS_WORTH_IT * s->part_size ? write_at_once(s, what, &file, err) :
						     s3_write_parts(s, what, &file, err)) < 0)
		return -1;
	return s3_make_sure_of_lock(s, what, err);
}

int s3_remove(struct s3 *s, const char *key, struct error *err)
{
	const struct s3_call call = { .method = "DELETE", .key = key };
	struct s3_answer answer;

	if (s3_send(s, &call, &answer, err) == 0)
		return 0;
	if (strcmp(answer.code, "NoSuchKey") != 0)
		return -1;
	error_clear(err);
	return 0;
}
