/* SPDX-License-Identifier: Apache-2.0 */
/* The last step of a backup that is copied: what was published, written to the off-site copy. */
#include <string.h>
#include <sys/stat.h>

#include "plan/backup.intern.h"
#include "plan/copy.h"

static int list_part(struct backup *b, const struct manifest_file *m, struct copy_file *out,
		     struct error *err)
{
	*out = (struct copy_file){ .component = config_component(b->config, m->component),
				   .relative = m->path,
				   .path = m->path,
				   .size = m->size };
	memcpy(out->sha256, m->sha256, sizeof(out->sha256));
	if (m->path[0] != '/')
		out->path = arena_printf(&b->arena, "%s/%s", b->config->repository, m->path);
	return out->path ? 0 : error_set(err, ERROR_NOMEM, "no memory for a path");
}

static int list_manifest(struct backup *b, struct copy_file *out, struct error *err)
{
	const char *path = b->result->manifest_path;
	size_t root = strlen(b->config->repository);
	struct stat st;

	*out = (struct copy_file){ .path = path, .relative = path };
	if (strncmp(path, b->config->repository, root) == 0 && path[root] == '/')
		out->relative += root + 1;
	if (stat(path, &st) < 0)
		return error_set_errno(err, ERROR_IO, "look at %s", path);
	out->size = (uint64_t)st.st_size;
	return copy_hash(path, out->sha256, err);
}

int backup_step_copy(struct plan_run *run, void *subject, struct error *err)
{
	struct backup *b = subject;
	size_t parts = b->manifest->file_count;
	struct copy_files files = { .config = b->config, .count = parts + 1 };

	files.file = arena_alloc(&b->arena, files.count * sizeof(*files.file));
	if (!files.file)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", files.count);
	for (size_t i = 0; i < parts; i++) {
		if (list_part(b, &b->manifest->file[i], &files.file[i], err) < 0)
			return -1;
	}
	if (list_manifest(b, &files.file[parts], err) < 0)
		return -1;
	return copy_files(run, &files, err);
}
