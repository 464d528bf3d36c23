/* SPDX-License-Identifier: Apache-2.0 */
/* Calendars of tests: what an expression says, in words that are easy to compare. */
#ifndef TESTS_SCHEDULE_CALENDAR_OF_H
#define TESTS_SCHEDULE_CALENDAR_OF_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "schedule/calendar.h"

static inline struct calendar *calendar_of(const char *text, const char *zone)
{
	struct calendar *c = NULL;
	struct error err = ERROR_INIT;

	if (calendar_parse(text, zone, &c, &err) < 0)
		fail_msg("%s", err.message);
	return c;
}

static inline void assert_form(const char *text, const char *expected)
{
	CLEANUP(cleanup_calendar)
	struct calendar *c = calendar_of(text, "UTC");
	CLEANUP(buf_release)
	struct buf form = { 0 };
	struct error err = ERROR_INIT;

	assert_int_equal(calendar_normal_form(c, &form, &err), 0);
	assert_string_equal(form.ptr, expected);
}

/* The error's message begins with `expected`. */
static inline void assert_refused(const char *text, const char *expected)
{
	struct calendar *c = NULL;
	struct error err = ERROR_INIT;

	if (calendar_parse(text, "UTC", &c, &err) == 0)
		fail_msg("\"%s\" is taken", text);
	assert_null(c);
	assert_int_equal(err.kind, ERROR_CONFIG);
	if (strncmp(err.message, expected, strlen(expected)) != 0)
		fail_msg("\"%s\" instead of \"%s\"", err.message, expected);
}

/* The next times after `after` (RFC 3339), separated by blanks; "+" when shifted, "?" when ambiguous. */
static inline void assert_next(const char *text, const char *zone, const char *after,
			       const char *expected)
{
	CLEANUP(cleanup_calendar)
	struct calendar *c = calendar_of(text, zone);
	char found[512] = "", moment[CLOCK_RFC3339_SIZE];
	int64_t at;

	assert_int_equal(clock_parse_rfc3339(after, &at), 0);
	while (strlen(found) < strlen(expected)) {
		struct calendar_time time;
		size_t len = strlen(found);

		if (!calendar_next(c, at, &time)) {
			(void)snprintf(found + len, sizeof(found) - len, "%snone", len ? " " : "");
			break;
		}
		at = time.at_ns;
		(void)snprintf(found + len, sizeof(found) - len, "%s%s%s%s", len ? " " : "",
			       clock_format_rfc3339(at, moment), time.shifted ? "+" : "",
			       time.ambiguous ? "?" : "");
	}
	assert_string_equal(found, expected);
}

#endif
