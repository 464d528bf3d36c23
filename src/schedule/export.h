/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schedules in the notations of others: systemd's units, a crontab, an iCalendar file.
 * Pure: text is appended to a buf. A calendar that a notation cannot express is
 * ERROR_REFUSED with the schedule's name.
 */
#ifndef SCHEDULE_EXPORT_H
#define SCHEDULE_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "schedule/calendar.h"

/* Everything is borrowed; texts are UTF-8 without control characters. */
struct export_schedule {
	const char *name; /* letters, digits, - and _ */
	const char *runs; /* "restore-test", for people */
	const struct calendar *calendar;
};

struct export_plan {
	const struct export_schedule *schedule;
	size_t count;
	const char *platform;
	const char *program, *config; /* absolute paths: what a schedule runs */
	const char *const *writable;  /* directories that runs write into, NULL-terminated */
	int64_t now_ns;               /* wall clock */
	bool outbox;                  /* notifications wait somewhere for their delivery */
};

/*
 * The .service and .timer of `s`. The timer's zone is the calendar's. What clocks skip
 * in the ten years from now, which systemd would leave out, stands there as moments.
 */
MUST_CHECK int export_systemd_service(const struct export_plan *p, const struct export_schedule *s,
				      struct buf *out, struct error *err);
MUST_CHECK int export_systemd_timer(const struct export_plan *p, const struct export_schedule *s,
				    struct buf *out, struct error *err);
/* The pair that delivers what waits in the outbox, every five minutes. */
MUST_CHECK int export_systemd_outbox_service(const struct export_plan *p, struct buf *out,
					     struct error *err);
MUST_CHECK int export_systemd_outbox_timer(const struct export_plan *p, struct buf *out,
					   struct error *err);

/* A crontab of one user. */
MUST_CHECK int export_cron(const struct export_plan *p, struct buf *out, struct error *err);

/* Events of the next two years (RFC 5545), in UTC. More than EXPORT_EVENTS_MAX of one schedule are refused. */
enum { EXPORT_EVENTS_MAX = 1500 };
MUST_CHECK int export_ics(const struct export_plan *p, struct buf *out, struct error *err);

#endif
