/* SPDX-License-Identifier: Apache-2.0 */
/* Days of the week: Monday is 0, and bit 0 of a set. */
#ifndef SCHEDULE_CALENDAR_WEEKDAYS_H
#define SCHEDULE_CALENDAR_WEEKDAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/cursor.h"

enum { EVERY_WEEKDAY = 0x7f };

/* "Monday" */
const char *calendar_weekday_name(unsigned day);

/* Takes a name, whole or of three letters, of any case, off the front. */
bool calendar_take_weekday(struct span *s, unsigned *day);

/* "Mon..Wed,Fri"; -1 when out of memory. */
MUST_CHECK int calendar_write_weekdays(uint8_t weekdays, struct buf *out);

/* "Monday to Friday", "Monday and Friday"; -1 when out of memory. */
MUST_CHECK int calendar_name_weekdays(uint8_t weekdays, struct buf *out);

/* What stands before the item `i` of `count`: "", ", " or " and ". */
const char *calendar_separator(size_t i, size_t count);

#endif
