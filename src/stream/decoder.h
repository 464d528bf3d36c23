/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole compressed file of any codec: its members, frames or streams one after
 * another, and what is wrong with them, as findings in the order of the file.
 */
#ifndef STREAM_DECODER_H
#define STREAM_DECODER_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"
#include "model/finding.h"
#include "stream/codec.h"
#include "stream/gunzip.h"

struct decoder;

struct decoder_options {
	enum codec codec;        /* not CODEC_NONE */
	uint64_t offset;         /* of the first input byte in the stored file */
	uint64_t members;        /* that came before it */
	uint64_t content;        /* bytes that came out of those */
	uint64_t expansion_max;  /* content bytes allowed per stored byte, */
	uint64_t expansion_free; /* past these */
};

enum decoder_status {
	DECODER_NEEDS_INPUT, /* all input was used, and all output delivered */
	DECODER_NEEDS_ROOM,  /* call again with more room, also when the input is used up */
	/*
	 * Gzip only: a member ended with the output delivered so far; its trailer is
	 * for the caller to check. The other codecs check their own.
	 */
	DECODER_MEMBER,
};

/* `findings` is kept. NULL: out of memory. */
struct decoder *decoder_open(const struct decoder_options *options, struct findings *findings,
			     struct error *err);

/* As gunzip_step(). */
enum decoder_status decoder_step(struct decoder *d, struct span *in, struct gunzip_block *out,
				 struct gunzip_trailer *trailer);

/* The input has ended: was that a proper end? */
void decoder_end(struct decoder *d);

/* Gzip: members whose header was sound; frames and streams: those that ended. */
uint64_t decoder_members(const struct decoder *d);

void decoder_free(struct decoder *d);

#endif
