/* SPDX-License-Identifier: Apache-2.0 */
/* A sandbox that stays up after its restore test, for people to look around. */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "environment/environment.h"
#include "plan/restore_test.intern.h"

static bool is_alive(const struct sandbox *s)
{
	struct pollfd status = { .fd = s->status, .events = POLLIN };

	return poll(&status, 1, 0) == 0;
}

bool restore_is_to_be_kept(const struct plan_run *run, const struct restore_test *t,
			   struct restore_target *target)
{
	if (!t->request->keep_ns || !is_alive(&target->own))
		return false;
	if (run->stop_requested && run->stop_requested())
		return false;
	/* one that is still restoring could not be visited */
	return restore_has_reported(target) || !target->restored;
}

int restore_keep(struct plan_run *run, const struct restore_test *t, struct restore_target *target,
		 struct error *err)
{
	struct question q = { .id = CHECK_REMOVED, .component = target->component };
	struct environment e = { .until_ns = clock_wall_ns() + t->request->keep_ns };
	char until[CLOCK_RFC3339_SIZE];

	e.engine[target->restored ? target->engine : target->wish.engine] = true;
	(void)snprintf(e.run, sizeof(e.run), "%s", run->id);
	(void)snprintf(e.component, sizeof(e.component), "%s", target->component->name);
	/* its keeper hears what it says */
	target->own.out = TAKE_FD(target->line.out);
	if (environment_keep(&target->own, &e, err) < 0)
		return error_context(err, "keep the sandbox of %s", target->component->name);
	visit_line_close(&target->line);
	target->sealed = false;
	return judge_skipped(run, &q, err, "kept until %s: muster env shell %s",
			     clock_format_rfc3339(e.until_ns, until), e.name);
}
