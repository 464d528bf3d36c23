/* SPDX-License-Identifier: Apache-2.0 */
/* A report that is given to somebody. */
#include "base/host.h"
#include "notify/notify.h"
#include "notify/tell.h"

bool notify_takes_reports(const struct receiver_config *receiver)
{
	return receiver->kind != RECEIVER_PAGERDUTY && receiver->kind != RECEIVER_PING;
}

int notify_report(const struct notify_scope *s, const struct receiver_config *receiver,
		  const struct notify_report *r, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	char host[HOST_NAME_SIZE];
	struct telling t = { .config = s->config,
			     .history = s->history,
			     .now_ns = s->now_ns,
			     .id = r->id,
			     .kind = r->kind,
			     .run = r->run,
			     .set = "",
			     .host = host_name(host),
			     .next = r->next,
			     .arena = &arena };
	struct notice n = { .event = NOTICE_PUBLISHED,
			    .key = arena_printf(&arena, "muster/%s/%s/%s/report",
						s->config->platform, r->kind, r->run),
			    .verdict = r->verdict,
			    .title = r->title,
			    .body = r->body,
			    .file_name = r->file_name,
			    .file = r->file };

	if (!n.key)
		return error_set(err, ERROR_NOMEM, "no memory for a notification");
	if (tell_one(&t, receiver, &n, err) < 0)
		return error_context(err, "give the report to %s", receiver->name);
	return 0;
}
