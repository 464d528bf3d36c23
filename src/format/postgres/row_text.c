/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/row_text.h"

/* The byte behind a backslash, if it is there: where to look on. */
static size_t take_escaped(struct row_text *t, struct span piece, size_t at)
{
	uint8_t byte = at < piece.len ? piece.ptr[at] : '\n';

	t->escaping = byte == '\n';
	if (t->escaping)
		return at;
	if (byte == '.')
		t->seen |= t->len + at == 1 ? ROW_MARKER | ROW_MARKER_IN_FRONT : ROW_MARKER;
	return at + (byte && byte < 0x80);
}

size_t row_text_go_on(struct row_text *t, struct span piece)
{
	if (!piece.len)
		return 0;
	if (t->escaping)
		return take_escaped(t, piece, 0);
	return t->utf8.left ? utf8_run_push(&t->utf8, piece) : 0;
}

size_t row_text_rare(struct row_text *t, struct span piece, size_t at)
{
	uint8_t byte = piece.ptr[at];

	if (byte >= 0x80) {
		struct span rest = { piece.ptr + at, piece.len - at };
		size_t n = utf8_run_push(&t->utf8, rest);

		return at + (n ? n : 1);
	}
	at++;
	if (byte == '\\')
		return take_escaped(t, piece, at);
	if (byte == '\r')
		t->seen |= ROW_CARRIAGE_RETURN;
	if (!byte)
		t->seen |= ROW_NUL;
	return at;
}
