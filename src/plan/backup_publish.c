/* SPDX-License-Identifier: Apache-2.0 */
/* The second half of a backup: what the files hold, and their final names. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/part.h"
#include "inspect/inspect.h"
#include "plan/backup.intern.h"

/* Where the part that the manifest lists lies for now; NULL: it has its name already. */
static const char *temporary_of(const struct backup *b, const struct manifest_file *f)
{
	for (size_t i = 0; i < b->parts.count; i++) {
		const char *final = b->parts.item[i].final;
		size_t len = strlen(final), tail = strlen(f->path);

		if (len > tail && final[len - tail - 1] == '/' &&
		    strcmp(final + len - tail, f->path) == 0)
			return b->parts.item[i].temporary;
	}
	return NULL;
}

/* The facts go from the reading to the manifest. */
static int give_facts(struct manifest_file *f, struct reading *r, struct error *err)
{
	struct facts *facts = malloc(sizeof(*facts));

	if (!facts)
		return error_set(err, ERROR_NOMEM, "no memory for the facts of %s", f->path);
	*facts = r->facts;
	r->facts = (struct facts){ .side = FACTS_BACKUP };
	f->facts = facts;
	return 0;
}

static int read_back(struct backup *b, struct plan_run *run, struct manifest_file *f,
		     struct error *err)
{
	CLEANUP(inspection_release)
	struct inspection i = { 0 };
	struct inspect_request request = { .path = temporary_of(b, f) };
	const struct inspect_config *limits = &b->config->inspect;
	struct inspect_options options = { .memory_max = limits->memory_max,
					   .time_max_ns = limits->time_max_ns,
					   .expansion_max = limits->expansion_max,
					   .stop_requested = b->request->stop_requested,
					   .deadline_ns = run->deadline_ns };
	const struct finding *first;

	if (!request.path)
		return error_set(err, ERROR_INTERNAL, "%s was not written", f->path);
	if (inspect_files(&request, 1, &options, &i, err) < 0)
		return -1;
	if (i.error.kind != ERROR_NONE) {
		*err = i.error;
		return error_context(err, "read %s back", f->path);
	}
	if (i.verdict >= VERDICT_ERROR) {
		first = i.envelope.count ? i.envelope.item : i.reading.findings.item;
		return error_set(err, ERROR_TARGET,
				 "%s is bad as it came from the server: %s at byte %" PRIu64 ": %s",
				 f->path, first ? finding_id(first->code) : "no memory",
				 first ? first->offset : 0, first ? first->message : "");
	}
	return give_facts(f, &i.reading, err);
}

int backup_step_read_back(struct plan_run *run, void *subject, struct error *err)
{
	struct backup *b = subject;

	for (size_t i = 0; i < b->manifest->file_count; i++) {
		struct manifest_file *f = &b->manifest->file[i];

		if (!f->facts && (f->kind == PART_RDB || f->kind == PART_DEFINITIONS) &&
		    read_back(b, run, f, err) < 0)
			return -1;
	}
	return 0;
}

/* The manifest lies beside the first dump, named after its database, else in the root. */
static int name_manifest(const struct backup *b, struct buf *out, struct error *err)
{
	const struct manifest_file *dump = NULL;
	struct backup_job job = { .root = b->config->repository, .stamp = b->stamp };
	int rc;

	for (size_t i = 0; i < b->manifest->file_count && !dump; i++) {
		if (b->manifest->file[i].kind == PART_DUMP)
			dump = &b->manifest->file[i];
	}
	if (dump) {
		job.component = config_component(b->config, dump->component);
		rc = buf_printf(out, "%s/", job.component->backups.path);
		if (rc == 0)
			return part_name(&job, PART_MANIFEST, dump->database, out, err);
	} else {
		rc = buf_printf(out, "%s/manifest_%s.json", b->config->repository, b->stamp);
	}
	return rc < 0 ? error_set(err, ERROR_NOMEM, "no memory for the manifest's name") : 0;
}

static int rename_parts(struct backup *b, size_t *renamed, struct error *err)
{
	for (*renamed = 0; *renamed < b->parts.count; (*renamed)++) {
		const struct backup_part *p = &b->parts.item[*renamed];

		if (renameat2(AT_FDCWD, p->temporary, AT_FDCWD, p->final, RENAME_NOREPLACE) < 0)
			return error_set_errno(err, ERROR_IO, "rename %s to %s", p->temporary,
					       p->final);
	}
	for (size_t i = 0; i < b->component_count; i++) {
		if (file_sync_directory(b->component[i]->backups.path, err) < 0)
			return -1;
	}
	return 0;
}

static int write_manifest(struct backup *b, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(buf_release)
	struct buf path = { 0 };

	b->manifest->finished_ns = clock_wall_ns();
	if (name_manifest(b, &path, err) < 0 || manifest_write(b->manifest, &text, err) < 0)
		return -1;
	if (path.len >= sizeof(b->result->manifest_path))
		return error_set(err, ERROR_USAGE, "the manifest's path is too long: %.80s…",
				 path.ptr);
	if (access(path.ptr, F_OK) == 0) {
		(void)error_set(err, ERROR_IO, "%s is there already", path.ptr);
		return error_hint(err, "another backup began in the same second; take this one "
				       "again");
	}
	if (file_write_atomic(path.ptr, 0640, text.ptr, text.len, err) < 0)
		return -1;
	memcpy(b->result->manifest_path, path.ptr, path.len + 1);
	return 0;
}

int backup_step_publish(struct plan_run *run, void *subject, struct error *err)
{
	struct backup *b = subject;
	size_t renamed = 0;

	if (plan_may_go_on(run, err) < 0)
		return -1;
	if (rename_parts(b, &renamed, err) == 0 && write_manifest(b, err) == 0)
		return 0;
	for (size_t i = 0; i < renamed; i++)
		(void)unlink(b->parts.item[i].final);
	return -1;
}
