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
