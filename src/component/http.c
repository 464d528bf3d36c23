/* SPDX-License-Identifier: Apache-2.0 */
#include "component/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"

struct transfer {
	const struct http_request *request;
	struct error *err;
};

static pthread_once_t curl_ready = PTHREAD_ONCE_INIT;

static void prepare_curl(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void cleanup_curl(CURL **curl)
{
	if (*curl)
		curl_easy_cleanup(*curl);
}

static void cleanup_headers(struct curl_slist **headers)
{
	curl_slist_free_all(*headers);
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *cookie)
{
	struct transfer *t = cookie;
	size_t len = size * count;

	if (t->request->receive && t->request->receive(t->request->cookie, bytes, len, t->err) < 0)
		return 0;
	return len;
}

static enum reach reach_of_curl(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return REACH_UNRESOLVED;
	case CURLE_COULDNT_CONNECT:
		return REACH_REFUSED;
	case CURLE_OPERATION_TIMEDOUT:
		return REACH_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return REACH_TLS;
	default:
		return REACH_PROTOCOL;
	}
}

static bool set_options(CURL *curl, struct transfer *t, char *why)
{
	const struct http_request *r = t->request;
	long ms = (long)(r->timeout_ns / 1000000);
	long seconds = (ms + 999) / 1000;
	bool ok = true;

	ok &= curl_easy_setopt(curl, CURLOPT_URL, r->url) == CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why) == CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_USERAGENT, "muster") == CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, ms) == CURLE_OK;
	/* a transfer may take as long as it moves: under one byte a second is a stall */
	ok &= curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, seconds) == CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive_body) == CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_WRITEDATA, t) == CURLE_OK;
	if (r->user && *r->user) {
		ok &= curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC) == CURLE_OK;
		ok &= curl_easy_setopt(curl, CURLOPT_USERNAME, r->user) == CURLE_OK;
		ok &= curl_easy_setopt(curl, CURLOPT_PASSWORD, r->password) == CURLE_OK;
	}
	if (r->ca_file && *r->ca_file)
		ok &= curl_easy_setopt(curl, CURLOPT_CAINFO, r->ca_file) == CURLE_OK;
	return ok;
}

/* Without "Expect", for which curl would wait a second before it sends a large body. */
static bool set_body(CURL *curl, const struct http_request *r, struct curl_slist **headers)
{
	static const char *const lines[] = { "Content-Type: application/json", "Expect:" };
	bool ok = true;

	if (r->method)
		ok &= curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, r->method) == CURLE_OK;
	if (!r->body.len)
		return ok;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct curl_slist *grown = curl_slist_append(*headers, lines[i]);

		if (!grown)
			return false;
		*headers = grown;
	}
	ok &= curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers) == CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len) ==
	      CURLE_OK;
	ok &= curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)r->body.ptr) == CURLE_OK;
	return ok;
}

int http_send(const struct http_request *request, struct http_answer *answer, struct error *err)
{
	CLEANUP(cleanup_curl)
	CURL *curl = NULL;
	CLEANUP(cleanup_headers)
	struct curl_slist *headers = NULL;
	struct error received = ERROR_INIT;
	struct transfer t = { request, &received };
	char why[CURL_ERROR_SIZE] = "";
	CURLcode code;

	*answer = (struct http_answer){ 0 };
	(void)pthread_once(&curl_ready, prepare_curl);
	curl = curl_easy_init();
	if (!curl || !set_options(curl, &t, why) || !set_body(curl, request, &headers))
		return error_set(err, ERROR_NOMEM, "no memory for a request to %s", request->url);
	code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	if (code == CURLE_OK)
		return 0;
	if (received.kind != ERROR_NONE) {
		if (err->kind == ERROR_NONE)
			*err = received;
		return -1;
	}
	(void)reached_fail(&answer->how, reach_of_curl(code), "%s: %s", request->url,
			   why[0] ? why : curl_easy_strerror(code));
	return error_set(err, ERROR_TARGET, "%s", answer->how.message);
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
