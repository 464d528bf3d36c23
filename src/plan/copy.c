/* SPDX-License-Identifier: Apache-2.0 */
/* The run that copies a set which is there already. */
#include "plan/copy.h"

#include <string.h>

#include "plan/judge.h"
#include "repository/catalogue.h"

struct copy {
	const struct copy_request *request;
	struct arena arena;
	struct catalogue catalogue;
	struct copy_files files;
};

static int take_file(struct copy *c, const struct backup_set *set, const struct backup_file *f,
		     struct error *err)
{
	struct copy_file *out = &c->files.file[c->files.count++];
	const struct manifest_file *m =
		set->manifest ? manifest_find(set->manifest, f->relative) : NULL;

	*out = (struct copy_file){
		.component = f->component, .path = f->path, .relative = f->relative, .size = f->size
	};
	if (!m)
		return copy_hash(f->path, out->sha256, err);
	memcpy(out->sha256, m->sha256, sizeof(out->sha256));
	out->size = m->size;
	return 0;
}

/* Manifests last. */
static int list_files(struct copy *c, const struct backup_set *set, struct error *err)
{
	c->files.file = arena_alloc(&c->arena, (set->file_count + 1) * sizeof(*c->files.file));
	if (!c->files.file)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", set->file_count);
	for (int manifests = 0; manifests < 2; manifests++) {
		for (size_t i = 0; i < set->file_count; i++) {
			if ((set->file[i].kind == PART_MANIFEST) == manifests &&
			    take_file(c, set, &set->file[i], err) < 0)
				return -1;
		}
	}
	return 0;
}

static int step_choose(struct plan_run *run, void *subject, struct error *err)
{
	CLEANUP(findings_release)
	struct findings findings = FINDINGS_INIT("manifest");
	struct copy *c = subject;
	const char *wanted = c->request->set ? c->request->set : "latest";
	struct backup_set *set;

	if (catalogue_load(c->request->run.config, &c->catalogue, err) < 0)
		return -1;
	set = catalogue_find(&c->catalogue, wanted);
	if (!set)
		return error_set(err, ERROR_NOT_FOUND, "no backup set \"%s\" in %s", wanted,
				 c->request->run.config->repository);
	plan_about_set(run, set->id);
	if (catalogue_load_manifest(set, &findings, err) < 0)
		return -1;
	if (findings.count) {
		(void)error_set(err, ERROR_TARGET, "the manifest of set %s cannot be used: %s",
				set->id, findings.item[0].message);
		return error_hint(err, "a set that is bad here is not copied; `muster verify` "
				       "tells what is wrong with it");
	}
	return list_files(c, set, err);
}

static int step_copy(struct plan_run *run, void *subject, struct error *err)
{
	const struct copy *c = subject;

	return copy_files(run, &c->files, err);
}

static const char *const after_choose[] = { "choose", NULL };
static const struct step steps[] = {
	{ .id = "choose", .title = "find the set and its manifest", .run = step_choose },
	{ .id = "copy",
	  .title = "write the files to the off-site copy",
	  .after = after_choose,
	  .run = step_copy },
};
static const struct plan copy_plan = { .kind = "copy",
				       .step = steps,
				       .step_count = sizeof(steps) / sizeof(*steps) };

int copy_run(const struct copy_request *request, struct run_outcome *out, struct error *err)
{
	struct copy c = { .request = request, .files = { .config = request->run.config } };
	int rc = run_request_check_set(&request->run, request->set ? request->set : "latest", err);

	if (rc == 0)
		rc = run_request_execute(&request->run, &copy_plan, &c, out, err);
	catalogue_release(&c.catalogue);
	arena_release(&c.arena);
	return rc;
}
