/* SPDX-License-Identifier: Apache-2.0 */
/* What is to come, told beforehand to those who want to know. */
#include "base/host.h"
#include "history/told.h"
#include "notify/notify.h"
#include "notify/routes.h"
#include "notify/tell.h"
#include "schedule/ics.h"

/* The same of each announcement of one event, so that calendars know it again. */
static const char *key_of(const struct telling *t, const struct notify_announcement *a)
{
	char at[ICS_STAMP_SIZE];

	return arena_printf(t->arena, "muster/%s/%s/%s", t->config->platform, a->kind,
			    ics_stamp(a->begins_ns, at));
}

static int tell_everybody(struct telling *t, const struct notify_announcement *a, struct error *err)
{
	const struct notify_config *notify = &t->config->notify;
	const struct route_question q = { .event = NOTICE_ANNOUNCED, .kind = a->kind };

	for (size_t i = 0; i < notify->receiver_count; i++) {
		struct notice n = { .event = NOTICE_ANNOUNCED,
				    .key = key_of(t, a),
				    .verdict = VERDICT_PASS,
				    .title = a->title,
				    .body = a->body,
				    .begins_ns = a->begins_ns,
				    .ends_ns = a->ends_ns };

		if (!n.key)
			return error_set(err, ERROR_NOMEM, "no memory for a notification");
		if (routes_want(notify, &notify->receiver[i], &q) &&
		    tell_one(t, &notify->receiver[i], &n, err) < 0)
			return -1;
	}
	return 0;
}

/* Within a transaction: who comes second finds it told. */
static int tell_once(struct telling *t, const struct notify_announcement *a, struct error *err)
{
	bool told = false;

	if (told_is(t->history, a->id, &told, err) < 0)
		return -1;
	if (told)
		return 0;
	if (tell_everybody(t, a, err) < 0)
		return -1;
	return t->count ? told_mark(t->history, a->id, err) : 0;
}

int notify_announce(const struct notify_scope *s, const struct notify_announcement *a,
		    size_t *queued, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	char host[HOST_NAME_SIZE];
	struct telling t = { .config = s->config,
			     .history = s->history,
			     .now_ns = s->now_ns,
			     .id = a->id,
			     .kind = a->kind,
			     .run = "",
			     .set = "",
			     .host = host_name(host),
			     .next = a->next,
			     .arena = &arena };

	if (history_begin(s->history, err) < 0)
		return -1;
	if (history_end(s->history, tell_once(&t, a, err), err) < 0)
		return error_context(err, "announce a %s", a->kind);
	*queued += t.count;
	return 0;
}
