/* SPDX-License-Identifier: Apache-2.0 */
/* The syntax of systemd.time(7), section "Calendar Events". */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/nearest.h"
#include "schedule/calendar.intern.h"

static const struct {
	const char *name, *means;
} shorthands[] = {
	{ "minutely", "*:*" },         { "hourly", "*:00" },
	{ "daily", "*-*-*" },          { "weekly", "Mon" },
	{ "monthly", "*-*-1" },        { "quarterly", "*-1,4,7,10-1" },
	{ "semiannually", "*-1,7-1" }, { "semi-annually", "*-1,7-1" },
	{ "biannually", "*-1,7-1" },   { "bi-annually", "*-1,7-1" },
	{ "yearly", "*-1-1" },         { "annually", "*-1-1" },
};

enum { SHORTHANDS = sizeof(shorthands) / sizeof(*shorthands) };

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has(struct span s, char c)
{
	return memchr(s.ptr, c, s.len) != NULL;
}

/* Cuts `rest` at the first `separator`: the part before it; false: nothing was left. */
static bool next_part(struct span *rest, char separator, struct span *part)
{
	const uint8_t *end;

	if (!rest->ptr)
		return false;
	end = memchr(rest->ptr, separator, rest->len);
	*part = *rest;
	if (end) {
		part->len = (size_t)(end - rest->ptr);
		*rest = span_behind(*rest, part->len + 1);
	} else {
		*rest = (struct span){ 0 };
	}
	return true;
}

static int no_weekday(struct calendar_reader *r, struct span word)
{
	char name[NEAREST_WORD_MAX + 1];
	struct nearest near = { .word = name };

	(void)snprintf(name, sizeof(name), "%.*s",
		       word.len < NEAREST_WORD_MAX ? (int)word.len : NEAREST_WORD_MAX,
		       (const char *)word.ptr);
	for (unsigned i = 0; i < 7; i++)
		nearest_offer(&near, calendar_weekday_name(i));
	for (size_t i = 0; i < SHORTHANDS; i++)
		nearest_offer(&near, shorthands[i].name);
	if (near.best)
		return calendar_complain(r, word, "is not known; did you mean \"%s\"?", near.best);
	return calendar_complain(r, word,
				 "is neither a day of the week (Mon to Sun, \"Mon..Fri\", "
				 "\"Sun,Mon\") nor a word such as \"daily\"");
}

/* "Mon", "Mon..Fri", and "Mon-Fri" as systemd once wrote it */
static int read_weekday(struct calendar_reader *r, struct span part, uint8_t *weekdays)
{
	struct span rest = part;
	unsigned first, last;

	if (!calendar_take_weekday(&rest, &first))
		return no_weekday(r, part);
	last = first;
	if ((calendar_take(&rest, "..") || calendar_take(&rest, "-")) &&
	    !calendar_take_weekday(&rest, &last))
		return calendar_complain(r, part, "is a range that ends at no day of the week");
	if (rest.len)
		return no_weekday(r, part);
	if (last < first)
		return calendar_complain(r, part,
					 "ends before it begins: weeks go from Monday to Sunday, "
					 "so write two ranges, such as \"Sat,Sun,Mon\"");
	for (unsigned i = first; i <= last; i++)
		*weekdays = (uint8_t)(*weekdays | 1U << i);
	return 0;
}

/* A comma at the end is allowed: "Wed, 17:48". */
static int read_weekdays(struct calendar_reader *r, struct span word, uint8_t *weekdays)
{
	struct span rest = word, part;

	*weekdays = 0;
	if (word.ptr[word.len - 1] == ',')
		rest.len--;
	while (next_part(&rest, ',', &part)) {
		if (part.len == 0)
			return calendar_complain(r, word, "has an empty place in its list");
		if (read_weekday(r, part, weekdays) < 0)
			return -1;
	}
	return 0;
}

static int bad_rest(struct calendar_reader *r, const struct calendar_range *range, struct span part,
		    struct span rest)
{
	if (rest.ptr[0] == '-')
		return calendar_complain(r, part, "is not %s: a range is written \"1..5\"",
					 range->name);
	if (rest.ptr[0] == '.')
		return calendar_complain(r, part, "is not %s: whole numbers only", range->name);
	return calendar_complain(r, part,
				 "is not %s (%u to %u, a list \"1,2\", a range \"1..5\", steps "
				 "\"%u/2\", or *)",
				 range->name, range->min, range->max, range->min);
}

/* 69 is 2069, 70 is 1970 */
static unsigned whole_year(unsigned year)
{
	if (year < 70)
		return year + 2000;
	return year < 100 ? year + 1900 : year;
}

static int read_item(struct calendar_reader *r, const struct calendar_range *range,
		     enum calendar_field field, bool from_end, struct span part,
		     struct calendar_chain *out)
{
	struct calendar_reading g = { .part = part, .from_end = from_end };
	struct span rest = part;

	if (!calendar_take_number(&rest, &g.start))
		return bad_rest(r, range, part, part);
	g.has_stop = calendar_take(&rest, "..");
	if (g.has_stop && !calendar_take_number(&rest, &g.stop))
		return calendar_complain(r, part, "is a range without an end");
	g.has_step = calendar_take(&rest, "/");
	if (g.has_step && !calendar_take_number(&rest, &g.step))
		return calendar_complain(r, part, "has no number behind the /");
	if (rest.len)
		return bad_rest(r, range, part, rest);
	if (field == CALENDAR_YEAR) {
		g.start = whole_year(g.start);
		g.stop = whole_year(g.stop);
	}
	return calendar_add(r, range, &g, out);
}

/* Every second, however it is written, is "*" to systemd. */
static bool is_every_second(const struct calendar_chain *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->item[i].start == 0 && c->item[i].stop == 0 && c->item[i].step == 1)
			return true;
	return false;
}

static int read_chain(struct calendar_reader *r, enum calendar_field field, bool from_end,
		      struct span text, struct calendar_chain *out)
{
	static const struct calendar_range end_of_month = { "a day from the end of the month", 1,
							    CALENDAR_FROM_END_MAX };
	const struct calendar_range *range = from_end ? &end_of_month : calendar_range_of(field);
	struct span rest = text, part;

	out->count = 0;
	if (text.len == 1 && text.ptr[0] == '*')
		return 0;
	while (next_part(&rest, ',', &part)) {
		if (part.len == 0)
			return calendar_complain(r, text.len ? text : (struct span){ text.ptr, 1 },
						 "leaves a place empty where %s belongs",
						 range->name);
		if (part.ptr[0] == '*')
			return calendar_complain(r, part,
						 "is not %s: * stands alone, steps begin at a "
						 "number, such as \"%u/2\"",
						 range->name, range->min);
		if (read_item(r, range, field, from_end, part, out) < 0)
			return -1;
	}
	calendar_chain_normalize(out);
	if (field == CALENDAR_SECOND && is_every_second(out))
		out->count = 0;
	return 0;
}

/* "@1700000000": that second alone, in UTC */
static int read_timestamp(struct calendar_reader *r, struct span word, struct calendar_spec *out)
{
	struct span rest = span_behind(word, 1);
	time_t seconds = 0;
	struct tm tm = { 0 };

	for (; rest.len && rest.len < 12 && rest.ptr[0] >= '0' && rest.ptr[0] <= '9';
	     rest = span_behind(rest, 1))
		seconds = seconds * 10 + rest.ptr[0] - '0';
	(void)gmtime_r(&seconds, &tm);
	if (rest.len || word.len == 1 || tm.tm_year + 1900 > CALENDAR_YEAR_MAX)
		return calendar_complain(r, word,
					 "is not a number of seconds since 1970 up to the year %d",
					 CALENDAR_YEAR_MAX);
	const int value[CALENDAR_FIELDS] = {
		[CALENDAR_YEAR] = tm.tm_year + 1900, [CALENDAR_MONTH] = tm.tm_mon + 1,
		[CALENDAR_DAY] = tm.tm_mday,         [CALENDAR_HOUR] = tm.tm_hour,
		[CALENDAR_MINUTE] = tm.tm_min,       [CALENDAR_SECOND] = tm.tm_sec,
	};

	for (size_t i = 0; i < CALENDAR_FIELDS; i++) {
		uint16_t v = (uint16_t)value[i];

		out->chain[i] = (struct calendar_chain){ { { v, v, 0 } }, 1 };
	}
	return 0;
}

/* "2026-12-24", "12-24", "*-*~3": the year may be missing, a ~ stands before the day. */
static int read_date(struct calendar_reader *r, struct span word, struct calendar_spec *out)
{
	struct span part[3] = { { word.ptr, 0 } };
	size_t parts = 1;
	bool from_end = false;

	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] != '-' && word.ptr[i] != '~') {
			part[parts - 1].len++;
			continue;
		}
		if (from_end || parts == 3)
			return calendar_complain(r, word,
						 "is not a date: year-month-day, or year-month~day "
						 "from the end of the month");
		from_end = word.ptr[i] == '~';
		part[parts++] = (struct span){ word.ptr + i + 1, 0 };
	}
	if (parts < 2)
		return calendar_complain(r, word, "is neither a date (*-*-1) nor a time (10:00)");
	if (parts == 3 &&
	    read_chain(r, CALENDAR_YEAR, false, part[0], &out->chain[CALENDAR_YEAR]) < 0)
		return -1;
	if (read_chain(r, CALENDAR_MONTH, false, part[parts - 2], &out->chain[CALENDAR_MONTH]) <
		    0 ||
	    read_chain(r, CALENDAR_DAY, from_end, part[parts - 1], &out->chain[CALENDAR_DAY]) < 0)
		return -1;
	/* every day, from either end */
	out->from_end = from_end && out->chain[CALENDAR_DAY].count;
	return 0;
}

static int read_time(struct calendar_reader *r, struct span word, struct calendar_spec *out)
{
	struct span rest = word, part;
	int field = CALENDAR_HOUR;

	for (; next_part(&rest, ':', &part); field++) {
		if (field > CALENDAR_SECOND)
			return calendar_complain(r, word, "is not a time: hour:minute:second");
		if (read_chain(r, (enum calendar_field)field, false, part, &out->chain[field]) < 0)
			return -1;
	}
	return 0;
}

static void set_zero(struct calendar_chain *c)
{
	*c = (struct calendar_chain){ .count = 1 };
}

/* What follows the weekdays: a date, a time, or both. */
static int read_date_and_time(struct calendar_reader *r, const struct span *word, size_t count,
			      struct calendar_spec *out)
{
	size_t i = 0;

	for (int field = CALENDAR_HOUR; field <= CALENDAR_SECOND; field++)
		set_zero(&out->chain[field]);
	if (i < count && word[i].ptr[0] == '@') {
		if (read_timestamp(r, word[i++], out) < 0)
			return -1;
		if (i < count)
			return calendar_complain(r, word[i],
						 "follows a moment, which has its time");
		return 0;
	}
	if (i < count && !has(word[i], ':') && read_date(r, word[i++], out) < 0)
		return -1;
	if (i < count && has(word[i], ':') && read_time(r, word[i++], out) < 0)
		return -1;
	if (i < count)
		return calendar_complain(
			r, word[i],
			"is one part too many: weekdays, date, time, zone, in this "
			"order");
	return 0;
}

static int read_shorthand(struct calendar_reader *r, const char *means, struct calendar_spec *out)
{
	struct calendar_reader inner = { means, r->err };
	struct calendar_words words;

	if (calendar_read_words(&inner, &words) < 0)
		return -1;
	return calendar_parse_spec(&inner, &words, out);
}

int calendar_parse_spec(struct calendar_reader *r, const struct calendar_words *words,
			struct calendar_spec *out)
{
	const struct span *word = words->word;
	size_t count = words->count;

	*out = (struct calendar_spec){ .weekdays = EVERY_WEEKDAY };
	for (size_t i = 0; count == 1 && i < SHORTHANDS; i++)
		if (calendar_word_is(word[0], shorthands[i].name))
			return read_shorthand(r, shorthands[i].means, out);
	if (is_letter(word[0].ptr[0])) {
		if (read_weekdays(r, word[0], &out->weekdays) < 0)
			return -1;
		word++;
		count--;
	}
	return read_date_and_time(r, word, count, out);
}
