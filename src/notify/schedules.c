/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts of schedules: what they missed, what is stale, and what is so no more. */
#include <string.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/quantity.h"
#include "history/told.h"
#include "notify/notify.h"
#include "notify/tell.h"

/* What is known while the schedules are told of. */
struct watch {
	const struct notify_scope *scope;
	const struct notify_schedules *schedules;
	struct change_times times;
	struct alerts alerts; /* of all kinds */
	struct arena arena;
	char host[HOST_NAME_SIZE];
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

static bool is_about(struct watch *w, const struct alert *a, const char *schedule, const char *kind)
{
	struct alert now = alert_of(w, schedule, kind, a->name, "");

	return now.key && strcmp(now.key, a->key) == 0;
}

static bool is_missed(struct watch *w, const struct alert *a)
{
	for (size_t i = 0; i < w->schedules->missed_count; i++) {
		const struct notify_missed *m = &w->schedules->missed[i];

		if (is_about(w, a, m->schedule, m->kind))
			return true;
	}
	return false;
}

static bool is_stale(struct watch *w, const struct alert *a)
{
	for (size_t i = 0; i < w->schedules->stale_count; i++) {
		const struct notify_stale *s = &w->schedules->stale[i];

		if (is_about(w, a, s->schedule, s->kind))
			return true;
	}
	return false;
}

/* Is it one of a schedule of which there is nothing to be told any more? */
static bool is_over(struct watch *w, const struct alert *a)
{
	return (strcmp(a->name, "missed") == 0 && !is_missed(w, a)) ||
	       (strcmp(a->name, "stale") == 0 && !is_stale(w, a));
}

/* What nothing is expected of is not well. */
static const char *how_it_ended(struct watch *w, const struct alert *a)
{
	const struct config *config = w->scope->config;

	for (size_t i = 0; i < config->schedule_count; i++) {
		const struct schedule_config *s = &config->schedule[i];

		if (s->enabled && is_about(w, a, s->name, s->run))
			return "well again";
	}
	return "no longer scheduled";
}

static int tell_end(struct watch *w, const struct alert *a, struct error *err)
{
	CLEANUP(changes_release)
	struct changes changes = { 0 };
	char at[CLOCK_RFC3339_SIZE];
	const char *id = arena_printf(&w->arena, "fresh-%s-%s", a->key,
				      clock_format_rfc3339(w->scope->now_ns, at));

	if (changes_add_recovered(a, how_it_ended(w, a), &changes, err) < 0)
		return -1;
	return tell_of(w, a->kind, id, &changes, err);
}

static int tell_all(struct watch *w, struct error *err)
{
	if (alert_list(w->scope->history, w->scope->config->platform, NULL, &w->alerts, err) < 0)
		return -1;
	for (size_t i = 0; i < w->schedules->missed_count; i++) {
		if (tell_missed(w, &w->schedules->missed[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < w->schedules->stale_count; i++) {
		const struct notify_stale *s = &w->schedules->stale[i];

		if (!s->paused && tell_stale(w, s, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < w->alerts.count; i++) {
		const struct alert *a = &w->alerts.item[i];

		if (is_over(w, a) && tell_end(w, a, err) < 0)
			return -1;
	}
	return 0;
}

int notify_schedules(const struct notify_scope *s, const struct notify_schedules *schedules,
		     size_t *queued, struct error *err)
{
	CLEANUP(watch_release)
	struct watch w = { .scope = s,
			   .schedules = schedules,
			   .times = { .now_ns = s->now_ns,
				      .reminder_ns = s->config->notify.reminder_ns } };

	(void)host_name(w.host);
	if (history_begin(s->history, err) < 0)
		return -1;
	if (history_end(s->history, tell_all(&w, err), err) < 0)
		return error_context(err, "tell of the schedules");
	*queued += w.queued;
	return 0;
}
