/* SPDX-License-Identifier: Apache-2.0 */
/* Which backups are restored: a set for each component, or the files that were named. */
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "plan/restore_test.intern.h"

/* The parts that a component's content is restored from, best first; all that are there of the first kind. */
static const enum part_kind content_kinds[] = { PART_DUMP, PART_SQL, PART_RDB, PART_DEFINITIONS };
static const enum part_kind content_kinds_sql[] = { PART_SQL, PART_DUMP, PART_RDB,
						    PART_DEFINITIONS };
enum { CONTENT_KINDS = sizeof(content_kinds) / sizeof(*content_kinds) };

/* The best kind of part that the set holds of the component; PART_KIND_COUNT: none. */
static enum part_kind content_kind(const struct restore_test *t, const struct backup_set *set,
				   const struct component_config *c)
{
	const enum part_kind *kinds = t->request->from_sql ? content_kinds_sql : content_kinds;

	for (size_t k = 0; k < CONTENT_KINDS; k++) {
		for (size_t i = 0; i < set->file_count; i++) {
			if (set->file[i].component == c && set->file[i].kind == kinds[k])
				return kinds[k];
		}
	}
	return PART_KIND_COUNT;
}

static bool holds(const struct restore_test *t, const struct backup_set *set,
		  const struct component_config *c)
{
	return content_kind(t, set, c) != PART_KIND_COUNT;
}

/* May its restore be of this set? */
static bool may_be(const struct restore_test *t, const struct backup_set *set,
		   const struct component_config *c)
{
	return holds(t, set, c) &&
	       (!t->request->not_after_ns || set->time_ns <= t->request->not_after_ns);
}

static size_t random_below(size_t n)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		number = (uint64_t)(uintptr_t)&number;
	return (size_t)(number % n);
}

/* Among the sets that hold the component: newest first, as the catalogue has them. */
static struct backup_set *pick_set(struct restore_test *t, const struct component_config *c)
{
	struct catalogue *all = &t->catalogue;
	size_t count = 0, wanted = 0;

	for (size_t i = 0; i < all->set_count; i++)
		count += may_be(t, &all->set[i], c);
	if (count <= t->request->withheld)
		return NULL;
	wanted = t->request->withheld;
	if (t->request->pick == RESTORE_PICK_OLDEST)
		wanted = count - 1;
	else if (t->request->pick == RESTORE_PICK_RANDOM)
		wanted += random_below(count - wanted);
	for (size_t i = 0; i < all->set_count; i++) {
		if (may_be(t, &all->set[i], c) && wanted-- == 0)
			return &all->set[i];
	}
	return NULL;
}

static struct backup_set *choose_set(struct restore_test *t, const struct component_config *c)
{
	struct backup_set *named;

	if (!t->request->set)
		return pick_set(t, c);
	named = catalogue_find(&t->catalogue, t->request->set);
	return named && holds(t, named, c) ? named : NULL;
}

static int check_exists(struct plan_run *run, const struct restore_test *t,
			const struct restore_target *target, struct error *err)
{
	static const char *const words[] = { "the newest", "a random", "the oldest" };
	struct question q = { .id = CHECK_EXISTS,
			      .component = target->component,
			      .expected = "a backup",
			      .found = target->set ? target->set->id : "none",
			      .hint = "run `muster backup`, or name a set that holds it: `muster "
				      "backup list`" };

	if (target->set && t->request->set)
		return judge(run, &q, true, err, "set %s, as asked for", target->set->id);
	if (target->set && (t->request->withheld || t->request->not_after_ns))
		return judge(run, &q, true, err, "set %s, the newest of those that may be used",
			     target->set->id);
	if (target->set)
		return judge(run, &q, true, err, "set %s, %s that holds it", target->set->id,
			     words[t->request->pick]);
	if (t->request->set)
		return judge(run, &q, false, err, "set %s holds no backup of it", t->request->set);
	return judge(run, &q, false, err, "no backup in %s",
		     t->request->run.offsite ? t->config->offsite.url :
					       target->component->backups.path);
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
	enum part_kind kind = content_kind(t, set, target->component);

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
	target->set = choose_set(t, target->component);
	if (check_exists(run, t, target, err) < 0)
		return -1;
	if (!target->set)
		return 0;
	plan_about_set(run, target->set->id);
	if (load_manifest(run, target->set, err) < 0)
		return -1;
	return list_files(t, target, err);
}

int restore_step_choose(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_test *t = subject;
	int rc = t->request->of_files ?
			 0 :
			 run_request_load_catalogue(&t->request->run, &t->catalogue, err);

	for (size_t i = 0; rc == 0 && i < t->target_count; i++)
		rc = choose(run, t, &t->target[i], err);
	catalogue_disconnect(
		&t->catalogue); /* before sandboxes are made, of copies of this process */
	if (rc < 0)
		t->cause = err->kind;
	return rc;
}
