/* SPDX-License-Identifier: Apache-2.0 */
/* A large object in parts (CreateMultipartUpload to CompleteMultipartUpload), which are removed when one fails. */
#include <string.h>

#include "base/clock.h"
#include "repository/s3_write.intern.h"
#include "repository/s3_xml.h"

enum { PARTS_MAX = 10000, UPLOAD_ID_MAX = 1024 };

/* Every part but the last is as large at least: AWS's limit, which others share. */
static const uint64_t part_min = 5 << 20;

struct upload {
	struct s3 *s;
	const struct s3_write *what;
	const struct s3_file *file;
	uint64_t part_size;
	struct buf id;
	struct buf manifest; /* the parts, as the server wants them listed at last */
	struct md5 md5s;     /* of the parts' MD5s, as an ETag is made of */
	unsigned parts;
};

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for an upload");
}

/* An answer's document, of which one text is of interest. */
struct document {
	struct s3_xml *xml;
	const char *wanted;         /* path */
	struct buf *text;           /* gets it */
	struct buf *refusal;        /* gets "Code: Message" of an error in an answer of 200 */
	struct s3_written *written; /* gets the headers' say; NULL: nobody asks */
};

static int take_element(void *cookie, const char *path, const char *text, struct error *err)
{
	struct document *d = cookie;
	int done = 0;

	if (strcmp(path, d->wanted) == 0) {
		buf_clear(d->text);
		done = buf_puts(d->text, text);
	} else if (strcmp(path, "Error/Code") == 0 || strcmp(path, "Error/Message") == 0) {
		done = buf_printf(d->refusal, "%s%s", d->refusal->len ? ": " : "", text);
	}
	return done < 0 ? no_memory(err) : 0;
}

static int begin_document(void *cookie, struct error *err)
{
	struct document *d = cookie;

	s3_xml_close(d->xml);
	d->xml = NULL;
	buf_clear(d->text);
	buf_clear(d->refusal);
	return s3_xml_open(take_element, d, &d->xml, err);
}

static int receive_document(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct document *d = cookie;

	return s3_xml_push(d->xml, (struct span){ bytes, len }, err);
}

/* The ETag comes in the document. */
static int take_header(void *cookie, const char *name, const char *value, struct error *err)
{
	struct document *d = cookie;

	return d->written && strcmp(name, "etag") != 0 ?
		       s3_take_written(d->written, name, value, err) :
		       0;
}

static int begin_upload(struct upload *u, struct error *err)
{
	static const struct s3_query query[] = { { "uploads", "" }, { NULL, NULL } };
	CLEANUP(s3_headers_release)
	struct s3_headers headers = { 0 };
	CLEANUP(buf_release)
	struct buf refusal = { 0 };
	struct document document = { .wanted = "InitiateMultipartUploadResult/UploadId",
				     .text = &u->id,
				     .refusal = &refusal };
	struct s3_call call = { .method = "POST",
				.key = u->what->key,
				.query = query,
				.begin = begin_document,
				.receive = receive_document,
				.cookie = &document };
	struct s3_answer answer;
	int done = s3_write_headers(u->what, &headers, err);

	call.headers = s3_headers_list(&headers);
	if (done == 0)
		done = s3_send(u->s, &call, &answer, err);
	if (done == 0)
		done = s3_xml_end(document.xml, err);
	s3_xml_close(document.xml);
	if (done == 0 && (u->id.len == 0 || u->id.len > UPLOAD_ID_MAX))
		return error_set(err, ERROR_TARGET, "s3://%s: no upload id came", u->s->bucket);
	return done;
}

static int list_part(struct upload *u, const char *etag, const struct s3_digests *digests,
		     struct error *err)
{
	if (etag[strcspn(etag, "<>&\"")])
		return error_set(err, ERROR_TARGET, "a part's ETag is malformed");
	if (buf_printf(&u->manifest, "<Part><PartNumber>%u</PartNumber><ETag>\"%s\"</ETag></Part>",
		       u->parts, etag) < 0)
		return no_memory(err);
	return md5_update(&u->md5s, (struct span){ digests->md5, MD5_SIZE }, err);
}

static int send_part(struct upload *u, uint64_t offset, uint64_t size, struct error *err)
{
	CLEANUP(s3_headers_release)
	struct s3_headers headers = { 0 };
	struct s3_digests digests;
	struct s3_written written = { 0 };
	char number[16];
	const struct s3_query query[] = { { "partNumber", number },
					  { "uploadId", u->id.ptr },
					  { NULL, NULL } };
	struct s3_call call = { .method = "PUT",
				.key = u->what->key,
				.query = query,
				.fd = u->file->fd,
				.offset = offset,
				.size = size,
				.sha256 = digests.sha256_text,
				.header = s3_take_written,
				.cookie = &written };
	struct s3_answer answer;

	(void)snprintf(number, sizeof(number), "%u", ++u->parts);
	if (s3_digest_range(u->file, offset, size, &digests, err) < 0 ||
	    s3_digest_headers(&digests, false, &headers, err) < 0)
		return -1;
	call.headers = s3_headers_list(&headers);
	if (s3_send(u->s, &call, &answer, err) < 0)
		return -1;
	return list_part(u, written.etag, &digests, err);
}

static int send_parts(struct upload *u, struct error *err)
{
	CLEANUP(sha256_release)
	struct sha256 whole = { 0 };
	const struct s3_file file = { .fd = u->file->fd, .size = u->file->size, .whole = &whole };
	uint8_t digest[SHA256_SIZE];
	char text[SHA256_TEXT_SIZE];

	u->file = &file;
	if (sha256_init(&whole, err) < 0 || md5_init(&u->md5s, err) < 0 ||
	    buf_puts(&u->manifest, "<CompleteMultipartUpload>") < 0)
		return no_memory(err);
	for (uint64_t offset = 0; offset < file.size; offset += u->part_size) {
		uint64_t left = file.size - offset;

		if (send_part(u, offset, left < u->part_size ? left : u->part_size, err) < 0)
			return -1;
		if (u->what->progress && left > u->part_size)
			u->what->progress(u->what->cookie, offset + u->part_size);
	}
	if (buf_puts(&u->manifest, "</CompleteMultipartUpload>") < 0)
		return no_memory(err);
	if (sha256_final(&whole, digest, err) < 0)
		return -1;
	return s3_check_content(u->s, u->what, sha256_format(digest, text), err);
}

/* The answer to an earlier attempt may have been lost after the server had put the parts together. */
static int look_whether_there(struct upload *u, const char *etag, struct buf *found,
			      struct error *err)
{
	struct error of_stat = ERROR_INIT;
	struct s3_stat stat;

	if (s3_stat(u->s, u->what->key, &stat, &of_stat) < 0 || strcmp(stat.etag, etag) != 0)
		return -1;
	error_clear(err);
	return buf_puts(found, stat.etag) < 0 ? no_memory(err) : 0;
}

static int put_together(struct upload *u, struct document *document, const char *etag,
			struct error *err)
{
	const struct s3_query query[] = { { "uploadId", u->id.ptr }, { NULL, NULL } };
	const struct s3_call call = { .method = "POST",
				      .key = u->what->key,
				      .query = query,
				      .body = buf_span(&u->manifest),
				      .begin = begin_document,
				      .header = take_header,
				      .receive = receive_document,
				      .cookie = document };
	struct s3_answer answer;
	char shown[S3_SHOWN_SIZE];

	if (s3_send(u->s, &call, &answer, err) < 0)
		return strcmp(answer.code, "NoSuchUpload") == 0 ?
			       look_whether_there(u, etag, document->text, err) :
			       -1;
	if (s3_xml_end(document->xml, err) < 0)
		return -1;
	if (document->refusal->len)
		return error_set(err, ERROR_TARGET, "%s: the parts could not be put together: %s",
				 s3_show(u->s, u->what->key, shown), document->refusal->ptr);
	return 0;
}

/* Radosgw does not tell it when it puts parts together. */
static int learn_etag(struct upload *u, struct s3_written *written, struct error *err)
{
	struct s3_stat stat;

	if (s3_stat(u->s, u->what->key, &stat, err) < 0)
		return -1;
	memcpy(written->etag, stat.etag, sizeof(written->etag));
	return 0;
}

static int end_upload(struct upload *u, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(buf_release)
	struct buf refusal = { 0 };
	struct s3_written written = { 0 };
	struct document document = { .wanted = "CompleteMultipartUploadResult/ETag",
				     .text = &text,
				     .refusal = &refusal,
				     .written = &written };
	uint8_t digest[MD5_SIZE];
	char md5[MD5_TEXT_SIZE], etag[MD5_TEXT_SIZE + 8];
	struct error ignored = ERROR_INIT;
	int done;

	if (md5_final(&u->md5s, digest, err) < 0)
		return -1;
	(void)snprintf(etag, sizeof(etag), "%s-%u", md5_format(digest, md5), u->parts);
	done = put_together(u, &document, etag, err);
	s3_xml_close(document.xml);
	if (done < 0)
		return -1;
	(void)s3_take_written(&written, "etag", text.ptr ? text.ptr : "", &ignored);
	if (!*written.etag && learn_etag(u, &written, err) < 0)
		return -1;
	return s3_check_written(u->s, u->what, etag, &written, err);
}

/* Also when a stop was requested: what is left costs money, and nobody sees it. */
static void give_up(struct upload *u, struct error *err)
{
	const struct s3_query query[] = { { "uploadId", u->id.ptr }, { NULL, NULL } };
	const struct s3_call call = { .method = "DELETE",
				      .key = u->what->key,
				      .query = query,
				      .deadline_ns = clock_monotonic_ns() + 20 * NS_PER_SECOND,
				      .unstoppable = true };
	struct s3_answer answer = { 0 };
	struct error failed = ERROR_INIT;

	for (int i = 0; i < 2; i++) {
		error_clear(&failed);
		if (s3_attempt(u->s, &call, &answer, &failed) == 0 || answer.status == 404)
			return;
	}
	(void)error_hint(err, "parts of the upload are left on the server: let a lifecycle rule "
			      "(AbortIncompleteMultipartUpload) remove them");
}

uint64_t s3_part_size(const struct s3 *s, uint64_t size)
{
	uint64_t least = (size + PARTS_MAX - 1) / PARTS_MAX;
	uint64_t part = s->part_size > part_min ? s->part_size : part_min;
	const uint64_t step = 1 << 20;

	return part >= least ? part : (least + step - 1) / step * step;
}

static void cleanup_upload(struct upload *u)
{
	buf_release(&u->id);
	buf_release(&u->manifest);
	md5_release(&u->md5s);
}

int s3_write_parts(struct s3 *s, const struct s3_write *what, const struct s3_file *file,
		   struct error *err)
{
	CLEANUP(cleanup_upload)
	struct upload u = {
		.s = s, .what = what, .file = file, .part_size = s3_part_size(s, file->size)
	};

	if (begin_upload(&u, err) < 0)
		return -1;
	if (send_parts(&u, err) == 0 && end_upload(&u, err) == 0)
		return 0;
	give_up(&u, err);
	return -1;
}
