/* SPDX-License-Identifier: Apache-2.0 */
/* Notices of what changed, queued for those who want to know: one message per receiver. */
#ifndef NOTIFY_TELL_H
#define NOTIFY_TELL_H

#include "config/config.h"
#include "history/history.h"
#include "notify/changes.h"

/* What is being told of, in one transaction of the history. Everything is borrowed. */
struct telling {
	const struct config *config;
	struct history *history;
	int64_t now_ns;
	const char *id; /* what the ids of its notices begin with; unique in the history */
	/* of the run, or "" */
	const char *kind, *run, *set, *host;
	const char *next;    /* the command that shows more */
	struct arena *arena; /* for what is made on the way */
	size_t count;        /* of the notices queued so far */
};

/*
 * `n` with what all notices of a telling have in common, for one receiver. The texts of `n` that
 * are NULL become those of the telling, or "".
 */
MUST_CHECK int tell_one(struct telling *t, const struct receiver_config *receiver, struct notice *n,
			struct error *err);

/*
 * Everybody who wants to know, and the alerts as they then are. People get one message of all
 * that changed and concerns them, who keeps alerts (PagerDuty) one for each.
 */
MUST_CHECK int tell_changes(struct telling *t, struct changes *changes, struct error *err);

/* The outcome of a run, for those who want it and were told nothing of the run's changes. */
MUST_CHECK int tell_outcome(struct telling *t, const struct run *run, const struct changes *changes,
			    struct error *err);

#endif
