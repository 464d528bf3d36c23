/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploads in parts that were begun and never ended, by who was killed (ListMultipartUploads):
 * no listing of objects shows them, and they cost money. A page is removed from when all of
 * it has come. Keys are asked for as they are, not spelled as in URLs: radosgw spells some so
 * and does not say which. One that XML cannot hold makes the listing an error.
 */
#include <string.h>

#include "base/clock.h"
#include "repository/s3.intern.h"
#include "repository/s3_xml.h"

enum { PAGE_UPLOADS = 1000 };

struct page {
	struct s3_xml *xml;
	struct buf uploads;        /* key, id, when it was begun of each, ended by NUL */
	struct buf key, id, begun; /* of the one that is being told */
	struct buf next_key, next_id;
	bool truncated;
};

/* Where a page begins; both empty: at the beginning. */
struct marker {
	struct buf key, id;
};

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for a listing of uploads");
}

static int set(struct buf *out, const char *text)
{
	buf_clear(out);
	return buf_puts(out, text);
}

static const char *text_of(const struct buf *b)
{
	return b->len ? b->ptr : "";
}

static int end_upload(struct page *p)
{
	int done = buf_printf(&p->uploads, "%s%c%s%c%s%c", text_of(&p->key), 0, text_of(&p->id), 0,
			      text_of(&p->begun), 0);

	buf_clear(&p->key);
	buf_clear(&p->id);
	buf_clear(&p->begun);
	return done;
}

static int take_element(void *cookie, const char *path, const char *text, struct error *err)
{
	static const char root[] = "ListMultipartUploadsResult";
	struct page *p = cookie;
	const struct {
		const char *path;
		struct buf *out;
	} texts[] = {
		{ "/Upload/Key", &p->key },
		{ "/Upload/UploadId", &p->id },
		{ "/Upload/Initiated", &p->begun },
		{ "/NextKeyMarker", &p->next_key },
		{ "/NextUploadIdMarker", &p->next_id },
	};

	if (strncmp(path, root, sizeof(root) - 1) != 0)
		return error_set(err, ERROR_TARGET, "the answer is no listing of uploads");
	path += sizeof(root) - 1;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (strcmp(path, texts[i].path) == 0)
			return set(texts[i].out, text) < 0 ? no_memory(err) : 0;
	}
	if (strcmp(path, "/IsTruncated") == 0)
		p->truncated = strcmp(text, "true") == 0;
	else if (strcmp(path, "/Upload") == 0 && end_upload(p) < 0)
		return no_memory(err);
	return 0;
}

static int begin_page(void *cookie, struct error *err)
{
	struct page *p = cookie;

	s3_xml_close(p->xml);
	p->xml = NULL;
	buf_clear(&p->uploads);
	buf_clear(&p->next_key);
	buf_clear(&p->next_id);
	p->truncated = false;
	return s3_xml_open(take_element, p, &p->xml, err);
}

static int receive_page(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct page *p = cookie;

	return s3_xml_push(p->xml, (struct span){ bytes, len }, err);
}

static int fetch_page(struct s3 *s, struct page *p, const char *prefix, const struct marker *from,
		      struct error *err)
{
	char most[16];
	const struct s3_query query[] = {
		{ "key-marker", text_of(&from->key) },
		{ "max-uploads", most },
		{ "prefix", prefix },
		{ "upload-id-marker", text_of(&from->id) },
		{ "uploads", "" },
		{ NULL, NULL },
	};
	const struct s3_call call = { .method = "GET",
				      .query = query,
				      .begin = begin_page,
				      .receive = receive_page,
				      .cookie = p };
	struct s3_answer answer;

	(void)snprintf(most, sizeof(most), "%d", PAGE_UPLOADS);
	return s3_send(s, &call, &answer, err) < 0 ? -1 : s3_xml_end(p->xml, err);
}

/* Who ended it meanwhile did no harm. */
static int abort_upload(struct s3 *s, const char *key, const char *id, size_t *count,
			struct error *err)
{
	const struct s3_query query[] = { { "uploadId", id }, { NULL, NULL } };
	const struct s3_call call = { .method = "DELETE", .key = key, .query = query };
	struct s3_answer answer;

	if (s3_send(s, &call, &answer, err) == 0) {
		++*count;
		return 0;
	}
	if (answer.status != 404)
		return -1;
	error_clear(err);
	return 0;
}

static int sweep_page(struct s3 *s, const struct page *p, const struct s3_sweep *sweep,
		      size_t *count, struct error *err)
{
	for (size_t at = 0; at < p->uploads.len;) {
		const char *key = p->uploads.ptr + at;
		const char *id = key + strlen(key) + 1, *begun = id + strlen(id) + 1;
		int64_t begun_ns = INT64_MAX;

		at = (size_t)(begun + strlen(begun) + 1 - p->uploads.ptr);
		if (clock_parse_rfc3339(begun, &begun_ns) < 0)
			begun_ns = INT64_MAX;
		if (strncmp(key, sweep->prefix, strlen(sweep->prefix)) == 0 && *id &&
		    sweep->is_left(sweep->cookie, key, begun_ns) &&
		    abort_upload(s, key, id, count, err) < 0)
			return -1;
	}
	return 0;
}

/* A server that tells of no other place than before would be asked for ever. */
static int move(const struct page *p, struct marker *at, bool *goes_on, struct error *err)
{
	const char *key = text_of(&p->next_key), *id = text_of(&p->next_id);

	*goes_on = p->truncated;
	if (!p->truncated)
		return 0;
	if (!*key || (strcmp(key, text_of(&at->key)) == 0 && strcmp(id, text_of(&at->id)) == 0))
		return error_set(err, ERROR_TARGET,
				 "the listing of uploads goes on, but does not say where");
	return set(&at->key, key) < 0 || set(&at->id, id) < 0 ? no_memory(err) : 0;
}

static void release_page(struct page *p)
{
	struct buf *const texts[] = { &p->uploads, &p->key,      &p->id,
				      &p->begun,   &p->next_key, &p->next_id };

	s3_xml_close(p->xml);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		buf_release(texts[i]);
}

static void release_marker(struct marker *m)
{
	buf_release(&m->key);
	buf_release(&m->id);
}

int s3_sweep_uploads(struct s3 *s, const struct s3_sweep *sweep, size_t *count, struct error *err)
{
	CLEANUP(release_page)
	struct page page = { 0 };
	CLEANUP(release_marker)
	struct marker at = { 0 };
	bool goes_on = true;

	*count = 0;
	while (goes_on) {
		if (fetch_page(s, &page, sweep->prefix, &at, err) < 0 ||
		    sweep_page(s, &page, sweep, count, err) < 0 ||
		    move(&page, &at, &goes_on, err) < 0)
			return -1;
	}
	return 0;
}
