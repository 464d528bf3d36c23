/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/calendar_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 1000, NUMBER_MAX = 65535 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int check_characters(struct calendar_reader *r)
{
	for (const char *p = r->text; *p; p++)
		if ((*p < ' ' || *p > '~') && !is_blank(*p))
			return error_set(r->err, ERROR_CONFIG,
					 "a time of a schedule, column %td: byte 0x%02x: only "
					 "printable ASCII can stand there",
					 p - r->text + 1, (unsigned)(unsigned char)*p);
	return 0;
}

int calendar_read_words(struct calendar_reader *r, struct calendar_words *out)
{
	const char *p = r->text;

	*out = (struct calendar_words){ 0 };
	if (strlen(r->text) > TEXT_MAX)
		return error_set(r->err, ERROR_CONFIG,
				 "a time of a schedule: %zu bytes, more than %d", strlen(r->text),
				 TEXT_MAX);
	if (check_characters(r) < 0)
		return -1;
	while (*p) {
		size_t len = strcspn(p, " \t");

		if (len && out->count < CALENDAR_WORDS_MAX)
			out->word[out->count] = (struct span){ (const uint8_t *)p, len };
		out->count += len > 0;
		p += len;
		p += is_blank(*p);
	}
	if (out->count == 0)
		return error_set(r->err, ERROR_CONFIG, "a time of a schedule is empty");
	return 0;
}

int calendar_complain(struct calendar_reader *r, struct span part, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	(void)error_set(r->err, ERROR_CONFIG, "\"%.160s\", column %td: \"%.*s\" %s", r->text,
			(const char *)part.ptr - r->text + 1, part.len < 60 ? (int)part.len : 60,
			(const char *)part.ptr, what);
	return error_hint(r->err,
			  "times are written as for systemd: \"Sun 01:00\", \"*-*-* 03:00\", "
			  "\"Thu *-*-1..7 10:00 Europe/London\", \"daily\"; "
			  "`muster schedule test EXPR` tells what one means");
}

bool calendar_word_is(struct span word, const char *name)
{
	return word.len == strlen(name) && strncasecmp((const char *)word.ptr, name, word.len) == 0;
}

bool calendar_take_number(struct span *s, unsigned *out)
{
	size_t digits = 0;

	for (*out = 0; digits < s->len && s->ptr[digits] >= '0' && s->ptr[digits] <= '9'; digits++)
		*out = *out >= NUMBER_MAX / 10 ? NUMBER_MAX : *out * 10 + s->ptr[digits] - '0';
	*s = span_behind(*s, digits);
	return digits > 0;
}

bool calendar_take(struct span *s, const char *text)
{
	if (!span_begins(*s, text))
		return false;
	*s = span_behind(*s, strlen(text));
	return true;
}

const struct calendar_range *calendar_range_of(enum calendar_field field)
{
	static const struct calendar_range range[CALENDAR_FIELDS] = {
		[CALENDAR_YEAR] = { "a year", CALENDAR_YEAR_MIN, CALENDAR_YEAR_MAX },
		[CALENDAR_MONTH] = { "a month", 1, 12 },
		[CALENDAR_DAY] = { "a day of the month", 1, 31 },
		[CALENDAR_HOUR] = { "an hour", 0, 23 },
		[CALENDAR_MINUTE] = { "a minute", 0, 59 },
		[CALENDAR_SECOND] = { "a second", 0, 59 },
	};

	return &range[field];
}

/* The step must reach a second value; a range that it leaves at once is its first value. */
static int check_step(struct calendar_reader *r, const struct calendar_range *range,
		      const struct calendar_reading *g)
{
	unsigned room = g->from_end ? g->start - 1 : range->max - g->start;

	if (!g->has_step)
		return 0;
	if (g->step == 0)
		return calendar_complain(r, g->part, "has a step of 0");
	if (g->has_stop || g->step <= room)
		return 0;
	if (g->from_end)
		return calendar_complain(r, g->part,
					 "steps beyond the end of the month at once: from the %u. "
					 "last day a step is %u at most",
					 g->start, room);
	return calendar_complain(r, g->part, "steps past %u at once: no second value is left",
				 range->max);
}

int calendar_add(struct calendar_reader *r, const struct calendar_range *range,
		 const struct calendar_reading *g, struct calendar_chain *chain)
{
	unsigned stop = g->has_stop ? g->stop : g->start;
	struct calendar_item item = { (uint16_t)g->start, (uint16_t)stop, (uint16_t)g->step };

	if (g->start < range->min || g->start > range->max || stop < range->min ||
	    stop > range->max)
		return calendar_complain(r, g->part, "is not %s (%u to %u)", range->name,
					 range->min, range->max);
	if (stop < g->start)
		return calendar_complain(r, g->part, "ends before it begins");
	if (check_step(r, range, g) < 0)
		return -1;
	/* "3..3/5" is 3 alone */
	if (g->has_stop && stop == g->start)
		item.step = 0;
	if (!calendar_chain_add(chain, item))
		return calendar_complain(r, g->part, "is one too many: a list has up to %d",
					 CALENDAR_CHAIN_MAX);
	return 0;
}
