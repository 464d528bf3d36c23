/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a backup, read to their last byte outside, and their content given to the sandbox. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plan/restore_test.intern.h"

int restore_open_desk(struct plan_run *run, struct restore_test *t, struct error *err)
{
	const struct inspect_options options = judged_inspect_options(run, t->config);
	struct inspect_request *request;
	size_t count = 0;

	if (t->desk.line >= 0)
		return 0;
	for (size_t i = 0; i < t->target_count; i++)
		count += t->target[i].file_count;
	request = arena_alloc(&t->arena, (count + 1) * sizeof(*request));
	if (!request)
		return error_set(err, ERROR_NOMEM, "no memory to read %zu files", count);
	count = 0;
	for (size_t i = 0; i < t->target_count; i++) {
		const struct restore_target *target = &t->target[i];
		const struct string_list *decode = &target->component->backups.decode;

		for (size_t k = 0; k < target->file_count; k++) {
			target->file[k].request = count;
			request[count++] = (struct inspect_request){
				.path = target->file[k].path,
				.source = target->file[k].source,
				.decode = decode->count ? decode->item : NULL,
			};
		}
	}
	return inspect_desk_open(&t->desk, request, &options, err);
}

/* What a file of no platform is, its content tells. */
static void take_kind(struct restore_target *target, struct restore_file *f)
{
	static const struct {
		enum format format;
		enum part_kind kind;
		enum engine_kind engine;
	} known[] = { { FORMAT_PG_ARCHIVE, PART_DUMP, ENGINE_POSTGRESQL },
		      { FORMAT_PG_TAR, PART_DUMP, ENGINE_POSTGRESQL },
		      { FORMAT_PG_SQL, PART_SQL, ENGINE_POSTGRESQL },
		      { FORMAT_RDB, PART_RDB, ENGINE_REDIS },
		      { FORMAT_DEFINITIONS, PART_DEFINITIONS, ENGINE_RABBITMQ } };

	for (size_t i = 0; f->judged.alone && i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].format != f->judged.inspection.reading.format)
			continue;
		f->judged.kind = known[i].kind;
		target->engine = known[i].engine;
	}
}

/* The database that a file of no platform is a dump of, as far as it tells. */
static void take_database(struct restore_file *f)
{
	const struct fact *named =
		facts_find(&f->judged.inspection.reading.facts, FACT_SETTING, "", "database");

	if (f->judged.alone && named)
		f->judged.database = named->value;
}

static bool is_sound(const struct restore_file *f)
{
	const struct inspection *i = &f->judged.inspection;

	return i->error.kind == ERROR_NONE && i->verdict != VERDICT_FAIL &&
	       i->verdict != VERDICT_ERROR && i->reading.finished;
}

static int read_file(struct plan_run *run, const struct restore_test *t,
		     struct restore_target *target, struct restore_file *f, struct error *err)
{
	const struct inspect_options options = judged_inspect_options(run, t->config);
	CLEANUP(cleanup_close)
	int fd = -1;
	char path[PATH_MAX + 32];

	/* of several targets each file has a number of its own */
	(void)snprintf(path, sizeof(path), "%s/part-%zu", target->sandbox->given, f->request);
	(void)snprintf(f->inside, sizeof(f->inside), SANDBOX_GIVEN "/part-%zu", f->request);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "create %s", path);
	if (inspect_desk_read(&t->desk, f->request, fd, &options, &f->judged.inspection, err) < 0)
		return -1;
	if (fchmod(fd, 0444) < 0)
		return error_set_errno(err, ERROR_IO, "protect %s", path);
	take_kind(target, f);
	take_database(f);
	if (f->judged.inspection.error.kind != ERROR_NONE && target->cause == ERROR_NONE)
		target->cause = f->judged.inspection.error.kind;
	return judge_file(run, &f->judged, err);
}

int restore_read(struct plan_run *run, struct restore_test *t, struct restore_target *target,
		 struct error *err)
{
	int rc = 0;

	target->restorable = target->file_count > 0;
	for (size_t i = 0; rc == 0 && i < target->file_count; i++) {
		rc = read_file(run, t, target, &target->file[i], err);
		target->restorable = target->restorable && is_sound(&target->file[i]);
	}
	return restore_keep_cause(target, rc, err);
}
