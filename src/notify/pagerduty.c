/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/pagerduty.h"

#include <stdio.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "model/json.h"
#include "notify/letter.h"
#include "notify/plain.h"
#include "notify/post.h"
#include "notify/wording.h"

/* Limits of the interface in bytes or less; LINES_MAX keeps the whole far below its 512 KiB. */
enum {
	DEDUP_KEY_MAX = 255,
	SUMMARY_MAX = 1024,
	FIELD_MAX = 255,
	DETAIL_MAX = 1000,
	LINES_MAX = 50
};

static const char built_in_url[] = "https://events.pagerduty.com/v2/enqueue";

const char *pagerduty_action(const struct notice *n)
{
	if (strcmp(n->kind, "drill") == 0 && n->event != NOTICE_TEST)
		return NULL;
	switch (n->event) {
	case NOTICE_WARNED:
	case NOTICE_FAILED:
	case NOTICE_ERROR:
	case NOTICE_MISSED:
	case NOTICE_STALE:
	case NOTICE_TEST:
	case NOTICE_GIVEN_UP:
		return "trigger";
	case NOTICE_RECOVERED:
		return "resolve";
	default:
		return NULL;
	}
}

static const char *severity(enum notice_event e)
{
	switch (e) {
	case NOTICE_FAILED:
		return "critical";
	case NOTICE_ERROR:
	case NOTICE_MISSED:
	case NOTICE_GIVEN_UP:
		return "error";
	case NOTICE_WARNED:
	case NOTICE_STALE:
		return "warning";
	default:
		return "info";
	}
}

static json_t *plain_json(const char *text, size_t max)
{
	CLEANUP(buf_release)
	struct buf plain = { 0 };

	return plain_append(&plain, text, max, PLAIN_TEXT) < 0 ? NULL : json_string(plain.ptr);
}

/* One that is too long is told by its SHA-256, so that resolving finds what was triggered. */
static json_t *dedup_key(const struct notice *n, struct error *err)
{
	CLEANUP(sha256_release)
	struct sha256 sha = { 0 };
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_TEXT_SIZE];
	size_t length = strlen(n->key);

	if (length <= DEDUP_KEY_MAX)
		return plain_json(n->key, DEDUP_KEY_MAX);
	if (sha256_init(&sha, err) < 0 ||
	    sha256_update(&sha, (struct span){ (const uint8_t *)n->key, length }, err) < 0 ||
	    sha256_final(&sha, digest, err) < 0)
		return NULL;
	return json_sprintf("muster/sha256/%s", sha256_format(digest, hex));
}

static json_t *line_detail(const struct notice_line *line)
{
	const struct {
		const char *key, *text;
	} rows[] = { { "component", line->component }, { "check", line->check },
		     { "subject", line->subject },     { "verdict", verdict_name(line->verdict) },
		     { "expected", line->expected },   { "found", line->found },
		     { "message", line->message },     { "hint", line->hint } };
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (*rows[i].text &&
		    !member_put(o, rows[i].key, plain_json(rows[i].text, DETAIL_MAX)))
			return NULL;
	}
	return TAKE(o);
}

static json_t *details(const struct notice *n)
{
	char since[WORDING_TIME_SIZE];
	const struct {
		const char *key, *text;
	} rows[] = { { "event", notice_event_name(n->event) },
		     { "verdict", verdict_name(n->verdict) },
		     { "check", n->check },
		     { "set", n->set },
		     { "run", n->run },
		     { "host", n->host },
		     { "since", wording_time(n->since_ns, since) },
		     { "next", n->next } };
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	CLEANUP(cleanup_json)
	json_t *lines = json_array();

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (*rows[i].text &&
		    !member_put(o, rows[i].key, plain_json(rows[i].text, DETAIL_MAX)))
			return NULL;
	}
	for (size_t i = 0; i < n->line_count && i < LINES_MAX; i++) {
		if (json_array_append_new(lines, line_detail(&n->line[i])) < 0)
			return NULL;
	}
	if (n->line_count > LINES_MAX &&
	    !member_put(o, "more", json_integer((json_int_t)(n->line_count - LINES_MAX))))
		return NULL;
	if (!member_put(o, "did_not_hold", TAKE(lines)))
		return NULL;
	return TAKE(o);
}

static json_t *summary(const struct notice *n)
{
	CLEANUP(buf_release)
	struct buf whole = { 0 };

	if (wording_subject(n, SUMMARY_MAX, &whole) < 0)
		return NULL;
	if (*n->title && (buf_puts(&whole, ": ") < 0 ||
			  plain_append(&whole, n->title, SUMMARY_MAX, PLAIN_TEXT) < 0))
		return NULL;
	return plain_json(whole.ptr, SUMMARY_MAX);
}

static json_t *payload(const struct notice *n)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	const char *source = *n->platform ? n->platform : *n->host ? n->host : "muster";

	if (!member_put(o, "summary", summary(n)) ||
	    !member_put(o, "source", plain_json(source, FIELD_MAX)) ||
	    !member_put(o, "severity", json_string(severity(n->event))) ||
	    (n->at_ns && !member_put(o, "timestamp", time_to_json(n->at_ns))) ||
	    (*n->component && !member_put(o, "component", plain_json(n->component, FIELD_MAX))) ||
	    (*n->platform && !member_put(o, "group", plain_json(n->platform, FIELD_MAX))) ||
	    (*n->kind && !member_put(o, "class", plain_json(n->kind, FIELD_MAX))) ||
	    !member_put(o, "custom_details", details(n)))
		return NULL;
	return TAKE(o);
}

json_t *pagerduty_event(const struct notice *n, const char *routing_key, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!member_put(o, "routing_key", json_string(routing_key)) ||
	    !member_put(o, "event_action", json_string(pagerduty_action(n))) ||
	    !member_put(o, "dedup_key", dedup_key(n, err)) ||
	    !member_put(o, "client", json_string("muster")) ||
	    !member_put(o, "payload", payload(n)))
		return NULL;
	if (letter_link_is_good(n) &&
	    !member_put(o, "links", json_pack("[{s:s, s:s}]", "href", n->link, "text", "The run")))
		return NULL;
	return TAKE(o);
}

int pagerduty_send(const struct attempt *a, struct delivery *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *event = NULL;
	CLEANUP(secret_wipe)
	struct buf body = { 0 };

	if (!pagerduty_action(a->notice))
		return attempt_nothing(out);
	event = pagerduty_event(a->notice, a->key.ptr, err);
	if (!event || model_json_write_line(event, &body) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an event");
	return post_send(a,
			 &(struct post){ .url = a->url.len ? NULL : built_in_url,
					 .content_type = "application/json",
					 .body = buf_span(&body) },
			 out, err);
}
