/* SPDX-License-Identifier: Apache-2.0 */
#include "config/yaml_text.h"

#include <stdint.h>

/* The length of the well-formed UTF-8 sequence at the start of `len` bytes; 0: malformed. */
static size_t sequence_length(const unsigned char *s, size_t len)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t need = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	uint32_t code;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4 || need > len)
		return 0;
	code = s[0] & (0x7fU >> need);
	for (size_t i = 1; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3fU);
	}
	if (code < smallest[need] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return need;
}

/* Where in a line we are, as far as comments and quotes matter. */
struct line_state {
	struct mark mark;
	char quote; /* the quote that is open, or 0 */
	bool in_comment, after_space;
};

static const char *what_is_wrong(const struct line_state *line, unsigned char c, size_t len)
{
	if (len == 0)
		return "not UTF-8 text";
	if (c == '\t')
		return line->in_comment ? NULL : "a tab; indent and separate with spaces";
	if ((c < 0x20 && c != '\r') || c == 0x7f)
		return "a control character";
	return NULL;
}

static void advance(struct line_state *line, char c)
{
	if (line->in_comment)
		return;
	if (line->quote) {
		if (c == line->quote)
			line->quote = '\0';
	} else if (c == '#' && line->after_space) {
		line->in_comment = true;
	} else if ((c == '"' || c == '\'') && line->after_space) {
		line->quote = c;
	}
	line->after_space = c == ' ' || c == '[' || c == '{' || c == ',';
}

int yaml_text_check(const struct node_source *source, struct config_complaints *complaints)
{
	const unsigned char *s = (const unsigned char *)source->text;
	struct line_state line = { .mark = { 1, 1, 1 }, .after_space = true };
	size_t errors = complaints->errors;

	for (size_t i = 0, len; i < source->len; i += len + !len) {
		const char *wrong;

		if (s[i] == '\n') {
			line = (struct line_state){ .mark = { line.mark.line + 1, 1, 1 },
						    .after_space = true };
			len = 1;
			continue;
		}
		len = sequence_length(s + i, source->len - i);
		wrong = what_is_wrong(&line, s[i], len);
		if (wrong)
			complain(complaints, source, line.mark, "%s", wrong);
		advance(&line, (char)s[i]);
		line.mark.column++;
	}
	return complaints->errors > errors ? -1 : 0;
}
