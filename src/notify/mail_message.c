/* SPDX-License-Identifier: Apache-2.0 */
/* A notice as a mail: RFC 5322, with a text and the same as HTML (RFC 2046 section 5.1.4). */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/host.h"
#include "notify/letter.h"
#include "notify/mail.h"
#include "notify/mime.h"
#include "notify/wording.h"
#include "schedule/ics.h"

enum { SUBJECT_MAX = 250, FIELD_MAX = 200, BODY_MAX = 200 << 10, TAG_SIZE = 33 };

int mail_sender(const struct receiver_config *r, struct buf *out, struct error *err)
{
	char host[HOST_NAME_SIZE];

	if (*r->from) {
		if (buf_puts(out, r->from) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a mail");
		return 0;
	}
	(void)host_name(host);
	if (buf_printf(out, "muster@%s", *host ? host : "localhost") < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a mail");
	return 0;
}

/* 32 hex digits that stand for two texts. */
static int tag_of(const char *a, const char *b, char out[TAG_SIZE], struct error *err)
{
	CLEANUP(sha256_release)
	struct sha256 sha = { 0 };
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_TEXT_SIZE];

	/* with its NUL, so that two pairs that read alike differ */
	if (sha256_init(&sha, err) < 0 ||
	    sha256_update(&sha, (struct span){ (const uint8_t *)a, strlen(a) + 1 }, err) < 0 ||
	    sha256_update(&sha, (struct span){ (const uint8_t *)b, strlen(b) }, err) < 0 ||
	    sha256_final(&sha, digest, err) < 0)
		return -1;
	(void)snprintf(out, TAG_SIZE, "%.32s", sha256_format(digest, hex));
	return 0;
}

/* Names of days and months in English, whatever the locale is. */
static int put_date(struct buf *out, int64_t wall_ns)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t seconds = (time_t)((wall_ns ? wall_ns : clock_wall_ns()) / NS_PER_SECOND);
	struct tm tm = { 0 };

	(void)gmtime_r(&seconds, &tm);
	return buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday],
			  tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
			  tm.tm_sec);
}

/* Letters, digits, dots and hyphens of what is behind the @. */
static int put_domain(struct buf *out, const char *sender)
{
	struct span bare = mime_bare_address(sender);
	const uint8_t *at = memrchr(bare.ptr, '@', bare.len);
	size_t before = out->len;

	for (const uint8_t *c = at ? at + 1 : bare.ptr + bare.len; c < bare.ptr + bare.len; c++) {
		bool good = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
			    (*c >= 'A' && *c <= 'Z') || *c == '-' || *c == '.';

		if (good && buf_append(out, c, 1) < 0)
			return -1;
	}
	return out->len > before ? 0 : buf_puts(out, "localhost");
}

static int put_id(struct buf *out, const char *name, const char *tag, const char *sender)
{
	if (buf_printf(out, "%s: <muster.%s@", name, tag) < 0 || put_domain(out, sender) < 0)
		return -1;
	return buf_puts(out, ">\r\n");
}

static int put_ids(const struct notice *n, const char *sender, struct buf *out, struct error *err)
{
	char tag[TAG_SIZE], thread[TAG_SIZE], since[32];

	(void)snprintf(since, sizeof(since), "%lld", (long long)n->since_ns);
	if (tag_of("message", n->id, tag, err) < 0 || tag_of(n->key, since, thread, err) < 0)
		return -1;
	if (put_id(out, "Message-ID", tag, sender) < 0 ||
	    (n->since_ns && (put_id(out, "In-Reply-To", thread, sender) < 0 ||
			     put_id(out, "References", thread, sender) < 0)))
		return error_set(err, ERROR_NOMEM, "no memory for a mail");
	return 0;
}

static int put_addresses(const struct receiver_config *r, const char *sender, struct buf *out)
{
	if (buf_puts(out, "From: ") < 0 || mime_address(out, sender) < 0 ||
	    buf_puts(out, "\r\nTo: ") < 0)
		return -1;
	for (size_t i = 0; i < r->to.count; i++) {
		if ((i && buf_puts(out, ",\r\n ") < 0) || mime_address(out, r->to.item[i]) < 0)
			return -1;
	}
	return buf_puts(out, "\r\n");
}

static int put_subject(const struct receiver_config *r, const struct notice *n, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf subject = { 0 };
	int rc = *r->subject ? wording_template(n, r->subject, SUBJECT_MAX, &subject) :
			       wording_subject(n, SUBJECT_MAX, &subject);

	return rc < 0 ? -1 : mime_text_field(out, "Subject", subject.ptr, SUBJECT_MAX);
}

static int put_fields(const struct receiver_config *r, const struct notice *n, const char *sender,
		      struct buf *out)
{
	if (put_date(out, n->at_ns) < 0 || put_addresses(r, sender, out) < 0 ||
	    put_subject(r, n, out) < 0 ||
	    buf_puts(out, "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n") <
		    0 ||
	    mime_text_field(out, "X-Muster-Event", notice_event_name(n->event), FIELD_MAX) < 0 ||
	    (*n->run && mime_text_field(out, "X-Muster-Run", n->run, FIELD_MAX) < 0))
		return -1;
	return buf_puts(out, "MIME-Version: 1.0\r\n");
}

/* "=_" stands in no quoted-printable, so the boundary in no part. */
static const char boundary[] = "=_muster_part";

static int put_part(struct buf *out, const char *type, const struct buf *text)
{
	if (buf_printf(out,
		       "--%s\r\nContent-Type: text/%s; charset=utf-8\r\n"
		       "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		       boundary, type) < 0 ||
	    mime_quoted_printable(out, buf_span(text)) < 0)
		return -1;
	return buf_puts(out, "\r\n");
}

/* The texts, one and the same. */
static int put_texts(const struct notice *n, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(buf_release)
	struct buf html = { 0 };

	if (letter_text(n, BODY_MAX, &text) < 0 || letter_html(n, BODY_MAX, &html) < 0 ||
	    buf_printf(out, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n",
		       boundary) < 0 ||
	    put_part(out, "plain", &text) < 0 || put_part(out, "html", &html) < 0)
		return -1;
	return buf_printf(out, "--%s--\r\n", boundary);
}

static int write_event(const struct notice *n, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf subject = { 0 };
	CLEANUP(buf_release)
	struct buf body = { 0 };
	struct ics_event e = {
		.uid = n->key, .begins_ns = n->begins_ns, .ends_ns = n->ends_ns, .now_ns = n->at_ns
	};

	if (wording_subject(n, SUBJECT_MAX, &subject) < 0 ||
	    letter_body(n, PLAIN_TEXT, "\n", &body) < 0)
		return -1;
	e.summary = subject.ptr;
	e.description = body.ptr ? body.ptr : "";
	return ics_begin(out, n->platform, true) < 0 || ics_event(out, &e) < 0 ? -1 : ics_end(out);
}

static const char outer[] = "=_muster_whole";

/* One part more: a file. */
static int put_file(struct buf *out, const char *type, const char *name, struct span content)
{
	if (buf_printf(out,
		       "\r\n--%s\r\nContent-Type: %s\r\n"
		       "Content-Disposition: attachment; filename=\"%s\"\r\n"
		       "Content-Transfer-Encoding: base64\r\n\r\n",
		       outer, type, name) < 0)
		return -1;
	return mime_base64(out, content);
}

static int put_event(const struct notice *n, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf event = { 0 };

	if (!n->begins_ns)
		return 0;
	if (write_event(n, &event) < 0)
		return -1;
	return put_file(out, "text/calendar; charset=utf-8; method=PUBLISH", "drill.ics",
			buf_span(&event));
}

/* The name stands in a header. */
static bool is_plain_name(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._";

	return *name && strspn(name, plain) == strlen(name);
}

static bool has_file(const struct notice *n)
{
	return n->file && *n->file;
}

static int put_report(const struct notice *n, struct buf *out)
{
	const char *name =
		n->file_name && is_plain_name(n->file_name) ? n->file_name : "report.html";

	if (!has_file(n))
		return 0;
	return put_file(out, "text/html; charset=utf-8", name,
			(struct span){ (const uint8_t *)n->file, strlen(n->file) });
}

/*
 * What is announced comes with an event for the calendars of those who read it, what is published
 * with the report.
 */
static int put_body(const struct notice *n, struct buf *out)
{
	if (!n->begins_ns && !has_file(n))
		return put_texts(n, out);
	if (buf_printf(out, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n--%s\r\n", outer,
		       outer) < 0 ||
	    put_texts(n, out) < 0 || put_event(n, out) < 0 || put_report(n, out) < 0)
		return -1;
	return buf_printf(out, "--%s--\r\n", outer);
}

int mail_message(const struct receiver_config *r, const struct notice *n, struct buf *out,
		 struct error *err)
{
	CLEANUP(buf_release)
	struct buf sender = { 0 };

	if (mail_sender(r, &sender, err) < 0 || put_ids(n, sender.ptr, out, err) < 0)
		return -1;
	if (put_fields(r, n, sender.ptr, out) < 0 || put_body(n, out) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a mail");
	return 0;
}
