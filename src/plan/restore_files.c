/* SPDX-License-Identifier: Apache-2.0 */
/* Files of no platform, as the components of a configuration that nobody wrote. */
#include <stdio.h>
#include <string.h>

#include "plan/restore_test.h"

/* A server that starts too early is lost time only. */
static enum engine_kind guess_engine(const char *path)
{
	if (strstr(path, ".rdb"))
		return ENGINE_REDIS;
	if (strstr(path, ".json") || strstr(path, "definitions"))
		return ENGINE_RABBITMQ;
	return ENGINE_POSTGRESQL;
}

static bool is_taken(const struct config *c, const char *name)
{
	return config_component(c, name) != NULL;
}

/* The last part of the path, with a number where another file has it too. */
static const char *name_of(struct config *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash && slash[1] ? slash + 1 : path;
	const char *name = arena_strdup(&c->arena, base);

	for (unsigned n = 2; name && is_taken(c, name); n++)
		name = arena_printf(&c->arena, "%s (%u)", base, n);
	return name;
}

static int add_file(struct config *c, const char *path, struct error *err)
{
	struct component_config *component = &c->component[c->component_count];

	*component = (struct component_config){ .name = name_of(c, path),
						.origin = "command line",
						.engine = guess_engine(path),
						.backups = { .path = path },
						.restore = { .recovery_point = "" } };
	if (!component->name)
		return error_set(err, ERROR_NOMEM, "no memory for %s", path);
	for (int id = 0; id < CHECK_ID_COUNT; id++)
		component->severity[id] = check_default_severity((enum check_id)id);
	c->component_count++;
	return 0;
}

int restore_files_config(const char *const *path, size_t count, struct config *out,
			 struct error *err)
{
	out->path = "the command line";
	out->platform = "";
	out->timezone = "UTC";
	out->owner = out->repository = out->time_pattern = out->state_dir = "";
	out->component = arena_alloc(&out->arena, count * sizeof(*out->component));
	if (!out->component)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", count);
	for (size_t i = 0; i < count; i++) {
		if (add_file(out, path[i], err) < 0)
			return -1;
	}
	return 0;
}
