/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told of what. */
#ifndef NOTIFY_ROUTES_H
#define NOTIFY_ROUTES_H

#include "config/config.h"
#include "notify/notice.h"

/* What happens, for the question who wants to know. */
struct route_question {
	enum notice_event event;
	const char *kind; /* of the run */
	/* Names, "" for the platform's; none: of whatever component. */
	const char *const *component;
	size_t component_count;
};

/*
 * Does `receiver` want it? By the routes that lead to it; without any route, what is not well, its
 * recovery and what is announced, and for a ping each run's start and outcome. PagerDuty is for
 * what is not well only, never for drills, and always hears the end of what it may have heard of.
 */
bool routes_want(const struct notify_config *notify, const struct receiver_config *receiver,
		 const struct route_question *question);

/* Is each run's outcome what it wants, and not what changed (a ping)? */
bool routes_of_outcomes(const struct receiver_config *receiver);
/* Does it keep one alert per check, so that each is told by itself (PagerDuty)? */
bool routes_of_alerts(const struct receiver_config *receiver);

/* The receiver that is told when `receiver` could not be; NULL: there is no other. */
const struct receiver_config *routes_instead(const struct notify_config *notify,
					     const struct receiver_config *receiver);

#endif
