/* SPDX-License-Identifier: Apache-2.0 */
#include "drill/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "config/complaints.h"
#include "drill/record.intern.h"

int drill_record_no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the record of a drill");
}

const char *drill_record_say(struct drill_record *r, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(&r->arena, fmt, ap);
	va_end(ap);
	return text;
}

/* A drill that was resumed notes again what it did again. */
const char *drill_record_note(const struct drill_record *r, const char *component, const char *name)
{
	const char *text = run_find_note(r->run, component, name);

	return text ? text : "";
}

const struct entry *drill_record_entry(const struct drill_record *r, enum entry_kind kind,
				       size_t *at)
{
	while (*at < r->entries->count) {
		const struct entry *e = &r->entries->item[(*at)++];

		if (e->kind == kind && !entries_successor(r->entries, e->number))
			return e;
	}
	return NULL;
}

bool drill_record_t(const struct drill_record *r, int64_t wall_ns, int64_t *out)
{
	*out = wall_ns - r->t0_ns;
	return r->t0_ns && wall_ns >= r->t0_ns;
}

enum drill_outcome drill_outcome_of(const struct drill_measure *m, bool over)
{
	if (!m->objective_ns)
		return DRILL_OUTCOME_NONE;
	if (m->actual_ns < 0)
		return over ? DRILL_OUTCOME_NOT_MEASURED : DRILL_OUTCOME_OPEN;
	return m->actual_ns <= m->objective_ns ? DRILL_OUTCOME_MET : DRILL_OUTCOME_MISSED;
}

/* Its warnings were for whoever began the drill. */
static int read_plan(struct drill_record *r, struct error *err)
{
	const char *text = drill_record_note(r, "", "plan.yaml");
	const char *name = drill_record_note(r, "", "plan");
	CLEANUP(config_complaints_release)
	struct config_complaints complaints = { 0 };
	struct error why = ERROR_INIT;

	if (!*text)
		return error_set(err, ERROR_IO, "run %s has recorded no plan of a drill",
				 r->run->id);
	if (drill_plan_parse(*name ? name : "drill", "plan.yaml", text, &r->plan, &complaints,
			     &why) == 0)
		return 0;
	return error_set(err, why.kind == ERROR_NOMEM ? ERROR_NOMEM : ERROR_IO,
			 "the plan that run %s has recorded cannot be read: %s", r->run->id,
			 complaints.count ? complaints.item[0].message : why.message);
}

int64_t drill_record_seconds(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	/* a week is the longest that a plan knows; more is no objective of anybody's */
	return end == text || *end || seconds <= 0 || seconds > 1e9 ?
		       0 :
		       (int64_t)(seconds * 1e9 + 0.5);
}

static void read_notes(struct drill_record *r)
{
	const char *t0 = drill_record_note(r, "", "T0");

	r->scenario = drill_record_note(r, "", "scenario");
	r->mode = drill_record_note(r, "", "mode");
	r->zone_name = drill_record_note(r, "", "timezone");
	r->isolation = drill_record_note(r, "", "isolation");
	r->next_drill = drill_record_note(r, "", "next drill");
	r->offsite = strcmp(drill_record_note(r, "", RUN_NOTE_OFFSITE), "yes") == 0;
	r->rto.objective_ns = drill_record_seconds(drill_record_note(r, "", "objective.rto"));
	r->rpo.objective_ns = drill_record_seconds(drill_record_note(r, "", "objective.rpo"));
	if (*t0 && clock_parse_rfc3339(t0, &r->t0_ns) < 0)
		r->t0_ns = 0;
}

/* A zone that this machine does not know (any more) is no reason to show nothing. */
static int open_zone(struct drill_record *r, struct error *err)
{
	struct error ignored = ERROR_INIT;

	if (*r->zone_name && timezone_open(r->zone_name, &r->zone, &ignored) == 0)
		return 0;
	r->zone_name = "UTC";
	return timezone_open("UTC", &r->zone, err);
}

static enum drill_record_state state_of(const struct drill_record *r)
{
	if (r->run->unattended || (drill_record_interruption(r) && !r->aborted))
		return DRILL_STATE_INTERRUPTED;
	if (r->over)
		return DRILL_STATE_OVER;
	if (drill_record_is_held(r))
		return DRILL_STATE_HELD;
	return r->t0_ns ? DRILL_STATE_UNDER_WAY : DRILL_STATE_PREPARING;
}

static int build(struct drill_record *r, struct error *err)
{
	size_t at = 0;

	if (read_plan(r, err) < 0)
		return -1;
	read_notes(r);
	r->aborted = drill_record_entry(r, ENTRY_ABORT, &at) != NULL;
	if (open_zone(r, err) < 0 || drill_record_people(r, err) < 0)
		return -1;
	r->state = state_of(r);
	if (drill_record_steps(r, err) < 0 || drill_record_validation(r, err) < 0 ||
	    drill_record_phases(r, err) < 0)
		return -1;
	drill_record_expect(r, NULL, 0);
	if (drill_record_components(r, err) < 0)
		return -1;
	drill_record_measure(r);
	return drill_record_judge(r, err);
}

int drill_record_build(const struct run *run, const struct entries *entries, int64_t now_ns,
		       struct drill_record *out, struct error *err)
{
	if (strcmp(run->kind, "drill") != 0)
		return error_set(err, ERROR_IO, "run %s is no drill", run->id);
	out->run = run;
	out->entries = entries;
	out->over = run->finished_ns != 0;
	out->now_ns = out->over ? run->finished_ns : now_ns;
	if (build(out, err) == 0)
		return 0;
	drill_record_release(out);
	return -1;
}

void drill_record_release(struct drill_record *r)
{
	drill_plan_release(&r->plan);
	timezone_close(r->zone);
	arena_release(&r->arena);
	*r = (struct drill_record){ 0 };
}
