/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <string.h>

const char *engine_kind_name(enum engine_kind e)
{
	static const char *const names[ENGINE_COUNT] = {
		[ENGINE_POSTGRESQL] = "postgresql",
		[ENGINE_REDIS] = "redis",
		[ENGINE_RABBITMQ] = "rabbitmq",
		[ENGINE_SERVICE] = "service",
	};

	return names[e];
}

void config_release(struct config *c)
{
	arena_release(&c->arena);
	*c = (struct config){ 0 };
}

const char *receiver_kind_name(enum receiver_kind k)
{
	static const char *const names[RECEIVER_COUNT] = {
		[RECEIVER_MAIL] = "mail",           [RECEIVER_SLACK] = "slack",
		[RECEIVER_PAGERDUTY] = "pagerduty", [RECEIVER_WEBHOOK] = "webhook",
		[RECEIVER_PING] = "ping",
	};

	return names[k];
}

const struct schedule_config *config_schedule(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->schedule_count; i++) {
		if (strcmp(c->schedule[i].name, name) == 0)
			return &c->schedule[i];
	}
	return NULL;
}

const struct receiver_config *config_receiver(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->notify.receiver_count; i++) {
		if (strcmp(c->notify.receiver[i].name, name) == 0)
			return &c->notify.receiver[i];
	}
	return NULL;
}

const struct component_config *config_component(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->component_count; i++) {
		if (strcmp(c->component[i].name, name) == 0)
			return &c->component[i];
	}
	return NULL;
}
