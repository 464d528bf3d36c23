/* SPDX-License-Identifier: Apache-2.0 */
#include "report/timeline.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"

/* An objective so many times as long as the run would leave no room to see its steps. */
enum { OBJECTIVE_SPANS_MAX = 3 };

double timeline_share(const struct timeline *t, int64_t ns)
{
	double share = (double)ns / (double)t->span_ns;

	return share < 0 ? 0 : share > 1 ? 1 : share;
}

int64_t timeline_parse_objective(const char *text)
{
	static const char gaps[] = " \t,;:()<>=≤";
	char word[QUANTITY_TEXT_SIZE];
	int64_t ns = 0;

	for (text += strspn(text, gaps); *text; text += strspn(text, gaps)) {
		size_t len = strcspn(text, gaps);

		if (len < sizeof(word)) {
			memcpy(word, text, len);
			word[len] = '\0';
			if (quantity_parse_duration(word, &ns) == 0 && ns > 0)
				return ns;
		}
		text += len;
	}
	return 0;
}

static void find_objective(const struct run *run, struct timeline *out)
{
	out->objective_of = "";
	for (size_t i = 0; i < run->checks.count; i++) {
		const struct check *c = &run->checks.item[i];
		int64_t ns;

		if (strcmp(c->name, check_name(CHECK_RECOVERY_TIME)) != 0)
			continue;
		ns = timeline_parse_objective(c->expected);
		if (!ns || (out->objective_ns && ns >= out->objective_ns))
			continue;
		out->objective_ns = ns;
		out->objective_of = c->component;
	}
}

static int64_t end_of(const struct run *run)
{
	int64_t end = run->finished_ns ? run->finished_ns - run->started_ns : 0;

	for (size_t i = 0; i < run->step_count; i++) {
		const struct run_step *s = &run->step[i];
		int64_t at =
			s->started_ns - run->started_ns + (s->duration_ns > 0 ? s->duration_ns : 0);

		end = at > end ? at : end;
	}
	return end > 0 ? end : 1;
}

int64_t timeline_tick(int64_t span_ns)
{
	static const int64_t ms[] = { 1,        2,        5,       10,      20,      50,
				      100,      200,      500,     1000,    2000,    5000,
				      10000,    15000,    30000,   60000,   120000,  300000,
				      600000,   900000,   1800000, 3600000, 7200000, 10800000,
				      21600000, 43200000, 86400000 };

	for (size_t i = 0; i < sizeof(ms) / sizeof(*ms); i++) {
		if (span_ns / (ms[i] * 1000000) <= TIMELINE_TICKS_MAX)
			return ms[i] * 1000000;
	}
	return (span_ns / TIMELINE_TICKS_MAX / (86400 * NS_PER_SECOND) + 1) * 86400 * NS_PER_SECOND;
}

static void place(const struct run *run, const struct run_step *s, int64_t end_ns,
		  struct timeline_lane *out)
{
	int64_t offset = s->started_ns - run->started_ns;

	*out = (struct timeline_lane){ .step = s, .offset_ns = offset > 0 ? offset : 0 };
	out->length_ns = s->duration_ns >= 0 ? s->duration_ns : end_ns - out->offset_ns;
	/* a clock that was set back must not bend the picture */
	if (out->offset_ns + out->length_ns > end_ns)
		out->length_ns = end_ns - out->offset_ns;
	if (out->length_ns < 0)
		out->length_ns = 0;
}

/* Lanes of one component follow each other, from its first step on. */
static void add_lanes(const struct run *run, size_t first, int64_t end_ns, struct timeline *t)
{
	const char *component = run->step[first].component;

	for (size_t i = first; i < run->step_count; i++) {
		if (strcmp(run->step[i].component, component) != 0)
			continue;
		place(run, &run->step[i], end_ns, &t->lane[t->count]);
		t->lane[t->count].heads_component = i == first;
		t->count++;
	}
}

static bool is_first(const struct run *run, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (strcmp(run->step[i].component, run->step[at].component) == 0)
			return false;
	}
	return true;
}

int timeline_make(const struct run *run, struct timeline *out)
{
	int64_t end_ns = end_of(run);

	out->lane = arena_alloc(&out->arena, (run->step_count + 1) * sizeof(*out->lane));
	if (!out->lane)
		return -1;
	out->span_ns = end_ns;
	find_objective(run, out);
	out->objective_fits =
		out->objective_ns && out->objective_ns / OBJECTIVE_SPANS_MAX <= end_ns;
	if (out->objective_fits && out->objective_ns > end_ns)
		out->span_ns = out->objective_ns;
	out->tick_ns = timeline_tick(out->span_ns);
	for (size_t i = 0; i < run->step_count; i++) {
		if (is_first(run, i))
			add_lanes(run, i, end_ns, out);
	}
	return 0;
}

void timeline_release(struct timeline *t)
{
	arena_release(&t->arena);
	*t = (struct timeline){ 0 };
}
