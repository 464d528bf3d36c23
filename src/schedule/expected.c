/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/expected.h"

#include <string.h>

#include "schedule/expected.intern.h"

/* A time with a million others behind it is for the next question: nobody shall wait for it. */
enum { LOOKED_AT_MAX = 1000000 };

static bool is_about(const struct expected_run *run, const char *component)
{
	for (size_t i = 0; i < run->component_count; i++) {
		if (strcmp(run->component[i], component) == 0)
			return true;
	}
	return false;
}

bool expected_covers(const struct expected_run *run, const char *const *component, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_about(run, component[i]))
			return false;
	}
	return true;
}

bool expected_shares(const struct expected_run *run, const struct expected_question *q)
{
	for (size_t i = 0; i < q->component_count; i++) {
		if (is_about(run, q->component[i]))
			return true;
	}
	return false;
}

bool expected_keeps(const struct expected_run *run, const struct expected_question *q)
{
	return strcmp(run->kind, q->kind) == 0 &&
	       expected_covers(run, q->component, q->component_count);
}

/* `*first` is the first run that began at or after the last time asked for; times only grow. */
static bool is_kept(const struct expected_question *q, int64_t at_ns, size_t *first)
{
	while (*first < q->run_count && q->run[*first].started_ns < at_ns)
		(*first)++;
	for (size_t i = *first; i < q->run_count; i++) {
		if (q->run[i].started_ns - at_ns > q->run_within_ns)
			return false;
		if (expected_keeps(&q->run[i], q))
			return true;
	}
	return false;
}

static bool is_paused(const struct expected_question *q, int64_t at_ns)
{
	for (size_t i = 0; i < q->pause_count; i++) {
		if (q->pause[i].began_ns <= at_ns && at_ns < q->pause[i].ends_ns)
			return true;
	}
	return false;
}

/* The newest of all, however many there were. */
struct newest {
	int64_t at_ns[EXPECTED_MISSED_MAX];
	uint64_t count;
};

static void look_at_all(const struct expected_question *q, struct newest *missed,
			struct expected_judgement *out)
{
	struct calendar_time t = { .at_ns = q->after_ns };
	size_t first = 0;

	for (unsigned i = 0; i < LOOKED_AT_MAX && calendar_next(q->calendar, t.at_ns, &t); i++) {
		if (q->now_ns - t.at_ns <= q->run_within_ns)
			return;
		out->judged_ns = t.at_ns;
		if (is_kept(q, t.at_ns, &first))
			out->kept++;
		else if (is_paused(q, t.at_ns))
			out->paused++;
		else
			missed->at_ns[missed->count++ % EXPECTED_MISSED_MAX] = t.at_ns;
	}
}

static int take_down(const struct expected_question *q, const struct newest *missed,
		     struct expected_judgement *out, struct error *err)
{
	size_t count = missed->count < EXPECTED_MISSED_MAX ? missed->count : EXPECTED_MISSED_MAX;
	uint64_t oldest = missed->count - count;

	if (!count)
		return 0;
	out->missed = calloc(count, sizeof(*out->missed));
	if (!out->missed)
		return error_set(err, ERROR_NOMEM, "no memory for the times that were missed");
	out->missed_count = count;
	for (size_t i = 0; i < count; i++) {
		struct missed_time *m = &out->missed[i];

		m->at_ns = missed->at_ns[(oldest + i) % EXPECTED_MISSED_MAX];
		m->times = i ? 1 : oldest + 1;
		expected_reason(q, m->at_ns, m->reason);
	}
	return 0;
}

int expected_judge(const struct expected_question *q, struct expected_judgement *out,
		   struct error *err)
{
	CLEANUP(cleanup_free)
	struct newest *missed = calloc(1, sizeof(*missed));

	*out = (struct expected_judgement){ .judged_ns = q->after_ns };
	if (!missed)
		return error_set(err, ERROR_NOMEM, "no memory for the times that were missed");
	look_at_all(q, missed, out);
	return take_down(q, missed, out, err);
}

void expected_judgement_release(struct expected_judgement *j)
{
	free(j->missed);
	*j = (struct expected_judgement){ 0 };
}

bool expected_any(const struct expected_question *q)
{
	struct calendar_time t;

	return calendar_next(q->calendar, q->after_ns, &t) &&
	       q->now_ns - t.at_ns > q->run_within_ns;
}
