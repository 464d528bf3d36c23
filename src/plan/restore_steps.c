/* SPDX-License-Identifier: Apache-2.0 */
/* The steps around a restore: the sandbox is sealed, the files are read, nothing is left. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "plan/restore_test.intern.h"

/* More than a server and all sessions of a restore come to. */
enum { PROCESS_MAX = 512 };
/* Unless the configuration says how much a restore may take, it leaves a tenth of what is free. */
enum { DISK_LEFT = 10 };
/* What a server takes before anything is in it. */
static const uint64_t server_room[ENGINE_COUNT] = { [ENGINE_POSTGRESQL] = UINT64_C(128) << 20,
						    [ENGINE_REDIS] = UINT64_C(1) << 20,
						    [ENGINE_RABBITMQ] = UINT64_C(32) << 20 };

/* ---- seal ---- */

/* Free bytes where sandboxes and unpacked files lie; UINT64_MAX: nobody can tell. */
static uint64_t disk_room(const struct restore_test *t)
{
	struct statvfs disk;

	if (statvfs(sandbox_parent(t->request->scratch), &disk) < 0)
		return UINT64_MAX;
	return (uint64_t)disk.f_bavail * disk.f_frsize;
}

static uint64_t disk_max(const struct restore_test *t, const struct restore_target *target)
{
	uint64_t room = disk_room(t);

	if (target->config.disk_max || room == UINT64_MAX)
		return target->config.disk_max;
	return room - room / DISK_LEFT;
}

static int64_t time_max(const struct plan_run *run, const struct restore_test *t, int64_t began_ns)
{
	return run->deadline_ns ? run->deadline_ns - began_ns + t->request->keep_ns : 0;
}

static int seal(struct plan_run *run, struct restore_test *t, struct restore_target *target,
		struct error *err)
{
	int64_t began_ns = clock_monotonic_ns();
	const struct sandbox_options options = {
		.parent = t->request->scratch,
		.limits = { .memory_max = target->config.memory_max,
			    .disk_max = disk_max(t, target),
			    .process_max = PROCESS_MAX,
			    .time_max_ns = time_max(run, t, began_ns) },
		.visited = t->request->keep_ns > 0,
		.work = restore_inside,
		.cookie = &target->wish
	};
	struct question q = { .id = CHECK_SANDBOX, .component = target->component };
	char took[QUANTITY_TEXT_SIZE];

	target->began_ns = began_ns;
	if (sandbox_open(&options, &target->sandbox, err) < 0)
		return -1;
	target->sealed = true;
	return judge(run, &q, true, err, "sealed in %s; what was tried to get out of it failed",
		     quantity_format_duration(clock_monotonic_ns() - began_ns, took));
}

/* Before the lanes begin: their threads must not fork. Once for all groups. */
static int open_desk(struct plan_run *run, struct restore_test *t, struct error *err)
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

int restore_step_seal(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_test *t = subject;
	struct error ignored = ERROR_INIT;
	unsigned removed = 0;

	if (sandbox_sweep(t->request->scratch, &removed, &ignored) < 0)
		error_clear(&ignored); /* what a power cut left is a matter of its own */
	if (open_desk(run, t, err) < 0)
		return -1;
	for (size_t i = 0; i < t->target_count; i++) {
		struct restore_target *target = &t->target[i];

		if (target->file_count && strcmp(target->seal, run->current->id) == 0 &&
		    seal(run, t, target, err) < 0) {
			t->cause = err->kind;
			return -1;
		}
	}
	return 0;
}

/* ---- read ---- */

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
	size_t number = (size_t)(f - target->file);

	(void)snprintf(path, sizeof(path), "%s/part-%zu", target->sandbox.given, number);
	(void)snprintf(f->inside, sizeof(f->inside), SANDBOX_GIVEN "/part-%zu", number);
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

int restore_keep_cause(struct restore_target *target, int rc, const struct error *err)
{
	if (rc < 0 && target->cause == ERROR_NONE)
		target->cause = err->kind;
	return rc;
}

int restore_step_read(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_test *t = subject;
	struct restore_target *target = restore_target_of(run, t);
	int rc = 0;

	target->restorable = target->file_count > 0;
	for (size_t i = 0; rc == 0 && i < target->file_count; i++) {
		rc = read_file(run, t, target, &target->file[i], err);
		target->restorable = target->restorable && is_sound(&target->file[i]);
	}
	return restore_keep_cause(target, rc, err);
}

/* ---- restore ---- */

/* What a database takes beside its rows: indexes, WAL, the copy that a cache saves. */
enum { ROOM_PER_CONTENT = 2 };

static unsigned servers_of(const struct restore_target *t)
{
	return t->engine == ENGINE_POSTGRESQL && t->config.standby ? 2 : 1;
}

/* What is known of a file that was not read. */
static uint64_t stored_size(const struct restore_file *f)
{
	struct stat status;

	if (f->source)
		return f->source->size;
	return stat(f->path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static uint64_t content_of(const struct restore_target *target)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < target->file_count; i++) {
		const struct reading *r = &target->file[i].judged.inspection.reading;
		uint64_t rows = 0;

		for (size_t k = 0; k < r->facts.count; k++)
			rows += r->facts.item[k].known & MEASURE_BYTES ? r->facts.item[k].bytes : 0;
		rows = rows > r->content_bytes ? rows : r->content_bytes;
		bytes += rows ? rows : stored_size(&target->file[i]);
	}
	return bytes;
}

int restore_check_room(struct plan_run *run, const struct restore_test *t,
		       const struct restore_target *target, struct error *err)
{
	const char *about = t->request->dry_run ? "at least" : "about";
	uint64_t each = ROOM_PER_CONTENT * content_of(target) + server_room[target->engine];
	uint64_t need = servers_of(target) * each;
	uint64_t room = disk_room(t), most = disk_max(t, target);
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE];
	struct question q = { .id = CHECK_PREFLIGHT, .component = target->component };

	room = most && most < room ? most : room;
	q.expected = quantity_format_size(need, want);
	q.found = quantity_format_size(room, got);
	if (need <= room)
		return judge(run, &q, true, err, "%s of disk may be used, %s %s are needed", got,
			     about, want);
	(void)error_set(err, ERROR_TARGET, "restoring%s needs %s %s of disk, and %s may be used",
			servers_of(target) > 1 ? ", with a standby," : "", about, want, got);
	return error_hint(err, "let TMPDIR name a directory with more room, or raise "
			       "restore.disk_max");
}

static int not_tried(struct plan_run *run, const struct restore_target *target, enum check_id id,
		     struct error *err)
{
	struct question q = { .id = id, .component = target->component };

	return judge_skipped(run, &q, err, "not tried: the backup is not sound");
}

static int restore(struct plan_run *run, struct restore_test *t, struct restore_target *target,
		   struct error *err)
{
	if (restore_check_room(run, t, target, err) < 0 ||
	    restore_give_order(run, target, t, err) < 0)
		return -1;
	target->restored = true;
	return restore_hear(run, target, RESTORE_READ_BACK, err);
}

int restore_step_restore(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_test *t = subject;
	struct restore_target *target = restore_target_of(run, t);

	if (!target->file_count)
		return 0;
	if (!target->restorable)
		return not_tried(run, target, CHECK_RESTORED, err);
	return restore_keep_cause(target, restore(run, t, target, err), err);
}

/* ---- remove ---- */

int restore_step_remove(struct plan_run *run, void *subject, struct error *err)
{
	const struct restore_test *t = subject;
	struct restore_target *target = restore_target_of(run, subject);
	struct question q = { .id = CHECK_REMOVED, .component = target->component };
	char directory[PATH_MAX], took[QUANTITY_TEXT_SIZE];
	int64_t began_ns = clock_monotonic_ns();
	bool gone;

	if (!target->sealed)
		return 0;
	if (restore_is_to_be_kept(run, t, target))
		return restore_keep(run, t, target, err);
	memcpy(directory, target->sandbox.directory, sizeof(directory));
	sandbox_close(&target->sandbox);
	target->sealed = false;
	gone = access(directory, F_OK) < 0;
	q.hint = "the next restore test removes it";
	return judge(run, &q, gone, err,
		     gone ? "nothing is left of the sandbox, after %s" :
			    "after %s the sandbox's directory is still there",
		     quantity_format_duration(clock_monotonic_ns() - began_ns, took));
}
