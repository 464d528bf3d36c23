/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/backup.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/host.h"
#include "base/quantity.h"
#include "base/timezone.h"
#include "component/engine.h"
#include "plan/backup.intern.h"
#include "repository/catalogue.h"

void backup_result_release(struct backup_result *r)
{
	manifest_release(&r->manifest);
}

static bool has_backups(const struct component_config *c)
{
	return engine_of(c->engine)->backup != NULL;
}

static int choose_component(struct backup *b, size_t named, struct error *err)
{
	const struct component_config *c = run_request_component(b->request, named, err);

	if (!c)
		return -1;
	if (!has_backups(c))
		return error_set(err, ERROR_USAGE, "component \"%s\" (%s) has nothing to back up",
				 c->name, engine_kind_name(c->engine));
	for (size_t i = 0; i < b->component_count; i++) {
		if (b->component[i] == c)
			return 0;
	}
	b->component[b->component_count++] = c;
	return 0;
}

static int choose_components(struct backup *b, struct error *err)
{
	const struct run_request *r = b->request;
	size_t room = b->config->component_count + r->component_count + 1;

	b->component = arena_alloc(&b->arena, room * sizeof(*b->component));
	if (!b->component)
		return error_set(err, ERROR_NOMEM, "no memory for %zu components", room);
	for (size_t i = 0; i < r->component_count; i++) {
		if (choose_component(b, i, err) < 0)
			return -1;
	}
	for (size_t i = 0; !r->component_count && i < b->config->component_count; i++) {
		if (has_backups(&b->config->component[i]))
			b->component[b->component_count++] = &b->config->component[i];
	}
	if (!b->component_count) {
		(void)error_set(err, ERROR_CONFIG, "%s names no component to back up",
				b->config->path);
		return error_hint(err, "add one below `components:`; see muster.yaml(5)");
	}
	return 0;
}

/* Does no set bear the present second, nor one that another run is about to write? */
static int try_stamp(struct backup *b, const struct zone *zone, bool *is_free, struct error *err)
{
	CLEANUP(catalogue_release)
	struct catalogue catalogue = { 0 };

	b->manifest->started_ns = clock_wall_ns();
	(void)timezone_stamp(zone, b->manifest->started_ns, b->stamp);
	/* in this order: the other may be done in between */
	if (history_reserve_second(b->request->history, b->manifest->started_ns, is_free, err) <
		    0 ||
	    catalogue_load(b->config, &catalogue, err) < 0)
		return -1;
	*is_free &= !catalogue_find(&catalogue, b->stamp);
	return 0;
}

/* A stamp that no set bears yet: the present second, or one of the next. */
static int choose_stamp(struct backup *b, struct error *err)
{
	CLEANUP(cleanup_zone)
	struct zone *zone = NULL;

	if (timezone_open(b->config->timezone, &zone, err) < 0)
		return -1;
	for (int attempt = 0; attempt < 5; attempt++) {
		bool is_free = false;

		if (try_stamp(b, zone, &is_free, err) < 0)
			return -1;
		if (is_free)
			return 0;
		(void)nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	}
	return error_set(err, ERROR_IO, "set %s is there already in %s", b->stamp,
			 b->config->repository);
}

static int step_prepare(struct plan_run *run, void *subject, struct error *err)
{
	struct backup *b = subject;
	char host[HOST_NAME_SIZE];

	if (file_make_directories(b->config->repository, 0750, err) < 0)
		return -1;
	for (size_t i = 0; i < b->component_count; i++) {
		const char *path = b->component[i]->backups.path;

		if (file_make_directories(path, 0750, err) < 0)
			return -1;
	}
	b->manifest->platform = arena_strdup(&b->manifest->arena, b->config->platform);
	b->manifest->host = arena_strdup(&b->manifest->arena, host_name(host));
	b->manifest->muster_version = MUSTER_VERSION;
	if (!b->manifest->platform || !b->manifest->host)
		return error_set(err, ERROR_NOMEM, "no memory for the manifest");
	if (choose_stamp(b, err) < 0)
		return -1;
	b->manifest->set = b->stamp;
	plan_about_set(run, b->stamp);
	return 0;
}

struct watcher {
	struct plan_run *run;
};

static void report_progress(void *cookie, const char *subject, uint64_t done, uint64_t total)
{
	struct watcher *w = cookie;
	struct error ignored = ERROR_INIT;

	/* a renderer's business; the step itself asks plan_may_go_on() */
	if (plan_progress(w->run, subject, done, total, &ignored) < 0)
		error_clear(&ignored);
}

static int step_take(struct plan_run *run, void *subject, struct error *err)
{
	struct backup *b = subject;
	/* the steps between the first and the last two are one per component, in order */
	const struct component_config *c = b->component[run->current - b->plan.step - 1];
	struct watcher watcher = { .run = run };
	struct backup_job job = { .component = c,
				  .root = b->config->repository,
				  .stamp = b->stamp,
				  .progress = { .report = report_progress, .cookie = &watcher },
				  .stop_requested = b->request->stop_requested };
	struct question q = { .id = CHECK_TAKEN, .component = c, .subject = b->stamp };
	size_t before = b->manifest->file_count;
	int64_t start = clock_monotonic_ns();
	char took[QUANTITY_TEXT_SIZE], size[QUANTITY_TEXT_SIZE];
	uint64_t bytes = 0;

	if (engine_of(c->engine)->backup(&job, b->manifest, &b->parts, err) < 0)
		return error_context(err, "%s", c->name);
	for (size_t i = before; i < b->manifest->file_count; i++)
		bytes += b->manifest->file[i].size;
	return judge(run, &q, true, err, "%zu files, %s, in %s", b->manifest->file_count - before,
		     quantity_format_size(bytes, size),
		     quantity_format_duration(
			     (clock_monotonic_ns() - start) / 100000000 * 100000000, took));
}

/* The fixed steps around one `take` per component, each after the one before. */
static int make_plan(struct backup *b, struct error *err)
{
	size_t taken = b->component_count + 1, count = taken + (b->copy ? 3 : 2);
	struct step *steps = arena_alloc(&b->arena, count * sizeof(*steps));

	if (!steps)
		return error_set(err, ERROR_NOMEM, "no memory for the plan");
	steps[0] = (struct step){ .id = "prepare",
				  .title = "prepare the repository",
				  .run = step_prepare };
	for (size_t i = 0; i < b->component_count; i++) {
		const char *name = b->component[i]->name;

		steps[i + 1] = (struct step){ .id = arena_printf(&b->arena, "take %s", name),
					      .title = arena_printf(&b->arena, "back up %s", name),
					      .component = name,
					      .run = step_take };
	}
	steps[taken] = (struct step){ .id = "read back",
				      .title = "read the files back",
				      .run = backup_step_read_back };
	steps[taken + 1] = (struct step){ .id = "publish",
					  .title = "give the files their names",
					  .run = backup_step_publish };
	if (b->copy)
		steps[taken + 2] = (struct step){ .id = "copy",
						  .title = "write the files to the off-site copy",
						  .run = backup_step_copy };
	for (size_t i = 1; i < count; i++) {
		const char **after = arena_alloc(&b->arena, 2 * sizeof(*after));

		if (!after || !steps[i].id || !steps[i].title)
			return error_set(err, ERROR_NOMEM, "no memory for the plan");
		after[0] = steps[i - 1].id;
		steps[i].after = after;
	}
	b->plan = (struct plan){ .kind = "backup", .step = steps, .step_count = count };
	return 0;
}

static void release(struct backup *b)
{
	backup_parts_release(&b->parts);
	arena_release(&b->arena);
}

int backup_run(const struct backup_request *request, struct backup_result *out, struct error *err)
{
	struct backup b = { .request = &request->run,
			    .copy = request->copy,
			    .config = request->run.config,
			    .result = out,
			    .manifest = &out->manifest };
	int rc = choose_components(&b, err);

	if (rc == 0 && b.copy && !*b.config->offsite.url) {
		(void)error_set(err, ERROR_CONFIG, "%s names no off-site copy", b.config->path);
		rc = error_hint(err, "say in offsite.url where it is: s3://BUCKET/PREFIX");
	}
	if (rc == 0)
		rc = make_plan(&b, err);
	if (rc == 0)
		rc = run_request_execute(b.request, &b.plan, &b, &out->outcome, err);
	if (rc == 0 && out->manifest_path[0])
		out->manifest.set = arena_strdup(&out->manifest.arena, b.stamp);
	else
		manifest_release(&out->manifest);
	release(&b);
	return rc;
}
