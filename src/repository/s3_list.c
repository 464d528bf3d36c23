/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ListObjectsV2, a page at a time: a page is handed on when all of it has come, so that
 * one that broke off is fetched again unnoticed, and never is more than one in memory.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "repository/s3.intern.h"
#include "repository/s3_xml.h"

enum { PAGE_OBJECTS = 1000, PAGE_OBJECTS_MAX = 4096 };

/* Places of texts in the page's buffer. */
struct listed {
	size_t key, etag, storage_class;
	uint64_t size;
	int64_t modified_ns;
	bool has_key, has_size;
};

struct page {
	struct s3_xml *xml;
	struct buf text;
	struct listed *object; /* PAGE_OBJECTS_MAX of them */
	size_t count;
	struct listed current;
	bool truncated, encoded;
	char *token; /* of the next page; NULL: none */
};

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for a listing");
}

/* *place gets where it is; 0 is the empty text at the beginning. */
static int keep(struct page *p, const char *text, size_t len, size_t *place, struct error *err)
{
	*place = p->text.len;
	if (buf_append(&p->text, text, len) < 0 || buf_append(&p->text, "", 1) < 0)
		return no_memory(err);
	return 0;
}

/* Without the quotes around it. */
static int keep_etag(struct page *p, const char *text, struct error *err)
{
	size_t len = strlen(text);

	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		text++;
		len -= 2;
	}
	return keep(p, text, len, &p->current.etag, err);
}

static int take_size(struct page *p, const char *text, struct error *err)
{
	char *end;

	p->current.size = strtoull(text, &end, 10);
	if (end == text || *end || *text == '-')
		return error_set(err, ERROR_TARGET, "a listing has no number as a size");
	p->current.has_size = true;
	return 0;
}

static int end_object(struct page *p, struct error *err)
{
	if (!p->current.has_key || !p->current.has_size)
		return error_set(err, ERROR_TARGET, "a listing has an object without %s",
				 p->current.has_key ? "a size" : "a key");
	if (p->count == PAGE_OBJECTS_MAX)
		return error_set(err, ERROR_TARGET, "a listing's page has more than %d objects",
				 PAGE_OBJECTS_MAX);
	p->object[p->count++] = p->current;
	p->current = (struct listed){ 0 };
	return 0;
}

static int take_of_object(struct page *p, const char *name, const char *text, struct error *err)
{
	if (strcmp(name, "Key") == 0) {
		p->current.has_key = true;
		return keep(p, text, strlen(text), &p->current.key, err);
	}
	if (strcmp(name, "Size") == 0)
		return take_size(p, text, err);
	if (strcmp(name, "ETag") == 0)
		return keep_etag(p, text, err);
	if (strcmp(name, "StorageClass") == 0)
		return keep(p, strcmp(text, "STANDARD") == 0 ? "" : text,
			    strcmp(text, "STANDARD") == 0 ? 0 : strlen(text),
			    &p->current.storage_class, err);
	if (strcmp(name, "LastModified") == 0 &&
	    clock_parse_rfc3339(text, &p->current.modified_ns) < 0)
		return error_set(err, ERROR_TARGET, "a listing has no time as a last modification");
	return 0;
}

static int take_element(void *cookie, const char *path, const char *text, struct error *err)
{
	static const char root[] = "ListBucketResult/", contents[] = "ListBucketResult/Contents/";
	struct page *p = cookie;

	if (strncmp(path, contents, sizeof(contents) - 1) == 0)
		return take_of_object(p, path + sizeof(contents) - 1, text, err);
	if (strcmp(path, "ListBucketResult") == 0)
		return 0;
	if (strncmp(path, root, sizeof(root) - 1) != 0) {
		(void)error_set(err, ERROR_TARGET, "the answer is no listing");
		return error_hint(err, "is the endpoint that of an S3 server, and no page or proxy "
				       "before it?");
	}
	path += sizeof(root) - 1;
	if (strcmp(path, "Contents") == 0)
		return end_object(p, err);
	if (strcmp(path, "IsTruncated") == 0)
		p->truncated = strcmp(text, "true") == 0;
	if (strcmp(path, "EncodingType") == 0)
		p->encoded = strcmp(text, "url") == 0;
	if (strcmp(path, "NextContinuationToken") == 0) {
		free(p->token);
		p->token = strdup(text);
		return p->token ? 0 : no_memory(err);
	}
	return 0;
}

static int begin_page(void *cookie, struct error *err)
{
	struct page *p = cookie;

	s3_xml_close(p->xml);
	p->xml = NULL;
	buf_clear(&p->text);
	free(p->token);
	p->token = NULL;
	p->count = 0;
	p->current = (struct listed){ 0 };
	p->truncated = p->encoded = false;
	if (buf_append(&p->text, "", 1) < 0)
		return no_memory(err);
	return s3_xml_open(take_element, p, &p->xml, err);
}

static int receive_page(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct page *p = cookie;

	return s3_xml_push(p->xml, (struct span){ bytes, len }, err);
}

struct listing {
	const char *prefix;
	int (*each)(void *cookie, const struct s3_object *object, struct error *err);
	void *cookie;
};

static int hand_on(const struct page *p, const struct listing *l, struct error *err)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct listed *o = &p->object[i];
		char *key = p->text.ptr + o->key;
		const struct s3_object object = {
			.key = key,
			.size = o->size,
			.modified_ns = o->modified_ns,
			.etag = p->text.ptr + o->etag,
			.storage_class = p->text.ptr + o->storage_class,
		};

		if (p->encoded && !s3_decode(key))
			return error_set(err, ERROR_TARGET, "a listing spells a key as %.200s",
					 key);
		/* whoever asked takes the prefix off */
		if (strncmp(key, l->prefix, strlen(l->prefix)) != 0)
			return error_set(err, ERROR_TARGET,
					 "a listing of \"%.200s\" has the key \"%.200s\"",
					 l->prefix, key);
		if (l->each(l->cookie, &object, err) < 0)
			return -1;
	}
	return 0;
}

static int fetch_page(struct s3 *s, struct page *p, const char *prefix, const char *token,
		      struct error *err)
{
	char most[16];
	const struct s3_query query[] = {
		{ token ? "continuation-token" : "encoding-type", token ? token : "url" },
		{ token ? "encoding-type" : "list-type", token ? "url" : "2" },
		{ token ? "list-type" : "max-keys", token ? "2" : most },
		{ token ? "max-keys" : "prefix", token ? most : prefix },
		{ token ? "prefix" : NULL, prefix },
		{ NULL, NULL },
	};
	const struct s3_call call = { .method = "GET",
				      .query = query,
				      .begin = begin_page,
				      .receive = receive_page,
				      .cookie = p };
	struct s3_answer answer;
	char shown[S3_SHOWN_SIZE];

	(void)snprintf(most, sizeof(most), "%d", PAGE_OBJECTS);
	if (s3_send(s, &call, &answer, err) < 0)
		return answer.status >= 200 && answer.status < 300 ?
			       error_context(err, "%s", s3_show(s, NULL, shown)) :
			       -1;
	return s3_xml_end(p->xml, err) < 0 ? error_context(err, "%s", s3_show(s, NULL, shown)) : 0;
}

/* *token: of the page after this one; NULL: it was the last. */
static int list_page(struct s3 *s, struct page *p, const struct listing *l, char **token,
		     struct error *err)
{
	if (fetch_page(s, p, l->prefix, *token, err) < 0)
		return -1;
	if (p->truncated && (!p->token || (*token && strcmp(p->token, *token) == 0))) {
		(void)error_set(err, ERROR_TARGET,
				"s3://%s: the listing goes on, but does not say "
				"where",
				s->bucket);
		return error_hint(err, "does the server know ListObjectsV2?");
	}
	free(*token);
	*token = p->truncated ? TAKE(p->token) : NULL;
	return hand_on(p, l, err);
}

static void cleanup_page(struct page *p)
{
	s3_xml_close(p->xml);
	buf_release(&p->text);
	free(p->object);
	free(p->token);
}

int s3_list(struct s3 *s, const char *prefix,
	    int (*each)(void *cookie, const struct s3_object *object, struct error *err),
	    void *cookie, struct error *err)
{
	const struct listing listing = { .prefix = prefix, .each = each, .cookie = cookie };
	CLEANUP(cleanup_page)
	struct page page = { 0 };
	CLEANUP(cleanup_free)
	char *token = NULL;

	page.object = calloc(PAGE_OBJECTS_MAX, sizeof(*page.object));
	if (!page.object)
		return no_memory(err);
	do {
		if (list_page(s, &page, &listing, &token, err) < 0)
			return -1;
	} while (token);
	return 0;
}
