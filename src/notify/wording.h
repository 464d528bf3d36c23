/* SPDX-License-Identifier: Apache-2.0 */
/* What messages of every kind call things. */
#ifndef NOTIFY_WORDING_H
#define NOTIFY_WORDING_H

#include "base/buf.h"
#include "notify/notice.h"

/* "Daily Backup Verification", "DR Drill"; the kind itself when it is another's; never "". */
const char *wording_kind(const struct notice *n);

/* "FAILED", "PASSED", "ERROR (could not tell)" … of a line or a run. */
const char *wording_verdict(enum verdict v);

/*
 * Append one line of at most `max` bytes: "ALERT: Daily Backup Verification FAILED", with
 * ": COMPONENT CHECK (PLATFORM)" where it is not the whole platform's. -1: no memory.
 */
MUST_CHECK int wording_subject(const struct notice *n, size_t max, struct buf *out);

/*
 * The same by a template in which {event}, {kind}, {component}, {check}, {platform}, {verdict},
 * {set} and {run} are filled in; another name in braces stays as it is.
 */
MUST_CHECK int wording_template(const struct notice *n, const char *template, size_t max,
				struct buf *out);

/* "2026-11-22 03:00:00 UTC"; "" for 0. Returns `out`. */
enum { WORDING_TIME_SIZE = 32 };
char *wording_time(int64_t wall_ns, char out[WORDING_TIME_SIZE]);

#endif
