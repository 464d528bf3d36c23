/* SPDX-License-Identifier: Apache-2.0 */
#include "model/quote.h"

#include <stdio.h>
#include <string.h>

#include "model/utf8.h"

/* C0, DEL, and the C1 controls U+0080 to U+009F, which terminals obey too. */
static bool is_control(const uint8_t *character, size_t n)
{
	if (n == 1)
		return character[0] < 0x20 || character[0] == 0x7f;
	return n == 2 && character[0] == 0xc2 && character[1] < 0xa0;
}

char *quote_bytes(struct span bytes, char *out, size_t size)
{
	static const char more[] = "…";
	size_t used = 0, fits = 0; /* `fits`: the last border where "…" still goes behind */

	for (size_t i = 0; i < bytes.len;) {
		struct span rest = { bytes.ptr + i, bytes.len - i };
		size_t n = utf8_length(rest);
		bool plain = n && !is_control(rest.ptr, n);
		char escape[5];

		if (!plain) {
			(void)snprintf(escape, sizeof(escape), "\\x%02x", rest.ptr[0]);
			n = 1;
		}
		if (used + (plain ? n : 4) > size - 1) {
			memcpy(out + fits, more, sizeof(more));
			return out;
		}
		memcpy(out + used, plain ? (const char *)rest.ptr : escape, plain ? n : 4);
		used += plain ? n : 4;
		i += n;
		if (used + sizeof(more) <= size)
			fits = used;
	}
	out[used] = '\0';
	return out;
}

char *quote_text(const char *text, char *out, size_t size)
{
	return quote_bytes((struct span){ (const uint8_t *)text, strlen(text) }, out, size);
}
