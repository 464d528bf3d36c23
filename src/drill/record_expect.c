/* SPDX-License-Identifier: Apache-2.0 */
/* When what is not done may be expected to be. */
#include <string.h>

#include "drill/record.intern.h"

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* By earlier drills; else what it may take, but of people, who may be asked to do it at once. */
static int64_t duration_of(const struct drill_step *plan, const struct drill_duration *earlier,
			   size_t count)
{
	if (plan->kind == DRILL_WAIT)
		return plan->objective_ns;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(earlier[i].step, plan->id) == 0)
			return earlier[i].ns;
	}
	return plan->objective_ns;
}

static int64_t begin_of(const struct drill_record *r, const struct drill_record_step *s)
{
	int64_t begin_ns = r->now_ns;

	if (s->begin_ns)
		return s->begin_ns;
	for (size_t i = 0; i < s->plan->after.count; i++)
		begin_ns = later(begin_ns, r->step[s->plan->before[i]].expected_end_ns);
	return begin_ns;
}

static void expect_step(struct drill_record *r, struct drill_record_step *s,
			const struct drill_duration *earlier, size_t count)
{
	if (drill_step_has_ended(s) || r->over) {
		s->expected_end_ns = s->end_ns;
		return;
	}
	s->expected_end_ns =
		later(r->now_ns, begin_of(r, s) + duration_of(s->plan, earlier, count));
}

void drill_record_expect(struct drill_record *r, const struct drill_duration *earlier, size_t count)
{
	for (size_t i = 0; i < r->plan.step_count; i++)
		expect_step(r, &r->step[r->plan.order[i]], earlier, count);
	for (size_t i = 0; i < r->plan.phase_count; i++) {
		struct drill_record_phase *p = &r->phase[i];

		p->expected_end_ns = 0;
		for (size_t k = 0; k < p->plan->step_count; k++)
			p->expected_end_ns = later(p->expected_end_ns,
						   r->step[p->plan->step + k].expected_end_ns);
	}
}
