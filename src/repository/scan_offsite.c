/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the off-site copy, whose keys stand for paths of the repository. */
#include <string.h>

#include "repository/catalogue.intern.h"

/* Hidden, as below a directory; a key that ends in a slash stands for a directory. */
static bool is_seen(const char *relative)
{
	size_t len = strlen(relative);

	return len && relative[0] != '.' && !strstr(relative, "/.") && relative[len - 1] != '/';
}

/* Directories of components outside the repository lie there by their whole paths. */
static const char *path_here(const struct scan *s, const char *relative)
{
	const char *root = s->config->repository;
	const char *absolute = arena_printf(s->arena, "/%s", relative);

	for (size_t i = 0; absolute && i < s->config->component_count; i++) {
		const struct component_config *c = &s->config->component[i];

		if (config_has_backups(c) && strcmp(c->backups.path, root) != 0 &&
		    !scan_is_below(c->backups.path, root) &&
		    scan_is_below(absolute, c->backups.path))
			return absolute;
	}
	return arena_printf(s->arena, "%s%s%s", root, root[strlen(root) - 1] == '/' ? "" : "/",
			    relative);
}

static int take_object(void *cookie, const struct s3_object *object, struct error *err)
{
	struct scan *s = cookie;
	const char *relative = object->key + s->copy->length + (s->copy->length ? 1 : 0);
	struct scan_entry entry = { .size = object->size, .mtime_ns = object->modified_ns };

	if (!is_seen(relative))
		return 0;
	entry.path = path_here(s, relative);
	entry.key = arena_strdup(s->arena, object->key);
	if (!entry.path || !entry.key)
		return error_set(err, ERROR_NOMEM, "no memory to list the off-site copy");
	entry.name = strrchr(entry.path, '/') + 1;
	return scan_take_file(s, &entry, err);
}

int scan_offsite(struct scan *s, struct error *err)
{
	CLEANUP(buf_release)
	struct buf prefix = { 0 };

	if (scan_read_patterns(s, err) < 0 || offsite_key(s->copy, "", &prefix, err) < 0)
		return -1;
	return s3_list(s->copy->s3, prefix.ptr ? prefix.ptr : "", take_object, s, err);
}
