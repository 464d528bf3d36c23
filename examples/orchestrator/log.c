/* SPDX-License-Identifier: Apache-2.0 */
/* Written in one go, so that the lines of several threads do not mix. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_SIZE = 1024 };

void log_line(enum log_level level, const char *fmt, ...)
{
	static const char *const names[] = { "info", "warning", "error" };
	char line[LINE_SIZE], at[CLOCK_RFC3339_SIZE];
	int head = snprintf(line, sizeof(line), "%s %s ", clock_format_rfc3339(clock_wall_ns(), at),
			    names[level]);
	size_t length = head > 0 ? (size_t)head : 0;
	va_list args;
	int body;

	va_start(args, fmt);
	body = vsnprintf(line + length, sizeof(line) - length - 1, fmt, args);
	va_end(args);
	for (; body > 0 && line[length]; length++) {
		if (line[length] < ' ' || line[length] > '~')
			line[length] = '?';
	}
	line[length++] = '\n';
	if (write(STDERR_FILENO, line, length) < 0)
		return; /* there is nowhere else to say it */
}

void log_error(enum log_level level, const struct error *err)
{
	log_line(level, "%s%s%s", err->message, *err->hint ? "; " : "", err->hint);
}
