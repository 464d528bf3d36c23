/* SPDX-License-Identifier: Apache-2.0 */
/* The steps around a restore: the sandbox is sealed, the files are read, nothing is left. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "plan/restore_test.intern.h"

/* ---- seal ---- */

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
			    .disk_max = restore_disk_max(t, target),
			    .process_max = RESTORE_PROCESS_MAX,
			    .time_max_ns = time_max(run, t, began_ns) },
		.visited = t->request->keep_ns > 0,
		.work = restore_inside,
		.cookie = &target->wish
	};
	struct question q = { .id = CHECK_SANDBOX, .component = target->component };
	char took[QUANTITY_TEXT_SIZE];

	target->began_ns = began_ns;
	if (sandbox_open(&options, &target->own, err) < 0)
		return -1;
	target->sandbox = &target->own;
	target->line.in = TAKE_FD(target->own.in);
	target->line.out = TAKE_FD(target->own.out);
	target->sealed = true;
	return judge(run, &q, true, err, "sealed in %s; what was tried to get out of it failed",
		     quantity_format_duration(clock_monotonic_ns() - began_ns, took));
}

void restore_sweep(const struct restore_test *t)
{
	struct error ignored = ERROR_INIT;
	unsigned removed = 0;

	if (sandbox_sweep(t->request->scratch, &removed, &ignored) < 0)
		error_clear(&ignored); /* what a power cut left is a matter of its own */
}

int restore_step_seal(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_test *t = subject;

	restore_sweep(t);
	if (restore_open_desk(run, t, err) < 0)
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

int restore_keep_cause(struct restore_target *target, int rc, const struct error *err)
{
	if (rc < 0 && target->cause == ERROR_NONE)
		target->cause = err->kind;
	return rc;
}

int restore_step_read(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_test *t = subject;

	return restore_read(run, t, restore_target_of(run, t), err);
}

/* ---- restore ---- */

static int not_tried(struct plan_run *run, const struct restore_target *target, enum check_id id,
		     struct error *err)
{
	struct question q = { .id = id, .component = target->component };

	return judge_skipped(run, &q, err, "not tried: the backup is not sound");
}

int restore_listen(struct plan_run *run, struct restore_target *t, enum restore_phase until,
		   struct error *err)
{
	if (restore_hear(run, t, until, err) < 0)
		return -1;
	if (!restore_has_reported(t))
		return 0;
	if (restore_record_checks(run, t, NULL, NULL, err) < 0)
		return -1;
	return restore_judge_report(t, err);
}

static int restore(struct plan_run *run, struct restore_test *t, struct restore_target *target,
		   struct error *err)
{
	if (restore_check_room(run, t, target, err) < 0 ||
	    restore_give_order(run, target, t, err) < 0)
		return -1;
	target->restored = true;
	return restore_listen(run, target, RESTORE_READ_BACK, err);
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

int restore_close_sandbox(struct plan_run *run, struct sandbox *s, struct question *q,
			  struct error *err)
{
	char directory[PATH_MAX], took[QUANTITY_TEXT_SIZE];
	int64_t began_ns = clock_monotonic_ns();
	bool gone;

	memcpy(directory, s->directory, sizeof(directory));
	sandbox_close(s);
	gone = access(directory, F_OK) < 0;
	q->hint = "the next restore test removes it";
	return judge(run, q, gone, err,
		     gone ? "nothing is left of the sandbox, after %s" :
			    "after %s the sandbox's directory is still there",
		     quantity_format_duration(clock_monotonic_ns() - began_ns, took));
}

int restore_step_remove(struct plan_run *run, void *subject, struct error *err)
{
	const struct restore_test *t = subject;
	struct restore_target *target = restore_target_of(run, subject);
	struct question q = { .id = CHECK_REMOVED, .component = target->component };

	if (!target->sealed)
		return 0;
	if (restore_is_to_be_kept(run, t, target))
		return restore_keep(run, t, target, err);
	visit_line_close(&target->line);
	target->sealed = false;
	return restore_close_sandbox(run, &target->own, &q, err);
}
