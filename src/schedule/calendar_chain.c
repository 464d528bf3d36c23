/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/calendar_chain.h"

#include <stdlib.h>
#include <string.h>

bool calendar_chain_add(struct calendar_chain *c, struct calendar_item item)
{
	if (c->count == CALENDAR_CHAIN_MAX)
		return false;
	if (item.stop > item.start && item.step) {
		item.stop = (uint16_t)(item.stop - (item.stop - item.start) % item.step);
		if (item.step == 1 || item.stop == item.start)
			item.step = 0;
	}
	c->item[c->count++] = item;
	return true;
}

/* A range is behind what has no end of its own. */
static int compare(const void *a, const void *b)
{
	const struct calendar_item *x = a, *y = b;
	int x_stop = x->stop > x->start ? x->stop : -1, y_stop = y->stop > y->start ? y->stop : -1;

	if (x->start != y->start)
		return x->start - y->start;
	return x_stop != y_stop ? x_stop - y_stop : x->step - y->step;
}

void calendar_chain_normalize(struct calendar_chain *c)
{
	size_t kept = 0;

	if (c->count == 0)
		return;
	qsort(c->item, c->count, sizeof(*c->item), compare);
	for (size_t i = 1; i < c->count; i++)
		if (compare(&c->item[i], &c->item[kept]) != 0)
			c->item[++kept] = c->item[i];
	c->count = kept + 1;
}

void calendar_chain_close(struct calendar_chain *c, int max, bool from_end)
{
	for (size_t i = 0; i < c->count; i++) {
		struct calendar_item *item = &c->item[i];

		if (!item->step || item->stop > item->start)
			continue;
		if (from_end)
			item->start =
				(uint16_t)(item->stop - (item->stop - 1) / item->step * item->step);
		else
			item->stop = (uint16_t)(max - (max - item->start) % item->step);
		if (item->step == 1)
			item->step = 0;
	}
}

/* The smallest of low, low + step, … from `from` to `high`; -1. */
static int next_of(int low, int high, int step, int from)
{
	int value = low;

	if (from > low)
		value = low + (from - low + step - 1) / step * step;
	return value <= high ? value : -1;
}

static int smaller(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

int calendar_chain_next(const struct calendar_chain *c, int from, int max)
{
	int best = -1;

	if (c->count == 0)
		return from <= max ? from : -1;
	for (size_t i = 0; i < c->count; i++) {
		const struct calendar_item *item = &c->item[i];
		bool open = item->step && item->stop == item->start;

		best = smaller(best,
			       next_of(item->start, open || item->stop > max ? max : item->stop,
				       item->step ? item->step : 1, from));
	}
	return best;
}

/* Steps go towards the end: "~07/2" is the 7th last day, the 5th last, the 3rd, the last. */
int calendar_chain_next_from_end(const struct calendar_chain *c, int from, int days)
{
	int best = -1;

	for (size_t i = 0; i < c->count; i++) {
		const struct calendar_item *item = &c->item[i];
		bool open = item->step && item->stop == item->start;

		best = smaller(best,
			       next_of(days + 1 - item->stop, open ? days : days + 1 - item->start,
				       item->step ? item->step : 1, from));
	}
	return best;
}
