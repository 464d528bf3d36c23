/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandbox reported becomes checks of the run. */
#include "plan/restore_test.intern.h"

/* The configuration decides how grave it is that a check does not hold. */
static enum verdict severity_of(const struct restore_target *t, const char *name)
{
	enum check_id id;

	return check_parse_name(name, &id) ? judge_severity(id, t->component) : VERDICT_FAIL;
}

/* True, once: it is to be recorded now. */
static bool take(struct restore_target *t, size_t i, restore_wants *wants, const void *cookie)
{
	bool taken;

	(void)pthread_mutex_lock(&t->hearing.lock);
	taken = !t->hearing.told[i] &&
		(!wants || wants(cookie, &t->report.restored.checks.item[i]));
	t->hearing.told[i] = t->hearing.told[i] || taken;
	(void)pthread_mutex_unlock(&t->hearing.lock);
	return taken;
}

int restore_record_checks(struct plan_run *run, struct restore_target *t, restore_wants *wants,
			  const void *cookie, struct error *err)
{
	const struct checks *checks = &t->report.restored.checks;

	for (size_t i = 0; i < checks->count; i++) {
		struct check check = checks->item[i];

		if (!take(t, i, wants, cookie))
			continue;
		check.component = t->component->name;
		if (check.verdict == VERDICT_FAIL)
			check.verdict = severity_of(t, check.name);
		if (plan_check(run, &check, err) < 0)
			return -1;
	}
	return 0;
}

/* It is no fault of the caller's file or command line. */
int restore_judge_report(const struct restore_target *t, struct error *err)
{
	if (t->report.error.kind == ERROR_NONE)
		return 0;
	*err = t->report.error;
	err->kind = ERROR_TARGET;
	return error_context(err, "in the sandbox");
}
