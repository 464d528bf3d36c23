/* SPDX-License-Identifier: Apache-2.0 */
/* Time: wall clock in UTC for records, monotonic clock for durations. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/cleanup.h"

#define NS_PER_SECOND INT64_C(1000000000)

/* Nanoseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ns(void);

/* Nanoseconds since some fixed point; never goes back. */
int64_t clock_monotonic_ns(void);

enum { CLOCK_RFC3339_SIZE = sizeof("2026-11-22T19:14:19.123Z") };

/* So much later than now by the wall clock, for pthread_cond_timedwait(). */
struct timespec clock_moment_ahead(int64_t span_ns);

/* `span_ns` later; INT64_MAX when that is beyond what can be told. */
int64_t clock_add(int64_t at_ns, int64_t span_ns);

/* "2026-11-22T19:14:19Z"; years 0 to 9999, seconds only. Returns `out`. */
char *clock_format_rfc3339(int64_t wall_ns, char out[CLOCK_RFC3339_SIZE]);

/* RFC 3339 with any offset and up to nine decimals, to wall nanoseconds; -1 when malformed. */
MUST_CHECK int clock_parse_rfc3339(const char *text, int64_t *wall_ns);

/* Days since 1970-01-01 of a proleptic Gregorian date (month 1 to 12, day 1 to 31). */
int64_t clock_days_from_civil(int64_t year, unsigned month, unsigned day);

/* 28 to 31, of that year's month 1 to 12. */
unsigned clock_days_in_month(int64_t year, unsigned month);

#endif
