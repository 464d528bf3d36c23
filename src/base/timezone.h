/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wall times of an IANA zone, from its TZif file (RFC 8536) below $TZDIR or
 * /usr/share/zoneinfo, beyond the file's table by its footer's rule. Independent
 * of the process's own TZ; safe to use from several threads.
 */
#ifndef BASE_TIMEZONE_H
#define BASE_TIMEZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

struct zone;

/* "UTC" needs no file. An unknown or broken zone is ERROR_CONFIG with a hint. */
MUST_CHECK int timezone_open(const char *name, struct zone **out, struct error *err);
void timezone_close(struct zone *z);

static inline void cleanup_zone(struct zone **z)
{
	timezone_close(*z);
}

/* Seconds east of UTC at a moment, seconds since 1970-01-01T00:00:00Z. */
int32_t timezone_offset(const struct zone *z, int64_t utc);

enum { TIMEZONE_NAME_SIZE = 16 };
/* What the time is called then: "BST", "+0545". Returns `out`. */
char *timezone_abbreviation(const struct zone *z, int64_t utc, char out[TIMEZONE_NAME_SIZE]);

/*
 * The moment of a local wall time, given as the seconds that it would be since
 * 1970 if it were UTC. A time that occurs twice is the first; one that clocks
 * skip is as much later as they skip.
 */
int64_t timezone_to_utc(const struct zone *z, int64_t local);

/* What clocks do with a local wall time. */
struct timezone_local {
	int64_t utc; /* timezone_to_utc() */
	enum { LOCAL_ONCE, LOCAL_SKIPPED, LOCAL_TWICE } kind;
	/* the local times that are skipped, or shown twice, with this one: from begin to before end */
	int64_t begin, end;
};
void timezone_resolve(const struct zone *z, int64_t local, struct timezone_local *out);

/* The first moment after `after` at which the offset changes; false: there is none. */
bool timezone_next_change(const struct zone *z, int64_t after, int64_t *at);

enum { TIMEZONE_STAMP_SIZE = sizeof("20261122_191419") };
/* The local time as it stands in file names; years 0 to 9999. Returns `out`. */
char *timezone_stamp(const struct zone *z, int64_t wall_ns, char out[TIMEZONE_STAMP_SIZE]);

#endif
