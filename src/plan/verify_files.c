/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the chosen sets: every byte of each read, each judged. */
#include "plan/verify.intern.h"

static int list_files(struct verification *v, struct error *err)
{
	size_t room = 0;

	for (size_t i = 0; i < v->target_count; i++)
		room += v->target[i].set ? v->target[i].set->file_count : 0;
	v->file = arena_alloc(&v->arena, (room + 1) * sizeof(*v->file));
	if (!v->file)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", room);
	for (size_t i = 0; i < v->target_count; i++) {
		const struct verify_target *t = &v->target[i];

		for (size_t k = 0; t->set && k < t->set->file_count; k++) {
			const struct backup_file *file = &t->set->file[k];

			if (file->component != t->component)
				continue;
			v->file[v->file_count++] = (struct verify_file){
				.target = t, .file = file, .judged = judged_file_of(t->set, file)
			};
		}
	}
	return 0;
}

static int inspect_all(struct plan_run *run, struct verification *v, struct inspection *results,
		       struct error *err)
{
	struct inspect_request *requests =
		arena_alloc(&v->arena, v->file_count * sizeof(*requests));
	const struct inspect_options options = judged_inspect_options(run, v->config);

	if (!requests)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", v->file_count);
	for (size_t i = 0; i < v->file_count; i++) {
		const struct backups_config *b = &v->file[i].target->component->backups;

		requests[i].path = v->file[i].file->path;
		if (judged_source_of(v->file[i].file, &v->arena, &requests[i].source, err) < 0)
			return -1;
		requests[i].decode = b->decode.count ? b->decode.item : NULL;
	}
	return inspect_files(requests, v->file_count, &options, results, err);
}

int verify_step_files(struct plan_run *run, void *subject, struct error *err)
{
	struct verification *v = subject;
	struct inspection *results;

	if (list_files(v, err) < 0)
		return -1;
	if (!v->file_count)
		return 0;
	results = arena_alloc(&v->arena, v->file_count * sizeof(*results));
	if (!results)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", v->file_count);
	if (inspect_all(run, v, results, err) < 0)
		return -1;
	for (size_t i = 0; i < v->file_count; i++)
		v->file[i].judged.inspection = results[i];
	v->inspected = true;
	for (size_t i = 0; i < v->file_count; i++) {
		if (judge_file(run, &v->file[i].judged, err) < 0)
			return -1;
	}
	return 0;
}
