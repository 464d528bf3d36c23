/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/codec.h"

#include <string.h>

static const struct {
	const char *id, *magic;
	size_t len;
} codecs[CODEC_COUNT] = {
#define X(name, id, magic) [CODEC_##name] = { id, magic, sizeof(magic) - 1 },
	CODEC_TABLE(X)
#undef X
};

const char *codec_id(enum codec c)
{
	return codecs[c].id;
}

bool codec_parse_id(const char *id, enum codec *out)
{
	for (int i = 0; i < CODEC_COUNT; i++) {
		if (strcmp(codecs[i].id, id) == 0) {
			*out = (enum codec)i;
			return true;
		}
	}
	return false;
}

enum codec codec_of(struct span head)
{
	for (int i = CODEC_NONE + 1; head.len && i < CODEC_COUNT; i++) {
		size_t n = head.len < codecs[i].len ? head.len : codecs[i].len;

		if (memcmp(head.ptr, codecs[i].magic, n) == 0)
			return (enum codec)i;
	}
	return CODEC_NONE;
}
