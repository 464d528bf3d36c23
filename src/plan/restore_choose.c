/* SPDX-License-Identifier: Apache-2.0 */
/* Which backups are restored: a set for each component, or the files that were named. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "plan/restore_test.intern.h"

/* By no more than that is the time of a set, or of a run, thought to be wrong. */
static const int64_t doubt_ns = INT64_C(2) * 24 * 3600 * NS_PER_SECOND;

/* What earlier runs know of the set. */
static const char *describe_trust(const struct restore_test *t, const struct restore_target *target)
{
	static const char *const words[] = {
		[SET_UNKNOWN] = "no run has found anything out about it",
		[SET_SOUND] = "a verification has found it sound",
		[SET_PROVEN] = "a restore has proven it",
		[SET_BAD] = "it is known to be bad, and there is no better one",
	};
	const struct standing *known =
		standings_find(&t->standings, target->component->name, target->set->id);

	return words[known ? known->standing : SET_UNKNOWN];
}

/* Newer sets that were not trusted, in words. */
static int tell_passed_over(struct restore_test *t, struct restore_target *target,
			    struct error *err)
{
	const struct backup_set *newest = NULL;
	const struct standing *known = NULL;
	size_t count = restore_passed_over(t, target, &newest, &known);
	char more[48] = "";

	if (!count)
		return 0;
	if (count > 1)
		(void)snprintf(more, sizeof(more), ", and %zu more newer than it", count - 1);
	target->passed_over =
		known && known->standing == SET_BAD ?
			arena_printf(&t->arena, "set %s, whose check \"%s\" failed in the %s %s%s",
				     newest->id, known->check, known->kind, known->run, more) :
			arena_printf(&t->arena, "set %s, which no run has found sound%s",
				     newest->id, more);
	return target->passed_over ? 0 : error_set(err, ERROR_NOMEM, "no memory for set names");
}

/* Are there sets that may not be used, whatever is known of them? */
static bool is_restricted(const struct restore_test *t)
{
	return t->request->withheld || t->request->not_after_ns;
}

static const char *describe_choice(const struct restore_test *t,
				   const struct restore_target *target)
{
	static const char *const words[] = { "the newest that holds it", "a random that holds it",
					     "the oldest that holds it" };

	return t->request->set     ? "as asked for" :
	       is_restricted(t)    ? "the newest of those that may be used" :
	       target->passed_over ? "the newest that is trusted" :
				     words[t->request->pick];
}

static int check_exists(struct plan_run *run, const struct restore_test *t,
			const struct restore_target *target, struct error *err)
{
	struct question q = { .id = CHECK_EXISTS,
			      .component = target->component,
			      .expected = "a backup",
			      .found = target->set ? target->set->id : "none",
			      .hint = "run `muster backup`, or name a set that holds it: `muster "
				      "backup list`" };

	if (target->set && t->request->trust != RESTORE_TRUST_ALL)
		return judge(run, &q, true, err, "set %s, %s; %s%s%s", target->set->id,
			     describe_choice(t, target), describe_trust(t, target),
			     target->passed_over ? "; passed over: " : "",
			     target->passed_over ? target->passed_over : "");
	if (target->set)
		return judge(run, &q, true, err, "set %s, %s", target->set->id,
			     describe_choice(t, target));
	if (t->request->set)
		return judge(run, &q, false, err, "set %s holds no backup of it", t->request->set);
	return judge(run, &q, false, err, "no backup in %s%s",
		     t->request->run.offsite ? t->config->offsite.url :
					       target->component->backups.path,
		     is_restricted(t) ? " that may be used" : "");
}

/* What cannot be read of a manifest is a check; then the set is judged without it. */
static int load_manifest(struct plan_run *run, struct backup_set *set, struct error *err)
{
	CLEANUP(findings_release)
	struct findings findings = FINDINGS_INIT("manifest");
	struct question q = { .id = CHECK_MANIFEST, .subject = set->id };
	struct error cause = ERROR_INIT;

	if (set->manifest)
		return 0;
	if (catalogue_load_manifest(set, &findings, &cause) < 0)
		return judge_error(run, &q, &cause, err);
	if (!findings.count)
		return 0;
	q.hint = "what the source held is not known; compare with an off-site copy";
	return judge_as(run, &q, findings_verdict(&findings), err, "%s (%s at byte %" PRIu64 ")",
			findings.item[0].message, finding_id(findings.item[0].code),
			findings.item[0].offset);
}

static int list_files(struct restore_test *t, struct restore_target *target, struct error *err)
{
	const struct backup_set *set = target->set;
	enum part_kind kind = restore_content_kind(t, set, target->component);

	target->file = arena_alloc(&t->arena, set->file_count * sizeof(*target->file));
	if (!target->file)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", set->file_count);
	for (size_t i = 0; i < set->file_count; i++) {
		const struct backup_file *f = &set->file[i];

		if (f->component != target->component ||
		    (f->kind != kind && f->kind != PART_GLOBALS))
			continue;
		target->file[target->file_count++] =
			(struct restore_file){ .path = f->path, .judged = judged_file_of(set, f) };
		if (judged_source_of(f, &t->arena, &target->file[target->file_count - 1].source,
				     err) < 0)
			return -1;
	}
	return 0;
}

/* A file of no platform: the component that restore_files_config() made of it knows its path. */
static int take_file(struct restore_test *t, struct restore_target *target, struct error *err)
{
	const char *path = target->component->backups.path;

	target->file = arena_alloc(&t->arena, sizeof(*target->file));
	if (!target->file)
		return error_set(err, ERROR_NOMEM, "no memory for a file");
	target->file[target->file_count++] = (struct restore_file){
		.path = path,
		.source = t->request->source ?
				  t->request->source[target->component - t->config->component] :
				  NULL,
		.judged = { .alone = true,
			    .component = target->component,
			    .set = "",
			    .subject = path,
			    .kind = PART_DUMP,
			    .database = "" }
	};
	return 0;
}

static int choose(struct plan_run *run, struct restore_test *t, struct restore_target *target,
		  struct error *err)
{
	if (t->request->of_files)
		return take_file(t, target, err);
	target->set = restore_pick_set(t, target->component);
	if (target->set && tell_passed_over(t, target, err) < 0)
		return -1;
	if (check_exists(run, t, target, err) < 0)
		return -1;
	if (!target->set)
		return 0;
	plan_about_set(run, target->set->id);
	if (load_manifest(run, target->set, err) < 0)
		return -1;
	return list_files(t, target, err);
}

/* When the oldest set was made; what is of no set needs no looking back. */
static int64_t oldest_ns(const struct catalogue *all)
{
	int64_t oldest = INT64_MAX;

	for (size_t i = 0; i < all->set_count; i++)
		oldest = all->set[i].time_ns < oldest ? all->set[i].time_ns : oldest;
	return oldest;
}

/* A drill, which trusts what is known, has told already where its sets are. */
static int look_back(struct plan_run *run, struct restore_test *t, struct error *err)
{
	const struct run_request *r = &t->request->run;
	const int64_t oldest = oldest_ns(&t->catalogue);
	/* no run has looked at it before it was there, but for a clock or a zone that was wrong */
	const struct standings_question q = { .offsite = r->offsite,
					      .since_ns =
						      oldest > doubt_ns ? oldest - doubt_ns : 0 };

	return t->request->trust == RESTORE_TRUST_ALL ?
		       run_request_note_place(r, run, err) :
		       history_standings(r->history, &q, &t->standings, err);
}

int restore_step_choose(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_test *t = subject;
	int rc = t->request->of_files ?
			 0 :
			 run_request_load_catalogue(&t->request->run, &t->catalogue, err);

	if (rc == 0)
		rc = look_back(run, t, err);
	for (size_t i = 0; rc == 0 && i < t->target_count; i++)
		rc = choose(run, t, &t->target[i], err);
	catalogue_disconnect(
		&t->catalogue); /* before sandboxes are made, of copies of this process */
	if (rc < 0)
		t->cause = err->kind;
	return rc;
}
