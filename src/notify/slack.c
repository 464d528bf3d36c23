/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/slack.h"

#include <string.h>

#include "model/json.h"
#include "notify/letter.h"
#include "notify/plain.h"
#include "notify/post.h"
#include "notify/wording.h"

/* In bytes, of which there are at least as many as characters. */
enum {
	HEADER_MAX = 150,
	SUBJECT_MAX = 1000,
	NAME_MAX_BYTES = 200,
	TEXT_MAX = 500, /* so that what a section can hold is within 3000 */
	LINK_MAX = 600,
	LINES_BYTES_MAX = 8000,
	LINES_MAX = 20
};

/* Symbols beside words, so that nobody depends on colours. */
static const char *symbol(const struct notice *n)
{
	switch (n->event) {
	case NOTICE_PASSED:
	case NOTICE_RECOVERED:
		return "✅ ";
	case NOTICE_WARNED:
	case NOTICE_STALE:
		return "⚠️ ";
	case NOTICE_FAILED:
	case NOTICE_ERROR:
	case NOTICE_MISSED:
	case NOTICE_GIVEN_UP:
		return "❌ ";
	default:
		return "";
	}
}

/* `text` is mrkdwn; takes nothing. False: no memory. */
static bool add_section(json_t *blocks, const struct buf *text)
{
	return json_array_append_new(blocks,
				     json_pack("{s:s, s:{s:s, s:s}}", "type", "section", "text",
					       "type", "mrkdwn", "text", text->ptr)) == 0;
}

static bool put(struct buf *out, const char *text, size_t max)
{
	return plain_append(out, text, max, PLAIN_MRKDWN) == 0;
}

/* "*Name* text", on a line of its own; nothing where there is no text. */
static bool put_field(struct buf *out, const char *name, const char *text)
{
	if (!*text)
		return true;
	return buf_printf(out, "%s*%s* ", out->len ? "\n" : "", name) == 0 &&
	       put(out, text, TEXT_MAX);
}

static bool add_header(const struct notice *n, json_t *blocks)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	return buf_puts(&text, symbol(n)) == 0 &&
	       wording_subject(n, HEADER_MAX - text.len, &text) == 0 &&
	       json_array_append_new(blocks,
				     json_pack("{s:s, s:{s:s, s:s}}", "type", "header", "text",
					       "type", "plain_text", "text", text.ptr)) == 0;
}

static bool add_facts(const struct notice *n, json_t *blocks)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	char at[WORDING_TIME_SIZE], since[WORDING_TIME_SIZE];

	if (*n->title && !put(&text, n->title, TEXT_MAX))
		return false;
	if (!put_field(&text, "Verdict:", wording_verdict(n->verdict)) ||
	    !put_field(&text, "Platform:", n->platform) ||
	    !put_field(&text, "Component:", n->component) ||
	    !put_field(&text, "When:", wording_time(n->at_ns, at)) ||
	    !put_field(&text, "Since:", wording_time(n->since_ns, since)))
		return false;
	return add_section(blocks, &text);
}

static bool put_line(const struct notice_line *line, struct buf *text)
{
	const char *const names[] = { line->component, line->check, line->subject };

	if (buf_printf(text, "*%s*", wording_verdict(line->verdict)) < 0)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (*names[i] && (buf_puts(text, " ") < 0 || !put(text, names[i], NAME_MAX_BYTES)))
			return false;
	}
	if (*line->message && (buf_puts(text, "\n") < 0 || !put(text, line->message, TEXT_MAX)))
		return false;
	return put_field(text, "Expected:", line->expected) &&
	       put_field(text, "Found:", line->found) && put_field(text, "To do:", line->hint);
}

static bool add_lines(const struct notice *n, json_t *blocks)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	size_t used = 0;

	for (size_t i = 0; i < n->line_count; i++) {
		buf_clear(&text);
		if (!put_line(&n->line[i], &text))
			return false;
		used += text.len;
		if (i >= LINES_MAX || used > LINES_BYTES_MAX) {
			buf_clear(&text);
			return buf_printf(&text, "… and %zu more", n->line_count - i) == 0 &&
			       add_section(blocks, &text);
		}
		if (!add_section(blocks, &text))
			return false;
	}
	return true;
}

/* '&' is all that a good link can hold which means something here. */
static bool put_link(const struct notice *n, struct buf *text)
{
	CLEANUP(buf_release)
	struct buf link = { 0 };

	if (!letter_link_is_good(n) || strlen(n->link) > LINK_MAX)
		return true;
	if (!put(&link, n->link, (size_t)LINK_MAX * strlen("&amp;")))
		return false;
	return link.len > LINK_MAX ||
	       buf_printf(text, "%s<%s|Look at the run>", text->len ? "\n" : "", link.ptr) == 0;
}

static bool add_foot(const struct notice *n, json_t *blocks)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (!put_field(&text, "Run:", n->run) || !put_field(&text, "Set:", n->set) ||
	    !put_field(&text, "Host:", n->host) || !put_field(&text, "Next:", n->next) ||
	    !put_link(n, &text))
		return false;
	return !text.len || add_section(blocks, &text);
}

json_t *slack_message(const struct notice *n)
{
	CLEANUP(buf_release)
	struct buf subject = { 0 };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(cleanup_json)
	json_t *blocks = json_array();

	if (wording_subject(n, SUBJECT_MAX, &subject) < 0 ||
	    plain_append(&text, subject.ptr, SUBJECT_MAX, PLAIN_MRKDWN) < 0 ||
	    !add_header(n, blocks) || !add_facts(n, blocks) || !add_lines(n, blocks) ||
	    !add_foot(n, blocks))
		return NULL;
	return json_pack("{s:s, s:O, s:b, s:b, s:b}", "text", text.ptr, "blocks", blocks,
			 "unfurl_links", 0, "unfurl_media", 0, "link_names", 0);
}

int slack_send(const struct attempt *a, struct delivery *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *message = slack_message(a->notice);
	CLEANUP(buf_release)
	struct buf body = { 0 };

	if (!message || model_json_write_line(message, &body) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a message");
	return post_send(a,
			 &(struct post){ .content_type = "application/json; charset=utf-8",
					 .body = buf_span(&body) },
			 out, err);
}
