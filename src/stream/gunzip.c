/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/gunzip.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "stream/gzip_member.h"

enum { FHCRC = 0x02, FEXTRA = 0x04, FNAME = 0x08, FCOMMENT = 0x10, RESERVED = 0xe0 };
enum { FIXED_SIZE = 10, METHOD_DEFLATE = 8 };

/*
 * Where ISA-L notices an invalid stream differs by some bytes with how its input
 * was cut, and so does what it delivers before (by at most four literals).
 */
enum { INVALID_ROUNDING = 64 * 1024 };

/* The expansion is looked at whenever this much more content has come out. */
enum { EXPANSION_STEP = 1 << 20 };

enum phase {
	PHASE_FIXED, /* the ten bytes that every header has */
	PHASE_EXTRA_LENGTH,
	PHASE_EXTRA,
	PHASE_NAME,
	PHASE_COMMENT,
	PHASE_HEADER_CRC,
	PHASE_DATA,
	PHASE_TRAILER,
	PHASE_TRAILING, /* past the last member */
	PHASE_LOST,     /* a finding ended the understanding */
};

struct gunzip {
	struct gunzip_options options;
	struct findings *findings;
	enum phase phase;
	uint64_t offset;       /* of the next input byte in the stored file */
	uint64_t member_start; /* of the current or next member */
	uint64_t members, content;
	/* the field that is being collected */
	uint8_t held[FIXED_SIZE];
	size_t held_len;
	/* the header so far */
	uint8_t flags;
	uint32_t header_crc;
	size_t extra_left;
	uint8_t head[GZIP_MEMBER_HEADER];
	size_t head_len;
	/* the last whole header was one of muster's: then this */
	bool own;
	struct gzip_member member;
	/* what follows the last member */
	uint64_t trailing;
	bool trailing_zeros;
	struct inflate_state inflate;
	bool output_pending; /* it has more output, or may have */
	bool invalid;        /* it gave up; what it had decoded is still to be delivered */
};

struct gunzip *gunzip_open(const struct gunzip_options *options, struct findings *findings,
			   struct error *err)
{
	struct gunzip *g = calloc(1, sizeof(*g));

	if (!g) {
		(void)error_set(err, ERROR_NOMEM, "no memory to unpack a gzip");
		return NULL;
	}
	g->options = *options;
	g->findings = findings;
	g->offset = g->member_start = options->offset;
	g->members = options->members;
	g->content = options->content;
	return g;
}

void gunzip_free(struct gunzip *g)
{
	free(g);
}

uint64_t gunzip_members(const struct gunzip *g)
{
	return g->members;
}

/* Use `n` bytes of the input. */
static struct span use(struct gunzip *g, struct span *in, size_t n)
{
	struct span used = { in->ptr, n };

	in->ptr += n;
	in->len -= n;
	g->offset += n;
	return used;
}

/* Collect `n` bytes in `held`; false: the input is used up first. */
static bool collect(struct gunzip *g, struct span *in, size_t n)
{
	size_t missing = n - g->held_len;
	struct span part = use(g, in, missing < in->len ? missing : in->len);

	if (part.len)
		memcpy(g->held + g->held_len, part.ptr, part.len);
	g->held_len += part.len;
	return g->held_len == n;
}

/* These bytes are part of the header that its CRC covers. */
static void account_header(struct gunzip *g, struct span bytes)
{
	size_t n = sizeof(g->head) - g->head_len;

	n = n < bytes.len ? n : bytes.len;
	memcpy(g->head + g->head_len, bytes.ptr, n);
	g->head_len += n;
	g->header_crc = checksum_crc32(g->header_crc, bytes);
}

static void account_held(struct gunzip *g)
{
	account_header(g, (struct span){ g->held, g->held_len });
	g->held_len = 0;
}

static void lose(struct gunzip *g)
{
	g->phase = PHASE_LOST;
	g->held_len = 0;
}

static void begin_data(struct gunzip *g)
{
	g->own = gzip_member_parse((struct span){ g->head, g->head_len }, &g->member);
	g->members++;
	g->phase = PHASE_DATA;
	isal_inflate_init(&g->inflate);
}

/* The first phase after `done` for which the header has a field. */
static void next_field(struct gunzip *g, enum phase done)
{
	if (done < PHASE_EXTRA_LENGTH && g->flags & FEXTRA)
		g->phase = PHASE_EXTRA_LENGTH;
	else if (done < PHASE_NAME && g->flags & FNAME)
		g->phase = PHASE_NAME;
	else if (done < PHASE_COMMENT && g->flags & FCOMMENT)
		g->phase = PHASE_COMMENT;
	else if (done < PHASE_HEADER_CRC && g->flags & FHCRC)
		g->phase = PHASE_HEADER_CRC;
	else
		begin_data(g);
}

static void begin_trailing(struct gunzip *g)
{
	g->phase = PHASE_TRAILING;
	g->trailing = g->held_len;
	g->trailing_zeros = g->held[0] == 0 && (g->held_len < 2 || g->held[1] == 0);
	g->held_len = 0;
}

/* Both bytes of the magic number are looked at as soon as they are there. */
static void check_magic(struct gunzip *g)
{
	static const uint8_t magic[2] = { 0x1f, 0x8b };
	size_t n = g->held_len < 2 ? g->held_len : 2;

	if (memcmp(g->held, magic, n) == 0)
		return;
	if (g->members) {
		begin_trailing(g);
		return;
	}
	findings_add(g->findings, FINDING_BAD_MAGIC, g->member_start,
		     "it does not begin with 1f 8b");
	lose(g);
}

static void check_fixed(struct gunzip *g)
{
	g->flags = g->held[3];
	if (g->held[2] != METHOD_DEFLATE) {
		findings_add(g->findings, FINDING_BAD_STRUCTURE, g->member_start + 2,
			     "compression method %u of member %llu is not deflate (8)", g->held[2],
			     (unsigned long long)g->members + 1);
		lose(g);
	} else if (g->flags & RESERVED) {
		findings_add(g->findings, FINDING_BAD_STRUCTURE, g->member_start + 3,
			     "reserved flags are set in member %llu: %#04x",
			     (unsigned long long)g->members + 1, g->flags);
		lose(g);
	} else {
		g->header_crc = 0;
		g->head_len = 0;
		account_held(g);
		next_field(g, PHASE_FIXED);
	}
}

static void read_fixed(struct gunzip *g, struct span *in)
{
	if (g->held_len < 2 && !collect(g, in, g->held_len + 1))
		return;
	check_magic(g);
	if (g->phase == PHASE_FIXED && g->held_len >= 2 && collect(g, in, FIXED_SIZE))
		check_fixed(g);
}

static void read_extra_length(struct gunzip *g, struct span *in)
{
	if (!collect(g, in, 2))
		return;
	g->extra_left = (size_t)g->held[0] | (size_t)g->held[1] << 8;
	account_held(g);
	if (g->extra_left)
		g->phase = PHASE_EXTRA;
	else
		next_field(g, PHASE_EXTRA);
}

static void read_extra(struct gunzip *g, struct span *in)
{
	size_t n = g->extra_left < in->len ? g->extra_left : in->len;

	account_header(g, use(g, in, n));
	g->extra_left -= n;
	if (!g->extra_left)
		next_field(g, PHASE_EXTRA);
}

/* A name or a comment: to its NUL. */
static void read_text(struct gunzip *g, struct span *in)
{
	const uint8_t *nul = memchr(in->ptr, 0, in->len);

	account_header(g, use(g, in, nul ? (size_t)(nul - in->ptr) + 1 : in->len));
	if (nul)
		next_field(g, g->phase);
}

static void read_header_crc(struct gunzip *g, struct span *in)
{
	unsigned stored, computed = g->header_crc & 0xffff;

	if (!collect(g, in, 2))
		return;
	stored = (unsigned)g->held[0] | (unsigned)g->held[1] << 8;
	if (stored != computed)
		findings_add(g->findings, FINDING_CHECKSUM_MISMATCH, g->offset - 2,
			     "header CRC of member %llu: stored %04x, computed %04x",
			     (unsigned long long)g->members + 1, stored, computed);
	account_held(g);
	next_field(g, PHASE_HEADER_CRC);
}

static bool expanded_too_far(struct gunzip *g)
{
	uint64_t allowed;

	if (g->content % EXPANSION_STEP ||
	    __builtin_mul_overflow(g->offset, g->options.expansion_max, &allowed) ||
	    __builtin_add_overflow(allowed, g->options.expansion_free, &allowed) ||
	    g->content <= allowed)
		return false;
	findings_add(g->findings, FINDING_EXPANSION_LIMIT, g->member_start,
		     "member %llu brings the content to more than %llu bytes for each stored one",
		     (unsigned long long)g->members, (unsigned long long)g->options.expansion_max);
	return true;
}

/* The bit buffer may hold the first bytes of the trailer. */
static void begin_trailer(struct gunzip *g)
{
	unsigned bits = (unsigned)g->inflate.read_in_length;
	uint64_t rest = g->inflate.read_in >> bits % 8;

	g->phase = PHASE_TRAILER;
	for (g->held_len = 0; g->held_len < bits / 8; rest >>= 8)
		g->held[g->held_len++] = (uint8_t)rest;
}

/*
 * ISA-L decodes ahead of the room it is given; when it meets an error, what it
 * decoded before that is still in its buffer.
 */
static void drain_invalid(struct gunzip *g, struct gunzip_block *out)
{
	struct inflate_state *z = &g->inflate;
	size_t rest = z->tmp_out_valid > z->tmp_out_processed ?
			      (size_t)(z->tmp_out_valid - z->tmp_out_processed) :
			      0;
	size_t n = rest < out->room - out->len ? rest : out->room - out->len;

	uint64_t near;

	memcpy(out->ptr + out->len, z->tmp_out_buffer + z->tmp_out_processed, n);
	z->tmp_out_processed += (int32_t)n;
	out->len += n;
	g->content += n;
	g->output_pending = n < rest;
	if (g->output_pending)
		return;
	near = g->offset / INVALID_ROUNDING * INVALID_ROUNDING;
	findings_add(g->findings, FINDING_BAD_COMPRESSION,
		     near > g->member_start ? near : g->member_start,
		     "the deflate stream of member %llu is invalid at or soon after this offset",
		     (unsigned long long)g->members);
	lose(g);
}

static void inflate_some(struct gunzip *g, struct span *in, struct gunzip_block *out)
{
	struct inflate_state *z = &g->inflate;
	size_t room = out->room - out->len, step = EXPANSION_STEP - g->content % EXPANSION_STEP;
	uint32_t offered;

	if (g->invalid) {
		drain_invalid(g, out);
		return;
	}
	z->next_out = out->ptr + out->len;
	z->avail_out = offered = (uint32_t)(room < step ? room : step);
	z->next_in = (uint8_t *)(uintptr_t)in->ptr; /* ISA-L only reads it */
	z->avail_in = in->len < UINT32_MAX ? (uint32_t)in->len : UINT32_MAX;
	g->invalid = isal_inflate(z) < 0;
	(void)use(g, in, (size_t)(z->next_in - in->ptr));
	out->len += offered - z->avail_out;
	g->content += offered - z->avail_out;
	g->output_pending = g->invalid || z->avail_out == 0;
	if (expanded_too_far(g))
		lose(g);
	else if (!g->invalid && z->block_state == ISAL_BLOCK_FINISH)
		begin_trailer(g);
}

static bool read_trailer(struct gunzip *g, struct span *in, struct gunzip_trailer *out)
{
	struct cursor c = { .rest = { g->held, GZIP_TRAILER } };

	if (!collect(g, in, GZIP_TRAILER))
		return false;
	out->crc = cursor_le32(&c);
	out->length = cursor_le32(&c);
	out->offset = g->offset - GZIP_TRAILER;
	if (g->own && g->member.stored != g->offset - g->member_start)
		findings_add(g->findings, FINDING_LENGTH_MISMATCH, g->member_start + 16,
			     "member %llu says that it has %u bytes, it has %llu",
			     (unsigned long long)g->members, g->member.stored,
			     (unsigned long long)(g->offset - g->member_start));
	g->held_len = 0;
	g->member_start = g->offset;
	g->phase = PHASE_FIXED;
	return true;
}

static void read_trailing(struct gunzip *g, struct span *in)
{
	struct span rest = use(g, in, in->len);

	g->trailing += rest.len;
	for (size_t i = 0; g->trailing_zeros && i < rest.len; i++)
		g->trailing_zeros = rest.ptr[i] == 0;
}

static void read_header_field(struct gunzip *g, struct span *in)
{
	switch (g->phase) {
	case PHASE_FIXED:
		read_fixed(g, in);
		break;
	case PHASE_EXTRA_LENGTH:
		read_extra_length(g, in);
		break;
	case PHASE_EXTRA:
		read_extra(g, in);
		break;
	case PHASE_NAME:
	case PHASE_COMMENT:
		read_text(g, in);
		break;
	case PHASE_HEADER_CRC:
		read_header_crc(g, in);
		break;
	case PHASE_TRAILING:
		read_trailing(g, in);
		break;
	case PHASE_LOST:
		(void)use(g, in, in->len);
		break;
	case PHASE_DATA:
	case PHASE_TRAILER:
		break;
	}
}

enum gunzip_status gunzip_step(struct gunzip *g, struct span *in, struct gunzip_block *out,
			       struct gunzip_trailer *trailer)
{
	for (;;) {
		if (g->phase == PHASE_DATA) {
			if (out->len == out->room)
				return GUNZIP_NEEDS_ROOM;
			inflate_some(g, in, out);
			if (g->phase == PHASE_DATA && g->output_pending)
				continue;
		}
		if (g->phase == PHASE_TRAILER && read_trailer(g, in, trailer))
			return GUNZIP_MEMBER;
		if (!in->len)
			return GUNZIP_NEEDS_INPUT;
		read_header_field(g, in);
	}
}

void gunzip_end(struct gunzip *g)
{
	unsigned long long member = g->members;

	if (g->phase == PHASE_LOST)
		return;
	if (g->phase == PHASE_TRAILING) {
		findings_add(g->findings, FINDING_TRAILING_DATA, g->member_start,
			     "%llu bytes follow the last member%s", (unsigned long long)g->trailing,
			     g->trailing_zeros ? ", all zero" : "");
	} else if (g->phase == PHASE_DATA || g->phase == PHASE_TRAILER) {
		findings_add(g->findings, FINDING_TRUNCATED, g->offset,
			     "it ends inside the %s of member %llu",
			     g->phase == PHASE_DATA ? "data" : "trailer", member);
	} else if (g->phase != PHASE_FIXED || g->held_len) {
		findings_add(g->findings, FINDING_TRUNCATED, g->offset,
			     "it ends inside the header of member %llu", member + 1);
	} else if (!g->members) {
		findings_add(g->findings, FINDING_EMPTY, g->offset, "there is no gzip member");
	} else if (g->own && !g->member.last) {
		findings_add(g->findings, FINDING_TRUNCATED, g->offset,
			     "it ends after member %llu, which is not marked as the last", member);
	}
}
