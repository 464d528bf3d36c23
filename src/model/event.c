/* SPDX-License-Identifier: Apache-2.0 */
#include "model/event.h"

const char *event_type_id(enum event_type type)
{
	static const char *const ids[EVENT_TYPE_COUNT] = {
#define X(name, id) [EVENT_##name] = id,
		EVENT_TABLE(X)
#undef X
	};
	return ids[type];
}

int event_send(struct event_sink *first, const struct event *event, struct error *err)
{
	int rc = 0;

	for (struct event_sink *sink = first; sink; sink = sink->next) {
		if (sink->receive(sink, event, err) < 0)
			rc = -1;
	}
	return rc;
}
