/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/decoder.h"

#include <stdlib.h>

#include "stream/unpack.h"

/* The expansion is looked at whenever this much more content has come out. */
enum { EXPANSION_STEP = 1 << 20 };

struct decoder {
	struct decoder_options options;
	struct findings *findings;
	struct gunzip *gunzip; /* either of the two */
	struct unpacker *unpacker;
	uint64_t offset;      /* of the next input byte in the stored file */
	uint64_t frame_start; /* of the current or next frame */
	uint64_t frames, content;
	bool lost; /* a finding ended the understanding */
	bool told_unchecked;
	/* what follows the last frame */
	bool trailing, trailing_zeros;
	uint64_t trailing_start;
};

static const char *word(const struct decoder *d)
{
	return d->options.codec == CODEC_ZSTD || d->options.codec == CODEC_LZ4 ? "frame" : "stream";
}

static int open_codec(struct decoder *d, struct error *err)
{
	const struct decoder_options *o = &d->options;
	const struct gunzip_options gzip = {
		.offset = o->offset,
		.members = o->members,
		.content = o->content,
		.expansion_max = o->expansion_max,
		.expansion_free = o->expansion_free,
	};

	if (o->codec == CODEC_GZIP)
		d->gunzip = gunzip_open(&gzip, d->findings, err);
	else
		d->unpacker = unpacker_new(o->codec, err);
	return d->gunzip || d->unpacker ? 0 : -1;
}

struct decoder *decoder_open(const struct decoder_options *options, struct findings *findings,
			     struct error *err)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (!d) {
		(void)error_set(err, ERROR_NOMEM, "no memory to unpack %s",
				codec_id(options->codec));
		return NULL;
	}
	d->options = *options;
	d->findings = findings;
	d->offset = d->frame_start = options->offset;
	d->frames = options->members;
	d->content = options->content;
	if (open_codec(d, err) == 0)
		return d;
	free(d);
	return NULL;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	gunzip_free(d->gunzip);
	unpacker_free(d->unpacker);
	free(d);
}

uint64_t decoder_members(const struct decoder *d)
{
	return d->gunzip ? gunzip_members(d->gunzip) : d->frames;
}

static bool all_zero(struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (bytes.ptr[i])
			return false;
	}
	return true;
}

/* `seen`: the input that the unpacker refused, from `at` in the stored file. */
static void take_fault(struct decoder *d, struct span seen, uint64_t at)
{
	struct unpack_fault fault = unpacker_fault(d->unpacker);
	uint64_t offset = d->options.offset + fault.offset;

	if (fault.code == FINDING_BAD_MAGIC && d->frames)
		fault.code = FINDING_TRAILING_DATA;
	d->lost = true;
	d->trailing = fault.code == FINDING_TRAILING_DATA;
	if (d->trailing) {
		d->trailing_start = offset;
		/* no frame begins with a zero, so zeros are refused where they begin */
		d->trailing_zeros =
			offset >= at && all_zero((struct span){ seen.ptr + (offset - at),
								seen.len - (offset - at) });
	} else if (fault.code == FINDING_BAD_MAGIC) {
		findings_add(d->findings, fault.code, offset, "%s", fault.message);
	} else {
		findings_add(d->findings, fault.code, offset, "%s %llu: %s", word(d),
			     (unsigned long long)d->frames + 1, fault.message);
	}
}

static void end_frame(struct decoder *d)
{
	d->frames++;
	if (!unpacker_frame_checked(d->unpacker) && !d->told_unchecked) {
		d->told_unchecked = true;
		findings_add(d->findings, FINDING_NO_CHECKSUM, d->frame_start,
			     "%s %llu was written without a checksum of its content", word(d),
			     (unsigned long long)d->frames);
	}
	d->frame_start = d->offset;
}

static void check_expansion(struct decoder *d)
{
	uint64_t allowed;

	if (d->lost || d->content % EXPANSION_STEP ||
	    __builtin_mul_overflow(d->offset, d->options.expansion_max, &allowed) ||
	    __builtin_add_overflow(allowed, d->options.expansion_free, &allowed) ||
	    d->content <= allowed)
		return;
	d->lost = true;
	findings_add(d->findings, FINDING_EXPANSION_LIMIT, d->frame_start,
		     "%s %llu brings the content to more than %llu bytes for each stored one",
		     word(d), (unsigned long long)d->frames + 1,
		     (unsigned long long)d->options.expansion_max);
}

/* To the next place where the expansion is looked at, or less. */
static enum unpack_status unpack_some(struct decoder *d, struct span *in, struct gunzip_block *out)
{
	size_t step = EXPANSION_STEP - d->content % EXPANSION_STEP, room = out->room - out->len;
	struct unpack_block block = { .ptr = out->ptr + out->len,
				      .room = room < step ? room : step };
	struct span seen = *in;
	uint64_t at = d->offset;
	enum unpack_status status = unpacker_step(d->unpacker, in, &block);

	d->offset += seen.len - in->len;
	d->content += block.len;
	out->len += block.len;
	if (status == UNPACK_FRAME)
		end_frame(d);
	else if (status == UNPACK_BAD)
		take_fault(d, seen, at);
	if (block.len)
		check_expansion(d);
	return status;
}

static enum decoder_status unpack(struct decoder *d, struct span *in, struct gunzip_block *out)
{
	while (!d->lost) {
		if (out->len == out->room)
			return DECODER_NEEDS_ROOM;
		if (unpack_some(d, in, out) == UNPACK_NEEDS_INPUT)
			return DECODER_NEEDS_INPUT;
	}
	if (in->len && d->trailing && d->trailing_zeros)
		d->trailing_zeros = all_zero(*in);
	d->offset += in->len;
	in->ptr += in->len;
	in->len = 0;
	return DECODER_NEEDS_INPUT;
}

enum decoder_status decoder_step(struct decoder *d, struct span *in, struct gunzip_block *out,
				 struct gunzip_trailer *trailer)
{
	static const enum decoder_status statuses[] = {
		[GUNZIP_NEEDS_INPUT] = DECODER_NEEDS_INPUT,
		[GUNZIP_NEEDS_ROOM] = DECODER_NEEDS_ROOM,
		[GUNZIP_MEMBER] = DECODER_MEMBER,
	};

	return d->gunzip ? statuses[gunzip_step(d->gunzip, in, out, trailer)] : unpack(d, in, out);
}

void decoder_end(struct decoder *d)
{
	if (d->gunzip)
		gunzip_end(d->gunzip);
	else if (d->trailing)
		findings_add(d->findings, FINDING_TRAILING_DATA, d->trailing_start,
			     "%llu bytes follow the last %s%s",
			     (unsigned long long)(d->offset - d->trailing_start), word(d),
			     d->trailing_zeros ? ", all zero" : "");
	else if (!d->lost && !unpacker_between_frames(d->unpacker))
		findings_add(d->findings, FINDING_TRUNCATED, d->offset,
			     "it ends inside the %s of %s %llu", unpacker_place(d->unpacker),
			     word(d), (unsigned long long)d->frames + 1);
	else if (!d->lost && !d->frames)
		findings_add(d->findings, FINDING_EMPTY, d->offset, "there is no %s %s",
			     codec_id(d->options.codec), word(d));
}
