/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/ready.intern.h"

/* What curl reads at a time: more than its 16 KiB, since large objects come this way. */
enum { RECEIVE_SIZE = 256 << 10, URL_SHOWN = 200, HEADERS_SIZE_MAX = 1 << 20 };

/* A server may ask for any time; more than a year is no time to wait for. */
static const curl_off_t retry_after_max = 365 * 86400;

struct http_client {
	CURL *curl;
};

struct transfer {
	CURL *curl;
	const struct http_request *request;
	struct http_answer *answer;
	uint64_t sent;
	size_t header_bytes;
	struct error err; /* of a callback */
};

int http_client_open(struct http_client **out, struct error *err)
{
	struct http_client *c = calloc(1, sizeof(*c));

	net_ready();
	if (c)
		c->curl = curl_easy_init();
	if (!c || !c->curl) {
		free(c);
		return error_set(err, ERROR_NOMEM, "no memory for requests by HTTP");
	}
	*out = c;
	return 0;
}

void http_client_close(struct http_client *c)
{
	if (!c)
		return;
	curl_easy_cleanup(c->curl);
	free(c);
}

static void cleanup_headers(struct curl_slist **headers)
{
	curl_slist_free_all(*headers);
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *cookie)
{
	struct transfer *t = cookie;
	const struct http_request *r = t->request;
	size_t len = size * count;

	if (t->answer->received == 0)
		(void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->answer->status);
	t->answer->received += len;
	if (r->receive && r->receive(r->cookie, bytes, len, &t->err) < 0)
		return 0;
	return len;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One line "Name: value\r\n", not ended by NUL; the status line and the empty last one are none. */
static size_t receive_header(char *bytes, size_t size, size_t count, void *cookie)
{
	struct transfer *t = cookie;
	const struct http_request *r = t->request;
	size_t len = size * count, end = len;
	const char *colon = memchr(bytes, ':', len);
	char name[128], value[4096];
	size_t at;

	t->header_bytes += len;
	if (t->header_bytes > HEADERS_SIZE_MAX)
		return 0;
	if (!r->receive_header || !colon || (size_t)(colon - bytes) >= sizeof(name))
		return len;
	for (at = 0; bytes + at < colon; at++)
		name[at] = (char)tolower((unsigned char)bytes[at]);
	name[at++] = '\0';
	while (at < end && is_space(bytes[at]))
		at++;
	while (end > at && is_space(bytes[end - 1]))
		end--;
	(void)snprintf(value, sizeof(value), "%.*s", (int)(end - at), bytes + at);
	return r->receive_header(r->cookie, name, value, &t->err) < 0 ? 0 : len;
}

static size_t send_body(char *bytes, size_t size, size_t count, void *cookie)
{
	struct transfer *t = cookie;
	const struct http_request *r = t->request;
	uint64_t left = r->send_size - t->sent;
	size_t room = size * count;
	int64_t n = r->send(r->cookie, bytes, left < room ? (size_t)left : room, &t->err);

	if (n < 0)
		return CURL_READFUNC_ABORT;
	t->sent += (uint64_t)n;
	return (size_t)n;
}

static int watch(void *cookie, curl_off_t total, curl_off_t got, curl_off_t to_send,
		 curl_off_t sent)
{
	struct transfer *t = cookie;
	const struct http_request *r = t->request;

	(void)total, (void)got, (void)to_send, (void)sent;
	if (stop_is_asked(r->stop))
		return error_set(&t->err, ERROR_INTERRUPTED, "interrupted");
	return 0;
}

static enum http_failure failure_of(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return HTTP_UNRESOLVED;
	case CURLE_COULDNT_CONNECT:
		return HTTP_REFUSED;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return HTTP_TLS;
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return HTTP_CUT;
	default:
		return HTTP_PROTOCOL;
	}
}

#define SET(option, value) (curl_easy_setopt(curl, CURLOPT_##option, value) == CURLE_OK)

static bool set_limits(CURL *curl, const struct http_request *r)
{
	long ms = (long)(r->timeout_ns / 1000000);
	bool ok = SET(CONNECTTIMEOUT_MS, ms);

	/* a transfer may take as long as it moves: under one byte a second is a stall */
	ok &= SET(LOW_SPEED_LIMIT, 1L) && SET(LOW_SPEED_TIME, (ms + 999) / 1000);
	if (r->deadline_ns) {
		int64_t left = (r->deadline_ns - clock_monotonic_ns()) / 1000000;

		ok &= SET(TIMEOUT_MS, left > 0 ? (long)left : 1L);
	}
	return ok;
}

static bool set_options(CURL *curl, struct transfer *t, char *why)
{
	const struct http_request *r = t->request;
	bool ok = SET(URL, r->url) && SET(PROTOCOLS_STR, "http,https") && SET(ERRORBUFFER, why);

	ok &= SET(NOSIGNAL, 1L) && SET(PROXY, "") && SET(USERAGENT, "muster");
	ok &= SET(PATH_AS_IS, 1L) && SET(BUFFERSIZE, (long)RECEIVE_SIZE);
	ok &= SET(WRITEFUNCTION, receive_body) && SET(WRITEDATA, t);
	ok &= SET(HEADERFUNCTION, receive_header) && SET(HEADERDATA, t);
	ok &= SET(NOPROGRESS, 0L) && SET(XFERINFOFUNCTION, watch) && SET(XFERINFODATA, t);
	if (r->user && *r->user) {
		ok &= SET(HTTPAUTH, CURLAUTH_BASIC);
		ok &= SET(USERNAME, r->user) && SET(PASSWORD, r->password);
	}
	if (r->sign)
		ok &= SET(AWS_SIGV4, r->sign);
	if (r->ca_file && *r->ca_file)
		ok &= SET(CAINFO, r->ca_file);
	return ok && set_limits(curl, r);
}

static bool add_header(struct curl_slist **headers, const char *line)
{
	struct curl_slist *grown = curl_slist_append(*headers, line);

	if (grown)
		*headers = grown;
	return grown;
}

/*
 * Without "Expect", for which curl would wait a second before it sends a large body; but a
 * header that is not sent would be signed, so there the wait is made short.
 */
static bool set_headers(CURL *curl, const struct http_request *r, struct curl_slist **headers)
{
	const char *type = r->content_type ? r->content_type : "application/json";
	bool ok = true;

	if (r->body.len || r->send_size) {
		char line[200];

		(void)snprintf(line, sizeof(line), "Content-Type:%s%s", *type ? " " : "", type);
		ok &= add_header(headers, line);
		ok &= r->sign ? SET(EXPECT_100_TIMEOUT_MS, 200L) : add_header(headers, "Expect:");
	}
	for (size_t i = 0; r->headers && r->headers[i]; i++)
		ok &= add_header(headers, r->headers[i]);
	return ok && SET(HTTPHEADER, *headers);
}

static bool set_body(CURL *curl, struct transfer *t)
{
	const struct http_request *r = t->request;
	bool ok = true;

	if (r->body.len) {
		ok &= SET(POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
		ok &= SET(POSTFIELDS, (const char *)r->body.ptr);
	} else if (r->send_size) {
		ok &= SET(UPLOAD, 1L) && SET(INFILESIZE_LARGE, (curl_off_t)r->send_size);
		ok &= SET(READFUNCTION, send_body) && SET(READDATA, t);
	}
	if (r->method && strcmp(r->method, "HEAD") == 0)
		ok &= SET(NOBODY, 1L);
	else if (r->method)
		ok &= SET(CUSTOMREQUEST, r->method);
	return ok;
}

int http_shown_length(const char *url)
{
	size_t whole = strcspn(url, "?#");

	return whole < URL_SHOWN ? (int)whole : URL_SHOWN;
}

static int tell_failure(const struct http_request *r, struct http_answer *answer, CURLcode code,
			const char *why, struct error *err)
{
	answer->how = failure_of(code);
	(void)snprintf(answer->message, sizeof(answer->message), "%.*s: %s",
		       http_shown_length(r->url), r->url, *why ? why : curl_easy_strerror(code));
	return error_set(err, ERROR_TARGET, "%s", answer->message);
}

static int perform(CURL *curl, struct transfer *t, struct error *err)
{
	const struct http_request *r = t->request;
	CLEANUP(cleanup_headers)
	struct curl_slist *headers = NULL;
	char why[CURL_ERROR_SIZE] = "";
	curl_off_t seconds = 0;
	CURLcode code;

	t->curl = curl;
	if (!set_options(curl, t, why) || !set_headers(curl, r, &headers) || !set_body(curl, t))
		return error_set(err, ERROR_NOMEM, "no memory for a request");
	code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &t->answer->status);
	if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0)
		t->answer->retry_after_ns =
			(seconds < retry_after_max ? seconds : retry_after_max) * NS_PER_SECOND;
	/* what it points to ends with this call; the connection stays */
	curl_easy_reset(curl);
	if (code == CURLE_OK)
		return 0;
	if (t->err.kind == ERROR_NONE)
		return tell_failure(r, t->answer, code, why, err);
	if (err->kind == ERROR_NONE)
		*err = t->err;
	return -1;
}

int http_send(const struct http_request *request, struct http_answer *answer, struct error *err)
{
	CLEANUP(cleanup_http_client)
	struct http_client *own = NULL;
	struct transfer t = { .request = request, .answer = answer, .err = ERROR_INIT };

	*answer = (struct http_answer){ 0 };
	if (!request->client && http_client_open(&own, err) < 0)
		return -1;
	return perform(request->client ? request->client->curl : own->curl, &t, err);
}

int http_receive_to_buf(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct buf *b = cookie;

	if (b->len + len > (4U << 20))
		return error_set(err, ERROR_TARGET, "the answer is larger than 4 MiB");
	if (buf_append(b, bytes, len) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an answer");
	return 0;
}
