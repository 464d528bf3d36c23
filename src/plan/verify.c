/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/verify.h"

#include <string.h>

#include "base/clock.h"
#include "plan/verify.intern.h"

static const char *const after_catalogue[] = { "catalogue", NULL };
static const char *const after_files[] = { "files", NULL };

static const struct step steps[] = {
	{ .id = "catalogue", .title = "find the newest backup sets", .run = verify_step_catalogue },
	{ .id = "files",
	  .title = "read every byte of their files",
	  .after = after_catalogue,
	  .run = verify_step_files },
	{ .id = "times",
	  .title = "judge the sets' ages",
	  .after = after_files,
	  .run = verify_step_times },
	{ .id = "history",
	  .title = "compare with earlier sets",
	  .after = after_files,
	  .run = verify_step_history },
	/* from here on of this host: left out for the sets of the off-site copy */
	{ .id = "disk",
	  .title = "look at the disks",
	  .after = after_catalogue,
	  .run = verify_step_disk },
	{ .id = "services", .title = "reach every service", .run = verify_step_services },
	/* the last: left out where there is no copy */
	{ .id = "offsite",
	  .title = "compare the off-site copy",
	  .after = after_files,
	  .run = verify_step_offsite },
};
enum { STEPS = sizeof(steps) / sizeof(*steps), STEPS_OF_SETS = 4 };

/* That an older set is sound says nothing of the newest, whose alerts and status it must not end. */
static const char *kind_of(const struct verify_request *r)
{
	if (r->set)
		return "verify-set";
	return r->run.offsite ? "verify-offsite" : "verify";
}

static struct plan plan_of(const struct verify_request *r)
{
	const struct config *config = r->run.config;
	size_t count = *config->offsite.url ? STEPS : STEPS - 1;

	return (struct plan){ .kind = kind_of(r),
			      .step = steps,
			      .step_count = r->run.offsite ? STEPS_OF_SETS : count };
}

static void add_target(struct verification *v, const struct component_config *component)
{
	for (size_t k = 0; k < v->target_count; k++) {
		if (v->target[k].component == component)
			return;
	}
	v->target[v->target_count++] = (struct verify_target){ .component = component };
}

static int choose_named(struct verification *v, struct error *err)
{
	const struct run_request *r = &v->request->run;

	for (size_t i = 0; i < r->component_count; i++) {
		const struct component_config *c = run_request_component(r, i, err);

		if (!c)
			return -1;
		add_target(v, c);
	}
	return 0;
}

static int choose_targets(struct verification *v, struct error *err)
{
	size_t room = v->config->component_count + v->request->run.component_count + 1;

	v->target = arena_alloc(&v->arena, room * sizeof(*v->target));
	if (!v->target)
		return error_set(err, ERROR_NOMEM, "no memory for %zu components", room);
	if (v->request->run.component_count)
		return choose_named(v, err);
	for (size_t i = 0; i < v->config->component_count; i++)
		add_target(v, &v->config->component[i]);
	if (!v->target_count) {
		(void)error_set(err, ERROR_CONFIG, "%s names no component", v->config->path);
		return error_hint(err, "add one below `components:`; see muster.yaml(5)");
	}
	return 0;
}

static void release(struct verification *v)
{
	for (size_t i = 0; v->inspected && i < v->file_count; i++)
		inspection_release(&v->file[i].judged.inspection);
	catalogue_release(&v->catalogue);
	arena_release(&v->arena);
}

int verify_run(const struct verify_request *request, struct run_outcome *out, struct error *err)
{
	struct verification v = { .request = request, .config = request->run.config };
	const struct plan plan = plan_of(request);
	int rc = choose_targets(&v, err);

	if (rc == 0)
		rc = run_request_check_set(&request->run, request->set, err);
	if (rc == 0)
		rc = run_request_execute(&request->run, &plan, &v, out, err);
	release(&v);
	return rc;
}
