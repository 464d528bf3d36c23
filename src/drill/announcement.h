/* SPDX-License-Identifier: Apache-2.0 */
/* What people are told of a drill before it begins. Pure. */
#ifndef DRILL_ANNOUNCEMENT_H
#define DRILL_ANNOUNCEMENT_H

#include "base/buf.h"
#include "base/timezone.h"
#include "drill/drill_plan.h"

/* Everything is borrowed. */
struct drill_announcement {
	const struct drill_plan *plan;
	const char *platform;
	const char *contact;     /* whom to ask; "" = the platform's operators */
	const struct zone *zone; /* in which times are told */
	int64_t at_ns;           /* when the drill begins; wall clock */
};

/* Append "Thursday Dec 3 10:00 GMT". -1: no memory. */
MUST_CHECK int drill_announcement_when(const struct drill_announcement *a, struct buf *out);

/* The text that is built in. */
const char *drill_announcement_built_in(void);

/*
 * Append `text` with {when}, {plan}, {platform}, {duration}, {zone}, {timeline} (a line for the
 * start and each milestone) and {contact} filled in; another name in braces stays as it is. -1: no
 * memory.
 */
MUST_CHECK int drill_announcement_write(const struct drill_announcement *a, const char *text,
					struct buf *out);

/* From T0 until the last milestone, or until all objectives are used up. */
int64_t drill_plan_duration(const struct drill_plan *p);

#endif
