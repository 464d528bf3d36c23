/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Action items: what somebody is to do because of what a run or a drill showed, until when.
 * They are entries that are never changed; how an item stands is what its entries come to.
 */
#ifndef HISTORY_ACTION_H
#define HISTORY_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "history/history.h"

/* "2026-12-10": a day of the platform's calendar. */
enum { ACTION_DAY_SIZE = sizeof("2026-12-10") };

/* One item as it stands. Texts are owned. */
struct action {
	int64_t number; /* from 1 on, for people */
	char *title, *owner;
	char due[ACTION_DAY_SIZE];
	char run[RUN_ID_SIZE]; /* that showed it; "" = none */
	char *author;          /* who added it */
	int64_t added_ns;      /* wall clock */
	size_t deferrals;
	char *reason;         /* of the last deferral; "" = none */
	bool done;            /* what follows is of that */
	int64_t done_ns;      /* wall clock */
	char *done_by, *note; /* "" = none */
};

struct actions {
	struct action *item; /* open ones first, by due and number */
	size_t count;
};
void actions_release(struct actions *l);

/* Those that are open; with `all`, also those that are done. */
MUST_CHECK int history_actions(struct history *h, bool all, struct actions *out, struct error *err);

/* What somebody writes of an item. All borrowed; which are needed depends on the entry. */
struct action_entry {
	const char *author, *title, *owner, *due, *run, *note;
	int64_t at_ns; /* wall clock */
};

/*
 * A new item: author, title, owner, due, perhaps run. `*number` is its own. In a transaction of
 * the caller's, or its own.
 */
MUST_CHECK int history_action_add(struct history *h, const struct action_entry *e, int64_t *number,
				  struct error *err);

/*
 * It is due later: author, due, note (the reason). ERROR_NOT_FOUND: there is no such item;
 * ERROR_USAGE: it is done.
 */
MUST_CHECK int history_action_defer(struct history *h, int64_t number, const struct action_entry *e,
				    struct error *err);
/* It is done: author, perhaps a note. Errors as above. */
MUST_CHECK int history_action_done(struct history *h, int64_t number, const struct action_entry *e,
				   struct error *err);

#endif
