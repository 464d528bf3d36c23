/* SPDX-License-Identifier: Apache-2.0 */
#include "format/pg_archive_inflate.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>

/*
 * isal_inflate() saves up to 32 KiB of history at the end of each call, so
 * chunks of 4 KiB are gathered first, and the output block is several windows
 * long.
 */
enum { GATHER_SIZE = 64 * 1024, OUTPUT_SIZE = 192 * 1024 };

struct pg_archive_inflate {
	struct inflate_state state;
	struct pg_archive_emit to;
	const char *fault;
	bool any, surplus; /* chunks came; bytes came after the stream's end */
	size_t gathered;
	uint8_t gather[GATHER_SIZE];
	uint8_t output[OUTPUT_SIZE];
};

struct pg_archive_inflate *pg_archive_inflate_new(struct pg_archive_emit to)
{
	struct pg_archive_inflate *z = malloc(sizeof(*z));

	if (!z)
		return NULL;
	z->to = to;
	pg_archive_inflate_begin(z);
	return z;
}

void pg_archive_inflate_free(struct pg_archive_inflate *z)
{
	free(z);
}

void pg_archive_inflate_begin(struct pg_archive_inflate *z)
{
	isal_inflate_init(&z->state);
	z->state.crc_flag = ISAL_ZLIB;
	z->state.next_out = z->output;
	z->state.avail_out = sizeof(z->output);
	z->fault = NULL;
	z->any = z->surplus = false;
	z->gathered = 0;
}

static void hand_over(struct pg_archive_inflate *z)
{
	size_t len = sizeof(z->output) - z->state.avail_out;

	if (len)
		z->to.emit(z->to.owner, (struct span){ z->output, len });
	z->state.next_out = z->output;
	z->state.avail_out = sizeof(z->output);
}

static const char *fault_of(int result)
{
	switch (result) {
	case ISAL_DECOMP_OK:
	case ISAL_END_INPUT:
	case ISAL_OUT_OVERFLOW:
		return NULL;
	case ISAL_INCORRECT_CHECKSUM:
		return "the zlib stream's checksum does not match";
	case ISAL_INVALID_WRAPPER:
	case ISAL_UNSUPPORTED_METHOD:
	case ISAL_NEED_DICT:
		return "the zlib stream has a wrong header";
	default:
		return "the zlib stream cannot be decoded";
	}
}

static void inflate_gathered(struct pg_archive_inflate *z)
{
	struct inflate_state *s = &z->state;

	s->next_in = z->gather;
	s->avail_in = (uint32_t)z->gathered;
	z->gathered = 0;
	while (!z->fault && s->block_state != ISAL_BLOCK_FINISH) {
		z->fault = fault_of(isal_inflate(s));
		if (s->avail_out)
			break; /* it stopped for want of input */
		hand_over(z);
	}
	if (!z->fault && s->block_state == ISAL_BLOCK_FINISH && s->avail_in)
		z->surplus = true;
}

void pg_archive_inflate_push(struct pg_archive_inflate *z, struct span chunk)
{
	z->any |= chunk.len != 0;
	while (chunk.len && !z->fault) {
		size_t room = sizeof(z->gather) - z->gathered;
		size_t n = chunk.len < room ? chunk.len : room;

		memcpy(z->gather + z->gathered, chunk.ptr, n);
		z->gathered += n;
		chunk.ptr += n;
		chunk.len -= n;
		if (z->gathered == sizeof(z->gather))
			inflate_gathered(z);
	}
}

const char *pg_archive_inflate_end(struct pg_archive_inflate *z, bool may_be_empty)
{
	if (!z->any && may_be_empty)
		return NULL;
	if (!z->fault)
		inflate_gathered(z);
	hand_over(z);
	if (z->fault)
		return z->fault;
	if (z->state.block_state != ISAL_BLOCK_FINISH)
		return "the zlib stream is cut short";
	return z->surplus ? "bytes follow the zlib stream" : NULL;
}
