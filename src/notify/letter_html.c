/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A notice as HTML for mail. Many programs drop style sheets, so what matters stands beside the
 * text, and no colour of the page is set: each program's own light or dark stays readable.
 */
#include "notify/letter.h"

#include "notify/plain.h"
#include "notify/wording.h"

enum { WORD_MAX = 400, TEXT_MAX = 2000 };

/* White on these is readable (WCAG AA), whatever is around them. */
static const char *badge_color(enum verdict v)
{
	static const char *const colors[VERDICT_COUNT] = {
		[VERDICT_SKIPPED] = "#566069", [VERDICT_PASS] = "#17703a",
		[VERDICT_WARN] = "#8a5a00",    [VERDICT_ERROR] = "#6b3fc0",
		[VERDICT_FAIL] = "#c01c28",
	};

	return colors[v];
}

static int put(struct buf *out, const char *text, size_t max)
{
	return plain_append(out, text, max, PLAIN_HTML);
}

static int put_badge(struct buf *out, enum verdict v)
{
	return buf_printf(
		out,
		"<span style=\"background:%s;color:#fff;padding:1px 8px;border-radius:4px;"
		"font-weight:bold\">%s %s</span>",
		badge_color(v), verdict_symbol(v, true), wording_verdict(v));
}

static int put_head(const struct notice *n, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf sentence = { 0 };

	if (buf_puts(out,
		     "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		     "<meta name=\"color-scheme\" content=\"light dark\">\n"
		     "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
		     "<style>:root{color-scheme:light dark}</style>\n<title>") < 0 ||
	    letter_sentence(n, &sentence) < 0 || put(out, sentence.ptr, TEXT_MAX) < 0 ||
	    buf_puts(out, "</title>\n</head>\n"
			  "<body style=\"font-family:sans-serif;font-size:16px;line-height:1.5;"
			  "max-width:45em;overflow-wrap:anywhere\">\n<p "
			  "style=\"font-size:18px\"><strong>") < 0 ||
	    put(out, sentence.ptr, TEXT_MAX) < 0)
		return -1;
	if (buf_puts(out, "</strong></p>\n<p>") < 0 ||
	    (n->event != NOTICE_ANNOUNCED && put_badge(out, n->verdict) < 0) ||
	    (*n->platform && (buf_puts(out, " ") < 0 || put(out, n->platform, WORD_MAX) < 0)))
		return -1;
	return buf_puts(out, "</p>\n");
}

static int put_body(const struct notice *n, struct buf *out)
{
	if (!n->body || !*n->body)
		return 0;
	if (buf_puts(out, "<p>") < 0 || letter_body(n, PLAIN_HTML, "<br>\n", out) < 0)
		return -1;
	return buf_puts(out, "</p>\n");
}

/* A row of two cells; nothing when there is no text. */
static int put_row(struct buf *out, const char *name, const char *text)
{
	if (!*text)
		return 0;
	if (buf_printf(out,
		       "<tr><th style=\"text-align:left;vertical-align:top;padding:0 16px 0 0;"
		       "font-weight:normal;white-space:nowrap\">%s</th><td "
		       "style=\"vertical-align:top;padding:0\">",
		       name) < 0 ||
	    put(out, text, TEXT_MAX) < 0)
		return -1;
	return buf_puts(out, "</td></tr>\n");
}

static int table_begin(struct buf *out)
{
	return buf_puts(out, "<table role=\"presentation\" style=\"border-collapse:collapse;"
			     "font-size:16px\">\n");
}

static int put_line(struct buf *out, const struct notice_line *line)
{
	const char *const names[] = { line->component, line->check, line->subject };

	if (buf_printf(out,
		       "<li style=\"border-left:4px solid %s;padding-left:12px;"
		       "margin:0 0 16px\">",
		       badge_color(line->verdict)) < 0 ||
	    put_badge(out, line->verdict) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (*names[i] && (buf_puts(out, " ") < 0 || put(out, names[i], WORD_MAX) < 0))
			return -1;
	}
	if (*line->message &&
	    (buf_puts(out, "<br>\n") < 0 || put(out, line->message, TEXT_MAX) < 0))
		return -1;
	if (table_begin(out) < 0 || put_row(out, "Expected", line->expected) < 0 ||
	    put_row(out, "Found", line->found) < 0 || put_row(out, "To do", line->hint) < 0)
		return -1;
	return buf_puts(out, "</table></li>\n");
}

static int put_lines(const struct notice *n, size_t max, struct buf *out)
{
	size_t start = out->len;

	if (!n->line_count)
		return 0;
	if (buf_puts(out, "<h2 style=\"font-size:16px\">What did not hold</h2>\n"
			  "<ul style=\"list-style:none;margin:0;padding:0\">\n") < 0)
		return -1;
	for (size_t i = 0; i < n->line_count; i++) {
		size_t before = out->len;

		if (put_line(out, &n->line[i]) < 0)
			return -1;
		if (out->len - start <= max)
			continue;
		out->len = before;
		if (buf_printf(out, "<li>and %zu more</li>\n", n->line_count - i) < 0)
			return -1;
		break;
	}
	return buf_puts(out, "</ul>\n");
}

static int put_facts(const struct notice *n, struct buf *out)
{
	char at[WORDING_TIME_SIZE], since[WORDING_TIME_SIZE];

	if (buf_puts(out,
		     "<hr style=\"border:0;border-top:1px solid #8a8f98;margin:24px 0 16px\">\n") <
		    0 ||
	    table_begin(out) < 0 || put_row(out, "Event", notice_event_name(n->event)) < 0 ||
	    put_row(out, "Platform", n->platform) < 0 ||
	    put_row(out, "Component", n->component) < 0 || put_row(out, "Check", n->check) < 0 ||
	    put_row(out, "Set", n->set) < 0 ||
	    put_row(out, "When", wording_time(n->at_ns, at)) < 0 ||
	    put_row(out, "Since", wording_time(n->since_ns, since)) < 0 ||
	    put_row(out, "Run", n->run) < 0 || put_row(out, "Host", n->host) < 0)
		return -1;
	return buf_puts(out, "</table>\n");
}

static int put_next(const struct notice *n, struct buf *out)
{
	if (*n->next && (buf_puts(out, "<p>Next: <code>") < 0 || put(out, n->next, TEXT_MAX) < 0 ||
			 buf_puts(out, "</code></p>\n") < 0))
		return -1;
	if (letter_link_is_good(n) &&
	    (buf_puts(out, "<p><a href=\"") < 0 || put(out, n->link, TEXT_MAX) < 0 ||
	     buf_puts(out, "\">Look at the run</a></p>\n") < 0))
		return -1;
	return 0;
}

int letter_html(const struct notice *n, size_t max, struct buf *out)
{
	if (put_head(n, out) < 0 || put_body(n, out) < 0 || put_lines(n, max, out) < 0 ||
	    put_next(n, out) < 0 || put_facts(n, out) < 0)
		return -1;
	return buf_puts(out, "</body>\n</html>\n");
}
