/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to be told, to whom, until it is: at least once, for one receiver and key in the order
 * in which it was added, by any number of processes at once. Needs no lock: each change is a
 * short transaction of its own, or part of history_begin()'s.
 */
#ifndef HISTORY_OUTBOX_H
#define HISTORY_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "history/history.h"

/* name, word in the table and in JSON */
#define OUTBOX_STATE_TABLE(X)                                                                      \
	X(WAITING, "waiting")                                                                      \
	X(SENT, "sent")                                                                            \
	X(GIVEN_UP, "given-up")                                                                    \
	X(DROPPED, "dropped")

enum outbox_state {
#define X(name, word) OUTBOX_##name,
	OUTBOX_STATE_TABLE(X)
#undef X
		OUTBOX_STATE_COUNT
};
const char *outbox_state_name(enum outbox_state s);

/* Texts are never NULL; times are of the wall clock. */
struct outbox_item {
	int64_t id;           /* from 1, in the order in which they were added */
	const char *key;      /* of the alert: what the order holds for */
	const char *receiver; /* its name */
	const char *event;    /* a notice's */
	const char *document; /* the notice, JSON */
	int64_t created_ns;
	int64_t tried_since_ns; /* when it was added, or somebody asked to try it again */
	int64_t due_ns;         /* of a waiting one: not before */
	unsigned attempts;      /* since then */
	enum outbox_state state;
	int64_t ended_ns;   /* 0: it waits */
	const char *answer; /* what the other side said last; "" = nothing yet */
};

struct outbox_items {
	struct outbox_item *item;
	size_t count;
	struct arena arena;
};
void outbox_items_release(struct outbox_items *l);

/* Due at once. Of the item only key, receiver, event, document, created_ns are read. */
MUST_CHECK int outbox_add(struct history *h, const struct outbox_item *item, struct error *err);

/* In the order added: those that wait and were given up, or `all`. Into zeroed `out`. */
MUST_CHECK int outbox_list(struct history *h, bool all, struct outbox_items *out,
			   struct error *err);
/* Names of the receivers for which something waits, in `item[].receiver`. Into zeroed `out`. */
MUST_CHECK int outbox_receivers(struct history *h, struct outbox_items *out, struct error *err);
/* When something will be due for a receiver; `*any` false: nothing waits. */
MUST_CHECK int outbox_next_due(struct history *h, const char *receiver, int64_t *due_ns, bool *any,
			       struct error *err);
/*
 * What was added, or is to be tried again, while the clock was ahead of `now_ns`: due at once, since
 * nobody shall wait until that time comes again.
 */
MUST_CHECK int outbox_set_clock_back(struct history *h, int64_t now_ns, struct error *err);

/*
 * What this process is telling just now. A claim dies with its process, so that what a killed one
 * was about to tell is told by the next at once.
 */
struct outbox_claim {
	int fd; /* of <state_dir>/outbox.lock */
	int64_t id;
	struct outbox_items one; /* the claimed item */
};
#define OUTBOX_CLAIM_INIT                                                                          \
	{                                                                                          \
		.fd = -1                                                                           \
	}
/*
 * One item for `receiver` that is due at `now_ns`, that no earlier one of its key keeps waiting,
 * and that nobody else has claimed. 1: it is in `claim->one.item`; 0: there is none.
 */
MUST_CHECK int outbox_claim(struct history *h, const char *receiver, int64_t now_ns,
			    struct outbox_claim *claim, struct error *err);
/* Give it back; safe on none. */
void outbox_unclaim(struct outbox_claim *claim);
void outbox_claim_close(struct outbox_claim *claim);

/* What came of the attempt; `answer` is kept. Of one that waits no more nothing is changed. */
MUST_CHECK int outbox_end(struct history *h, int64_t id, enum outbox_state state, int64_t now_ns,
			  const char *answer, struct error *err);
MUST_CHECK int outbox_later(struct history *h, int64_t id, int64_t due_ns, const char *answer,
			    struct error *err);

/*
 * Try again now, as if it had just been added: one that waits or was given up (ERROR_NOT_FOUND for
 * any other), or with id 0 all of these. `*count`: how many.
 */
MUST_CHECK int outbox_retry(struct history *h, int64_t id, int64_t now_ns, size_t *count,
			    struct error *err);

/* Nobody is to be told of it any more, somebody said: of those that outbox_retry() would try again. */
MUST_CHECK int outbox_drop(struct history *h, int64_t id, int64_t now_ns, size_t *count,
			   struct error *err);

struct outbox_counts {
	uint64_t waiting, sent, given_up; /* in all, as far as they are kept */
	uint64_t given_up_lately;         /* since the time asked for */
};
MUST_CHECK int outbox_count(struct history *h, int64_t since_ns, struct outbox_counts *out,
			    struct error *err);

/* Forget those that ended before. */
MUST_CHECK int outbox_expire(struct history *h, int64_t before_ns, struct error *err);

#endif
