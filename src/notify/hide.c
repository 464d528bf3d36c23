/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/hide.h"

#include <string.h>

/* Shorter parts of a URL are words like "services", and nobody's secret. */
enum { PART_MIN = 8, PASSWORD_MIN = 4, PARTS_MAX = 64 };

static void drop_shorter(struct span *part, size_t *count, struct span candidate, size_t least)
{
	if (candidate.len >= least && *count < PARTS_MAX)
		part[(*count)++] = candidate;
}

/* The whole, and behind scheme and host what stands between the marks of a URL. */
static size_t split_url(const struct buf *url, struct span *part, size_t count)
{
	static const char marks[] = "/?&=#:@;,";
	const char *at = strstr(url->ptr, "://");
	const char *authority_end;

	drop_shorter(part, &count, buf_span(url), PART_MIN);
	at = at ? at + 3 : url->ptr;
	authority_end = at + strcspn(at, "/?#");
	/* a user and a password before the host */
	if (!memchr(at, '@', (size_t)(authority_end - at)))
		at = authority_end;
	drop_shorter(part, &count, (struct span){ (const uint8_t *)at, strlen(at) }, PART_MIN);
	while (*at) {
		size_t length = strcspn(at, marks);

		drop_shorter(part, &count, (struct span){ (const uint8_t *)at, length }, PART_MIN);
		at += length + (at[length] != '\0');
	}
	return count;
}

/* The longest secret that stands at the beginning of `rest`; 0: none. */
static size_t secret_at(const struct span *part, size_t count, struct span rest)
{
	size_t longest = 0;

	for (size_t i = 0; i < count; i++) {
		if (part[i].len > longest && part[i].len <= rest.len &&
		    memcmp(part[i].ptr, rest.ptr, part[i].len) == 0)
			longest = part[i].len;
	}
	return longest;
}

int hide_secrets(const struct attempt *a, struct span said, struct buf *out)
{
	struct span part[PARTS_MAX];
	size_t count = 0;

	drop_shorter(part, &count, buf_span(&a->key), PASSWORD_MIN);
	drop_shorter(part, &count, buf_span(&a->password), PASSWORD_MIN);
	count = split_url(&a->url, part, count);
	while (said.len && said.ptr[0]) {
		size_t n = secret_at(part, count, said);
		int rc = n ? buf_puts(out, "[hidden]") : buf_append(out, said.ptr, 1);

		if (rc < 0)
			return -1;
		said = span_behind(said, n ? n : 1);
	}
	return 0;
}
