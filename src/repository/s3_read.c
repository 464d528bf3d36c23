/* SPDX-License-Identifier: Apache-2.0 */
/* A range of an object, as a stream that goes on from the byte where it broke off. */
#include <inttypes.h>
#include <string.h>

#include "repository/s3.intern.h"

enum { ETAG_SIZE = 72 };

static const uint64_t unknown = UINT64_MAX;

struct reading {
	struct s3 *s;
	const struct s3_range *range;
	s3_receive *receive;
	void *cookie;
	char etag[ETAG_SIZE]; /* that the bytes so far are of, in quotes; "" = none yet */
	uint64_t at;          /* the next byte wanted */
	uint64_t end;         /* behind the last one; `unknown` until an answer tells */
	uint64_t total;       /* the object's size; `unknown` until an answer tells */
	/* Of the answer under way. */
	bool asked_range, begun, is_chunked;
	uint64_t from, length; /* where its bytes begin, and how many come; `unknown` */
	char its_etag[ETAG_SIZE];
	uint64_t got; /* of it */
};

static int tell(const struct reading *r, const char *what, struct error *err)
{
	char shown[S3_SHOWN_SIZE];

	return error_set(err, ERROR_TARGET, "%s: %s", s3_show(r->s, r->range->key, shown), what);
}

static int take_content_range(struct reading *r, const char *value, struct error *err)
{
	uint64_t first, last, total;
	int end = 0;

	if (sscanf(value, "bytes %" SCNu64 "-%" SCNu64 "/%" SCNu64 "%n", &first, &last, &total,
		   &end) == 3 &&
	    value[end] == '\0' && first <= last && last < total && total < unknown) {
		r->from = first;
		r->length = last - first + 1;
		if (r->total != unknown && r->total != total)
			return tell(r, "its size changed while it was read", err);
		r->total = total;
		return 0;
	}
	return strncmp(value, "bytes */", 8) == 0 ?
		       0 : /* of an answer that there is no such range */
		       tell(r, "the answer's Content-Range is malformed", err);
}

static int take_header(void *cookie, const char *name, const char *value, struct error *err)
{
	struct reading *r = cookie;

	if (strcmp(name, "etag") == 0)
		(void)snprintf(r->its_etag, sizeof(r->its_etag), "%s", value);
	else if (strcmp(name, "transfer-encoding") == 0)
		r->is_chunked = true;
	else if (strcmp(name, "content-range") == 0)
		return take_content_range(r, value, err);
	else if (strcmp(name, "content-length") == 0 && r->length == unknown)
		(void)sscanf(value, "%" SCNu64, &r->length);
	return 0;
}

static int begin(void *cookie, struct error *err)
{
	struct reading *r = cookie;

	(void)err;
	r->begun = r->is_chunked = false;
	r->from = r->length = unknown;
	r->its_etag[0] = '\0';
	r->got = 0;
	return 0;
}

static int check_etag(struct reading *r, struct error *err)
{
	if (r->etag[0] && r->its_etag[0] && strcmp(r->etag, r->its_etag) != 0) {
		(void)tell(r, "it was written anew while it was read", err);
		return error_hint(err, "read it again");
	}
	if (!r->etag[0])
		memcpy(r->etag, r->its_etag, sizeof(r->etag));
	return 0;
}

static int check_range(struct reading *r, struct error *err)
{
	uint64_t end = r->range->length ? r->range->offset + r->range->length : unknown;

	if (!r->asked_range) {
		if (r->from != unknown && r->from != 0)
			return tell(r, "the answer is a part, and the whole was asked for", err);
		r->from = 0;
		r->total = r->length != unknown ? r->length : r->total;
	} else if (r->from == unknown) {
		(void)tell(r, "the server ignores ranges: it sends the whole object", err);
		return error_hint(err, "a proxy may be in between; it must pass Range on");
	} else if (r->from != r->at) {
		return tell(r, "the answer is another range than was asked for", err);
	}
	if (r->length == unknown && !r->is_chunked) {
		(void)tell(r, "the answer has no Content-Length", err);
		return error_hint(err, "whether all of it came could not be told");
	}
	if (end == unknown || (r->total != unknown && end > r->total))
		end = r->total;
	if (r->end != unknown && r->end != end)
		return tell(r, "its size changed while it was read", err);
	r->end = end;
	return 0;
}

/* Before the first byte of an answer, or at its end when it has none. */
static int begin_body(struct reading *r, struct error *err)
{
	if (r->begun)
		return 0;
	r->begun = true;
	return check_etag(r, err) < 0 ? -1 : check_range(r, err);
}

static int receive(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct reading *r = cookie;

	if (begin_body(r, err) < 0)
		return -1;
	if (len == 0)
		return 0;
	if (r->end != unknown && len > r->end - r->at)
		return tell(r, "the answer is longer than it says", err);
	if (r->receive(r->cookie, bytes, len, err) < 0)
		return -1;
	r->at += len;
	r->got += len;
	return 0;
}

static int attempt(struct reading *r, struct s3_answer *answer, struct error *err)
{
	char range[64], match[ETAG_SIZE + 16];
	const char *headers[3] = { NULL };
	size_t count = 0;
	const struct s3_call call = { .method = "GET",
				      .key = r->range->key,
				      .headers = headers,
				      .begin = begin,
				      .header = take_header,
				      .receive = receive,
				      .cookie = r };
	uint64_t end = r->range->length ? r->range->offset + r->range->length : r->end;

	r->asked_range = r->at > 0 || r->range->length;
	if (end != unknown)
		(void)snprintf(range, sizeof(range), "Range: bytes=%" PRIu64 "-%" PRIu64, r->at,
			       end - 1);
	else
		(void)snprintf(range, sizeof(range), "Range: bytes=%" PRIu64 "-", r->at);
	if (r->asked_range)
		headers[count++] = range;
	(void)snprintf(match, sizeof(match), "If-Match: %s", r->etag);
	if (r->etag[0])
		headers[count] = match;
	if (s3_attempt(r->s, &call, answer, err) < 0)
		return -1;
	return begin_body(r, err);
}

/* The whole answer came, but it may have been less than was asked for, which the server may do. */
static bool is_done(struct reading *r)
{
	if (r->end == unknown) /* in chunks, to their end */
		r->end = r->at;
	return r->at == r->end;
}

static int read_on(struct reading *r, struct error *err)
{
	struct s3_answer answer = { 0 };

	for (;;) {
		uint64_t before = r->at;
		int done = attempt(r, &answer, err);

		if (done == 0 && is_done(r))
			return 0;
		if (answer.status == 416 && r->at == 0) { /* no range is in an empty object */
			error_clear(err);
			return 0;
		}
		if (r->at > before)
			answer.attempts = 1;
		if (done == 0) {
			answer.again = true;
			(void)tell(r, "the answer is shorter than the range asked for", err);
		}
		if (s3_again(r->s, &answer, err) < 0)
			return -1;
	}
}

int s3_read_range(struct s3 *s, const struct s3_range *range, s3_receive *take, void *cookie,
		  struct error *err)
{
	struct reading r = { .s = s,
			     .range = range,
			     .receive = take,
			     .cookie = cookie,
			     .at = range->offset,
			     .end = unknown,
			     .total = range->size };

	if (range->etag && *range->etag)
		(void)snprintf(r.etag, sizeof(r.etag), "\"%s\"", range->etag);
	if (read_on(&r, err) < 0) {
		(void)(r.at > range->offset && error_context(err, "at byte %" PRIu64, r.at));
		return -1;
	}
	return 0;
}

int s3_read(struct s3 *s, const char *key, const char *etag, uint64_t offset, uint64_t length,
	    s3_receive *take, void *cookie, struct error *err)
{
	const struct s3_range range = {
		.key = key, .etag = etag, .offset = offset, .length = length, .size = unknown
	};

	return s3_read_range(s, &range, take, cookie, err);
}
