/* SPDX-License-Identifier: Apache-2.0 */
/* Disk: what there is, what a restore may take, and what it will. */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/quantity.h"
#include "plan/restore_test.intern.h"

/* What a server takes before anything is in it. */
static const uint64_t server_room[ENGINE_COUNT] = { [ENGINE_POSTGRESQL] = UINT64_C(128) << 20,
						    [ENGINE_REDIS] = UINT64_C(1) << 20,
						    [ENGINE_RABBITMQ] = UINT64_C(32) << 20 };

/* What a database takes beside its rows: indexes, WAL, the copy that a cache saves. */
enum { ROOM_PER_CONTENT = 2 };

uint64_t restore_disk_room(const struct restore_test *t)
{
	struct statvfs disk;

	if (statvfs(sandbox_parent(t->request->scratch), &disk) < 0)
		return UINT64_MAX;
	return (uint64_t)disk.f_bavail * disk.f_frsize;
}

uint64_t restore_disk_max(const struct restore_test *t, const struct restore_target *target)
{
	uint64_t room = restore_disk_room(t);

	if (target->config.disk_max || room == UINT64_MAX)
		return target->config.disk_max;
	return room - room / RESTORE_DISK_LEFT;
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

static unsigned servers_of(const struct restore_target *t)
{
	return t->engine == ENGINE_POSTGRESQL && t->config.standby ? 2 : 1;
}

uint64_t restore_disk_need(const struct restore_target *target)
{
	return servers_of(target) *
	       (ROOM_PER_CONTENT * content_of(target) + server_room[target->engine]);
}

int restore_judge_room(struct plan_run *run, const struct restore_target *target,
		       const struct restore_room *r, struct error *err)
{
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE];
	struct question q = { .id = CHECK_PREFLIGHT,
			      .component = target->component,
			      .expected = quantity_format_size(r->need, want),
			      .found = quantity_format_size(r->may_take, got) };

	if (r->need <= r->may_take)
		return judge(run, &q, true, err, "%s of disk may be used, %s %s are needed%s", got,
			     r->about, want, r->with);
	(void)error_set(err, ERROR_TARGET, "restoring%s needs %s %s of disk%s, and %s may be used",
			servers_of(target) > 1 ? ", with a standby," : "", r->about, want, r->with,
			got);
	return error_hint(err, "let TMPDIR name a directory with more room, or raise "
			       "restore.disk_max");
}

int restore_check_room(struct plan_run *run, const struct restore_test *t,
		       const struct restore_target *target, struct error *err)
{
	uint64_t room = restore_disk_room(t), most = restore_disk_max(t, target);
	const struct restore_room r = { .need = restore_disk_need(target),
					.may_take = most && most < room ? most : room,
					.about = t->request->dry_run ? "at least" : "about",
					.with = "" };

	return restore_judge_room(run, target, &r, err);
}
