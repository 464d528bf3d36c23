/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "schedule/calendar.intern.h"

/* The local times that one change of clocks skips, or shows twice. */
struct stretch {
	int64_t begin, end; /* local */
	int64_t offset; /* before the change: what the first of two and what is skipped goes by */
	bool skipped;
};

/* The moment may be that of another time, which clocks show: nobody misses anything then. */
static bool is_shifted(const struct calendar *c, int64_t local, const struct stretch *s,
		       struct calendar_time *out)
{
	int64_t at_ns = (local - s->offset) * NS_PER_SECOND;

	return calendar_next(c, at_ns - 1, out) && out->at_ns == at_ns && out->shifted;
}

static bool first_in(const struct calendar *c, const struct calendar_spec *spec,
		     const struct stretch *s, struct calendar_time *out)
{
	int64_t local = s->begin - 1;

	while (calendar_match(spec, local + 1, &local) && local < s->end) {
		if (!s->skipped) {
			*out = (struct calendar_time){ .at_ns = (local - s->offset) * NS_PER_SECOND,
						       .local = local,
						       .ambiguous = true };
			return true;
		}
		if (is_shifted(c, local, s, out))
			return true;
	}
	return false;
}

static bool at_change(const struct calendar *c, int64_t change, struct calendar_time *out)
{
	int64_t before = timezone_offset(c->zone, change - 1),
		after = timezone_offset(c->zone, change);
	const struct stretch s = { .begin = change + (before < after ? before : after),
				   .end = change + (before < after ? after : before),
				   .offset = before,
				   .skipped = before < after };
	struct calendar_time other;
	bool found = false;

	for (size_t i = 0; i < c->specs; i++) {
		if (!first_in(c, &c->spec[i], &s, &other) || (found && other.local >= out->local))
			continue;
		*out = other;
		found = true;
	}
	return found;
}

bool calendar_next_surprise(const struct calendar *c, int64_t after_ns, int64_t until_ns,
			    struct calendar_time *out)
{
	/* what a change shows twice begins before it, by less than a day */
	int64_t change = after_ns / NS_PER_SECOND - 1;

	while (timezone_next_change(c->zone, change, &change)) {
		if (change > until_ns / NS_PER_SECOND + 86400)
			return false;
		if (at_change(c, change, out) && out->at_ns > after_ns)
			return out->at_ns <= until_ns;
	}
	return false;
}
