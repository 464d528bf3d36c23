/* SPDX-License-Identifier: Apache-2.0 */
/* The spelling of mail: header fields (RFC 5322, RFC 2047), bodies (RFC 2045). Lines end in CR LF. */
#ifndef NOTIFY_MIME_H
#define NOTIFY_MIME_H

#include "base/buf.h"

/*
 * Append a field with a text of any bytes, made plain (one line, valid UTF-8, at most `max` bytes)
 * and folded; what is not ASCII, or reads like an encoded word, becomes encoded words. -1: no memory.
 */
MUST_CHECK int mime_text_field(struct buf *out, const char *name, const char *text, size_t max);

/*
 * Append an address as a field has it: "ops@example.com", or with a name, "Ops <ops@example.com>",
 * which may be of any bytes. -1: no memory.
 */
MUST_CHECK int mime_address(struct buf *out, const char *address);

/* The address without its name: borrows from `address`. */
struct span mime_bare_address(const char *address);

/* Append a body in quoted-printable; line ends of `text` are "\n". -1: no memory. */
MUST_CHECK int mime_quoted_printable(struct buf *out, struct span text);

/* Append a body of any bytes in base64, in lines of at most 76 characters. -1: no memory. */
MUST_CHECK int mime_base64(struct buf *out, struct span bytes);

#endif
