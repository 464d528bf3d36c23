/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/calendar.h"

#include <string.h>
#include <strings.h>

#include "schedule/calendar.intern.h"

static int keep_zone(struct calendar *c, const char *name, size_t len, struct error *err)
{
	bool utc = len == 3 && strncasecmp(name, "UTC", len) == 0;

	c->zone_name = utc ? strdup("UTC") : strndup(name, len);
	if (!c->zone_name)
		return error_set(err, ERROR_NOMEM, "no memory for a time zone");
	return timezone_open(c->zone_name, &c->zone, err);
}

/* A last word of letters that is not alone and no weekday, where nobody writes it. */
static bool ends_in_zone(const struct calendar_words *words)
{
	struct span last;
	unsigned day;

	if (words->count < 2 || words->count >= CALENDAR_WORDS_MAX)
		return false;
	last = words->word[words->count - 1];
	if ((last.ptr[0] | 0x20) < 'a' || (last.ptr[0] | 0x20) > 'z')
		return false;
	return !calendar_take_weekday(&last, &day) ||
	       (last.len && last.ptr[0] != ',' && last.ptr[0] != '.');
}

static int read_zone(struct calendar_reader *r, struct calendar_words *words, const char *zone,
		     struct calendar *out)
{
	struct span last = words->word[words->count - 1];
	bool moment =
		words->word[0].ptr[0] == '@' || (words->count > 1 && words->word[1].ptr[0] == '@');

	if (ends_in_zone(words)) {
		words->count--;
		out->zone_in_text = true;
		if (moment && !calendar_word_is(last, "UTC"))
			return calendar_complain(r, last, "follows a moment, which is in UTC");
		if (keep_zone(out, (const char *)last.ptr, last.len, r->err) < 0)
			return error_context(r->err, "\"%.160s\"", r->text);
		return 0;
	}
	out->zone_in_text = moment;
	return keep_zone(out, moment ? "UTC" : zone, moment ? 3 : strlen(zone), r->err);
}

static int read_text(struct calendar_reader *r, const char *zone, struct calendar *out)
{
	struct calendar_words words;

	if (calendar_read_words(r, &words) < 0)
		return -1;
	if (calendar_is_cron(&words)) {
		if (keep_zone(out, zone, strlen(zone), r->err) < 0)
			return -1;
		return calendar_parse_cron(r, &words, out);
	}
	if (read_zone(r, &words, zone, out) < 0)
		return -1;
	out->specs = 1;
	return calendar_parse_spec(r, &words, &out->spec[0]);
}

int calendar_parse(const char *text, const char *zone, struct calendar **out, struct error *err)
{
	struct calendar_reader r = { text, err };
	CLEANUP(cleanup_calendar)
	struct calendar *c = calloc(1, sizeof(*c));

	if (!c)
		return error_set(err, ERROR_NOMEM, "no memory for a calendar");
	if (read_text(&r, zone, c) < 0)
		return -1;
	*out = TAKE(c);
	return 0;
}

void calendar_free(struct calendar *c)
{
	if (!c)
		return;
	timezone_close(c->zone);
	free(c->zone_name);
	free(c->warning);
	free(c);
}

const char *calendar_warning(const struct calendar *c)
{
	return c->warning;
}

const char *calendar_zone(const struct calendar *c)
{
	return c->zone_name;
}

const struct zone *calendar_timezone(const struct calendar *c)
{
	return c->zone;
}
