/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request: spelled and signed as signature version 4 wants it, sent, and sent again
 * when the server is busy or the network broke. libcurl signs what it is given: it wants the
 * hash of the body as a header, the query sorted, and all of it encoded as S3 does.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "model/quote.h"
#include "repository/s3.intern.h"

enum { HEADERS_MAX = 20, MS = 1000000 };

/* Waits double from the first; a server that asks for more than the last gets no more. */
static const int64_t wait_first_ns = 100 * INT64_C(1000000), wait_max_ns = 20 * NS_PER_SECOND,
		     wait_asked_max_ns = 300 * NS_PER_SECOND, renew_before_ns = 300 * NS_PER_SECOND;

struct exchange {
	struct s3 *s;
	const struct s3_call *call;
	struct http_answer http;
	uint64_t sent;
	struct buf refusal;          /* the body of an answer that nobody takes */
	bool cut_short;              /* more of it is not taken */
	char region[S3_REGION_SIZE]; /* the bucket's, by a header of the answer */
};

char *s3_show(const struct s3 *s, const char *key, char out[S3_SHOWN_SIZE])
{
	char whole[S3_BUCKET_SIZE + S3_KEY_MAX + 8];

	(void)snprintf(whole, sizeof(whole), "s3://%s%s%s", s->bucket, key ? "/" : "",
		       key ? key : "");
	return quote_text(whole, out, S3_SHOWN_SIZE);
}

static int put_url(const struct s3 *s, const struct s3_call *call, struct buf *out)
{
	if (buf_append(out, s->base.ptr, s->base.len) < 0 || buf_puts(out, "/") < 0)
		return -1;
	if (call->key && s3_encode(out, call->key, true) < 0)
		return -1;
	for (const struct s3_query *q = call->query; q && q->name; q++) {
		if (buf_puts(out, q == call->query ? "?" : "&") < 0 ||
		    s3_encode(out, q->name, false) < 0 || buf_puts(out, "=") < 0 ||
		    s3_encode(out, q->value, false) < 0)
			return -1;
	}
	return 0;
}

static int hash(struct span bytes, char out[SHA256_TEXT_SIZE], struct error *err)
{
	CLEANUP(sha256_release)
	struct sha256 sum = { 0 };
	uint8_t digest[SHA256_SIZE];

	if (sha256_init(&sum, err) < 0 || sha256_update(&sum, bytes, err) < 0 ||
	    sha256_final(&sum, digest, err) < 0)
		return -1;
	(void)sha256_format(digest, out);
	return 0;
}

/* Lines of `text` one after the other, each ended by NUL, so that they can be headers. */
static int put_headers(const struct s3 *s, const struct s3_call *call, struct buf *text,
		       struct error *err)
{
	char digest[SHA256_TEXT_SIZE];
	const char *sum = call->sha256;
	bool sends = strcmp(call->method, "PUT") == 0 || strcmp(call->method, "POST") == 0;

	if (!sum) {
		if (hash(call->body, digest, err) < 0)
			return -1;
		sum = digest;
	}
	if (buf_printf(text, "x-amz-content-sha256: %s%c", sum, 0) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a request");
	/* curl tells no length of a body that is not there */
	if (sends && !call->body.len && !call->size &&
	    buf_printf(text, "Content-Length: 0%c", 0) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a request");
	if (s->credentials.token.len &&
	    buf_printf(text, "x-amz-security-token: %s%c", s->credentials.token.ptr, 0) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a request");
	return 0;
}

static int list_headers(const struct s3_call *call, const struct buf *own,
			const char *out[HEADERS_MAX], struct error *err)
{
	size_t count = 0;

	for (size_t at = 0; at < own->len; at += strlen(own->ptr + at) + 1)
		out[count++] = own->ptr + at;
	for (size_t i = 0; call->headers && call->headers[i]; i++) {
		if (count == HEADERS_MAX - 1)
			return error_set(err, ERROR_INTERNAL, "too many headers");
		out[count++] = call->headers[i];
	}
	out[count] = NULL;
	return 0;
}

static int64_t send_bytes(void *cookie, void *bytes, size_t len, struct error *err)
{
	struct exchange *x = cookie;
	ssize_t n = pread(x->call->fd, bytes, len, (off_t)(x->call->offset + x->sent));

	if (n < 0)
		return error_set_errno(err, ERROR_IO, "read what is to be uploaded");
	if (n == 0)
		return error_set(err, ERROR_IO,
				 "the file that is being uploaded has become shorter");
	x->sent += (uint64_t)n;
	return n;
}

static bool is_success(long status)
{
	return status >= 200 && status < 300;
}

static int receive_bytes(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct exchange *x = cookie;

	if (is_success(x->http.status) && x->call->receive)
		return x->call->receive(x->call->cookie, bytes, len, err);
	x->cut_short = x->refusal.len + len > S3_ERROR_BODY_MAX;
	if (x->cut_short)
		return error_set(err, ERROR_TARGET, "the answer is too long");
	return buf_append(&x->refusal, bytes, len) < 0 ?
		       error_set(err, ERROR_NOMEM, "no memory for an answer") :
		       0;
}

static int receive_header(void *cookie, const char *name, const char *value, struct error *err)
{
	struct exchange *x = cookie;

	if (strcmp(name, "x-amz-bucket-region") == 0)
		(void)quote_text(value, x->region, sizeof(x->region));
	return x->call->header ? x->call->header(x->call->cookie, name, value, err) : 0;
}

static bool may_pass(enum http_failure how)
{
	return how == HTTP_REFUSED || how == HTTP_UNRESOLVED || how == HTTP_TIMEOUT ||
	       how == HTTP_CUT || how == HTTP_PROTOCOL;
}

static int tell_failure(const struct exchange *x, struct s3_answer *answer, struct error *err)
{
	char shown[S3_SHOWN_SIZE];

	if (x->http.how == HTTP_ANSWERED)
		return -1; /* a callback's own, or an interruption */
	answer->again = may_pass(x->http.how);
	if (x->http.how == HTTP_TLS)
		(void)error_hint(err, "does ca_file hold the certificate of who signed the "
				      "server's?");
	if (x->http.how == HTTP_UNRESOLVED && !x->s->config->path_style && !x->s->amazon)
		(void)error_hint(err, "the bucket's name is part of the host's: should it be "
				      "path_style?");
	if (x->http.how == HTTP_UNRESOLVED || x->http.how == HTTP_REFUSED)
		(void)error_hint(err, "is the endpoint right, and is it up?");
	return error_context(err, "%s", s3_show(x->s, x->call->key, shown));
}

static int perform(struct exchange *x, const char *url, const char *const *headers,
		   struct s3_answer *answer, struct error *err)
{
	struct s3 *s = x->s;
	const struct s3_call *call = x->call;
	const struct stop stop = s3_stop(s);
	const struct http_request request = {
		.client = s->client,
		.url = url,
		.method = call->method,
		.body = call->body,
		.content_type = "application/octet-stream",
		.headers = headers,
		.user = s->credentials.access_key.ptr,
		.password = s->credentials.secret_key.ptr,
		.sign = s->sign,
		.ca_file = s->ca_file.ptr,
		.timeout_ns = s->timeout_ns,
		.deadline_ns = call->deadline_ns,
		.send = call->size ? send_bytes : NULL,
		.send_size = call->size,
		.receive = receive_bytes,
		.receive_header = receive_header,
		.stop = call->unstoppable ? NULL : &stop,
		.cookie = x,
	};

	int done = http_send(&request, &x->http, err);

	answer->status = x->http.status;
	if (done < 0 && x->cut_short && !is_success(answer->status))
		error_clear(err); /* what it refuses is known */
	else if (done < 0)
		return tell_failure(x, answer, err);
	answer->retry_after_ns = x->http.retry_after_ns;
	s->bucket_known |= is_success(answer->status);
	if (is_success(answer->status))
		return 0;
	return s3_refused(s, call, buf_span(&x->refusal), x->region, answer, err);
}

/* A role's credentials are fetched when there are none yet, and before they end. */
static int renew(struct s3 *s, struct error *err)
{
	struct s3_credentials *c = &s->credentials;
	const struct stop stop = s3_stop(s);

	if (!c->of_role ||
	    (c->access_key.len &&
	     (c->expires_ns == 0 || c->expires_ns - renew_before_ns > clock_wall_ns())))
		return 0;
	return s3_role_fetch(s->client, &stop, c, err);
}

int s3_attempt(struct s3 *s, const struct s3_call *call, struct s3_answer *answer,
	       struct error *err)
{
	struct exchange x = { .s = s, .call = call };
	CLEANUP(buf_release)
	struct buf url = { 0 };
	CLEANUP(secret_wipe)
	struct buf own = { 0 };
	const char *headers[HEADERS_MAX];
	int done;

	*answer = (struct s3_answer){ .attempts = answer->attempts + 1 };
	if (renew(s, err) < 0 || (call->begin && call->begin(call->cookie, err) < 0))
		return -1;
	if (put_url(s, call, &url) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a URL");
	if (put_headers(s, call, &own, err) < 0 || list_headers(call, &own, headers, err) < 0)
		return -1;
	done = perform(&x, url.ptr, headers, answer, err);
	buf_release(&x.refusal);
	return done;
}

static int64_t wait_of(const struct s3_answer *answer)
{
	int64_t wait = wait_first_ns;
	uint32_t dice = 0;

	for (unsigned i = 1; i < answer->attempts && wait < wait_max_ns; i++)
		wait *= 2;
	wait = wait < wait_max_ns ? wait : wait_max_ns;
	if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) < 0)
		dice = (uint32_t)clock_monotonic_ns();
	/* from half of it to all of it: many that failed at once do not come back at once */
	wait = wait / 2 + (int64_t)(dice % 1024) * (wait / 2048);
	if (wait < answer->retry_after_ns)
		wait = answer->retry_after_ns;
	return wait < wait_asked_max_ns ? wait : wait_asked_max_ns;
}

static int pause_for(const struct s3 *s, int64_t ns, struct error *err)
{
	const struct timespec slice = { .tv_nsec = 50 * MS };
	const struct stop stop = s3_stop(s);
	int64_t end = clock_monotonic_ns() + ns;

	while (clock_monotonic_ns() < end) {
		if (stop_is_asked(&stop))
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		(void)nanosleep(&slice, NULL);
	}
	return 0;
}

int s3_again(struct s3 *s, struct s3_answer *answer, struct error *err)
{
	if (strcmp(answer->code, "ExpiredToken") == 0 && s->credentials.of_role &&
	    answer->attempts == 1) {
		buf_clear(&s->credentials.access_key);
		error_clear(err);
		return 0;
	}
	if (!answer->again)
		return -1;
	if (answer->attempts >= s->attempts)
		return answer->attempts == 1 ?
			       -1 :
			       error_context(err, "after %u attempts", answer->attempts);
	error_clear(err);
	return pause_for(s, wait_of(answer), err);
}

int s3_send(struct s3 *s, const struct s3_call *call, struct s3_answer *answer, struct error *err)
{
	*answer = (struct s3_answer){ 0 };
	while (s3_attempt(s, call, answer, err) < 0) {
		if (s3_again(s, answer, err) < 0)
			return -1;
	}
	return 0;
}
