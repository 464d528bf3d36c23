/* SPDX-License-Identifier: Apache-2.0 */
/* A POSIX TZ string (XBD section 8.3), with the hours from -167 to 167 of RFC 8536 section 3.3.1. */
#ifndef BASE_TIMEZONE_RULE_H
#define BASE_TIMEZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

/* A day of the year, and the local time of it at which clocks change. */
struct timezone_change {
	enum { CHANGE_JULIAN, CHANGE_DAY, CHANGE_WEEKDAY } kind;
	unsigned month, week, day; /* JULIAN: day 1 to 365; DAY: 0 to 365; WEEKDAY: all, Sunday 0 */
	int32_t time;              /* seconds from midnight */
};

enum { TIMEZONE_RULE_NAME_SIZE = 16 };

struct timezone_rule {
	int32_t standard, summer; /* seconds east */
	char standard_name[TIMEZONE_RULE_NAME_SIZE], summer_name[TIMEZONE_RULE_NAME_SIZE];
	bool has_summer;
	struct timezone_change start, end; /* of summer time */
};

bool timezone_rule_parse(const char *text, struct timezone_rule *out);

bool timezone_rule_is_summer(const struct timezone_rule *rule, int64_t utc);

/* Seconds east of UTC at a moment. */
int32_t timezone_rule_offset(const struct timezone_rule *rule, int64_t utc);

/* The first moment after `after` at which the offset changes; false: it never does. */
bool timezone_rule_next_change(const struct timezone_rule *rule, int64_t after, int64_t *at);

#endif
