/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of crontab(5), as Debian's cron reads them, without the command. */
#include <string.h>
#include <strings.h>

#include "schedule/calendar.intern.h"

enum { MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS, CRON_FIELDS };

static const struct {
	const char *name, *fields;
} names[] = {
	{ "@yearly", "0 0 1 1 *" }, { "@annually", "0 0 1 1 *" }, { "@monthly", "0 0 1 * *" },
	{ "@weekly", "0 0 * * 0" }, { "@daily", "0 0 * * *" },    { "@midnight", "0 0 * * *" },
	{ "@hourly", "0 * * * *" },
};

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
				      "jul", "aug", "sep", "oct", "nov", "dec" };

bool calendar_is_cron(const struct calendar_words *words)
{
	struct span first = words->word[0];

	return words->count >= CRON_FIELDS ||
	       (first.len > 1 && first.ptr[0] == '@' && (first.ptr[1] < '0' || first.ptr[1] > '9'));
}

static const struct calendar_range *range_of(int field)
{
	static const struct calendar_range weekday = { "a day of the week", 0, 7 };
	static const enum calendar_field same[] = { CALENDAR_MINUTE, CALENDAR_HOUR, CALENDAR_DAY,
						    CALENDAR_MONTH };

	return field == WEEKDAYS ? &weekday : calendar_range_of(same[field]);
}

static bool take_month(struct span *s, unsigned *month)
{
	for (unsigned i = 0; i < sizeof(months) / sizeof(*months); i++) {
		if (s->len < 3 || strncasecmp((const char *)s->ptr, months[i], 3) != 0)
			continue;
		*month = i + 1;
		*s = span_behind(*s, 3);
		return true;
	}
	return false;
}

static bool take_value(int field, struct span *s, unsigned *out)
{
	if (calendar_take_number(s, out))
		return true;
	if (field == MONTHS)
		return take_month(s, out);
	if (field != WEEKDAYS || !calendar_take_weekday(s, out))
		return false;
	*out = (*out + 1) % 7;
	return true;
}

static int bad_item(struct calendar_reader *r, const struct calendar_range *range, struct span part)
{
	return calendar_complain(r, part,
				 "is not %s of a cron line (%u to %u, a list \"1,2\", a range "
				 "\"1-5\", steps \"*/2\", or *)",
				 range->name, range->min, range->max);
}

static int read_step(struct calendar_reader *r, struct span *rest, bool is_many,
		     const struct calendar_range *range, struct calendar_reading *g)
{
	g->has_step = calendar_take(rest, "/");
	if (!g->has_step)
		return 0;
	if (!calendar_take_number(rest, &g->step))
		return calendar_complain(r, g->part, "has no number behind the /");
	if (!is_many)
		return calendar_complain(r, g->part,
					 "steps from one value, which cron does not know: write "
					 "\"%u-%u/%u\"",
					 g->start, range->max, g->step);
	return 0;
}

static int read_item(struct calendar_reader *r, int field, struct span part,
		     struct calendar_chain *out)
{
	const struct calendar_range *range = range_of(field);
	struct calendar_reading g = { .part = part, .start = range->min };
	struct span rest = part;
	bool all = calendar_take(&rest, "*");

	if (!all && !take_value(field, &rest, &g.start))
		return bad_item(r, range, part);
	g.has_stop = !all && calendar_take(&rest, "-");
	if (g.has_stop && !take_value(field, &rest, &g.stop))
		return bad_item(r, range, part);
	/* a week may end on its Sunday: "fri-sun" */
	if (g.has_stop && field == WEEKDAYS && g.stop == 0 && g.start > 0)
		g.stop = 7;
	if (read_step(r, &rest, all || g.has_stop, range, &g) < 0)
		return -1;
	if (rest.len)
		return bad_item(r, range, part);
	if (all && !g.has_step) {
		g.has_stop = true;
		g.stop = range->max;
	}
	return calendar_add(r, range, &g, out);
}

/* Every value is any value. */
static void simplify(struct calendar_chain *c, const struct calendar_range *range)
{
	int value = (int)range->min;

	while (value <= (int)range->max && calendar_chain_next(c, value, (int)range->max) == value)
		value++;
	if (value > (int)range->max)
		c->count = 0;
}

static int read_field(struct calendar_reader *r, int field, struct span text,
		      struct calendar_chain *out)
{
	struct span rest = text;

	for (;;) {
		struct span part = rest;
		const uint8_t *comma = memchr(rest.ptr, ',', rest.len);

		if (comma)
			part.len = (size_t)(comma - rest.ptr);
		if (part.len == 0)
			return calendar_complain(r, text, "has an empty place in its list");
		if (read_item(r, field, part, out) < 0)
			return -1;
		if (!comma)
			break;
		rest = span_behind(rest, part.len + 1);
		if (rest.len == 0)
			return calendar_complain(r, text, "has an empty place in its list");
	}
	calendar_chain_normalize(out);
	return 0;
}

/* 0 and 7 are Sunday. */
static uint8_t weekdays_of(const struct calendar_chain *c)
{
	unsigned out = 0;

	for (int day = 0; (day = calendar_chain_next(c, day, 7)) >= 0; day++)
		out |= 1U << (day + 6) % 7;
	return (uint8_t)out;
}

static int warn(const char *text, const struct calendar_cron_days *days, struct calendar *out,
		struct error *err)
{
	CLEANUP(buf_release)
	struct buf warning = { 0 };

	if (calendar_cron_warning(text, days, &warning) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a warning");
	out->warning = TAKE(warning.ptr);
	return 0;
}

/*
 * Either matches when both are restricted, which to cron is a field that does not begin
 * with *; of "*" and a step both must match.
 */
static int combine(struct calendar_reader *r, const struct calendar_spec *both, bool star,
		   struct calendar *out)
{
	struct calendar_cron_days days = { both, !star };

	out->specs = star ? 1 : 2;
	out->spec[0] = *both;
	if (!star) {
		out->spec[0].weekdays = EVERY_WEEKDAY;
		out->spec[1] = *both;
		out->spec[1].chain[CALENDAR_DAY].count = 0;
	}
	if (star && (both->weekdays == EVERY_WEEKDAY || both->chain[CALENDAR_DAY].count == 0))
		return 0;
	return warn(r->text, &days, out, r->err);
}

static int read_fields(struct calendar_reader *r, const struct span *word, struct calendar *out)
{
	struct calendar_spec both = { .weekdays = EVERY_WEEKDAY };
	struct calendar_chain week = { 0 };
	struct calendar_chain *chain[CRON_FIELDS] = { &both.chain[CALENDAR_MINUTE],
						      &both.chain[CALENDAR_HOUR],
						      &both.chain[CALENDAR_DAY],
						      &both.chain[CALENDAR_MONTH], &week };

	for (int i = 0; i < CRON_FIELDS; i++) {
		if (read_field(r, i, word[i], chain[i]) < 0)
			return -1;
		/* days that are all named are still restricted to cron, and thus all of them */
		if (i != WEEKDAYS && (i != DAYS || word[i].ptr[0] == '*'))
			simplify(chain[i], range_of(i));
	}
	both.weekdays = weekdays_of(&week);
	both.chain[CALENDAR_SECOND].count = 1;
	return combine(r, &both, word[DAYS].ptr[0] == '*' || word[WEEKDAYS].ptr[0] == '*', out);
}

static int read_name(struct calendar_reader *r, struct span word, struct calendar *out)
{
	struct calendar_words words;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct calendar_reader inner = { names[i].fields, r->err };

		if (!calendar_word_is(word, names[i].name))
			continue;
		if (calendar_read_words(&inner, &words) < 0 ||
		    read_fields(&inner, words.word, out) < 0)
			return -1;
		if (strcmp(names[i].name, "@weekly") != 0)
			return 0;
		out->warning =
			strdup("\"@weekly\": cron runs this on Sunday, systemd's \"weekly\" "
			       "is Monday; to say which write \"Sun 00:00\" or \"Mon 00:00\"");
		return out->warning ? 0 : error_set(r->err, ERROR_NOMEM, "no memory for a warning");
	}
	if (calendar_word_is(word, "@reboot"))
		return calendar_complain(r, word, "is no time: a schedule knows no reboots");
	return calendar_complain(r, word,
				 "is no name of cron's (@hourly, @daily, @midnight, @weekly, "
				 "@monthly, @yearly, @annually)");
}

int calendar_parse_cron(struct calendar_reader *r, const struct calendar_words *words,
			struct calendar *out)
{
	if (words->word[0].ptr[0] == '@') {
		if (words->count > 1)
			return calendar_complain(r, words->word[1],
						 "follows a name that stands alone");
		return read_name(r, words->word[0], out);
	}
	if (words->count > CRON_FIELDS)
		return calendar_complain(r, words->word[CRON_FIELDS],
					 "is one field too many: a cron line has five (minute, "
					 "hour, day of the month, month, day of the week)");
	return read_fields(r, words->word, out);
}
