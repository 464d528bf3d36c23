/* SPDX-License-Identifier: Apache-2.0 */
/* One restore beside others: what each of a fleet's targets goes through. */
#include "plan/restore_fleet.h"

#include <string.h>

struct restore_target *restore_fleet_target(struct restore_fleet *f, const char *component)
{
	for (size_t i = 0; i < f->test.target_count; i++) {
		if (strcmp(f->test.target[i].component->name, component) == 0)
			return &f->test.target[i];
	}
	return NULL;
}

int restore_fleet_choose(struct plan_run *run, struct restore_fleet *f, struct error *err)
{
	return restore_step_choose(run, &f->test, err);
}

int restore_fleet_fetch(struct plan_run *run, struct restore_fleet *f, struct restore_target *t,
			struct error *err)
{
	return restore_read(run, &f->test, t, err);
}

/* What restores have written stands in what they were promised already. */
static struct restore_room room_of(struct restore_fleet *f, const struct restore_target *t)
{
	struct restore_test *test = &f->test;
	/* in this order, so that what is written meanwhile counts as taken, not as room */
	uint64_t written = sandbox_written(&f->sandbox);
	uint64_t need = restore_disk_need(t), room = restore_disk_room(test);
	struct restore_room r = { .about = "about", .may_take = UINT64_MAX };

	(void)pthread_mutex_lock(&test->room);
	r.with = test->promised ? ", with what is restored beside it" : "";
	r.need = test->promised + need;
	if (room < UINT64_MAX - written)
		r.may_take = room + written;
	if (f->disk_max && f->disk_max < r.may_take)
		r.may_take = f->disk_max;
	/* what it may take itself it shares with nobody */
	if (t->config.disk_max && test->promised + t->config.disk_max < r.may_take)
		r.may_take = test->promised + t->config.disk_max;
	if (r.need <= r.may_take)
		test->promised = r.need;
	(void)pthread_mutex_unlock(&test->room);
	return r;
}

int restore_fleet_begin(struct plan_run *run, struct restore_fleet *f, struct restore_target *t,
			struct error *err)
{
	struct question q = { .id = CHECK_RESTORED, .component = t->component };
	struct restore_room room;

	if (!t->file_count)
		return judge_skipped(run, &q, err, "not tried: there is no backup");
	if (!t->restorable)
		return judge_skipped(run, &q, err, "not tried: the backup is not sound");
	room = room_of(f, t);
	if (restore_judge_room(run, t, &room, err) < 0 ||
	    restore_give_order(run, t, &f->test, err) < 0)
		return -1;
	t->restored = true;
	return 0;
}

int restore_fleet_hear(struct plan_run *run, struct restore_target *t, enum restore_phase until,
		       struct error *err)
{
	if (!t->restored)
		return 0;
	if (restore_hear(run, t, until, err) < 0)
		return -1;
	if (!restore_has_reported(t) || t->report.error.kind == ERROR_NONE)
		return 0;
	if (restore_record_checks(run, t, NULL, NULL, err) < 0)
		return -1;
	return restore_judge_report(t, err);
}

int restore_fleet_record(struct plan_run *run, struct restore_target *t, restore_wants *wants,
			 const void *cookie, struct error *err)
{
	return restore_has_reported(t) ? restore_record_checks(run, t, wants, cookie, err) : 0;
}

int restore_fleet_compare(struct plan_run *run, struct restore_target *t, enum restore_side side,
			  struct error *err)
{
	struct question q = { .id = CHECK_PROVEN, .component = t->component };

	if (!restore_has_reported(t))
		return judge_skipped(run, &q, err, "not compared: it was not restored");
	return restore_compare(run, t, side, err);
}

int restore_fleet_note(struct plan_run *run, struct restore_target *t, struct error *err)
{
	return restore_has_reported(t) ? restore_note(run, t, err) : 0;
}

static bool names_the_same(const char *a, const char *b)
{
	size_t len = strcspn(a, "=") + 1;

	return strncmp(a, b, len) == 0;
}

static size_t add_variables(const struct restore_target *t, const char **list, size_t count)
{
	for (const char *const *v = t->report.variable; *v; v++) {
		size_t i = 0;

		while (i < count && !names_the_same(list[i], *v))
			i++;
		if (i == count)
			list[count++] = *v;
	}
	return count;
}

const char *const *restore_fleet_environment(struct restore_fleet *f, struct arena *arena,
					     struct error *err)
{
	size_t most = f->test.target_count * RESTORE_VARIABLES, count = 0;
	const char **list = arena_alloc(arena, (most + 1) * sizeof(*list));

	if (!list) {
		(void)error_set(err, ERROR_NOMEM, "no memory for the environment of programs");
		return NULL;
	}
	for (size_t i = 0; i < f->test.target_count; i++) {
		if (restore_has_reported(&f->test.target[i]))
			count = add_variables(&f->test.target[i], list, count);
	}
	list[count] = NULL;
	return list;
}
