/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/post.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "net/http.h"

/* What is kept of an answer, and how much of it is waited for. */
enum { KEPT_MAX = 4096, READ_MAX = 64 << 10 };

struct answer {
	struct buf kept;
	size_t read;
	bool enough; /* it was broken off by us */
};

static int receive(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct answer *answer = cookie;
	size_t room = KEPT_MAX - answer->kept.len;

	if (buf_append(&answer->kept, bytes, len < room ? len : room) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an answer");
	answer->read += len;
	answer->enough = answer->read > READ_MAX;
	return answer->enough ? error_set(err, ERROR_TARGET, "the answer is too long") : 0;
}

/* http:// or https://, and nothing that could not be part of a request's line. */
static bool is_url(const char *url)
{
	const char *rest = strncmp(url, "https://", 8) == 0 ? url + 8 :
			   strncmp(url, "http://", 7) == 0  ? url + 7 :
							      "";

	for (const char *c = url; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return false;
	}
	return *rest && !strchr("/?#:", *rest);
}

static int refuse_url(struct delivery *out)
{
	out->outcome = DELIVERY_REFUSED;
	(void)snprintf(out->answer, sizeof(out->answer),
		       "not sent: the url does not begin with http:// or https:// and a host, or "
		       "holds blanks");
	(void)snprintf(out->hint, sizeof(out->hint),
		       "look at where the url comes from; a file "
		       "must hold it and nothing else");
	return 0;
}

static enum delivery_outcome outcome_of(long status)
{
	if (status >= 200 && status < 300)
		return DELIVERY_DONE;
	if (status == 408 || status == 425 || status == 429 || status >= 500)
		return DELIVERY_LATER;
	return DELIVERY_REFUSED;
}

static const char *hint_of(long status)
{
	if (status >= 300 && status < 400)
		return "redirects are not followed: set the url to where the server points";
	if (status == 401 || status == 403)
		return "the url or key may be withdrawn or mistyped: make a new one at the "
		       "receiver's";
	if (status == 404 || status == 410)
		return "nobody takes messages at this url any more: make a new one at the "
		       "receiver's";
	if (status >= 400 && status < 500 && outcome_of(status) == DELIVERY_REFUSED)
		return "the receiver does not take this message as it is: is the url for this "
		       "type of receiver?";
	return "";
}

static int tell_answer(const struct attempt *a, const struct http_answer *http,
		       const struct answer *answer, struct delivery *out, struct error *err)
{
	char status[32];

	out->outcome = outcome_of(http->status);
	if (out->outcome == DELIVERY_LATER)
		out->retry_after_ns = http->retry_after_ns;
	(void)snprintf(status, sizeof(status), "HTTP %ld", http->status);
	(void)snprintf(out->hint, sizeof(out->hint), "%s", hint_of(http->status));
	return attempt_answer(a, status, buf_span(&answer->kept), out, err);
}

/* Words of our own, since those of the library tell the URL. */
static const char *failure_words(enum http_failure how)
{
	switch (how) {
	case HTTP_UNRESOLVED:
		return "the host of the url has no address";
	case HTTP_REFUSED:
		return "no connection to the host of the url";
	case HTTP_TIMEOUT:
		return "no answer in time";
	case HTTP_TLS:
		return "no trusted connection by TLS";
	case HTTP_CUT:
		return "the connection ended before the answer did";
	case HTTP_PROTOCOL:
	case HTTP_ANSWERED:
		break;
	}
	return "the answer is no HTTP";
}

/* What TLS missed, up to where names of hosts stand. */
static const char *tls_reason(const char *message, size_t *length)
{
	const char *reason = strstr(message, ": SSL");

	if (!reason)
		return "";
	*length = strcspn(reason, "'\"/");
	return reason;
}

static int tell_failure(const struct http_answer *http, struct delivery *out)
{
	size_t length = 0;
	const char *reason = http->how == HTTP_TLS ? tls_reason(http->message, &length) : "";

	out->outcome = DELIVERY_LATER;
	(void)snprintf(out->answer, sizeof(out->answer), "%s%.*s", failure_words(http->how),
		       (int)length, reason);
	if (http->how == HTTP_TLS)
		(void)snprintf(out->hint, sizeof(out->hint),
			       "if the server's certificate is one of your own, set ca_file");
	return 0;
}

int post_send(const struct attempt *a, const struct post *p, struct delivery *out,
	      struct error *err)
{
	CLEANUP(secret_wipe)
	struct buf kept = { 0 };
	struct answer answer = { 0 };
	struct error failed = ERROR_INIT;
	struct http_answer http;
	const char *url = p->url ? p->url : a->url.ptr;
	const struct http_request request = {
		.url = url,
		.body = p->body,
		.method = "POST",
		.content_type = p->content_type,
		.headers = p->headers,
		.ca_file = a->receiver->ca_file,
		.timeout_ns = a->receiver->timeout_ns,
		.deadline_ns = clock_monotonic_ns() + a->receiver->timeout_ns,
		.receive = receive,
		.stop = a->stop,
		.cookie = &answer,
	};
	int rc;

	if (!is_url(url))
		return refuse_url(out);
	rc = http_send(&request, &http, &failed);
	kept = answer.kept;
	if (rc == 0 || answer.enough)
		return tell_answer(a, &http, &answer, out, err);
	if (failed.kind == ERROR_TARGET)
		return tell_failure(&http, out);
	return error_set(err, failed.kind, "%s", failed.message);
}
