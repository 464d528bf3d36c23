/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_tar_unpack.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/checksum.h"
#include "stream/envelope.h"
#include "stream/gunzip.h"
#include "stream/unpack.h"

enum { ROOM = 256 * 1024 };

struct pg_tar_unpack {
	struct pg_tar_sink to;
	struct findings *findings;
	uint8_t *room; /* ROOM bytes; NULL before the first packed member */
	enum codec codec;
	const char *name;
	uint64_t offset, in, out; /* of the member: where it begins, bytes taken and given */
	bool sound;
	struct gunzip *gunzip;                  /* of this member */
	struct findings gzip;                   /* of this member, to which its name is added */
	uint32_t crc, length;                   /* of the gzip member's content so far */
	struct unpacker *unpacker[CODEC_COUNT]; /* reused */
};

struct pg_tar_unpack *pg_tar_unpack_new(struct pg_tar_sink to, struct findings *findings,
					struct error *err)
{
	struct pg_tar_unpack *u = calloc(1, sizeof(*u));

	if (!u) {
		(void)error_set(err, ERROR_NOMEM, "out of memory for a tar's members");
		return NULL;
	}
	u->to = to;
	u->findings = findings;
	return u;
}

void pg_tar_unpack_free(struct pg_tar_unpack *u)
{
	if (!u)
		return;
	for (int i = 0; i < CODEC_COUNT; i++)
		unpacker_free(u->unpacker[i]);
	gunzip_free(u->gunzip);
	findings_release(&u->gzip);
	free(u->room);
	free(u);
}

static int begin_gzip(struct pg_tar_unpack *u, struct error *err)
{
	struct gunzip_options options = { .offset = u->offset,
					  .expansion_max = envelope_expansion_default(CODEC_GZIP),
					  .expansion_free = EXPANSION_FREE };

	u->gunzip = gunzip_open(&options, &u->gzip, err);
	return u->gunzip ? 0 : -1;
}

int pg_tar_unpack_begin(struct pg_tar_unpack *u, enum codec codec, uint64_t offset,
			const char *name, struct error *err)
{
	u->codec = codec;
	u->offset = offset;
	u->name = name;
	u->in = u->out = 0;
	u->crc = u->length = 0;
	u->sound = true;
	if (codec == CODEC_NONE)
		return 0;
	if (!u->room)
		u->room = malloc(ROOM);
	if (!u->room)
		return error_set(err, ERROR_NOMEM, "out of memory for a tar's packed members");
	if (codec == CODEC_GZIP)
		return begin_gzip(u, err);
	if (!u->unpacker[codec])
		u->unpacker[codec] = unpacker_new(codec, err);
	else
		unpacker_reset(u->unpacker[codec]);
	return u->unpacker[codec] ? 0 : -1;
}

static int give(struct pg_tar_unpack *u, size_t len, struct error *err)
{
	u->out += len;
	return len ? u->to.take(u->to.owner, (struct span){ u->room, len }, err) : 0;
}

static void check_trailer(struct pg_tar_unpack *u, const struct gunzip_trailer *t)
{
	if (t->crc != u->crc)
		findings_add(&u->gzip, FINDING_CHECKSUM_MISMATCH, t->offset,
			     "CRC-32 of the content: stored %08x, computed %08x", t->crc, u->crc);
	if (t->length != u->length)
		findings_add(&u->gzip, FINDING_LENGTH_MISMATCH, t->offset + 4,
			     "length of the content modulo 2^32: stored %u, counted %u", t->length,
			     u->length);
	u->crc = u->length = 0;
}

static int push_gzip(struct pg_tar_unpack *u, struct span in, struct error *err)
{
	for (;;) {
		struct gunzip_block block = { .ptr = u->room, .room = ROOM };
		struct gunzip_trailer trailer;
		enum gunzip_status status = gunzip_step(u->gunzip, &in, &block, &trailer);

		u->crc = checksum_crc32(u->crc, (struct span){ block.ptr, block.len });
		u->length += (uint32_t)block.len;
		if (status == GUNZIP_MEMBER)
			check_trailer(u, &trailer);
		if (give(u, block.len, err) < 0)
			return -1;
		if (status == GUNZIP_NEEDS_INPUT)
			return 0;
	}
}

static void unsound(struct pg_tar_unpack *u, enum finding_code code, uint64_t offset,
		    const char *why)
{
	if (u->sound)
		findings_add(u->findings, code, u->offset + offset, "%s: %s", u->name, why);
	u->sound = false;
}

static int push_frames(struct pg_tar_unpack *u, struct span in, struct error *err)
{
	struct unpacker *unpacker = u->unpacker[u->codec];

	u->in += in.len;
	while (u->sound) {
		struct unpack_block block = { .ptr = u->room, .room = ROOM };
		enum unpack_status status = unpacker_step(unpacker, &in, &block);

		if (give(u, block.len, err) < 0)
			return -1;
		if (status == UNPACK_BAD) {
			struct unpack_fault fault = unpacker_fault(unpacker);

			unsound(u, fault.code, fault.offset, fault.message);
		} else if (u->out > EXPANSION_FREE &&
			   u->out / envelope_expansion_default(u->codec) > u->in - in.len) {
			unsound(u, FINDING_EXPANSION_LIMIT, u->in - in.len,
				"it unpacks to more than the limit allows");
		} else if (status == UNPACK_NEEDS_INPUT || (status == UNPACK_FRAME && !in.len)) {
			return 0;
		}
	}
	return 0;
}

int pg_tar_unpack_push(struct pg_tar_unpack *u, struct span in, struct error *err)
{
	if (u->codec == CODEC_NONE)
		return u->to.take(u->to.owner, in, err);
	return u->codec == CODEC_GZIP ? push_gzip(u, in, err) : push_frames(u, in, err);
}

/* What is wrong with the gzip, under the member's name. */
static void end_gzip(struct pg_tar_unpack *u)
{
	gunzip_end(u->gunzip);
	gunzip_free(u->gunzip);
	u->gunzip = NULL;
	for (size_t i = 0; i < u->gzip.count; i++)
		findings_add(u->findings, u->gzip.item[i].code, u->gzip.item[i].offset, "%s: %s",
			     u->name, u->gzip.item[i].message);
	u->sound = u->gzip.count == 0 && !u->gzip.no_memory;
	u->findings->no_memory |= u->gzip.no_memory;
	findings_release(&u->gzip);
}

/*
 * Without data LZ4Stream_close() of pg_dump's compress_lz4.c writes no frame, and, from
 * 18 on, neither does Zstd_close().
 */
static bool is_whole(const struct pg_tar_unpack *u)
{
	return !u->in || unpacker_between_frames(u->unpacker[u->codec]);
}

bool pg_tar_unpack_end(struct pg_tar_unpack *u)
{
	if (u->codec == CODEC_GZIP)
		end_gzip(u);
	else if (u->codec != CODEC_NONE && !is_whole(u))
		unsound(u, FINDING_TRUNCATED, u->in, "the compressed stream is cut short");
	return u->sound;
}
