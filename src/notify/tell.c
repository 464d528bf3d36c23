/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/tell.h"

#include <string.h>

#include "history/outbox.h"
#include "model/json.h"
#include "notify/routes.h"
#include "notify/title.h"

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for a notification");
}

/* The configured link with the run's id in it. */
static const char *link_of(const struct telling *t)
{
	const char *link = t->config->notify.link, *place = strstr(link, "{run}");

	if (!*link || !*t->run)
		return "";
	if (!place)
		return link;
	return arena_printf(t->arena, "%.*s%s%s", (int)(place - link), link, t->run,
			    place + strlen("{run}"));
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void fill(const struct telling *t, struct notice *n)
{
	n->at_ns = t->now_ns;
	n->platform = t->config->platform;
	n->host = t->host;
	n->kind = t->kind;
	n->component = or_empty(n->component);
	n->check = or_empty(n->check);
	n->run = t->run;
	n->set = t->set;
	n->next = t->next;
	n->link = link_of(t);
	n->id = arena_printf(t->arena, "%s-%zu", t->id, t->count + 1);
	if (!n->key)
		n->key = arena_printf(t->arena, "muster/%s/%s", n->platform, n->kind);
}

int tell_one(struct telling *t, const struct receiver_config *receiver, struct notice *n,
	     struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *json = NULL;
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct outbox_item item = { .receiver = receiver->name,
				    .event = notice_event_name(n->event),
				    .created_ns = t->now_ns };

	fill(t, n);
	if (!n->title || !n->link || !n->id || !n->key)
		return no_memory(err);
	json = notice_to_json(n);
	if (!json || model_json_write_line(json, &text) < 0)
		return no_memory(err);
	item.key = n->key;
	item.document = text.ptr;
	if (outbox_add(t->history, &item, err) < 0)
		return -1;
	t->count++;
	return 0;
}

static bool wants(const struct telling *t, const struct receiver_config *r, const struct change *c)
{
	const struct route_question q = { .event = c->event,
					  .kind = t->kind,
					  .component = &c->alert.component,
					  .component_count = 1 };

	return c->is_told && routes_want(&t->config->notify, r, &q);
}

/* Each change by itself. */
static int tell_alerts(struct telling *t, const struct receiver_config *r,
		       const struct changes *changes, struct error *err)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *c = &changes->item[i];
		struct notice n = { .event = c->event,
				    .key = c->alert.key,
				    .since_ns = c->alert.since_ns,
				    .reminder = c->reminder,
				    .component = c->alert.component,
				    .check = c->alert.name,
				    .verdict = c->verdict,
				    .line = c->line,
				    .line_count = c->line_count };

		if (!wants(t, r, c))
			continue;
		n.title = title_of_change(t->arena, t->kind, c);
		if (tell_one(t, r, &n, err) < 0)
			return -1;
	}
	return 0;
}

/* Take a change into the message of all. */
static void join(struct notice *n, const struct change *c)
{
	bool first = !n->line_count;

	if (first || notice_event_gravity(c->event) > notice_event_gravity(n->event))
		n->event = c->event;
	n->component =
		first || strcmp(n->component, c->alert.component) == 0 ? c->alert.component : "";
	n->check = first || strcmp(n->check, c->alert.name) == 0 ? c->alert.name : "";
	n->reminder = first ? c->reminder : n->reminder && c->reminder;
	n->verdict = first ? c->verdict : verdict_worse(n->verdict, c->verdict);
	if (first || c->alert.since_ns < n->since_ns)
		n->since_ns = c->alert.since_ns;
	memcpy(n->line + n->line_count, c->line, c->line_count * sizeof(*c->line));
	n->line_count += c->line_count;
}

static int tell_together(struct telling *t, const struct receiver_config *r,
			 const struct changes *changes, struct error *err)
{
	struct notice n = { .component = "", .check = "" };
	const struct change *only = NULL;
	size_t lines = 0, bad = 0, well = 0;

	for (size_t i = 0; i < changes->count; i++)
		lines += changes->item[i].line_count;
	n.line = arena_alloc(t->arena, (lines + 1) * sizeof(*n.line));
	if (!n.line)
		return no_memory(err);
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *c = &changes->item[i];

		if (!wants(t, r, c))
			continue;
		join(&n, c);
		only = c;
		well += c->event == NOTICE_RECOVERED;
		bad += c->event != NOTICE_RECOVERED;
	}
	if (!only)
		return 0;
	n.title = bad + well == 1 ? title_of_change(t->arena, t->kind, only) :
				    title_of_changes(t->arena, t->kind, n.event, bad, well);
	return tell_one(t, r, &n, err);
}

/* The alert as it now is; told, when somebody is. */
static int keep_alert(struct telling *t, struct change *c, struct error *err)
{
	const struct notify_config *notify = &t->config->notify;
	bool anybody = false;

	if (c->event == NOTICE_RECOVERED)
		return alert_remove(t->history, c->alert.key, err);
	for (size_t i = 0; i < notify->receiver_count && !anybody; i++)
		anybody = !routes_of_outcomes(&notify->receiver[i]) &&
			  wants(t, &notify->receiver[i], c);
	if (anybody)
		c->alert.told_ns = t->now_ns;
	return alert_put(t->history, &c->alert, err);
}

int tell_changes(struct telling *t, struct changes *changes, struct error *err)
{
	const struct notify_config *notify = &t->config->notify;

	for (size_t i = 0; i < notify->receiver_count; i++) {
		const struct receiver_config *r = &notify->receiver[i];

		if (routes_of_outcomes(r))
			continue;
		if ((routes_of_alerts(r) ? tell_alerts : tell_together)(t, r, changes, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < changes->count; i++) {
		if (keep_alert(t, &changes->item[i], err) < 0)
			return -1;
	}
	return 0;
}

static bool knows(const struct telling *t, const struct receiver_config *r,
		  const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		if (wants(t, r, &changes->item[i]))
			return true;
	}
	return false;
}

/* The components that a run has a word on, each as often as it has one. */
static const char *const *components_of(const struct telling *t, const struct run *run)
{
	const char **names = arena_alloc(t->arena, (run->checks.count + 1) * sizeof(*names));

	for (size_t i = 0; names && i < run->checks.count; i++)
		names[i] = run->checks.item[i].component;
	return names;
}

/* What did not hold, as the run has it. */
static bool fill_lines(const struct telling *t, const struct run *run, struct notice *n)
{
	n->line = arena_alloc(t->arena, (run->checks.count + 1) * sizeof(*n->line));
	for (size_t i = 0; n->line && i < run->checks.count; i++) {
		const struct check *c = &run->checks.item[i];

		if (check_weight(c) < VERDICT_WARN)
			continue;
		n->line[n->line_count++] = notice_line_of(c);
	}
	return n->line != NULL;
}

static int tell_run(struct telling *t, const struct receiver_config *r, const struct run *run,
		    enum notice_event event, struct error *err)
{
	struct notice n = { .event = event, .verdict = run->verdict };

	if (!fill_lines(t, run, &n))
		return no_memory(err);
	n.title = title_of_run(t->arena, run);
	return tell_one(t, r, &n, err);
}

int tell_outcome(struct telling *t, const struct run *run, const struct changes *changes,
		 struct error *err)
{
	const struct notify_config *notify = &t->config->notify;
	struct route_question outcome = { .event = notice_event_of(run->verdict),
					  .kind = t->kind,
					  .component = components_of(t, run),
					  .component_count = run->checks.count };
	struct route_question end = outcome;

	if (!outcome.component)
		return no_memory(err);
	end.event = NOTICE_FINISHED;
	for (size_t i = 0; i < notify->receiver_count; i++) {
		const struct receiver_config *r = &notify->receiver[i];
		/* what is not well is told as a change, and not again with every run */
		bool tells = routes_of_outcomes(r) || run->verdict == VERDICT_PASS;
		bool wanted = tells && routes_want(notify, r, &outcome);
		int rc = 0;

		if (routes_of_alerts(r) || (!routes_of_outcomes(r) && knows(t, r, changes)))
			continue;
		if (wanted || routes_want(notify, r, &end))
			rc = tell_run(t, r, run,
				      wanted || routes_of_outcomes(r) ? outcome.event : end.event,
				      err);
		if (rc < 0)
			return -1;
	}
	return 0;
}
