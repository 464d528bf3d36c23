/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of a run side by side: what the source, the backup and the restored server hold
 * of each table, key space and object. Judges nothing: that is for checks; it only tells
 * where the sides agree.
 */
#ifndef REPORT_FACTS_TABLE_H
#define REPORT_FACTS_TABLE_H

#include "model/run.h"

enum { FACTS_SIDES = FACTS_RESTORED + 1 };

/* In the order in which they are of interest. */
enum agreement {
	AGREEMENT_DIFFERENT, /* a measure known on two sides differs, or a side lacks it */
	AGREEMENT_UNKNOWN,   /* there are no two sides with a measure that both know */
	AGREEMENT_EQUAL,
};
enum { AGREEMENT_COUNT = AGREEMENT_EQUAL + 1 };
const char *agreement_name(enum agreement a); /* "different", "unknown", "equal" */

struct facts_line {
	const struct fact *side[FACTS_SIDES]; /* borrowed from the run; NULL: has none */
	enum agreement agreement;
};

/* One kind of facts of one database; lines by agreement, then by scope and name. */
struct facts_section {
	enum fact_kind kind;
	struct facts_line *line;
	size_t count, of[AGREEMENT_COUNT];
	bool knows[FACTS_SIDES]; /* the side says something of this kind */
	/* sums of the counts of a side's facts; complete unless some are not known */
	uint64_t total[FACTS_SIDES];
	bool complete[FACTS_SIDES];
};

struct facts_group {
	const char *component, *part, *database; /* borrowed; "" = none */
	bool read[FACTS_SIDES];                  /* the run has read this side, and still knows */
	struct facts_section *section;
	size_t section_count;
};

struct facts_table {
	struct facts_group *group; /* of those read from two sides or three */
	size_t group_count;
	size_t lines, of[AGREEMENT_COUNT];
	struct arena arena;
};

/* Into zeroed `out`, which borrows from `run`; -1: no memory. */
MUST_CHECK int facts_table_make(const struct run *run, struct facts_table *out);
void facts_table_release(struct facts_table *t);

/* The words for a line's scope and name, never both "": a database, a table. */
const struct fact *facts_line_any(const struct facts_line *line);

/*
 * Whether a report with `*room` left for lines that do not differ shows this one; those that
 * differ are always shown, and take no room.
 */
bool facts_line_is_shown(const struct facts_line *line, size_t *room);

#endif
