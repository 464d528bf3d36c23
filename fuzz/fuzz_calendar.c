/* SPDX-License-Identifier: Apache-2.0 */
/* A calendar expression of any bytes: what is taken has a normal form that means the same, and times in order. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "schedule/calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TIMES = 20 };

static void check_form(const struct calendar *c, size_t i)
{
	CLEANUP(buf_release)
	struct buf form = { 0 };
	CLEANUP(buf_release)
	struct buf second = { 0 };
	CLEANUP(cleanup_calendar)
	struct calendar *same = NULL;
	struct error err = ERROR_INIT;

	if (calendar_one_form(c, i, &form, &err) < 0 ||
	    calendar_parse(form.ptr, calendar_zone(c), &same, &err) < 0 ||
	    calendar_one_form(same, 0, &second, &err) < 0 || strcmp(form.ptr, second.ptr) != 0 ||
	    calendar_warning(same))
		abort();
}

static void check_times(const struct calendar *c)
{
	struct calendar_time time;
	int64_t at = INT64_C(1774656000) * NS_PER_SECOND; /* a day before clocks change in Europe */

	for (int i = 0; i < TIMES && calendar_next(c, at, &time); i++) {
		if (time.at_ns <= at || (time.shifted && time.ambiguous))
			abort();
		at = time.at_ns;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_calendar)
	struct calendar *c = NULL;
	CLEANUP(cleanup_free)
	char *text = strndup((const char *)data, size);
	struct error err = ERROR_INIT;

	if (!text)
		return 0;
	if (calendar_parse(text, "Europe/Berlin", &c, &err) < 0) {
		if (err.kind != ERROR_CONFIG)
			abort();
		return 0;
	}
	for (size_t i = 0; i < calendar_forms(c); i++)
		check_form(c, i);
	check_times(c);
	return 0;
}
