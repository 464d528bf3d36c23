/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/gzip_member.h"

#include <string.h>

#include "base/checksum.h"

/* ID1 ID2 CM FLG(FHCRC FEXTRA) MTIME XFL OS(unknown) XLEN SI1 SI2 LEN */
static const uint8_t fixed[16] = { 0x1f, 0x8b, 8, 0x02 | 0x04, 0,   0,   0, 0,
				   0,    0xff, 9, 0,           'M', 'u', 5, 0 };
enum { LENGTH_AT = sizeof(fixed), FLAGS_AT = LENGTH_AT + 4, CRC_AT = FLAGS_AT + 1 };
enum { FLAG_LAST = 1 };
/* SI1 SI2 LEN of BGZF, after FLG(FEXTRA) and an XLEN of 6; then the member's length less one */
static const uint8_t bgzf_flags = 0x04;
static const uint8_t bgzf_extra[6] = { 6, 0, 'B', 'C', 2, 0 };
enum { FLG_AT = 3, XLEN_AT = 10, BGZF_HEADER = 18 };

void gzip_member_header(struct gzip_member m, uint8_t out[GZIP_MEMBER_HEADER])
{
	uint32_t crc;

	memcpy(out, fixed, sizeof(fixed));
	for (int i = 0; i < 4; i++)
		out[LENGTH_AT + i] = (uint8_t)(m.stored >> 8 * i);
	out[FLAGS_AT] = m.last ? FLAG_LAST : 0;
	crc = checksum_crc32(0, (struct span){ out, CRC_AT });
	out[CRC_AT] = (uint8_t)crc;
	out[CRC_AT + 1] = (uint8_t)(crc >> 8);
}

bool gzip_member_parse(struct span head, struct gzip_member *out)
{
	uint8_t again[GZIP_MEMBER_HEADER];
	struct cursor c = { .rest = head };

	out->header = GZIP_MEMBER_HEADER;
	(void)cursor_bytes(&c, LENGTH_AT);
	out->stored = cursor_le32(&c);
	out->last = cursor_u8(&c) == FLAG_LAST;
	if (head.len < GZIP_MEMBER_HEADER)
		return false;
	gzip_member_header(*out, again);
	return memcmp(again, head.ptr, sizeof(again)) == 0;
}

static bool parse_bgzf(struct span head, struct gzip_member *out)
{
	struct cursor c = { .rest = head };

	if (head.len < BGZF_HEADER || memcmp(head.ptr, fixed, FLG_AT) != 0 ||
	    head.ptr[FLG_AT] != bgzf_flags ||
	    memcmp(head.ptr + XLEN_AT, bgzf_extra, sizeof(bgzf_extra)) != 0)
		return false;
	(void)cursor_bytes(&c, XLEN_AT + sizeof(bgzf_extra));
	*out = (struct gzip_member){ .stored = cursor_le16(&c) + 1U,
				     .header = BGZF_HEADER,
				     .last = true };
	return true;
}

bool gzip_member_measure(struct span head, struct gzip_member *out)
{
	return gzip_member_parse(head, out) || parse_bgzf(head, out);
}
