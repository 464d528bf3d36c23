/* SPDX-License-Identifier: Apache-2.0 */
/* iCalendar (RFC 5545): a calendar and its events. Each returns 0, or -1 when out of memory. */
#ifndef SCHEDULE_ICS_H
#define SCHEDULE_ICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { ICS_STAMP_SIZE = sizeof("20260329T010000Z") };
/* A moment as it stands in calendars. Returns `out`. */
char *ics_stamp(int64_t wall_ns, char out[ICS_STAMP_SIZE]);

/* `published`: it comes by mail, for whoever wants it (RFC 5546). */
MUST_CHECK int ics_begin(struct buf *out, const char *name, bool published);

/* Everything is borrowed; texts are UTF-8, and of control characters have line ends only. */
struct ics_event {
	const char *uid; /* of the same event ever the same */
	const char *summary, *description;
	int64_t begins_ns, ends_ns; /* wall clock; ends 0: a moment */
	int64_t now_ns;
};
MUST_CHECK int ics_event(struct buf *out, const struct ics_event *e);

MUST_CHECK int ics_end(struct buf *out);

#endif
