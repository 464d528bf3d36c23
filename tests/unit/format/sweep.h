/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sweeps over the bytes of a backup: cut, lengthened, every bit flipped, pieces
 * dropped, repeated and swapped, cut into blocks. Each fails the running test with
 * the change that slipped through. Include after cmocka.h. With failing
 * allocations: sweep_allocations.h.
 *
 * What is read lies in heap blocks of its exact size, each pushed block too.
 */
#ifndef TESTS_SWEEP_H
#define TESTS_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "format/reader.h"

/* What must hold of a changed bit that is let pass. */
enum sweep_rule {
	SWEEP_COVERED,   /* it is never let pass */
	SWEEP_SHOWN,     /* the facts differ */
	SWEEP_NO_EFFECT, /* the reading is the same */
	SWEEP_FREE,      /* nothing: another name, another number */
};

struct sweep_allowance {
	enum sweep_rule rule;
	const struct uncovered
		*row; /* the published class, one of `coverage`'s; unused for SWEEP_COVERED */
};

struct sweep {
	const char *name;            /* of the bytes, for messages */
	struct span bytes;           /* sound: they pass, or do no worse than warn */
	const struct reader *reader; /* that reads them, or else: */
	/* 0 with a reading (its `list` is set), or -1 with `err`. `bytes` lie in an exact-size heap block. */
	int (*read)(const struct sweep *s, struct span bytes, size_t block, struct reading *out,
		    struct error *err);
	const struct coverage *coverage; /* NULL: the reader's */
	const void *cookie;              /* of the callbacks */
	/*
	 * Look at each step-th length or bit only, but at all in the first and the last
	 * SWEEP_EDGE bytes. 0 and 1: at all. For inputs past 64 KiB; best a number that
	 * shares no divisor with 8.
	 */
	size_t step;
	size_t sound_from; /* cut to this length or more it is still sound; 0: only when whole */
	size_t flip_from;  /* the first byte whose bits are flipped */
	/* Which bits may pass; NULL: none. */
	struct sweep_allowance (*allow)(const struct sweep *s, size_t offset, unsigned bit);
	size_t *passes; /* NULL, or per row of `coverage` how many flips passed by it: added to */
	bool (*may_follow)(struct span tail); /* after the end; NULL: nothing may */
	/* Put checksums right after a change, so that what lies behind them is met; NULL: leave them. */
	void (*mend)(struct buf *changed);
};
enum { SWEEP_EDGE = 1024 };

enum sweep_change { SWEEP_DROP, SWEEP_REPEAT, SWEEP_SWAP, SWEEP_CHANGES };

/* Where pieces (records, blocks, keys) begin, ascending; the last is where the last one ends. */
struct sweep_pieces {
	const size_t *border;
	size_t borders;
	/* May this change of piece `k` (swapped: with k + 1) pass? NULL: none may. */
	bool (*may_pass)(const struct sweep *s, enum sweep_change change, size_t k);
};

/* Read `bytes` in blocks of `block` (0: whole) as the sweep says. 0, or -1 with `err`. */
int sweep_read(const struct sweep *s, struct span bytes, size_t block, struct reading *out,
	       struct error *err);

/* Cut to every length: each fails. */
void sweep_cuts(const struct sweep *s);

/* One byte more of each value, ten digits, 512 zeros, all of it again: none passes that `may_follow` does not allow. */
void sweep_longer(const struct sweep *s);

/* Every bit flipped: none passes unnoticed (no worse than the sound bytes) but as `allow` says. */
void sweep_flips(const struct sweep *s);

/* Each row that the sweeps counted into `passes` was met: what is published is so. */
void sweep_assert_rows_met(const struct coverage *coverage, const size_t *passes);

/* Each piece dropped, repeated, swapped with the next: none passes or only warns. */
void sweep_pieces(const struct sweep *s, const struct sweep_pieces *pieces);

/* In blocks of 1 byte, of primes, and whole: the same reading. The bytes need not be sound. */
void sweep_blocks(const struct sweep *s);

#endif
