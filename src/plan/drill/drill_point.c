/* SPDX-License-Identifier: Apache-2.0 */
/* What would be lost: the recovery point of each component, from its data; the worst counts. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "plan/drill/drill.intern.h"

/* Where the data of one component end. */
struct point {
	const struct restore_target *target;
	int64_t at_ns; /* wall clock; 0: nobody can tell */
	bool guessed;  /* nothing may have been written since */
};

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Of several databases the one whose data end first. */
static void take_note(struct point *p, const struct restored_note *n)
{
	bool known = begins(n->name, RESTORED_NEWEST),
	     guessed = begins(n->name, RESTORED_NEWEST_GUESSED);
	int64_t at_ns;

	if ((!known && !guessed) || clock_parse_rfc3339(n->value, &at_ns) < 0 ||
	    (p->at_ns && at_ns >= p->at_ns))
		return;
	p->at_ns = at_ns;
	p->guessed = guessed;
}

/* Redis: the time in the snapshot itself. */
static void take_content_time(struct point *p, const struct restore_file *f)
{
	const struct reading *r = &f->judged.inspection.reading;

	if (r->content_time_ns && !r->local_time)
		p->at_ns = r->content_time_ns;
}

static struct point point_of(struct restore_target *t)
{
	struct point p = { .target = t };
	const struct restored *r = &t->report.restored;

	if (!restore_has_reported(t))
		return p;
	for (size_t i = 0; t->engine == ENGINE_POSTGRESQL && i < r->note_count; i++)
		take_note(&p, &r->note[i]);
	for (size_t i = 0; t->engine == ENGINE_REDIS && i < t->file_count; i++)
		take_content_time(&p, &t->file[i]);
	return p;
}

/* What restoring it can tell of time: RabbitMQ's definitions hold no messages. */
static bool has_point(const struct restore_target *t)
{
	return t->engine == ENGINE_POSTGRESQL || t->engine == ENGINE_REDIS;
}

static int note_point(struct plan_run *run, const struct point *p, struct error *err)
{
	const char *name = p->target->component->name;
	char at[CLOCK_RFC3339_SIZE];

	if (p->at_ns)
		return plan_note(run, name, "recovery point", clock_format_rfc3339(p->at_ns, at),
				 err);
	return plan_note(run, name, "recovery point none",
			 has_point(p->target) ?
				 "the restored data do not tell how new they are" :
				 "definitions hold no messages: those that lay in queues are in no "
				 "backup",
			 err);
}

struct points {
	struct point oldest, newest;
	const struct restore_target *unknown; /* should have one, and has none; NULL */
	bool some;
};

static void take_point(struct points *all, const struct point *p)
{
	if (!p->at_ns && has_point(p->target))
		all->unknown = p->target;
	if (!p->at_ns)
		return;
	if (!all->some || p->at_ns < all->oldest.at_ns)
		all->oldest = *p;
	if (!all->some || p->at_ns > all->newest.at_ns)
		all->newest = *p;
	all->some = true;
}

/* Restored data may tell of any time at all. */
static int64_t span_ns(int64_t from_ns, int64_t until_ns)
{
	int64_t span;

	if (until_ns <= from_ns)
		return 0;
	return __builtin_sub_overflow(until_ns, from_ns, &span) ? INT64_MAX : span;
}

static int judge_loss(struct plan_run *run, const struct drill *d, const struct points *all,
		      struct error *err)
{
	int64_t rpo_ns = drill_rpo_of(d);
	int64_t loss_ns = span_ns(all->oldest.at_ns, d->t0_ns);
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE], skew[QUANTITY_TEXT_SIZE];
	char at[CLOCK_RFC3339_SIZE];
	struct question q = {
		.id = CHECK_RECOVERY_POINT,
		.expected = quantity_format_duration(rpo_ns, want),
		.hint = all->oldest.guessed ?
				"let muster canary run every minute, or set "
				"restore.recovery_point: the newest time that was found "
				"may be older than what was written last" :
				"more frequent backups, or another objective"
	};

	loss_ns -= loss_ns % NS_PER_SECOND;
	q.found = quantity_format_duration(loss_ns, got);
	return judge(run, &q, loss_ns <= rpo_ns, err,
		     "%s of data would be lost, objective %s: those of %s end at %s; between "
		     "components lie %s",
		     got, want, all->oldest.target->component->name,
		     clock_format_rfc3339(all->oldest.at_ns, at),
		     quantity_format_duration(span_ns(all->oldest.at_ns, all->newest.at_ns), skew));
}

/* In a plan without proofs nobody has waited for its report; what failed was told by its restore. */
static int hear_out(struct plan_run *run, struct drill *d, struct restore_target *t,
		    struct error *err)
{
	struct error told = ERROR_INIT;

	if (drill_has_sandbox(d) && restore_fleet_hear(run, t, RESTORE_PHASE_COUNT, &told) < 0)
		error_clear(&told);
	return plan_may_go_on(run, err);
}

int drill_judge_point(struct plan_run *run, struct drill *d, struct error *err)
{
	struct points all = { .some = false };
	struct question q = { .id = CHECK_RECOVERY_POINT, .found = "unknown" };

	for (size_t i = 0; i < d->fleet.test.target_count; i++) {
		struct restore_target *t = &d->fleet.test.target[i];
		struct point p;

		if (hear_out(run, d, t, err) < 0)
			return -1;
		p = point_of(t);
		if (note_point(run, &p, err) < 0)
			return -1;
		take_point(&all, &p);
	}
	if (!d->t0_ns)
		return judge_skipped(run, &q, err, "the drill did not begin");
	if (all.unknown)
		return judge_as(run, &q, VERDICT_ERROR, err,
				"nobody can tell what would be lost of %s: its data do not say how "
				"new they are, or were not restored",
				all.unknown->component->name);
	if (!all.some)
		return judge_skipped(run, &q, err, "no component has a recovery point");
	return judge_loss(run, d, &all, err);
}
