/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of each schedule: of its configuration, its calendar, its runs. */
#ifndef CMD_SCHEDULE_ROWS_H
#define CMD_SCHEDULE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "config/config.h"
#include "history/history.h"
#include "schedule/calendar.h"

struct schedule_row {
	const struct schedule_config *config;
	struct calendar *calendar;
	bool comes; /* there is a next time, and it is not switched off */
	struct calendar_time next;
	char last[RUN_ID_SIZE]; /* the newest run of its kind; "" = none */
	int64_t last_ns;        /* its start */
	bool last_runs;         /* it is under way */
	enum verdict verdict;   /* of it, or so far */
};

struct schedule_rows {
	struct schedule_row *item;
	size_t count;
};
void schedule_rows_release(struct schedule_rows *rows);

/* The calendar of `s` in its zone, or the platform's. */
MUST_CHECK int schedule_calendar(const struct config *config, const struct schedule_config *s,
				 struct calendar **out, struct error *err);

struct schedule_question {
	const struct config *config;
	const char *const *names; /* NULL-terminated; none: all */
	struct history *history;  /* NULL: runs are not asked for */
	int64_t now_ns;           /* wall clock */
};

/* In the order of the names, or of the configuration. An unknown name is ERROR_NOT_FOUND. */
MUST_CHECK int schedule_gather(const struct schedule_question *q, struct schedule_rows *out,
			       struct error *err);

#endif
