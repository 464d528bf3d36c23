/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/notify.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "history/told.h"
#include "notify/routes.h"
#include "notify/tell.h"

static struct change_times times_of(const struct notify_scope *s)
{
	return (struct change_times){ .now_ns = s->now_ns,
				      .reminder_ns = s->config->notify.reminder_ns };
}

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
	const struct change_times times = times_of(s);
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

/* The name of this machine; "" when the system does not tell. */
static void name_host(char out[256])
{
	out[255] = '\0';
	if (gethostname(out, 255) < 0)
		out[0] = '\0';
}

int notify_started(const struct notify_scope *s, const char *run, const char *kind, size_t *queued,
		   struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	char host[256];
	struct telling t = { .config = s->config,
			     .history = s->history,
			     .now_ns = s->now_ns,
			     .id = arena_printf(&arena, "%s-started", run),
			     .kind = kind,
			     .run = run,
			     .set = "",
			     .host = host,
			     .next = "muster status",
			     .arena = &arena };

	name_host(host);
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

/* What is known of the surroundings while they are told of. */
struct watch {
	const struct notify_scope *scope;
	const struct notify_surroundings *around;
	struct change_times times;
	struct alerts alerts; /* of all kinds */
	struct arena arena;
	char host[256];
	size_t queued;
};

static void watch_release(struct watch *w)
{
	alerts_release(&w->alerts);
	arena_release(&w->arena);
}

static int tell_of(struct watch *w, const char *kind, const char *id, struct changes *changes,
		   struct error *err)
{
	struct telling t = { .config = w->scope->config,
			     .history = w->scope->history,
			     .now_ns = w->scope->now_ns,
			     .id = id,
			     .kind = kind,
			     .run = "",
			     .set = "",
			     .host = w->host,
			     .next = "muster schedule list",
			     .arena = &w->arena };

	if (!id)
		return error_set(err, ERROR_NOMEM, "no memory for a notification");
	if (tell_changes(&t, changes, err) < 0)
		return -1;
	w->queued += t.count;
	return 0;
}

/* An alert of a schedule: where those of runs have the component there is its name. */
static struct alert alert_of(struct watch *w, const char *schedule, const char *kind,
			     const char *name, const char *message)
{
	struct alert a = { .platform = w->scope->config->platform,
			   .kind = kind,
			   .component = schedule,
			   .name = name,
			   .event = "",
			   .message = message };

	a.key = change_key(&w->arena, &a);
	a.component = "";
	return a;
}

static int tell_bad(struct watch *w, const struct alert *now, enum notice_event event,
		    const char *id, int64_t since_ns, struct error *err)
{
	CLEANUP(changes_release)
	struct changes changes = { 0 };
	bool is_new;

	if (!now->key || !now->message)
		return error_set(err, ERROR_NOMEM, "no memory for a notification");
	is_new = !alerts_find(&w->alerts, now->key);
	if (changes_add_bad(now, event, &w->alerts, &w->times, &changes, err) < 0)
		return -1;
	if (is_new && since_ns)
		changes.item[0].alert.since_ns = since_ns;
	return tell_of(w, now->kind, id, &changes, err);
}

static int tell_missed(struct watch *w, const struct notify_missed *m, struct error *err)
{
	char at[CLOCK_RFC3339_SIZE];
	bool told = false;
	const char *id = arena_printf(&w->arena, "missed-%s-%s", m->schedule,
				      clock_format_rfc3339(m->at_ns, at));
	struct alert now = alert_of(w, m->schedule, m->kind, "missed",
				    arena_printf(&w->arena, "%s (%s) did not run at %s: %s",
						 m->schedule, m->kind, at, m->reason));

	if (!id)
		return error_set(err, ERROR_NOMEM, "no memory for a notification");
	if (told_is(w->scope->history, id, &told, err) < 0)
		return -1;
	if (told)
		return 0;
	if (tell_bad(w, &now, NOTICE_MISSED, id, m->at_ns, err) < 0)
		return -1;
	/* the next of the same schedule meets the alert */
	alerts_release(&w->alerts);
	if (alert_list(w->scope->history, w->scope->config->platform, NULL, &w->alerts, err) < 0)
		return -1;
	return told_mark(w->scope->history, id, err);
}

static int tell_stale(struct watch *w, const struct notify_stale *s, struct error *err)
{
	char limit[QUANTITY_TEXT_SIZE], age[QUANTITY_TEXT_SIZE], at[CLOCK_RFC3339_SIZE];
	const char *message;
	struct alert now;

	(void)quantity_format_duration(s->limit_ns, limit);
	(void)quantity_format_age(w->scope->now_ns - s->newest_ns, age);
	if (s->newest_ns)
		message =
			arena_printf(&w->arena, "the last success of %s (%s) is %s old, may be %s",
				     s->schedule, s->kind, age, limit);
	else
		message = arena_printf(&w->arena, "%s (%s) never succeeded, and should every %s",
				       s->schedule, s->kind, limit);
	now = alert_of(w, s->schedule, s->kind, "stale", message);
	return tell_bad(w, &now, NOTICE_STALE,
			arena_printf(&w->arena, "stale-%s-%s", s->schedule,
				     clock_format_rfc3339(w->scope->now_ns, at)),
			0, err);
}

static bool is_stale(struct watch *w, const struct alert *a)
{
	for (size_t i = 0; i < w->around->stale_count; i++) {
		const struct notify_stale *s = &w->around->stale[i];
		struct alert now = alert_of(w, s->schedule, s->kind, "stale", "");

		if (now.key && strcmp(now.key, a->key) == 0)
			return true;
	}
	return false;
}

static int tell_fresh(struct watch *w, const struct alert *a, struct error *err)
{
	CLEANUP(changes_release)
	struct changes changes = { 0 };
	char at[CLOCK_RFC3339_SIZE];
	const char *id = arena_printf(&w->arena, "fresh-%s-%s", a->key,
				      clock_format_rfc3339(w->scope->now_ns, at));

	if (changes_add_recovered(a, "well again", &changes, err) < 0)
		return -1;
	return tell_of(w, a->kind, id, &changes, err);
}

static int tell_all(struct watch *w, struct error *err)
{
	if (alert_list(w->scope->history, w->scope->config->platform, NULL, &w->alerts, err) < 0)
		return -1;
	for (size_t i = 0; i < w->around->missed_count; i++) {
		if (tell_missed(w, &w->around->missed[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < w->around->stale_count; i++) {
		const struct notify_stale *s = &w->around->stale[i];

		if (!s->paused && tell_stale(w, s, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < w->alerts.count; i++) {
		const struct alert *a = &w->alerts.item[i];

		if (strcmp(a->name, "stale") == 0 && !is_stale(w, a) && tell_fresh(w, a, err) < 0)
			return -1;
	}
	return 0;
}

int notify_surroundings(const struct notify_scope *s, const struct notify_surroundings *around,
			size_t *queued, struct error *err)
{
	CLEANUP(watch_release)
	struct watch w = { .scope = s, .around = around, .times = times_of(s) };

	name_host(w.host);
	if (history_begin(s->history, err) < 0)
		return -1;
	if (history_end(s->history, tell_all(&w, err), err) < 0)
		return error_context(err, "tell of the schedules");
	*queued += w.queued;
	return 0;
}
