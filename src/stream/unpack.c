/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/unpack.h"

#include "stream/unpack_codec.h"

struct unpacker *unpacker_new(enum codec codec, struct error *err)
{
	static struct unpacker *(*const make[CODEC_COUNT])(void) = {
		[CODEC_ZSTD] = unpack_zstd_new,
		[CODEC_LZ4] = unpack_lz4_new,
		[CODEC_XZ] = unpack_xz_new,
		[CODEC_BZIP2] = unpack_bzip2_new,
	};
	struct unpacker *u = make[codec]();

	if (!u)
		(void)error_set(err, ERROR_NOMEM, "no memory to unpack %s", codec_id(codec));
	return u;
}

enum unpack_status unpack_bad(struct unpacker *u, struct unpack_fault fault)
{
	u->bad = true;
	u->fault = fault;
	return UNPACK_BAD;
}

enum unpack_status unpacker_step(struct unpacker *u, struct span *in, struct unpack_block *out)
{
	enum unpack_status status = u->bad ? UNPACK_BAD : u->ops->step(u, in, out);

	if (status == UNPACK_FRAME)
		u->frames++;
	if (status == UNPACK_BAD) {
		in->ptr += in->len;
		in->len = 0;
	}
	return status;
}

bool unpacker_between_frames(const struct unpacker *u)
{
	return !u->bad && u->ops->between_frames(u);
}

const char *unpacker_place(const struct unpacker *u)
{
	return u->ops->place(u);
}

bool unpacker_frame_checked(const struct unpacker *u)
{
	return u->checked;
}

struct unpack_fault unpacker_fault(const struct unpacker *u)
{
	return u->fault;
}

void unpacker_reset(struct unpacker *u)
{
	u->frames = 0;
	u->bad = false;
	u->checked = false;
	u->ops->reset(u);
}

void unpacker_free(struct unpacker *u)
{
	if (u)
		u->ops->free(u);
}
