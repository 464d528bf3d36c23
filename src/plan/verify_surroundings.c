/* SPDX-License-Identifier: Apache-2.0 */
/* What backups need around them: room on the disks, services that answer. */
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "component/engine.h"
#include "plan/verify.intern.h"

/* A restored database takes about this many times the size of its COPY text: heap, indexes, WAL. */
enum { RESTORED_PER_CONTENT = 3 };

static int disk_of(const char *path, uint64_t *free_bytes, uint64_t *total_bytes, struct error *err)
{
	struct statvfs fs;

	if (statvfs(path, &fs) < 0)
		return error_set_errno(err, ERROR_IO, "look at the disk of %s", path);
	*free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	*total_bytes = (uint64_t)fs.f_blocks * fs.f_frsize;
	return 0;
}

static int check_disk_free(struct plan_run *run, const struct verification *v, const char *path,
			   uint64_t available, uint64_t total, struct error *err)
{
	char free_text[QUANTITY_TEXT_SIZE], total_text[QUANTITY_TEXT_SIZE], want[16], got[16];
	double share = total ? (double)available / (double)total : 0;
	struct question q = { .id = CHECK_DISK_FREE,
			      .subject = path,
			      .expected = want,
			      .found = got,
			      .hint = "remove old sets or enlarge the disk" };

	(void)snprintf(want, sizeof(want), "> %.0f %%", 100 * v->config->disk_free_min);
	(void)snprintf(got, sizeof(got), "%.0f %%", 100 * share);
	return judge(run, &q, share > v->config->disk_free_min, err, "%s of %s free (%s)",
		     quantity_format_size(available, free_text),
		     quantity_format_size(total, total_text), got);
}

static int check_disk_room(struct plan_run *run, const struct verification *v, uint64_t available,
			   struct error *err)
{
	struct question q = { .id = CHECK_DISK_ROOM,
			      .subject = v->config->repository,
			      .hint = "the next set or a restore beside it would fill the disk" };
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE];
	uint64_t stored = 0, content = 0;

	for (size_t i = 0; i < v->file_count; i++) {
		stored += v->file[i].judged.inspection.size;
		if (v->file[i].file->kind == PART_DUMP || v->file[i].file->kind == PART_RDB)
			content += v->file[i].judged.inspection.reading.content_bytes;
	}
	if (!stored)
		return judge_skipped(run, &q, err, "no set to take the measure from");
	q.expected = quantity_format_size(stored + RESTORED_PER_CONTENT * content, want);
	q.found = quantity_format_size(available, got);
	return judge(run, &q, available > stored + RESTORED_PER_CONTENT * content, err,
		     "%s free; the next set and a restore need about %s", got, want);
}

/* Judge one directory's disk, and its room when that is the repository's. */
static int check_disk(struct plan_run *run, const struct verification *v, const char *path,
		      struct error *err)
{
	struct question q = { .id = CHECK_DISK_FREE, .subject = path };
	struct error cause = ERROR_INIT;
	uint64_t available = 0, total = 0;

	if (disk_of(path, &available, &total, &cause) < 0)
		return judge_error(run, &q, &cause, err);
	if (check_disk_free(run, v, path, available, total, err) < 0)
		return -1;
	return path == v->config->repository ? check_disk_room(run, v, available, err) : 0;
}

/* A component's directory that is there and lies on another disk than the repository. */
static bool lies_elsewhere(const struct verification *v, const char *path)
{
	struct stat root, own;

	return stat(v->config->repository, &root) == 0 && stat(path, &own) == 0 &&
	       root.st_dev != own.st_dev;
}

int verify_step_disk(struct plan_run *run, void *subject, struct error *err)
{
	struct verification *v = subject;

	if (check_disk(run, v, v->config->repository, err) < 0)
		return -1;
	for (size_t i = 0; i < v->target_count; i++) {
		const struct component_config *c = v->target[i].component;

		if (config_has_backups(c) && lies_elsewhere(v, c->backups.path) &&
		    check_disk(run, v, c->backups.path, err) < 0)
			return -1;
	}
	return 0;
}

int verify_step_services(struct plan_run *run, void *subject, struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	struct verification *v = subject;
	struct error cause = ERROR_INIT;

	for (size_t i = 0; i < v->target_count; i++) {
		const struct component_config *c = v->target[i].component;

		if (engine_of(c->engine)->probe(c, &checks, &cause) == 0)
			continue;
		/* such as a secret that cannot be read: the others are asked all the same */
		if (cause.kind == ERROR_NOMEM || cause.kind == ERROR_INTERRUPTED) {
			*err = cause;
			return -1;
		}
		if (judge_error(run, &(struct question){ .id = CHECK_REACHABLE, .component = c },
				&cause, err) < 0)
			return -1;
		error_clear(&cause);
	}
	return plan_checks(run, &checks, err);
}
