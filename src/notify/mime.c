/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/mime.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/utf8.h"
#include "notify/plain.h"

/* RFC 5322's advice is 78 columns; 39 bytes are 52 of base64, which with its frame is within RFC 2047's 75. */
enum { FOLD_AT = 76, ENCODED_BYTES = 39, QUOTED_LINE = 75, NAME_BYTES = 200 };

static bool needs_encoding(const char *text)
{
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			return true;
	}
	return strstr(text, "=?") != NULL;
}

/* Whole characters, since each encoded word must be text on its own (RFC 2047 section 5). */
static size_t word_length(struct span rest)
{
	size_t length = 0, n;

	for (; length < rest.len; length += n) {
		n = utf8_length(span_behind(rest, length));
		n = n ? n : 1;
		if (length + n > ENCODED_BYTES)
			break;
	}
	return length;
}

static int put_encoded(struct buf *out, const char *text)
{
	struct span rest = { (const uint8_t *)text, strlen(text) };
	const char *between = "";

	while (rest.len) {
		unsigned char word[(ENCODED_BYTES + 2) / 3 * 4 + 1];
		size_t n = word_length(rest);

		(void)EVP_EncodeBlock(word, rest.ptr, (int)n);
		if (buf_printf(out, "%s=?UTF-8?B?%s?=", between, (const char *)word) < 0)
			return -1;
		between = "\r\n ";
		rest = span_behind(rest, n);
	}
	return 0;
}

/* Breaks go before blanks that a word follows. */
static int put_folded(struct buf *out, const char *text, size_t column)
{
	while (*text) {
		size_t blanks = strspn(text, " ");
		size_t length = blanks + strcspn(text + blanks, " ");

		if (blanks && length > blanks && column + length > FOLD_AT) {
			if (buf_puts(out, "\r\n") < 0)
				return -1;
			column = 0;
		}
		if (buf_append(out, text, length) < 0)
			return -1;
		column += length;
		text += length;
	}
	return 0;
}

int mime_text_field(struct buf *out, const char *name, const char *text, size_t max)
{
	CLEANUP(buf_release)
	struct buf plain = { 0 };
	int rc;

	if (plain_append(&plain, text, max, PLAIN_TEXT) < 0 || buf_printf(out, "%s: ", name) < 0)
		return -1;
	rc = needs_encoding(plain.ptr) ? put_encoded(out, plain.ptr) :
					 put_folded(out, plain.ptr, strlen(name) + 2);
	return rc < 0 ? -1 : buf_puts(out, "\r\n");
}

struct span mime_bare_address(const char *address)
{
	const char *open = strrchr(address, '<');
	const char *begin = open ? open + 1 : address;

	return (struct span){ (const uint8_t *)begin, strcspn(begin, open ? ">" : "") };
}

static int put_quoted_name(struct buf *out, const char *name)
{
	if (buf_puts(out, "\"") < 0)
		return -1;
	for (; *name; name++) {
		if ((*name == '"' || *name == '\\') && buf_puts(out, "\\") < 0)
			return -1;
		if (buf_append(out, name, 1) < 0)
			return -1;
	}
	return buf_puts(out, "\"");
}

/* The name before "<", without its quotes and the blanks around it. */
static int put_name(struct buf *out, const char *address, size_t length)
{
	CLEANUP(buf_release)
	struct buf raw = { 0 };
	CLEANUP(buf_release)
	struct buf name = { 0 };

	while (length && strchr(" \t\"", *address))
		address++, length--;
	while (length && strchr(" \t\"", address[length - 1]))
		length--;
	if (length == 0)
		return 0;
	if (buf_append(&raw, address, length) < 0 ||
	    plain_append(&name, raw.ptr, NAME_BYTES, PLAIN_TEXT) < 0 ||
	    (needs_encoding(name.ptr) ? put_encoded(out, name.ptr) :
					put_quoted_name(out, name.ptr)) < 0)
		return -1;
	return buf_puts(out, " ");
}

int mime_address(struct buf *out, const char *address)
{
	struct span bare = mime_bare_address(address);
	const char *open = strrchr(address, '<');
	CLEANUP(buf_release)
	struct buf raw = { 0 };

	if (open && put_name(out, address, (size_t)(open - address)) < 0)
		return -1;
	if (buf_append(&raw, bare.ptr, bare.len) < 0 || buf_puts(out, open ? "<" : "") < 0 ||
	    plain_append(out, raw.ptr, NAME_BYTES, PLAIN_TEXT) < 0)
		return -1;
	return buf_puts(out, open ? ">" : "");
}

/* How the byte at `at` is written; its length. A blank at a line's end is quoted. */
static size_t quoted(struct span text, size_t at, char unit[4])
{
	uint8_t c = text.ptr[at];
	bool last = at + 1 == text.len || text.ptr[at + 1] == '\n';

	if ((c == ' ' && !last) || (c > ' ' && c < 0x7f && c != '='))
		return (size_t)snprintf(unit, 4, "%c", c);
	return (size_t)snprintf(unit, 4, "=%02X", c);
}

int mime_quoted_printable(struct buf *out, struct span text)
{
	size_t column = 0;

	for (size_t i = 0; i < text.len; i++) {
		char unit[4];
		size_t n = 0;

		if (text.ptr[i] != '\n') {
			n = quoted(text, i, unit);
			if (column + n > QUOTED_LINE && buf_puts(out, "=\r\n") < 0)
				return -1;
			column = column + n > QUOTED_LINE ? n : column + n;
		} else {
			column = 0;
		}
		if (buf_append(out, n ? unit : "\r\n", n ? n : 2) < 0)
			return -1;
	}
	return column ? buf_puts(out, "\r\n") : 0;
}

int mime_base64(struct buf *out, struct span bytes)
{
	enum { BYTES_OF_LINE = 57 };

	for (size_t at = 0; at < bytes.len; at += BYTES_OF_LINE) {
		size_t left = bytes.len - at;
		unsigned char line[BYTES_OF_LINE / 3 * 4 + 1];
		int n = left < BYTES_OF_LINE ? (int)left : BYTES_OF_LINE;

		(void)EVP_EncodeBlock(line, bytes.ptr + at, n);
		if (buf_printf(out, "%s\r\n", (const char *)line) < 0)
			return -1;
	}
	return 0;
}
