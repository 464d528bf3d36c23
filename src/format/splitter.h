/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One JSON object of any size, cut into values that fit in memory: each member
 * that is an array yields its elements, every other member its value. Push
 * driven, resumable at any byte. It checks the outer grammar; the values' own
 * syntax is for whoever takes them.
 */
#ifndef FORMAT_SPLITTER_H
#define FORMAT_SPLITTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/finding.h"

/* Longest value, and deepest nesting inside one, that is accepted. */
enum { SPLITTER_VALUE_MAX = 4 << 20, SPLITTER_DEPTH_MAX = 64 };

struct splitter_place {
	uint64_t offset, line; /* line from 1 */
};

/* -1 with `err` ends the splitting. */
struct splitter_ops {
	/* A member begins. `key` is its name as it stands in the text, with the quotes. */
	int (*member)(void *owner, struct span key, bool is_array, struct splitter_place at,
		      struct error *err);
	/* An element of the member, or all of a member that is not an array. */
	int (*value)(void *owner, struct span text, struct splitter_place at, struct error *err);
};

struct splitter {
	const struct splitter_ops *ops;
	void *owner;
	struct findings *findings;
	int state;
	bool capturing, in_string, escaped;
	unsigned depth;
	struct splitter_place now, start; /* of the next byte; of the captured value */
	struct splitter_place key_at;
	struct buf held; /* the part of the captured value that came in earlier blocks */
	struct buf key;
};

/* Borrows all three until release. */
void splitter_init(struct splitter *s, const struct splitter_ops *ops, void *owner,
		   struct findings *findings);
MUST_CHECK int splitter_push(struct splitter *s, struct span block, struct error *err);
/* The text has ended; true when the object had, too. Else a finding says what is missing. */
bool splitter_finish(struct splitter *s);
/* Stop understanding: what follows is ignored. */
void splitter_give_up(struct splitter *s);
bool splitter_gave_up(const struct splitter *s);
void splitter_release(struct splitter *s);

#endif
