/* SPDX-License-Identifier: Apache-2.0 */
/* Something that people or machines are told: what happened, to what, since when, and why. */
#ifndef NOTIFY_NOTICE_H
#define NOTIFY_NOTICE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "model/check.h"

/* name, word in configuration and JSON */
#define NOTICE_EVENT_TABLE(X)                                                                      \
	X(PASSED, "passed") /* a run passed */                                                     \
	X(WARNED, "warned") /* a run passed with warnings */                                       \
	X(FAILED, "failed") /* a check of a backup failed */                                       \
	X(ERROR, "error")   /* it could not be told */                                             \
	X(RECOVERED,                                                                               \
	  "recovered")      /* what failed, could not be told, was missed or stale, is well */     \
	X(MISSED, "missed") /* a run did not happen at its time */                                 \
	X(STALE, "stale")   /* no proof newer than it should be */                                 \
	X(ANNOUNCED, "announced") /* something is to come */                                       \
	X(STARTED, "started")     /* a run began */                                                \
	X(FINISHED, "finished")   /* a run ended, however */                                       \
	X(TEST, "test")           /* muster notify test */                                         \
	X(GIVEN_UP, "given-up")   /* another receiver could not be told */                         \
	X(PUBLISHED, "published") /* a report is given to whom somebody named */

enum notice_event {
#define X(name, word) NOTICE_##name,
	NOTICE_EVENT_TABLE(X)
#undef X
		NOTICE_EVENT_COUNT
};
const char *notice_event_name(enum notice_event e);
bool notice_event_parse(const char *name, enum notice_event *out);
/* As which event a run ends, or an alert is told, with that verdict. */
enum notice_event notice_event_of(enum verdict v);
/* The higher the graver: recovered, warned, stale, missed, error, failed; -1 for any other. */
int notice_event_gravity(enum notice_event e);

/* One check that did not hold. */
struct notice_line {
	const char *component, *check, *subject;
	enum verdict verdict;
	const char *expected, *found, *message, *hint;
};

/* Of a check, whose texts it borrows; its verdict is the check's weight. */
struct notice_line notice_line_of(const struct check *c);

/* Texts are never NULL; "" where there is nothing to say. */
struct notice {
	enum notice_event event;
	const char *id; /* the same in every attempt to deliver it */
	const char *
		key; /* "muster/PLATFORM/KIND/COMPONENT/CHECK": of one alert from its beginning to its end */
	int64_t at_ns;    /* wall clock */
	int64_t since_ns; /* when the alert began; 0: it is none */
	bool reminder;    /* it was told before, and lasts */
	const char *platform, *host;
	const char *kind;      /* "verify" */
	const char *component; /* "" = the platform's */
	const char *check;     /* "" = the run as a whole */
	const char *run, *set; /* ids */
	enum verdict verdict;
	const char *title; /* one sentence for people, no full stop */
	const char *link;  /* where people can look at it */
	const char *next;  /* the command that shows more */
	/* of what is announced: paragraphs for people, NULL or "" for none; when it is, 0: not told */
	const char *body;
	int64_t begins_ns, ends_ns;
	/* a page that goes with it, HTML; its name: letters, digits, - . _; NULL or "" for none */
	const char *file_name, *file;
	struct notice_line *line;
	size_t line_count;
	struct arena arena; /* of a notice that was read from JSON */
};

MUST_CHECK json_t *notice_to_json(const struct notice *n);
/* Into zeroed `out`, whose texts live in its arena. */
MUST_CHECK int notice_from_json(const json_t *json, struct notice *out, struct error *err);
void notice_release(struct notice *n);

#endif
