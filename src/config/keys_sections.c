/* SPDX-License-Identifier: Apache-2.0 */
/* The maps whose keys are names of the users' own. */
#include <string.h>

#include "config/keys.h"

static const char *const schedule_required[] = { "run", "when", NULL };
static const char *const nothing[] = { NULL };
static const char *const receiver_required[] = { "type", NULL };
static const char *const route_required[] = { "to", NULL };

const struct key_section key_sections[] = {
	{ .path = "schedules",
	  .item_path = "schedules.*",
	  .noun = "schedule",
	  .scope = KEY_OF_SCHEDULE,
	  .item_size = sizeof(struct schedule_config),
	  .array = offsetof(struct config, schedule),
	  .count = offsetof(struct config, schedule_count),
	  .required = schedule_required },
	{ .path = "drill.smoke",
	  .item_path = KEY_TRIAL,
	  .noun = "smoke test",
	  .scope = KEY_OF_TRIAL,
	  .item_size = sizeof(struct trial_config),
	  .array = offsetof(struct config, smoke),
	  .count = offsetof(struct config, smoke_count),
	  .required = nothing },
	{ .path = "drill.workflows",
	  .item_path = KEY_TRIAL,
	  .noun = "workflow",
	  .scope = KEY_OF_TRIAL,
	  .item_size = sizeof(struct trial_config),
	  .array = offsetof(struct config, workflow),
	  .count = offsetof(struct config, workflow_count),
	  .required = nothing },
	{ .path = "drill.monitoring",
	  .item_path = KEY_TRIAL,
	  .noun = "monitoring test",
	  .scope = KEY_OF_TRIAL,
	  .item_size = sizeof(struct trial_config),
	  .array = offsetof(struct config, monitoring),
	  .count = offsetof(struct config, monitoring_count),
	  .required = nothing },
	{ .path = "notify.receivers",
	  .item_path = "notify.receivers.*",
	  .noun = "receiver",
	  .scope = KEY_OF_RECEIVER,
	  .item_size = sizeof(struct receiver_config),
	  .array = offsetof(struct config, notify.receiver),
	  .count = offsetof(struct config, notify.receiver_count),
	  .type_key = "type",
	  .type = offsetof(struct receiver_config, kind),
	  .required = receiver_required },
	{ .path = "notify.routes",
	  .item_path = "notify.routes.*",
	  .noun = "route",
	  .scope = KEY_OF_ROUTE,
	  .item_size = sizeof(struct route_config),
	  .array = offsetof(struct config, notify.route),
	  .count = offsetof(struct config, notify.route_count),
	  .required = route_required },
	{ 0 },
};

const struct key_section *key_section(const char *path)
{
	for (const struct key_section *s = key_sections; s->path; s++) {
		if (strcmp(s->path, path) == 0)
			return s;
	}
	return NULL;
}
