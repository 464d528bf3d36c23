/* SPDX-License-Identifier: Apache-2.0 */
#include "base/redact.h"

#include <string.h>

/* The length of the longest secret that stands at the beginning of `rest`; 0: none. */
static size_t secret_at(const struct span *secret, size_t count, struct span rest)
{
	size_t longest = 0;

	for (size_t i = 0; i < count; i++) {
		if (secret[i].len > longest && secret[i].len <= rest.len &&
		    memcmp(secret[i].ptr, rest.ptr, secret[i].len) == 0)
			longest = secret[i].len;
	}
	return longest;
}

int redact(const struct span *secret, size_t count, struct span said, struct buf *out)
{
	while (said.len && said.ptr[0]) {
		size_t n = secret_at(secret, count, said);
		int rc = n ? buf_puts(out, "[hidden]") : buf_append(out, said.ptr, 1);

		if (rc < 0)
			return -1;
		said = span_behind(said, n ? n : 1);
	}
	return 0;
}

/* The length of the longest secret of which `rest` is no more than a beginning; 0: of none. */
static size_t secret_begins(const struct span *secret, size_t count, struct span rest)
{
	size_t longest = 0;

	for (size_t i = 0; i < count; i++) {
		if (secret[i].len > rest.len && secret[i].len > longest &&
		    memcmp(secret[i].ptr, rest.ptr, rest.len) == 0)
			longest = secret[i].len;
	}
	return longest;
}

/* Up to where nothing is secret, for certain. */
static size_t plain_length(const struct redact_piece *how, struct span said)
{
	size_t n = 0;

	while (n < said.len && !secret_at(how->secret, how->count, span_behind(said, n)) &&
	       !secret_begins(how->secret, how->count, span_behind(said, n)))
		n++;
	return n;
}

int redact_piece(const struct redact_piece *how, struct span said, size_t *used, struct buf *out)
{
	struct span rest = said;

	while (rest.len) {
		size_t plain = plain_length(how, rest), n;

		if (plain && buf_append(out, rest.ptr, plain) < 0)
			return -1;
		rest = span_behind(rest, plain);
		if (!rest.len)
			break;
		/* a longer one may go on in the next piece */
		if (!how->last && secret_begins(how->secret, how->count, rest))
			break;
		n = secret_at(how->secret, how->count, rest);
		if (!n && rest.len >= how->least)
			n = rest.len;
		if ((n ? buf_puts(out, "[hidden]") : buf_append(out, rest.ptr, 1)) < 0)
			return -1;
		rest = span_behind(rest, n ? n : 1);
	}
	*used = said.len - rest.len;
	return 0;
}
