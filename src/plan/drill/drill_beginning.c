/* SPDX-License-Identifier: Apache-2.0 */
/* What the journal must tell of a drill before anything else. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "drill/record.h"
#include "plan/drill/drill.intern.h"

static int note_seconds(struct plan_run *run, const char *name, int64_t ns, struct error *err)
{
	return drill_note(run, name, err, "%" PRId64, ns / NS_PER_SECOND);
}

/* Whose people have something to do when the clock runs, but for whoever starts it. */
static bool may_be_absent(const struct drill *d, const struct drill_role *role)
{
	const struct drill_step *start = drill_plan_step(d->plan, d->plan->start);

	if (strcmp(role->id, start->role) == 0)
		return false;
	for (size_t i = 0; i < d->step_count; i++) {
		const struct drill_step *s = d->state[i].step;

		if (s->on_clock && d->step[i].poll && strcmp(s->role, role->id) == 0)
			return true;
	}
	return false;
}

/* Chance decides, as it does. */
static int choose_absent(struct plan_run *run, struct drill *d, struct error *err)
{
	size_t first = (size_t)clock_monotonic_ns();

	if (d->request->scenario != DRILL_SCENARIO_PERSON_ABSENT)
		return 0;
	for (size_t i = 0; i < d->plan->role_count && !d->absent; i++) {
		const struct drill_role *role = &d->plan->role[(first + i) % d->plan->role_count];

		if (may_be_absent(d, role))
			d->absent = role;
	}
	if (!d->absent)
		return error_set(
			err, ERROR_USAGE,
			"plan %s has no role whose people could be absent: none of them has "
			"anything to do once the clock runs",
			d->plan->name);
	return drill_note(run, "absent role", err, "%s", d->absent->id);
}

/* What belongs to it, for who takes the drill up again, too. */
static int note_scenario(struct plan_run *run, const struct drill_request *r, struct error *err)
{
	char until[CLOCK_RFC3339_SIZE];

	if (r->trusted_until_ns && drill_note(run, DRILL_NOTE_TRUSTED, err, "%s",
					      clock_format_rfc3339(r->trusted_until_ns, until)) < 0)
		return -1;
	for (size_t i = 0; i < r->run.component_count; i++) {
		if (drill_note(run, DRILL_NOTE_LOST, err, "%s", r->run.component[i]) < 0)
			return -1;
	}
	return 0;
}

static int tell_resumption(struct plan_run *run, const struct drill *d, struct error *err)
{
	return drill_note(run, "deviation", err, "%s",
			  d->judged ? "the process that carried the drill was gone; muster drill "
				      "resume went on behind the recovery, which had been judged" :
				      DRILL_DOES_AGAIN);
}

static int tell_new(struct plan_run *run, struct drill *d, struct error *err)
{
	const struct drill_request *r = d->request;

	if (drill_note(run, "plan", err, "%s", d->plan->name) < 0 ||
	    drill_note(run, "plan.yaml", err, "%s", d->plan->source.text) < 0 ||
	    drill_note(run, "scenario", err, "%s", drill_scenario_name(r->scenario)) < 0 ||
	    drill_note(run, "mode", err, "%s", r->automatic ? "automatic" : "people") < 0 ||
	    drill_note(run, "timezone", err, "%s", d->config->timezone) < 0 ||
	    drill_note(run, RUN_NOTE_OFFSITE, err, "%s", r->run.offsite ? "yes" : "no") < 0 ||
	    note_seconds(run, "objective.rto", drill_rto_of(d), err) < 0 ||
	    note_seconds(run, "objective.rpo", drill_rpo_of(d), err) < 0)
		return -1;
	/* where there is no such copy, nothing else could have been read */
	if (!r->run.offsite && *d->config->offsite.url &&
	    drill_note(run, "deviation", err,
		       "the backups are read from the repository, not from the off-site copy") < 0)
		return -1;
	if (note_scenario(run, r, err) < 0)
		return -1;
	if (r->next && drill_note(run, "next drill", err, "%s", r->next) < 0)
		return -1;
	return choose_absent(run, d, err);
}

int drill_tell_beginning(struct plan_run *run, void *subject, struct error *err)
{
	struct drill *d = subject;
	int rc;

	d->run = run;
	rc = d->request->earlier ? tell_resumption(run, d, err) : tell_new(run, d, err);
	/* of the sets, which others may read and add to, not to be kept while people talk */
	history_unlock(d->request->run.history);
	return rc;
}
