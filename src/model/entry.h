/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people say of a drill while it is held and afterwards: a step is done, a gate opens, an
 * issue was found. Entries are never changed; a later one may replace an earlier one.
 */
#ifndef MODEL_ENTRY_H
#define MODEL_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"

/* name in the history and in JSON, what it says */
#define ENTRY_KIND_TABLE(X)                                                                        \
	X(TICK, "tick",                                                                            \
	  "a person's step is done, a gate is opened, or a drill goes on after a "                 \
	  "failed step")                                                                           \
	X(REFUSE, "refuse", "a gate is not opened, or a drill stops at a failed step")             \
	X(NOTE, "note", "something worth remembering")                                             \
	X(ISSUE, "issue", "something went wrong")                                                  \
	X(HOLD, "hold", "no new step begins")                                                      \
	X(RESUME, "resume", "steps begin again")                                                   \
	X(ABORT, "abort", "the drill ends here")                                                   \
	X(CLOSE, "close", "the drill is over")                                                     \
	X(PARTICIPANT, "participant", "somebody takes a role")                                     \
	X(DEVIATION, "deviation", "something was done otherwise than planned")                     \
	X(WENT_WELL, "went-well", "something went well")                                           \
	X(IMPROVEMENT, "improvement", "something can be done better")                              \
	X(LESSON, "lesson", "something was learned")                                               \
	X(PUBLISH, "publish", "the report was given to somebody")

enum entry_kind {
#define X(id, name, meaning) ENTRY_##id,
	ENTRY_KIND_TABLE(X)
#undef X
		ENTRY_KIND_COUNT
};
const char *entry_kind_name(enum entry_kind kind);
const char *entry_kind_meaning(enum entry_kind kind);
/* False for any other word. */
bool entry_kind_parse(const char *name, enum entry_kind *out);

/* How grave an issue is, the least first; NONE of what is no issue. */
enum entry_severity {
	ENTRY_SEVERITY_NONE,
	ENTRY_SEVERITY_LOW,
	ENTRY_SEVERITY_MEDIUM,
	ENTRY_SEVERITY_HIGH,
	ENTRY_SEVERITY_CRITICAL,
};
enum { ENTRY_SEVERITY_COUNT = ENTRY_SEVERITY_CRITICAL + 1 };
/* "", "low", "medium", "high", "critical" */
const char *entry_severity_name(enum entry_severity severity);
/* The inverse; false for any other word, and for "". */
bool entry_severity_parse(const char *name, enum entry_severity *out);

/* Texts may be NULL where one is given to a function; those that are read are "" instead. */
struct entry {
	int64_t number; /* in its run, from 1 on */
	const char *run;
	enum entry_kind kind;
	const char *step;    /* that it is about; "" = none */
	const char *role;    /* PARTICIPANT: the role that is taken; else "" */
	const char *author;  /* who wrote it */
	int64_t at_ns;       /* when it was so; wall clock */
	int64_t recorded_ns; /* when it was written; later than at_ns when it was written late */
	/* PARTICIPANT: the person, "" = the author; PUBLISH: to whom */
	const char *text;
	const char *reason; /* of a late entry, or of a correction */
	enum entry_severity severity;
	const char *resolution; /* ISSUE: what was done about it */
	int64_t action;         /* number of an action item; 0: none */
	int64_t supersedes;     /* number of the entry that this one replaces; 0: none */
};

/* In the order of their numbers. */
struct entries {
	struct arena arena;
	struct entry *item; /* the heap's */
	size_t count, capacity;
};

/* Copies the entry and its texts (NULL becomes ""); -1: no memory. */
MUST_CHECK int entries_add(struct entries *l, const struct entry *e);
/* The one of that number; NULL. */
const struct entry *entries_find(const struct entries *l, int64_t number);
/* The one that replaces it; NULL: it stands. */
const struct entry *entries_successor(const struct entries *l, int64_t number);
void entries_release(struct entries *l);

/* Was it written later than it was so, as its author says? */
bool entry_is_late(const struct entry *e);

#endif
