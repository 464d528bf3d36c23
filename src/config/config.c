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

const struct component_config *config_component(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->component_count; i++) {
		if (strcmp(c->component[i].name, name) == 0)
			return &c->component[i];
	}
	return NULL;
}
