/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what happened to what is to be told: alerts are kept, notices are put into the outbox, in
 * one transaction each, so that nothing is lost to a crash and nothing is told twice by us.
 * Delivery is notify/deliver.h.
 */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include "config/config.h"
#include "history/history.h"

struct notify_scope {
	const struct config *config;
	struct history *history; /* open for writing; no lock is needed */
	int64_t now_ns;          /* wall clock */
};

/*
 * Tell of every finished run that was not told of yet, the first to end first: the one that has
 * just finished, and those whose muster was killed before it could. `*queued` grows by the number
 * of notices.
 */
MUST_CHECK int notify_runs(const struct notify_scope *s, size_t *queued, struct error *err);

/* Tell that a run has begun. */
MUST_CHECK int notify_started(const struct notify_scope *s, const char *run, const char *kind,
			      size_t *queued, struct error *err);

/* Something that is to come. Everything is borrowed. */
struct notify_announcement {
	const char *kind;  /* "drill" */
	const char *title; /* when it will be: "Thursday Dec 3 10:00 GMT" */
	const char *body;  /* what people are told of it */
	const char *next;  /* the command that shows more */
	int64_t begins_ns, ends_ns;
	const char *id; /* by which it is known whether it was told */
};
/*
 * Tell of it, once for each id. `*queued` grows by the number of notices; with nobody who wants to
 * know it stays untold.
 */
MUST_CHECK int notify_announce(const struct notify_scope *s, const struct notify_announcement *a,
			       size_t *queued, struct error *err);

/* The report of a run, for somebody who was named. Everything is borrowed. */
struct notify_report {
	const char *kind, *run;
	const char *title;            /* one sentence, no full stop */
	const char *body;             /* paragraphs; may be "" */
	const char *next;             /* the command that shows more */
	const char *file_name, *file; /* the report, HTML */
	enum verdict verdict;
	const char *id; /* of this publication; unique in the history */
};
/* Can the receiver make something of a report? A pager and a ping cannot. */
bool notify_takes_reports(const struct receiver_config *receiver);
/* Queue it for that receiver, whatever routes say, in a transaction of the caller's. */
MUST_CHECK int notify_report(const struct notify_scope *s, const struct receiver_config *receiver,
			     const struct notify_report *r, struct error *err);

/* A time of a schedule that passed with no run. */
struct notify_missed {
	const char *schedule, *kind, *reason;
	int64_t at_ns;
};
/* A schedule whose newest success is too old. */
struct notify_stale {
	const char *schedule, *kind;
	int64_t newest_ns; /* 0: there was none */
	int64_t limit_ns;
	bool paused; /* still stale, but nobody is told while that is so */
};
struct notify_schedules {
	const struct notify_missed *missed; /* that no run made good since, told before or not */
	size_t missed_count;
	const struct notify_stale *stale; /* all that are now */
	size_t stale_count;
};
/*
 * Tell of these, as of alerts, in one transaction: each missed time once at most, and no more often than the reminder
 * time for one schedule. What is no longer among them has recovered.
 */
MUST_CHECK int notify_schedules(const struct notify_scope *s,
				const struct notify_schedules *schedules, size_t *queued,
				struct error *err);

#endif
