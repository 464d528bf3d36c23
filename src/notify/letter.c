/* SPDX-License-Identifier: Apache-2.0 */
/* A notice as plain text: what is wrong and what to do first, what it is of behind that. */
#include "notify/letter.h"

#include <string.h>

#include "notify/plain.h"
#include "notify/wording.h"

enum { WORD_MAX = 200, TEXT_MAX = 1000, MORE_RESERVE = 60 };

bool letter_link_is_good(const struct notice *n)
{
	if (strncmp(n->link, "https://", 8) != 0 && strncmp(n->link, "http://", 7) != 0)
		return false;
	for (const char *c = n->link; *c; c++) {
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || strchr("<>\"'|", *c))
			return false;
	}
	return true;
}

int letter_sentence(const struct notice *n, struct buf *out)
{
	/* when it will be is no sentence */
	if (*n->title && n->event != NOTICE_ANNOUNCED)
		return plain_append(out, n->title, TEXT_MAX, PLAIN_TEXT);
	return wording_subject(n, TEXT_MAX, out);
}

int letter_body(const struct notice *n, enum plain_form form, const char *line_end, struct buf *out)
{
	const char *line = n->body ? n->body : "";

	while (*line) {
		size_t length = strcspn(line, "\n");
		CLEANUP(cleanup_free)
		char *copy = strndup(line, length);

		if (!copy || plain_append(out, copy, TEXT_MAX, form) < 0)
			return -1;
		line += length;
		if (*line == '\n' && *++line && buf_puts(out, line_end) < 0)
			return -1;
	}
	return 0;
}

static int put_body(const struct notice *n, struct buf *out)
{
	if (!n->body || !*n->body)
		return 0;
	return letter_body(n, PLAIN_TEXT, "\n", out) < 0 ? -1 : buf_puts(out, "\n\n");
}

/* "Name:      text"; nothing when there is no text. */
static int put_field(struct buf *out, const char *name, const char *text)
{
	if (!*text)
		return 0;
	if (buf_printf(out, "%-11s", name) < 0 || plain_append(out, text, TEXT_MAX, PLAIN_TEXT) < 0)
		return -1;
	return buf_puts(out, "\n");
}

static int put_indented(struct buf *out, const char *name, const char *text)
{
	if (!*text)
		return 0;
	if (buf_printf(out, "    %-10s", name) < 0 ||
	    plain_append(out, text, TEXT_MAX, PLAIN_TEXT) < 0)
		return -1;
	return buf_puts(out, "\n");
}

static int put_name(struct buf *out, const char *text)
{
	if (!*text)
		return 0;
	return buf_puts(out, " ") < 0 ? -1 : plain_append(out, text, WORD_MAX, PLAIN_TEXT);
}

static int put_line(struct buf *out, const struct notice_line *line)
{
	if (buf_puts(out, wording_verdict(line->verdict)) < 0 ||
	    put_name(out, line->component) < 0 || put_name(out, line->check) < 0 ||
	    put_name(out, line->subject) < 0 || buf_puts(out, "\n") < 0)
		return -1;
	if ((*line->message && (buf_puts(out, "    ") < 0 ||
				plain_append(out, line->message, TEXT_MAX, PLAIN_TEXT) < 0 ||
				buf_puts(out, "\n") < 0)) ||
	    put_indented(out, "expected:", line->expected) < 0 ||
	    put_indented(out, "found:", line->found) < 0 ||
	    put_indented(out, "to do:", line->hint) < 0)
		return -1;
	return buf_puts(out, "\n");
}

static int put_lines(const struct notice *n, size_t max, struct buf *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < n->line_count; i++) {
		size_t before = out->len;

		if (i == 0 && buf_puts(out, "What did not hold:\n\n") < 0)
			return -1;
		if (put_line(out, &n->line[i]) < 0)
			return -1;
		if (out->len - start <= max)
			continue;
		out->len = before;
		return buf_printf(out, "%sand %zu more\n\n", i == 0 ? "" : "… ", n->line_count - i);
	}
	return 0;
}

static int put_facts(const struct notice *n, struct buf *out)
{
	char at[WORDING_TIME_SIZE], since[WORDING_TIME_SIZE];

	if (buf_puts(out, "\n") < 0 || put_field(out, "Event:", notice_event_name(n->event)) < 0 ||
	    (n->event != NOTICE_ANNOUNCED &&
	     put_field(out, "Verdict:", wording_verdict(n->verdict)) < 0) ||
	    put_field(out, "Platform:", n->platform) < 0 ||
	    put_field(out, "Component:", n->component) < 0 ||
	    put_field(out, "Check:", n->check) < 0 || put_field(out, "Set:", n->set) < 0 ||
	    put_field(out, "When:", wording_time(n->at_ns, at)) < 0 ||
	    put_field(out, "Since:", wording_time(n->since_ns, since)) < 0 ||
	    put_field(out, "Run:", n->run) < 0)
		return -1;
	return put_field(out, "Host:", n->host);
}

static int put_next(const struct notice *n, struct buf *out)
{
	if (put_field(out, "Next:", n->next) < 0)
		return -1;
	return letter_link_is_good(n) ? put_field(out, "Link:", n->link) : 0;
}

int letter_text(const struct notice *n, size_t max, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf rest = { 0 };
	size_t start = out->len, used;

	if (letter_sentence(n, out) < 0 || buf_puts(out, "\n\n") < 0 || put_body(n, out) < 0 ||
	    put_next(n, &rest) < 0 || put_facts(n, &rest) < 0)
		return -1;
	used = out->len - start + rest.len + MORE_RESERVE;
	if (put_lines(n, used < max ? max - used : 0, out) < 0 ||
	    buf_append(out, rest.ptr, rest.len) < 0)
		return -1;
	if (out->len - start > max) {
		out->len = start + max;
		while (((unsigned char)out->ptr[out->len] & 0xc0) == 0x80) /* within a character */
			out->len--;
		out->ptr[out->len] = '\0';
	}
	return 0;
}
