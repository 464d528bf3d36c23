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

/* Past the skippable frames of zstd and lz4 as far as `head` reaches: pzstd's files begin with one. */
static struct span skip_skippable(struct span head)
{
	while (head.len >= 8 && (head.ptr[0] & 0xf0) == 0x50 &&
	       memcmp(head.ptr + 1, "\x2a\x4d\x18", 3) == 0) {
		struct cursor length = { .rest = { head.ptr + 4, 4 } };
		size_t n = cursor_le32(&length);

		n = n < head.len - 8 ? n + 8 : head.len;
		head.ptr += n;
		head.len -= n;
	}
	return head;
}

static bool is_legacy_lz4(struct span head)
{
	return head.len >= 4 && memcmp(head.ptr, "\x02\x21\x4c\x18", 4) == 0;
}

enum codec codec_of(struct span head)
{
	struct span frame = skip_skippable(head);

	for (int i = CODEC_NONE + 1; frame.len && i < CODEC_COUNT; i++) {
		size_t n = frame.len < codecs[i].len ? frame.len : codecs[i].len;

		if (memcmp(frame.ptr, codecs[i].magic, n) == 0)
			return (enum codec)i;
	}
	if (is_legacy_lz4(frame))
		return CODEC_LZ4;
	return frame.ptr == head.ptr ? CODEC_NONE : CODEC_ZSTD;
}
