/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads lines ZONE, AFTER, COUNT and EXPRESSION with tabs between, AFTER in seconds since 1970;
 * writes one line each: the normal form and COUNT next times (UTC seconds, "s" when shifted,
 * "a" when ambiguous), or "!" and the error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "schedule/calendar.h"

static int answer(char *line)
{
	CLEANUP(buf_release)
	struct buf form = { 0 };
	CLEANUP(cleanup_calendar)
	struct calendar *c = NULL;
	struct error err = ERROR_INIT;
	struct calendar_time time;
	const char *zone = strsep(&line, "\t"), *after = strsep(&line, "\t"),
		   *count = strsep(&line, "\t");
	int64_t at = strtoll(after, NULL, 10) * NS_PER_SECOND;

	if (calendar_parse(line, zone, &c, &err) < 0)
		return printf("! %s\n", err.message);
	if (calendar_normal_form(c, &form, &err) < 0)
		abort();
	(void)printf("%s", form.ptr);
	for (long i = strtol(count, NULL, 10); i > 0 && calendar_next(c, at, &time); i--) {
		at = time.at_ns;
		(void)printf("\t%" PRId64 "%s%s", at / NS_PER_SECOND, time.shifted ? "s" : "",
			     time.ambiguous ? "a" : "");
	}
	return printf("\n");
}

int main(void)
{
	char line[2048];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		(void)answer(line);
	}
	return 0;
}
