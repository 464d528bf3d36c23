/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/calendar.intern.h"

static int write_item(const struct calendar_item *item, int width, struct buf *out)
{
	if (buf_printf(out, "%0*u", width, (unsigned)item->start) < 0)
		return -1;
	if (item->stop > item->start && buf_printf(out, "..%0*u", width, (unsigned)item->stop) < 0)
		return -1;
	return item->step ? buf_printf(out, "/%u", (unsigned)item->step) : 0;
}

/* Numbers have at least `width` digits. */
static int write_chain(const struct calendar_chain *c, int width, struct buf *out)
{
	if (c->count == 0)
		return buf_puts(out, "*");
	for (size_t i = 0; i < c->count; i++)
		if ((i && buf_puts(out, ",") < 0) || write_item(&c->item[i], width, out) < 0)
			return -1;
	return 0;
}

static bool is_zero(const struct calendar_chain *c)
{
	return c->count == 1 && c->item[0].start == 0 && c->item[0].stop == 0 && !c->item[0].step;
}

int calendar_write_spec(const struct calendar_spec *s, bool brief, struct buf *out)
{
	int digits = brief ? 1 : 2;

	if (s->weekdays != EVERY_WEEKDAY &&
	    (calendar_write_weekdays(s->weekdays, out) < 0 || buf_puts(out, " ") < 0))
		return -1;
	if (write_chain(&s->chain[CALENDAR_YEAR], 4, out) < 0 || buf_puts(out, "-") < 0 ||
	    write_chain(&s->chain[CALENDAR_MONTH], 2, out) < 0 ||
	    buf_puts(out, s->from_end ? "~" : "-") < 0 ||
	    write_chain(&s->chain[CALENDAR_DAY], digits, out) < 0 || buf_puts(out, " ") < 0 ||
	    write_chain(&s->chain[CALENDAR_HOUR], 2, out) < 0 || buf_puts(out, ":") < 0 ||
	    write_chain(&s->chain[CALENDAR_MINUTE], 2, out) < 0)
		return -1;
	if (brief && is_zero(&s->chain[CALENDAR_SECOND]))
		return 0;
	return buf_puts(out, ":") < 0 ? -1 : write_chain(&s->chain[CALENDAR_SECOND], 2, out);
}

static int write_one(const struct calendar *c, size_t i, struct buf *out)
{
	if (calendar_write_spec(&c->spec[i], false, out) < 0)
		return -1;
	return c->zone_in_text ? buf_printf(out, " %s", c->zone_name) : 0;
}

int calendar_one_form(const struct calendar *c, size_t i, struct buf *out, struct error *err)
{
	return write_one(c, i, out) < 0 ? error_set(err, ERROR_NOMEM, "no memory for a time") : 0;
}

int calendar_normal_form(const struct calendar *c, struct buf *out, struct error *err)
{
	for (size_t i = 0; i < c->specs; i++)
		if ((i && buf_puts(out, " or ") < 0) || write_one(c, i, out) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a time");
	return 0;
}

size_t calendar_forms(const struct calendar *c)
{
	return c->specs;
}
