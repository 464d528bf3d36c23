/* SPDX-License-Identifier: Apache-2.0 */
#include "net/smtp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/ready.intern.h"

/* What is waited for the reply to QUIT, which nothing depends on. */
static const int64_t leave_ns = 2 * NS_PER_SECOND;

struct transfer {
	struct smtp_request *request;
	struct smtp_answer *answer;
	size_t sent;       /* of the message */
	size_t asked;      /* recipients */
	bool of_recipient; /* the reply that comes next is to one */
	int64_t quit_ns;   /* when we took our leave; 0: not yet */
	bool stopped;
};

static void cleanup_curl(CURL **curl)
{
	curl_easy_cleanup(*curl);
}

static void cleanup_list(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static bool begins(const char *bytes, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && memcmp(bytes, word, n) == 0;
}

/* A command that is sent: whose reply comes next. Nothing of it is kept, since it may be a password. */
static void note_command(struct transfer *t, const char *bytes, size_t len)
{
	t->of_recipient = begins(bytes, len, "RCPT TO:");
	if (begins(bytes, len, "QUIT"))
		t->quit_ns = clock_monotonic_ns();
	t->asked += t->of_recipient;
}

/* "250 2.1.5 fine"; the status, 0 when it is the part of a longer reply or none. */
static int status_of(const char *bytes, size_t len)
{
	int status = 0;

	if (len < 4 || (bytes[3] != ' ' && bytes[3] != '\r' && bytes[3] != '\n'))
		return 0;
	for (int i = 0; i < 3; i++) {
		if (bytes[i] < '0' || bytes[i] > '9')
			return 0;
		status = status * 10 + (bytes[i] - '0');
	}
	return status;
}

/* The last reply decides; one to a recipient concerns that one first. */
static void note_reply(struct transfer *t, const char *bytes, size_t len)
{
	int status = status_of(bytes, len);
	struct smtp_answer *answer = t->answer;

	if (!status || t->quit_ns)
		return;
	while (len && (bytes[len - 1] == '\r' || bytes[len - 1] == '\n'))
		len--;
	answer->status = status;
	(void)snprintf(answer->message, sizeof(answer->message), "%.*s", (int)len, bytes);
	if (t->of_recipient && t->asked <= t->request->recipient_count) {
		struct smtp_recipient *r = &t->request->recipient[t->asked - 1];

		r->status = status;
		(void)snprintf(r->reply, sizeof(r->reply), "%.*s", (int)len, bytes);
	}
}

static int listen_to(CURL *curl, curl_infotype type, char *bytes, size_t len, void *cookie)
{
	(void)curl;
	if (type == CURLINFO_HEADER_OUT)
		note_command(cookie, bytes, len);
	else if (type == CURLINFO_HEADER_IN)
		note_reply(cookie, bytes, len);
	return 0;
}

static size_t send_message(char *bytes, size_t size, size_t count, void *cookie)
{
	struct transfer *t = cookie;
	struct span rest = span_behind(t->request->message, t->sent);
	size_t n = rest.len < size * count ? rest.len : size * count;

	if (n)
		memcpy(bytes, rest.ptr, n);
	t->sent += n;
	return n;
}

/* What a server says outside of replies is nothing to us. */
static size_t discard(char *bytes, size_t size, size_t count, void *cookie)
{
	(void)bytes, (void)cookie;
	return size * count;
}

static int watch(void *cookie, curl_off_t total, curl_off_t got, curl_off_t to_send,
		 curl_off_t sent)
{
	struct transfer *t = cookie;

	(void)total, (void)got, (void)to_send, (void)sent;
	if (t->quit_ns && clock_monotonic_ns() - t->quit_ns > leave_ns)
		return 1;
	t->stopped = stop_is_asked(t->request->stop);
	return t->stopped;
}

#define SET(option, value) (curl_easy_setopt(curl, CURLOPT_##option, value) == CURLE_OK)

static bool set_security(CURL *curl, const struct smtp_request *r)
{
	bool ok = SET(USE_SSL, r->starttls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);

	if (r->ca_file && *r->ca_file)
		ok &= SET(CAINFO, r->ca_file);
	if (r->user && *r->user)
		ok &= SET(USERNAME, r->user) && SET(PASSWORD, r->password);
	return ok;
}

static bool set_options(CURL *curl, struct transfer *t, struct curl_slist *to, char *why)
{
	const struct smtp_request *r = t->request;
	long ms = (long)(r->timeout_ns / 1000000);
	char from[600];
	bool ok = SET(URL, r->url) && SET(PROTOCOLS_STR, "smtp,smtps") && SET(ERRORBUFFER, why);

	(void)snprintf(from, sizeof(from), "<%s>", r->from);
	ok &= SET(NOSIGNAL, 1L) && SET(PROXY, "") && SET(TIMEOUT_MS, ms > 0 ? ms : 1L);
	/* to take its leave while `watch` is asked: later, two minutes could go by */
	ok &= SET(FORBID_REUSE, 1L);
	ok &= SET(MAIL_FROM, from) && SET(MAIL_RCPT, to) && SET(MAIL_RCPT_ALLLOWFAILS, 1L);
	ok &= SET(UPLOAD, 1L) && SET(INFILESIZE_LARGE, (curl_off_t)r->message.len);
	ok &= SET(READFUNCTION, send_message) && SET(READDATA, t);
	ok &= SET(WRITEFUNCTION, discard) && SET(HEADERFUNCTION, discard);
	ok &= SET(VERBOSE, 1L) && SET(DEBUGFUNCTION, listen_to) && SET(DEBUGDATA, t);
	ok &= SET(NOPROGRESS, 0L) && SET(XFERINFOFUNCTION, watch) && SET(XFERINFODATA, t);
	return ok && set_security(curl, r);
}

static enum smtp_failure failure_of(CURLcode code)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return SMTP_TIMEOUT;
	case CURLE_USE_SSL_FAILED:
		return SMTP_NO_TLS;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return SMTP_TLS;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return SMTP_WRONG;
	default:
		return SMTP_NETWORK;
	}
}

static int tell_failure(struct transfer *t, CURLcode code, const char *why, struct error *err)
{
	struct smtp_answer *answer = t->answer;

	if (t->stopped)
		return error_set(err, ERROR_INTERRUPTED, "interrupted");
	if (code == CURLE_OUT_OF_MEMORY)
		return error_set(err, ERROR_NOMEM, "no memory to send a mail");
	if (answer->status >= 400) {
		answer->how = SMTP_ANSWERED;
	} else {
		answer->how = failure_of(code);
		answer->status = 0;
		(void)snprintf(answer->message, sizeof(answer->message), "%s: %s", t->request->url,
			       *why ? why : curl_easy_strerror(code));
	}
	return error_set(err, ERROR_TARGET, "%s", answer->message);
}

/* Nothing that would be a command of its own. */
static bool is_address(const char *text)
{
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '<' || *c == '>')
			return false;
	}
	return strlen(text) < 500;
}

static int refuse_address(const char *address, struct smtp_answer *answer, struct error *err)
{
	answer->how = SMTP_WRONG;
	(void)snprintf(answer->message, sizeof(answer->message), "\"%.100s\" is no mail address",
		       address);
	return error_set(err, ERROR_TARGET, "%s", answer->message);
}

static int list_recipients(struct smtp_request *r, struct smtp_answer *answer,
			   struct curl_slist **list, struct error *err)
{
	if (!is_address(r->from))
		return refuse_address(r->from, answer, err);
	for (size_t i = 0; i < r->recipient_count; i++) {
		struct smtp_recipient *to = &r->recipient[i];
		struct curl_slist *grown;
		char bracketed[600];

		to->status = 0;
		to->reply[0] = '\0';
		if (!*to->address || !is_address(to->address))
			return refuse_address(to->address, answer, err);
		(void)snprintf(bracketed, sizeof(bracketed), "<%s>", to->address);
		grown = curl_slist_append(*list, bracketed);
		if (!grown)
			return error_set(err, ERROR_NOMEM, "no memory to send a mail");
		*list = grown;
	}
	return 0;
}

int smtp_send(struct smtp_request *request, struct smtp_answer *answer, struct error *err)
{
	struct transfer t = { .request = request, .answer = answer };
	CLEANUP(cleanup_list)
	struct curl_slist *to = NULL;
	CLEANUP(cleanup_curl)
	CURL *curl = NULL;
	char why[CURL_ERROR_SIZE] = "";
	CURLcode code;

	*answer = (struct smtp_answer){ 0 };
	if (list_recipients(request, answer, &to, err) < 0)
		return -1;
	net_ready();
	curl = curl_easy_init();
	if (!curl || !set_options(curl, &t, to, why))
		return error_set(err, ERROR_NOMEM, "no memory to send a mail");
	code = curl_easy_perform(curl);
	return code == CURLE_OK ? 0 : tell_failure(&t, code, why, err);
}
