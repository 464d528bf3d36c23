/* SPDX-License-Identifier: Apache-2.0 */
/* Backups chosen, read, restored at the same time into one sandbox, and what they are proven by. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "plan/drill/drill.intern.h"

/* Programs that are run beside the servers: services, smoke tests. */
enum { EXTRA_PROCESSES = 512 };

/* ---- ready ---- */

static int check_age(struct plan_run *run, const struct restore_target *t, struct error *err)
{
	int64_t age = clock_wall_ns() - t->set->time_ns, max = t->component->backups.max_age_ns;
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE];
	struct question q = { .id = CHECK_AGE,
			      .component = t->component,
			      .subject = t->set->id,
			      .expected = quantity_format_duration(max, want),
			      .found = quantity_format_duration(age, got),
			      .hint = "run `muster backup`" };

	return judge(run, &q, age <= max, err, "the set is %s old, at most %s are allowed", got,
		     want);
}

static int check_tools(struct plan_run *run, const struct restore_target *t, struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	const struct engine *engine = engine_of(t->component->engine);

	if (engine->tools && engine->tools(t->component, &checks, err) < 0)
		return -1;
	return plan_checks(run, &checks, err);
}

static int look_at(struct plan_run *run, struct drill *d, struct restore_target *t,
		   struct error *err)
{
	if (check_tools(run, t, err) < 0)
		return -1;
	if (!t->set)
		return 0;
	/* a scenario that withholds the newest sets leaves older ones */
	if (d->request->scenario != DRILL_SCENARIO_NEWEST_UNUSABLE &&
	    d->request->scenario != DRILL_SCENARIO_CORRUPTED_PRIMARY && check_age(run, t, err) < 0)
		return -1;
	return restore_check_room(run, &d->fleet.test, t, err);
}

static int tell_passed_over(struct plan_run *run, struct drill *d, struct error *err)
{
	for (size_t i = 0; i < d->fleet.test.target_count; i++) {
		const struct restore_target *t = &d->fleet.test.target[i];

		if (t->passed_over && drill_note(run, "deviation", err, "%s: passed over: %s",
						 t->component->name, t->passed_over) < 0)
			return -1;
	}
	return 0;
}

static int choose_once(struct plan_run *run, struct drill *d, struct error *err)
{
	if (d->chosen)
		return 0;
	d->chosen = true;
	return restore_fleet_choose(run, &d->fleet, err) < 0 ? -1 : tell_passed_over(run, d, err);
}

int drill_ready(struct plan_run *run, struct drill *d, const struct drill_step *step,
		struct error *err)
{
	(void)step;
	if (choose_once(run, d, err) < 0)
		return -1;
	for (size_t i = 0; i < d->fleet.test.target_count; i++) {
		if (look_at(run, d, &d->fleet.test.target[i], err) < 0)
			return -1;
	}
	return 0;
}

/* ---- seal ---- */

bool drill_has_sandbox(struct drill *d)
{
	bool has;

	(void)pthread_mutex_lock(&d->lock);
	has = d->sealed;
	(void)pthread_mutex_unlock(&d->lock);
	return has;
}

static void set_sandbox(struct drill *d, bool sealed)
{
	(void)pthread_mutex_lock(&d->lock);
	d->sealed = sealed;
	d->removed = !sealed;
	(void)pthread_mutex_unlock(&d->lock);
}

int drill_seal(struct plan_run *run, struct drill *d, const struct drill_step *step,
	       struct error *err)
{
	const struct restore_fleet_options options = {
		.extra = { .process_max = EXTRA_PROCESSES },
		.readable = d->readable,
	};

	(void)step;
	if (d->sealed || d->removed)
		return error_set(err, ERROR_USAGE, "a drill has one sandbox, and has had it");
	if (choose_once(run, d, err) < 0 || restore_fleet_seal(run, &d->fleet, &options, err) < 0) {
		d->unsealed = err->kind;
		return -1;
	}
	set_sandbox(d, true);
	return drill_note(run, "isolation", err,
			  "one sandbox without a network but its own loopback, without privileges "
			  "and without the host's files; every way out that was tried failed");
}

/* ---- fetch ---- */

static int note_text(struct plan_run *run, const struct restore_target *t, const char *name,
		     const char *text, struct error *err)
{
	return plan_note(run, t->component->name, name, text, err);
}

static int note_file(struct plan_run *run, const struct restore_target *t,
		     const struct restore_file *f, struct error *err)
{
	const struct manifest_file *m = f->judged.expected;
	char name[512], text[160], hash[65] = "";

	for (size_t i = 0; m && i < sizeof(m->sha256); i++)
		(void)snprintf(hash + 2 * i, 3, "%02x", m->sha256[i]);
	(void)snprintf(name, sizeof(name), "file %.490s", f->judged.subject);
	(void)snprintf(text, sizeof(text), "%" PRIu64 " bytes%s%s", f->judged.inspection.size,
		       m ? " sha256:" : "", hash);
	return note_text(run, t, name, text, err);
}

static int note_identity(struct plan_run *run, const struct restore_target *t, struct error *err)
{
	if (note_text(run, t, "engine", engine_kind_name(t->component->engine), err) < 0 ||
	    (t->set && note_text(run, t, "set", t->set->id, err) < 0))
		return -1;
	for (size_t i = 0; i < t->file_count; i++) {
		if (note_file(run, t, &t->file[i], err) < 0)
			return -1;
	}
	return 0;
}

/* Of a component, the first step that fetches does. */
static bool was_fetched(struct drill *d, const struct restore_target *t)
{
	bool *fetched = &d->fetched[t - d->fleet.test.target];
	bool before;

	(void)pthread_mutex_lock(&d->lock);
	before = *fetched;
	*fetched = true;
	(void)pthread_mutex_unlock(&d->lock);
	return before;
}

static int fetch(struct plan_run *run, struct drill *d, struct restore_target *t, struct error *err)
{
	if (was_fetched(d, t))
		return error_set(err, ERROR_USAGE, "an earlier step has read its backup");
	if (restore_fleet_fetch(run, &d->fleet, t, err) < 0)
		return -1;
	return note_identity(run, t, err);
}

int drill_fetch(struct plan_run *run, struct drill *d, const struct drill_step *step,
		struct error *err)
{
	return drill_each(run, d, step->engine, fetch, err);
}

/* ---- restore ---- */

static int restore(struct plan_run *run, struct drill *d, struct restore_target *t,
		   struct error *err)
{
	if (t->restored)
		return error_set(err, ERROR_USAGE, "an earlier step has restored it");
	if (restore_fleet_begin(run, &d->fleet, t, err) < 0)
		return -1;
	/* a platform without it is not recovered */
	if (!t->restored)
		return error_set(err, ERROR_TARGET,
				 "nothing was restored: there is no backup, or it is not sound");
	return restore_fleet_hear(run, t, RESTORE_READ_BACK, err);
}

int drill_restore(struct plan_run *run, struct drill *d, const struct drill_step *step,
		  struct error *err)
{
	if (!drill_concerns(d, step->engine))
		return drill_not_lost(run, CHECK_RESTORED, step->engine, err);
	return drill_each(run, d, step->engine, restore, err);
}

/* ---- remove ---- */

/* What no step of the plan asked for. */
static int record_rest(struct plan_run *run, struct drill *d, struct error *err)
{
	for (size_t i = 0; i < d->fleet.test.target_count; i++) {
		if (restore_fleet_record(run, &d->fleet.test.target[i], NULL, NULL, err) < 0)
			return -1;
	}
	return 0;
}

int drill_remove(struct plan_run *run, struct drill *d, const struct drill_step *step,
		 struct error *err)
{
	int rc;

	(void)step;
	if (!drill_has_sandbox(d))
		return 0;
	rc = record_rest(run, d, err);
	if (rc == 0)
		rc = drill_look_at_standbys(run, d, err);
	if (drill_stop_services(run, d, err) < 0 && rc == 0)
		rc = -1;
	if (restore_fleet_remove(run, &d->fleet, err) < 0)
		rc = -1;
	set_sandbox(d, false);
	return rc;
}
