/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/routes.h"

#include <string.h>

#define BIT(event) (1U << NOTICE_##event)

enum {
	NOT_WELL = BIT(WARNED) | BIT(FAILED) | BIT(ERROR) | BIT(MISSED) | BIT(STALE),
	OUTCOMES = BIT(PASSED) | BIT(WARNED) | BIT(FAILED) | BIT(ERROR),
};

static bool is_in(unsigned set, enum notice_event event)
{
	return set >> event & 1U;
}

static bool lists(const struct string_list *list, const char *word)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->item[i], word) == 0)
			return true;
	}
	return false;
}

static bool fits(const struct string_list *list, const char *word)
{
	return !list->count || lists(list, word);
}

static bool fits_any(const struct string_list *list, const struct route_question *q)
{
	if (!list->count || !q->component_count)
		return true;
	for (size_t i = 0; i < q->component_count; i++) {
		if (lists(list, q->component[i]))
			return true;
	}
	return false;
}

bool routes_of_outcomes(const struct receiver_config *receiver)
{
	return receiver->kind == RECEIVER_PING;
}

bool routes_of_alerts(const struct receiver_config *receiver)
{
	return receiver->kind == RECEIVER_PAGERDUTY;
}

/* What a receiver can make something of, whatever routes say. */
static bool takes(const struct receiver_config *receiver, const struct route_question *q)
{
	if (receiver->kind == RECEIVER_PING)
		return is_in(OUTCOMES | BIT(STARTED) | BIT(FINISHED), q->event);
	if (receiver->kind == RECEIVER_PAGERDUTY)
		return is_in(NOT_WELL | BIT(RECOVERED), q->event) && strcmp(q->kind, "drill") != 0;
	return true;
}

static bool wants_unrouted(const struct receiver_config *receiver, enum notice_event event)
{
	if (receiver->kind == RECEIVER_PING)
		return is_in(OUTCOMES | BIT(STARTED), event);
	return is_in(NOT_WELL | BIT(RECOVERED) | BIT(ANNOUNCED), event);
}

static bool is_routed(const struct notify_config *notify, const struct receiver_config *receiver,
		      const struct route_question *q)
{
	if (!takes(receiver, q))
		return false;
	if (!notify->route_count)
		return wants_unrouted(receiver, q->event);
	for (size_t i = 0; i < notify->route_count; i++) {
		const struct route_config *r = &notify->route[i];

		if (lists(&r->to, receiver->name) &&
		    fits(&r->events, notice_event_name(q->event)) && fits(&r->kinds, q->kind) &&
		    fits_any(&r->components, q))
			return true;
	}
	return false;
}

bool routes_want(const struct notify_config *notify, const struct receiver_config *receiver,
		 const struct route_question *question)
{
	struct route_question q = *question;

	if (q.event != NOTICE_RECOVERED || !routes_of_alerts(receiver))
		return is_routed(notify, receiver, &q);
	/* whoever opens an incident must get to know that it is over */
	for (int e = 0; e < NOTICE_EVENT_COUNT; e++) {
		q.event = (enum notice_event)e;
		if (is_in(NOT_WELL, q.event) && is_routed(notify, receiver, &q))
			return true;
	}
	return false;
}

/* A ping cannot say what it is about. */
const struct receiver_config *routes_instead(const struct notify_config *notify,
					     const struct receiver_config *receiver)
{
	for (size_t i = 0; i < notify->receiver_count; i++) {
		const struct receiver_config *r = &notify->receiver[i];

		if (r != receiver && (*receiver->instead ? strcmp(r->name, receiver->instead) == 0 :
							   r->kind != RECEIVER_PING))
			return r;
	}
	return NULL;
}
