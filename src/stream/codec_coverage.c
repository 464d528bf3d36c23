/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of each compression see, and what they do not. */
#include "stream/codec.h"
#include "stream/gunzip.h"

static const struct uncovered gzip_uncovered[] = {
#define X(field, first, len, mask, why) { field, why },
	GZIP_UNCOVERED_TABLE(X)
#undef X
};

static const struct coverage gzip = {
	.id = "gzip",
	.versions = "RFC 1952, of any number of members",
	.checked = "Each member's header, deflate stream, CRC-32 and length, what follows the last "
		   "one, and how far it expands. A cut between two members of a foreign gzip only "
		   "the content shows; our own tell their last one.",
	.row = gzip_uncovered,
	.count = sizeof(gzip_uncovered) / sizeof(gzip_uncovered[0]),
};

const struct coverage *codec_coverage(enum codec c)
{
	static const struct coverage *const of[CODEC_COUNT] = { [CODEC_GZIP] = &gzip };

	return of[c];
}
