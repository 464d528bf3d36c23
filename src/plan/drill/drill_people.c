/* SPDX-License-Identifier: Apache-2.0 */
/* What people enter, and the steps that wait for it. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "history/entry.h"
#include "plan/drill/drill.intern.h"

enum { ASK_US = 100000 };

static void take_entry(struct drill *d, const struct entry *e)
{
	if (e->kind == ENTRY_HOLD || e->kind == ENTRY_RESUME)
		d->held = e->kind == ENTRY_HOLD;
}

static const struct entry *find_abort(const struct drill *d)
{
	for (size_t i = 0; i < d->entries.count; i++) {
		const struct entry *e = &d->entries.item[i];

		if (e->kind == ENTRY_ABORT && !entries_successor(&d->entries, e->number))
			return e;
	}
	return NULL;
}

bool drill_was_aborted(const struct drill *d)
{
	return find_abort(d) != NULL;
}

static void find_close(struct drill *d)
{
	d->closed = NULL;
	for (size_t i = 0; i < d->entries.count; i++) {
		if (d->entries.item[i].kind == ENTRY_CLOSE)
			d->closed = &d->entries.item[i];
	}
}

static int read_entries(struct drill *d, struct error *err)
{
	size_t known = d->entries.count;
	int64_t last = known ? d->entries.item[known - 1].number : 0;
	int rc;

	(void)pthread_mutex_lock(&d->lock);
	rc = history_entries(d->request->entries, d->request->run.run, last, &d->entries, err);
	for (size_t i = known; i < d->entries.count; i++)
		take_entry(d, &d->entries.item[i]);
	find_close(d);
	(void)pthread_mutex_unlock(&d->lock);
	return rc;
}

/* Somebody who keeps the history locked for long keeps it from being read, and ends no drill. */
static int take_entries(struct drill *d, struct error *err)
{
	struct error cause = ERROR_INIT;

	if (read_entries(d, &cause) == 0 || cause.kind == ERROR_BUSY)
		return 0;
	*err = cause;
	return -1;
}

int drill_tend(void *subject, struct error *err)
{
	struct drill *d = subject;
	const struct entry *abort;

	if (take_entries(d, err) < 0)
		return -1;
	abort = find_abort(d);
	if (abort)
		return error_set(err, ERROR_INTERRUPTED, "aborted by %s%s%s", abort->author,
				 *abort->text || *abort->reason ? ": " : "",
				 *abort->text ? abort->text : abort->reason);
	if (drill_watch_services(d, err) < 0)
		return -1;
	return d->held && !d->closed;
}

/* The newest word on a step that stands, with a number above `after`; NULL: there is none. */
static const struct entry *word_on(const struct drill *d, const char *step, int64_t after)
{
	for (size_t i = d->entries.count; i-- > 0;) {
		const struct entry *e = &d->entries.item[i];

		if (e->number > after && (e->kind == ENTRY_TICK || e->kind == ENTRY_REFUSE) &&
		    strcmp(e->step, step) == 0 && !entries_successor(&d->entries, e->number))
			return e;
	}
	return NULL;
}

/* T+ begins, at `at_ns`. */
static int begin_clock(struct plan_run *run, struct drill *d, int64_t at_ns, struct error *err)
{
	char text[CLOCK_RFC3339_SIZE];

	d->t0_ns = at_ns;
	(void)clock_format_rfc3339(at_ns, text);
	return drill_note(run, "T0", err, "%.19s.%09lldZ", text,
			  (long long)(at_ns % NS_PER_SECOND));
}

/* It is over at `at_ns`, as far as people are concerned. */
static int end_at(struct plan_run *run, struct drill *d, struct drill_state *s, int64_t at_ns,
		  struct error *err)
{
	s->ended_ns = at_ns;
	if (strcmp(s->step->id, d->plan->start) == 0 && begin_clock(run, d, at_ns, err) < 0)
		return -1;
	return 1;
}

static int leave_out(struct plan_run *run, struct drill *d, struct drill_state *s, const char *why,
		     const char *who, struct error *err)
{
	char name[128];
	struct question q = { .id = CHECK_GATE, .subject = s->step->id };

	s->left_out = true;
	(void)snprintf(name, sizeof(name), "skipped %s", s->step->id);
	if (drill_note(run, name, err, "%s%s", why, who) < 0 ||
	    judge_skipped(run, &q, err, "%s: skipped: %s%s", s->step->title, why, who) < 0)
		return -1;
	return end_at(run, d, s, clock_wall_ns(), err);
}

static int be_refused(struct plan_run *run, struct drill_state *s, const struct entry *e,
		      struct error *err)
{
	struct question q = { .id = CHECK_GATE,
			      .subject = s->step->id,
			      .expected = s->step->title,
			      .found = "refused" };
	const char *why = *e->reason ? e->reason : e->text;

	s->failed = true;
	run->hinders = s->step->on_failure != DRILL_FAILURE_GO_ON;
	s->ended_ns = e->at_ns;
	if (judge(run, &q, false, err, "%s: %s refused it%s%s", s->step->title, e->author,
		  *why ? ": " : "", why) < 0)
		return -1;
	return 1;
}

/* Who has taken the role of the absent; NULL: nobody. */
static const struct entry *deputy(const struct drill *d)
{
	for (size_t i = d->entries.count; i-- > 0;) {
		const struct entry *e = &d->entries.item[i];

		if (e->kind == ENTRY_PARTICIPANT && strcmp(e->role, d->absent->id) == 0 &&
		    !entries_successor(&d->entries, e->number))
			return e;
	}
	return NULL;
}

/* 1: whose work it is is there, or somebody stands in. */
static int is_there(struct plan_run *run, struct drill *d, const struct drill_state *s,
		    struct error *err)
{
	const struct entry *e;

	if (!d->absent || strcmp(s->step->role, d->absent->id) != 0)
		return 1;
	e = deputy(d);
	if (!e || d->deputy_told)
		return e != NULL;
	d->deputy_told = true;
	if (drill_note(run, "deviation", err, "%s" DRILL_WAS_ABSENT "%s stood in", d->absent->title,
		       *e->text ? e->text : e->author) < 0)
		return -1;
	return 1;
}

static int take_word(struct plan_run *run, struct drill *d, struct drill_state *s,
		     const struct entry *e, struct error *err)
{
	struct question q = { .id = CHECK_GATE, .subject = s->step->id, .found = e->author };

	if (e->kind == ENTRY_REFUSE)
		return be_refused(run, s, e, err);
	if (s->step->kind == DRILL_GATE &&
	    judge(run, &q, true, err, "%s: %s let the drill go on", s->step->title, e->author) < 0)
		return -1;
	return end_at(run, d, s, e->at_ns, err);
}

static void begin_waiting(struct drill_state *s)
{
	if (!s->began_ns)
		s->began_ns = clock_monotonic_ns();
}

int drill_poll_person(struct plan_run *run, void *subject, struct error *err)
{
	struct drill *d = subject;
	struct drill_state *s = drill_state_of(run, d);
	const struct entry *e;
	int there;

	begin_waiting(s);
	if (d->request->automatic)
		return leave_out(run, d, s, "automatic", "", err);
	there = d->closed ? 1 : is_there(run, d, s, err);
	if (there <= 0)
		return there;
	e = word_on(d, s->step->id, 0);
	if (e)
		return take_word(run, d, s, e, err);
	if (d->closed)
		return leave_out(run, d, s, "closed by ", d->closed->author, err);
	return 0;
}

int drill_poll_wait(struct plan_run *run, void *subject, struct error *err)
{
	struct drill *d = subject;
	struct drill_state *s = drill_state_of(run, d);

	begin_waiting(s);
	if (clock_monotonic_ns() - s->began_ns < s->step->objective_ns)
		return 0;
	return end_at(run, d, s, clock_wall_ns(), err);
}

int64_t drill_last_entry(struct drill *d)
{
	int64_t last;

	(void)pthread_mutex_lock(&d->lock);
	last = d->entries.count ? d->entries.item[d->entries.count - 1].number : 0;
	(void)pthread_mutex_unlock(&d->lock);
	return last;
}

/* 1: go on; 0: stop; -1: nobody has said so yet. */
static int decided(struct drill *d, const char *step, int64_t after)
{
	const struct entry *e;
	int word = -1;

	(void)pthread_mutex_lock(&d->lock);
	e = word_on(d, step, after);
	if (e)
		word = e->kind == ENTRY_TICK;
	else if (d->closed)
		word = 0;
	(void)pthread_mutex_unlock(&d->lock);
	return word;
}

/* In the thread of plan_execute() nobody else takes entries up meanwhile. */
static int look_for_word(struct drill *d, struct error *err)
{
	return pthread_equal(d->carrier, pthread_self()) && drill_tend(d, err) < 0 ? -1 : 0;
}

const char *drill_say_short(struct drill *d, const struct drill_state *s)
{
	const bool persons = s->step->kind == DRILL_TICK || s->step->kind == DRILL_GATE;
	const char *how = s->done ? "failed" : s->ended_ns ? "was not carried out" : "is not over";
	const struct entry *e;
	const char *said;

	(void)pthread_mutex_lock(&d->lock);
	e = persons && s->done ? word_on(d, s->step->id, 0) : NULL;
	if (e && e->kind == ENTRY_REFUSE) {
		const char *why = *e->text ? e->text : e->reason;

		said = arena_printf(&d->arena, "%s refused \"%s\"%s%s", e->author, s->step->title,
				    *why ? ": " : "", why);
	} else
		said = arena_printf(&d->arena, "\"%s\" %s", s->step->title, how);
	(void)pthread_mutex_unlock(&d->lock);
	return said;
}

int drill_ask(struct plan_run *run, struct drill *d, struct error *err)
{
	const char *step = run->current->id;
	int64_t after = drill_state_of(run, d)->before_entry;
	char name[128];
	int word;

	(void)snprintf(name, sizeof(name), "asks %s", step);
	if (d->request->automatic)
		return drill_note(run, name, err, "nobody is there to decide: it stops");
	if (drill_note(run, name, err, "it failed: go on, or stop?") < 0)
		return -1;
	while ((word = decided(d, step, after)) < 0) {
		if (plan_may_go_on(run, err) < 0 || look_for_word(d, err) < 0)
			return -1;
		(void)usleep(ASK_US);
	}
	return word;
}
