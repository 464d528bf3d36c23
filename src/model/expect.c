/* SPDX-License-Identifier: Apache-2.0 */
/* A value held against an expectation. */
#include "model/expect.h"

#include <ctype.h>
#include <math.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "model/decimal.h"
#include "model/quote.h"

enum { VALUE_MAX = 64 * 1024, SHOWN_SIZE = 100 };

/* "+00", "+0530", "-03:30:00", "+05:30", "Z", "": as RFC 3339 has it; NULL. */
static const char *offset_of(const char *text, char out[8])
{
	unsigned hours, minutes = 0;
	char sign = *text;
	int len = 0;

	if (!*text || strcmp(text, "Z") == 0)
		return "Z";
	if (sscanf(text + 1, "%2u%n", &hours, &len) != 1 || (sign != '+' && sign != '-'))
		return NULL;
	text += 1 + len;
	if (*text) {
		text += *text == ':';
		if (sscanf(text, "%2u%n", &minutes, &len) != 1)
			return NULL;
		text += len;
		/* seconds were part of local times before zones: they do not change an age */
		if (*text && (text[0] != ':' || !isdigit((unsigned char)text[1]) ||
			      !isdigit((unsigned char)text[2]) || text[3]))
			return NULL;
	}
	if (hours > 23 || minutes > 59)
		return NULL;
	(void)snprintf(out, 8, "%c%02u:%02u", sign, hours, minutes);
	return out;
}

int expect_parse_time(const char *text, int64_t *wall_ns)
{
	char whole[80], offset[8];
	const char *zone, *start = text;
	size_t date = strspn(text, "0123456789-"), clock;

	if (date != strlen("2026-11-22"))
		return -1;
	text += date;
	if (!*text) {
		(void)snprintf(whole, sizeof(whole), "%sT00:00:00Z", start);
		return clock_parse_rfc3339(whole, wall_ns);
	}
	if (*text != ' ' && *text != 'T')
		return -1;
	clock = strspn(text + 1, "0123456789:.");
	zone = offset_of(text + 1 + clock, offset);
	if (!zone || clock > 32)
		return -1;
	(void)snprintf(whole, sizeof(whole), "%.10sT%.*s%s", start, (int)clock, text + 1, zone);
	return clock_parse_rfc3339(whole, wall_ns);
}

static bool relates(enum expect_relation relation, int order)
{
	switch (relation) {
	case EXPECT_BELOW:
		return order < 0;
	case EXPECT_AT_MOST:
		return order <= 0;
	case EXPECT_SAME:
		return order == 0;
	case EXPECT_DIFFERENT:
		return order != 0;
	case EXPECT_AT_LEAST:
		return order >= 0;
	case EXPECT_ABOVE:
		return order > 0;
	}
	return false;
}

/* Forms that only floating point has: an exponent, Infinity. NaN is no number to compare. */
static bool parse_floating(const char *text, size_t len, double *out)
{
	char copy[400], *end;

	if (!len || len >= sizeof(copy) || isspace((unsigned char)*text) || strpbrk(text, "xX"))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*out = strtod(copy, &end);
	return *end == '\0' && !isnan(*out);
}

/* The order of two numbers; false when one of them is none. */
static bool compare_numbers(const char *value, struct expect_operand operand, int *order)
{
	struct decimal a, b;
	double x, y;

	if (decimal_parse(value, strlen(value), &a) &&
	    decimal_parse(operand.text, operand.len, &b)) {
		*order = decimal_compare(&a, &b);
		return true;
	}
	if (!parse_floating(value, strlen(value), &x) ||
	    !parse_floating(operand.text, operand.len, &y))
		return false;
	*order = (x > y) - (x < y);
	return true;
}

static enum expect_outcome outcome(bool holds)
{
	return holds ? EXPECT_HOLDS : EXPECT_FAILS;
}

static enum expect_outcome not_judged(const char *value, const char *why,
				      char found[EXPECT_FOUND_SIZE])
{
	char shown[SHOWN_SIZE];

	(void)snprintf(found, EXPECT_FOUND_SIZE, "%s, which is not %s",
		       quote_text(value, shown, sizeof(shown)), why);
	return EXPECT_NOT_JUDGED;
}

static enum expect_outcome judge_equal(const struct expect *e, const char *value)
{
	int order;

	if (!compare_numbers(value, e->low, &order))
		order = strlen(value) != e->low.len || memcmp(value, e->low.text, e->low.len) != 0;
	return outcome(relates(e->relation, order));
}

static enum expect_outcome judge_number(const struct expect *e, const char *value,
					char found[EXPECT_FOUND_SIZE])
{
	int order, upper = 0;

	if (!compare_numbers(value, e->low, &order) ||
	    (e->kind == EXPECT_BETWEEN && !compare_numbers(value, e->high, &upper)))
		return not_judged(value, "a number", found);
	if (e->kind == EXPECT_BETWEEN)
		return outcome(order >= 0 && upper <= 0);
	return outcome(relates(e->relation, order));
}

static enum expect_outcome judge_age(const struct expect *e, const char *value, int64_t now_ns,
				     char found[EXPECT_FOUND_SIZE])
{
	char shown[SHOWN_SIZE], text[QUANTITY_TEXT_SIZE];
	int64_t at_ns, age_ns;

	if (expect_parse_time(value, &at_ns) < 0 || __builtin_sub_overflow(now_ns, at_ns, &age_ns))
		return not_judged(value, "a time", found);
	(void)snprintf(found, EXPECT_FOUND_SIZE, "%s, %s %s",
		       quote_text(value, shown, sizeof(shown)),
		       quantity_format_duration(age_ns < 0 ? -age_ns : age_ns, text),
		       age_ns < 0 ? "in the future" : "old");
	return outcome(relates(e->relation, (age_ns > e->age_ns) - (age_ns < e->age_ns)));
}

static enum expect_outcome judge_matches(const struct expect *e, const char *value,
					 char found[EXPECT_FOUND_SIZE])
{
	char *pattern = strndup(e->low.text, e->low.len);
	regex_t regex;
	int rc;

	if (!pattern || strlen(value) > VALUE_MAX ||
	    regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
		free(pattern);
		return not_judged(value, "short enough to be matched", found);
	}
	rc = regexec(&regex, value, 0, NULL, 0);
	regfree(&regex);
	free(pattern);
	return outcome(rc == 0);
}

enum expect_outcome expect_judge(const struct expect *e, const char *value, int64_t now_ns,
				 char found[EXPECT_FOUND_SIZE])
{
	bool is_empty = !value || !*value;

	(void)quote_text(!value  ? "nothing" :
			 !*value ? "an empty text" :
				   value,
			 found, EXPECT_FOUND_SIZE);
	if (e->kind == EXPECT_EMPTY || e->kind == EXPECT_NONEMPTY)
		return outcome(is_empty == (e->kind == EXPECT_EMPTY));
	/* no value is equal to nothing, in no order with anything, and matches nothing */
	if (!value)
		return EXPECT_FAILS;
	switch (e->kind) {
	case EXPECT_EQUAL:
		return judge_equal(e, value);
	case EXPECT_NUMBER:
	case EXPECT_BETWEEN:
		return judge_number(e, value, found);
	case EXPECT_AGE:
		return judge_age(e, value, now_ns, found);
	case EXPECT_MATCHES:
		return judge_matches(e, value, found);
	case EXPECT_NONEMPTY:
	case EXPECT_EMPTY:
		break;
	}
	return EXPECT_FAILS;
}
