/* SPDX-License-Identifier: Apache-2.0 */
/* What of this host the services need to read in their sandbox. */
#include <string.h>
#include <unistd.h>

#include "service/services.h"

struct paths {
	const char **item;
	size_t count;
};

static bool is_known(const struct paths *p, const char *path)
{
	for (size_t i = 0; i < p->count; i++) {
		if (strcmp(p->item[i], path) == 0)
			return true;
	}
	return false;
}

static void add(struct paths *p, const char *path)
{
	if (*path == '/' && !strchr(path, '$') && !is_known(p, path) && access(path, F_OK) == 0)
		p->item[p->count++] = path;
}

static void add_program(struct paths *p, const struct string_list *command)
{
	if (command->count)
		add(p, command->item[0]);
}

static void add_trials(struct paths *p, const struct trial_config *trial, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_program(p, &trial[i].command);
}

const char *const *services_readable(const struct config *config, struct arena *arena)
{
	size_t most = config->smoke_count + config->workflow_count + config->monitoring_count + 1;
	struct paths p = { 0 };

	for (size_t i = 0; i < config->component_count; i++)
		most += config->component[i].deploy.files.count + 2;
	p.item = arena_alloc(arena, most * sizeof(*p.item));
	if (!p.item)
		return NULL;
	for (size_t i = 0; i < config->component_count; i++) {
		const struct deploy_config *d = &config->component[i].deploy;

		if (!config_is_deployed(&config->component[i]))
			continue;
		for (size_t k = 0; k < d->files.count; k++)
			add(&p, d->files.item[k]);
		add_program(&p, &d->command);
		add_program(&p, &d->health.command);
	}
	add_trials(&p, config->smoke, config->smoke_count);
	add_trials(&p, config->workflow, config->workflow_count);
	add_trials(&p, config->monitoring, config->monitoring_count);
	return p.item;
}
