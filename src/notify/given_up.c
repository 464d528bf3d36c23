/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/given_up.h"

#include <string.h>

#include "base/host.h"
#include "notify/changes.h"
#include "notify/routes.h"
#include "notify/tell.h"

static const char kind[] = "notify";

/* One transaction's work. */
struct work {
	const struct notify_scope *scope;
	const struct outbox_item *item;
	const struct receiver_config *instead; /* NULL: nobody */
	struct arena arena;
	struct alerts alerts;
	struct alert alert; /* the receiver's, as a new one would be */
	char host[HOST_NAME_SIZE];
};

static void work_release(struct work *w)
{
	arena_release(&w->arena);
	alerts_release(&w->alerts);
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for a notification");
}

static int begin(struct work *w, struct error *err)
{
	const struct notify_scope *s = w->scope;
	const struct receiver_config *receiver = config_receiver(s->config, w->item->receiver);
	const struct receiver_config unknown = { .name = w->item->receiver, .instead = "" };

	w->instead = routes_instead(&s->config->notify, receiver ? receiver : &unknown);
	w->alert = (struct alert){ .platform = s->config->platform,
				   .kind = kind,
				   .component = w->item->receiver,
				   .name = notice_event_name(NOTICE_GIVEN_UP),
				   .since_ns = s->now_ns,
				   .told_ns = s->now_ns,
				   .event = notice_event_name(NOTICE_GIVEN_UP),
				   .message = "" };
	w->alert.key = change_key(&w->arena, &w->alert);
	if (!w->alert.key)
		return no_memory(err);
	return alert_list(s->history, s->config->platform, kind, &w->alerts, err);
}

static int tell(struct work *w, struct notice *n, const struct notice *about, struct error *err)
{
	struct telling t = {
		.config = w->scope->config,
		.history = w->scope->history,
		.now_ns = w->scope->now_ns,
		.id = arena_printf(&w->arena, "%s-%lld", notice_event_name(n->event),
				   (long long)w->item->id),
		.kind = kind,
		.run = about && about->run ? about->run : "",
		.set = about && about->set ? about->set : "",
		.host = host_name(w->host),
		.next = "muster notify list",
		.arena = &w->arena,
	};

	if (!t.id)
		return no_memory(err);
	n->key = w->alert.key;
	n->check = w->alert.name;
	return tell_one(&t, w->instead, n, err);
}

/* Why it was given up, and below what was to be told. */
static int make_lines(struct work *w, const struct notice *lost, const struct delivery *why,
		      struct notice *n, struct error *err)
{
	size_t count = lost ? lost->line_count : 0;

	n->line = arena_alloc(&w->arena, (count + 1) * sizeof(*n->line));
	if (!n->line)
		return no_memory(err);
	n->line[0] = (struct notice_line){ .component = "",
					   .check = w->alert.name,
					   .subject = w->item->receiver,
					   .verdict = VERDICT_ERROR,
					   .expected = "",
					   .found = "",
					   .message = why->answer,
					   .hint = why->hint };
	if (count)
		memcpy(n->line + 1, lost->line, count * sizeof(*lost->line));
	n->line_count = count + 1;
	return 0;
}

/* Of these the next run brings another one. */
static bool is_routine(const char *event)
{
	return strcmp(event, notice_event_name(NOTICE_PASSED)) == 0 ||
	       strcmp(event, notice_event_name(NOTICE_STARTED)) == 0 ||
	       strcmp(event, notice_event_name(NOTICE_FINISHED)) == 0;
}

static int tell_of(struct work *w, const struct notice *lost, const struct delivery *why,
		   struct error *err)
{
	const struct alert *before = alerts_find(&w->alerts, w->alert.key);
	int64_t reminder_ns = w->scope->config->notify.reminder_ns;
	int64_t age_ns = before ? w->scope->now_ns - before->told_ns : 0;
	bool lasts = before && age_ns >= 0 && age_ns < reminder_ns;
	struct notice n = { .event = NOTICE_GIVEN_UP,
			    .reminder = before != NULL,
			    .verdict = VERDICT_ERROR };

	/* what tells of the outbox itself would go round in circles */
	if (!w->instead || (lost && lost->kind && strcmp(lost->kind, kind) == 0) ||
	    (lasts && is_routine(w->item->event)))
		return 0;
	if (before)
		w->alert.since_ns = before->since_ns;
	n.since_ns = w->alert.since_ns;
	w->alert.message = why->answer;
	n.title = arena_printf(&w->arena, "receiver %s could not be told: %s", w->item->receiver,
			       lost && lost->title ? lost->title : w->item->event);
	if (!n.title || make_lines(w, lost, why, &n, err) < 0)
		return no_memory(err);
	if (alert_put(w->scope->history, &w->alert, err) < 0)
		return -1;
	return tell(w, &n, lost, err);
}

/* `how`: what became of it. */
static int tell_recovered(struct work *w, const char *how, struct error *err)
{
	const struct alert *before = alerts_find(&w->alerts, w->alert.key);
	struct notice n = { .event = NOTICE_RECOVERED, .verdict = VERDICT_PASS };

	if (!before)
		return 0;
	if (alert_remove(w->scope->history, w->alert.key, err) < 0)
		return -1;
	n.since_ns = before->since_ns;
	n.title = arena_printf(&w->arena, "receiver %s %s", w->item->receiver, how);
	if (!n.title)
		return no_memory(err);
	return w->instead ? tell(w, &n, NULL, err) : 0;
}

int given_up(const struct notify_scope *s, const struct outbox_item *item,
	     const struct notice *lost, const struct delivery *why, struct error *err)
{
	CLEANUP(work_release)
	struct work w = { .scope = s, .item = item };
	int rc = 0;

	if (history_begin(s->history, err) < 0)
		return -1;
	if (begin(&w, err) < 0 || tell_of(&w, lost, why, err) < 0 ||
	    outbox_end(s->history, item->id, OUTBOX_GIVEN_UP, s->now_ns, why->answer, err) < 0)
		rc = -1;
	return history_end(s->history, rc, err);
}

int given_up_no_more(const struct notify_scope *s, const struct outbox_item *item,
		     const struct delivery *how, struct error *err)
{
	CLEANUP(work_release)
	struct work w = { .scope = s, .item = item };
	int rc = 0;

	if (history_begin(s->history, err) < 0)
		return -1;
	if (begin(&w, err) < 0 || tell_recovered(&w, "can be told again", err) < 0 ||
	    outbox_end(s->history, item->id, OUTBOX_SENT, s->now_ns, how->answer, err) < 0)
		rc = -1;
	return history_end(s->history, rc, err);
}

/* The time stands where others have the number of a message: it tells this end from earlier ones. */
static int settle_one(const struct notify_scope *s, const char *receiver, struct error *err)
{
	const struct outbox_item item = { .id = s->now_ns, .receiver = receiver };
	CLEANUP(work_release)
	struct work w = { .scope = s, .item = &item };
	int rc = 0;

	if (history_begin(s->history, err) < 0)
		return -1;
	if (begin(&w, err) < 0 || tell_recovered(&w, "is no longer configured", err) < 0)
		rc = -1;
	return history_end(s->history, rc, err);
}

int given_up_settle(const struct notify_scope *s, struct error *err)
{
	CLEANUP(alerts_release)
	struct alerts alerts = { 0 };

	if (alert_list(s->history, s->config->platform, kind, &alerts, err) < 0)
		return -1;
	for (size_t i = 0; i < alerts.count; i++) {
		const char *receiver = alerts.item[i].component;

		if (!config_receiver(s->config, receiver) && settle_one(s, receiver, err) < 0)
			return -1;
	}
	return 0;
}
