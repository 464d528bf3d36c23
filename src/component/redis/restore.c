/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot is loaded by a server that is a replica of nobody: a master drops keys that have
 * expired while it loads, a replica waits to be told. So what it saves again must equal the
 * backup. Only then it becomes a master.
 */
#include "base/clock.h"
#include "component/redis/connection.h"
#include "component/redis/redis.h"
#include "component/redis/restore.intern.h"
#include "component/redis/server_log.h"

static int check_log(struct restoring *r, struct error *err)
{
	CLEANUP(server_log_release)
	struct server_log log = { 0 };
	struct check check = { .name = check_name(CHECK_SERVER_LOG), .verdict = VERDICT_PASS };

	if (restoring_log(r, &log, err) < 0)
		return -1;
	if (!log.count)
		return restoring_add(r, &check, err, "the server's log has no warning");
	if (log.lines.len && buf_append(&r->out->complaints, log.lines.ptr, log.lines.len) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the log of Redis");
	check.verdict = VERDICT_FAIL;
	check.found = log.reason;
	return restoring_add(r, &check, err, "%zu warnings in the server's log, such as: %s",
			     log.count, log.reason);
}

/* When an error came of the server's end, that is what there is to say. */
static int explain(struct restoring *r, enum restore_phase phase, struct error *err)
{
	struct error ignored = ERROR_INIT;

	if (phase == RESTORE_PREPARE || phase == RESTORE_LOAD || !r->connection ||
	    !r->connection->err || process_wait(&r->server->process, NS_PER_SECOND, &ignored) <= 0)
		return -1;
	error_clear(err);
	return restoring_ended(r, CHECK_SERVER_LOG, err);
}

static int run_phases(struct restoring *r, struct error *err)
{
	static int (*const phases[RESTORE_PHASE_COUNT])(struct restoring *, struct error *) = {
		[RESTORE_PREPARE] = restoring_prepare,
		[RESTORE_LOAD] = restoring_load,
		[RESTORE_READ_BACK] = restoring_read_back,
		[RESTORE_CHECK] = restoring_check,
	};

	for (int i = 0; i <= RESTORE_CHECK; i++) {
		enum restore_phase phase = (enum restore_phase)i;
		int64_t started_ns = clock_monotonic_ns();
		int rc;

		restoring_tell(r, phase, "", 0, 0, false);
		rc = phases[i](r, err);
		r->out->took_ns[i] = clock_monotonic_ns() - started_ns;
		if (rc < 0)
			rc = explain(r, phase, err);
		if (rc)
			return rc;
	}
	return check_log(r, err);
}

int engine_redis_restore(struct server *s, const struct restore_job *job, struct restored *out,
			 struct error *err)
{
	struct restoring r = {
		.server = s, .job = job, .part = job->part, .out = out, .held_port = -1
	};
	int rc;

	if (job->part_count != 1 || job->part->kind != PART_RDB)
		return error_set(err, ERROR_INTERNAL,
				 "a restore of Redis takes one snapshot, not %zu files",
				 job->part_count);
	if (restored_begin(out, job, err) < 0)
		return -1;
	rc = run_phases(&r, err);
	restoring_disconnect(&r);
	cleanup_close(&r.held_port);
	reading_release(&r.reading);
	return rc < 0 ? -1 : 0;
}
