/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/notify.h"

#include "base/host.h"
#include "history/told.h"
#include "notify/routes.h"
#include "notify/tell.h"

/* What is no longer configured will never be said to be well. */
static int add_removed(const struct notify_scope *s, const struct alerts *alerts,
		       struct changes *changes, struct error *err)
{
	for (size_t i = 0; i < alerts->count; i++) {
		const struct alert *a = &alerts->item[i];

		if (*a->component && !config_component(s->config, a->component) &&
		    changes_add_recovered(a, "no longer configured", changes, err) < 0)
			return -1;
	}
	return 0;
}

static int tell_of_run(const struct notify_scope *s, const struct run *run, struct arena *arena,
		       size_t *queued, struct error *err)
{
	struct telling t = { .config = s->config,
			     .history = s->history,
			     .now_ns = s->now_ns,
			     .id = run->id,
			     .kind = run->kind,
			     .run = run->id,
			     .set = run->set,
			     .host = run->host,
			     .next = arena_printf(arena, "muster run show %s", run->id),
			     .arena = arena };
	const struct change_times times = { .now_ns = s->now_ns,
					    .reminder_ns = s->config->notify.reminder_ns };
	CLEANUP(alerts_release)
	struct alerts alerts = { 0 };
	CLEANUP(changes_release)
	struct changes changes = { 0 };

	if (!t.next)
		return error_set(err, ERROR_NOMEM, "no memory for a notification");
	if (alert_list(s->history, s->config->platform, run->kind, &alerts, err) < 0 ||
	    changes_of_run(run, &alerts, &times, &changes, err) < 0 ||
	    add_removed(s, &alerts, &changes, err) < 0 || tell_changes(&t, &changes, err) < 0 ||
	    tell_outcome(&t, run, &changes, err) < 0 || told_mark(s->history, run->id, err) < 0)
		return -1;
	*queued += t.count;
	return 0;
}

/* In a transaction: by now another process may have told of it. */
static int tell_unless_told(const struct notify_scope *s, const char *id, size_t *queued,
			    struct error *err)
{
	CLEANUP(run_release)
	struct run run = { 0 };
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	bool told = false;

	if (told_is(s->history, id, &told, err) < 0)
		return -1;
	if (told)
		return 0;
	if (history_load_brief(s->history, id, &run, err) < 0)
		return -1;
	return tell_of_run(s, &run, &arena, queued, err);
}

int notify_runs(const struct notify_scope *s, size_t *queued, struct error *err)
{
	CLEANUP(cleanup_free)
	char(*ids)[RUN_ID_SIZE] = NULL;
	size_t count = 0;

	if (told_missing_runs(s->history, &ids, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (history_begin(s->history, err) < 0)
			return -1;
		if (history_end(s->history, tell_unless_told(s, ids[i], queued, err), err) < 0)
			return error_context(err, "tell of run %s", ids[i]);
	}
	return 0;
}

static int queue_started(struct telling *t, struct error *err)
{
	const struct notify_config *notify = &t->config->notify;
	const struct route_question q = { .event = NOTICE_STARTED, .kind = t->kind };

	for (size_t i = 0; i < notify->receiver_count; i++) {
		struct notice n = { .event = NOTICE_STARTED, .verdict = VERDICT_SKIPPED };

		n.title = arena_printf(t->arena, "%s started", t->kind);
		if (routes_want(notify, &notify->receiver[i], &q) &&
		    tell_one(t, &notify->receiver[i], &n, err) < 0)
			return -1;
	}
	return 0;
}

int notify_started(const struct notify_scope *s, const char *run, const char *kind, size_t *queued,
		   struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	char host[HOST_NAME_SIZE];
	struct telling t = { .config = s->config,
			     .history = s->history,
			     .now_ns = s->now_ns,
			     .id = arena_printf(&arena, "%s-started", run),
			     .kind = kind,
			     .run = run,
			     .set = "",
			     .host = host_name(host),
			     .next = "muster status",
			     .arena = &arena };

	if (!s->config->notify.receiver_count)
		return 0;
	if (!t.id)
		return error_set(err, ERROR_NOMEM, "no memory for a notification");
	if (history_begin(s->history, err) < 0)
		return -1;
	if (history_end(s->history, queue_started(&t, err), err) < 0)
		return -1;
	*queued += t.count;
	return 0;
}
