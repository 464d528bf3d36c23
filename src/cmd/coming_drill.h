/* SPDX-License-Identifier: Apache-2.0 */
/* Telling people of a scheduled drill before it begins. */
#ifndef CMD_COMING_DRILL_H
#define CMD_COMING_DRILL_H

#include "base/buf.h"
#include "config/config.h"
#include "notify/notify.h"
#include "schedule/calendar.h"

/* A drill of a schedule. */
struct coming_drill {
	const struct schedule_config *schedule;
	const struct calendar *calendar; /* in whose zone its times are told */
	int64_t begins_ns;
	/* by coming_drill_describe() */
	struct buf when, text; /* "Thursday Dec 3 10:00 GMT"; what people are told */
	int64_t ends_ns;
};
void coming_drill_release(struct coming_drill *d);

/*
 * Set `schedule`, `calendar`, `begins_ns` first. A plan or a text that cannot be read is told in
 * the text, and is the result with `strict`, its complaints in `complaints`.
 */
MUST_CHECK int coming_drill_describe(const struct config *config, bool strict,
				     struct coming_drill *d, struct config_complaints *complaints,
				     struct error *err);

/*
 * Queues it now for those who want to know, whatever was told before; what would be announced by
 * itself by now then is not any more.
 */
MUST_CHECK int coming_drill_announce(const struct notify_scope *scope, const struct coming_drill *d,
				     size_t *queued, struct error *err);

/*
 * Of the drill schedules in the configuration's own files that are not paused: what begins within
 * a week is announced, and again what begins within a day.
 */
struct schedule_states;
MUST_CHECK int coming_drills_announce(const struct notify_scope *scope,
				      const struct schedule_states *states, size_t *queued,
				      struct error *err);

#endif
