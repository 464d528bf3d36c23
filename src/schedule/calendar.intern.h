/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the calendar's files only: both notations are read into specs
 * (calendar_parse.c, calendar_cron.c), which are written (calendar_form.c) and
 * searched (calendar_next.c).
 */
#ifndef SCHEDULE_CALENDAR_INTERN_H
#define SCHEDULE_CALENDAR_INTERN_H

#include "base/timezone.h"
#include "schedule/calendar.h"
#include "schedule/calendar_chain.h"
#include "schedule/calendar_reader.h"
#include "schedule/calendar_weekdays.h"

/* All parts must match. */
struct calendar_spec {
	struct calendar_chain chain[CALENDAR_FIELDS];
	uint8_t weekdays; /* bit 0 is Monday */
	bool from_end;    /* days count from the end of the month, the last being 1 */
};

enum { CALENDAR_SPECS_MAX = 2 };

struct calendar {
	struct calendar_spec spec[CALENDAR_SPECS_MAX]; /* either: of a cron line that says so */
	size_t specs;
	struct zone *zone;
	char *zone_name;
	bool zone_in_text;
	char *warning;
};

/* systemd's notation without a zone, in `words`, of which there is one at least. */
MUST_CHECK int calendar_parse_spec(struct calendar_reader *r, const struct calendar_words *words,
				   struct calendar_spec *out);

/* Whether it is meant for cron: a name such as @daily, or five words and more. */
bool calendar_is_cron(const struct calendar_words *words);
/* Fills specs and warning. */
MUST_CHECK int calendar_parse_cron(struct calendar_reader *r, const struct calendar_words *words,
				   struct calendar *out);

/* A cron line that restricts days of the month and of the week. */
struct calendar_cron_days {
	const struct calendar_spec *both; /* as if both must match */
	bool either;                      /* but cron means either */
};
/* What it means and what to write, in `out`; -1 when out of memory. */
MUST_CHECK int calendar_cron_warning(const char *text, const struct calendar_cron_days *days,
				     struct buf *out);

/*
 * A spec's normal form; `brief`, as people write it: no seconds, days of one digit. -1 when out
 * of memory.
 */
MUST_CHECK int calendar_write_spec(const struct calendar_spec *s, bool brief, struct buf *out);

/* The first local time of `from` or later that matches; seconds as if it were UTC. */
bool calendar_match(const struct calendar_spec *s, int64_t from, int64_t *out);

#endif
