/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "schedule/calendar.intern.h"

enum { DAY = 86400 };

/* A moment in seconds since 1970. */
struct moment {
	int64_t utc;
	struct calendar_time time;
};

/* The first local time that clocks do show and that comes, for the first time, after `after`. */
static bool next_shown(const struct calendar_spec *s, const struct zone *z, int64_t after,
		       struct moment *out)
{
	int64_t from = after + 1 + timezone_offset(z, after + 1), local;
	struct timezone_local at;

	while (calendar_match(s, from, &local)) {
		timezone_resolve(z, local, &at);
		if (at.kind != LOCAL_SKIPPED && at.utc > after) {
			out->utc = at.utc;
			out->time = (struct calendar_time){ .local = local,
							    .ambiguous = at.kind == LOCAL_TWICE };
			return true;
		}
		/* the second time that clocks show it, or never */
		from = at.kind == LOCAL_ONCE ? local + 1 : at.end;
	}
	return false;
}

/* The first of those in the gap at `change` that comes after `after`, when any does. */
static bool next_in_gap(const struct calendar_spec *s, const struct zone *z, int64_t change,
			int64_t after, struct moment *out)
{
	int64_t offset = timezone_offset(z, change - 1);
	int64_t begin = change + offset, end = change + timezone_offset(z, change), local;

	if (begin < after + 1 + offset)
		begin = after + 1 + offset;
	if (begin >= end || !calendar_match(s, begin, &local) || local >= end)
		return false;
	out->utc = local - offset;
	out->time = (struct calendar_time){ .local = local, .shifted = true };
	return true;
}

/*
 * Shifted ones come up to the gap's length after it, among those that are not: so gaps of the
 * day before count as well. Of two at one moment the one that clocks show is meant.
 */
static bool next_of_spec(const struct calendar_spec *s, const struct zone *z, int64_t after,
			 struct moment *out)
{
	int64_t change = after - DAY - 1,
		last = clock_days_from_civil(CALENDAR_YEAR_MAX + 1, 1, 1) * DAY;
	bool found = next_shown(s, z, after, out);
	struct moment shifted;

	while (timezone_next_change(z, change, &change) && change < (found ? out->utc : last)) {
		if (!next_in_gap(s, z, change, after, &shifted))
			continue;
		if (!found || shifted.utc < out->utc)
			*out = shifted;
		return true;
	}
	return found;
}

static bool comes_before(const struct moment *a, const struct moment *b)
{
	return a->utc != b->utc ? a->utc < b->utc : b->time.shifted && !a->time.shifted;
}

bool calendar_next(const struct calendar *c, int64_t after_ns, struct calendar_time *out)
{
	int64_t after = after_ns / NS_PER_SECOND - (after_ns % NS_PER_SECOND < 0);
	struct moment best = { 0 }, other = { 0 };
	bool found = false;

	for (size_t i = 0; i < c->specs; i++) {
		if (!next_of_spec(&c->spec[i], c->zone, after, &other) ||
		    (found && !comes_before(&other, &best)))
			continue;
		best = other;
		found = true;
	}
	*out = best.time;
	out->at_ns = best.utc * NS_PER_SECOND;
	return found;
}
