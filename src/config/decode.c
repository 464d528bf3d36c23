/* SPDX-License-Identifier: Apache-2.0 */
#include "config/decode.intern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "config/value.h"

enum { PATH_SIZE = 256, NAME_MAX_LENGTH = 63, SQL_CHECKS_MAX = 1000 };

int decode_no_memory(struct decoder *d)
{
	return error_set(d->err, ERROR_NOMEM, "out of memory");
}

static void *field_of(const struct decoder *d, const struct key_row *row)
{
	char *const bases[] = {
		[KEY_OF_ALL] = (char *)d->config,      [KEY_OF_COMPONENT] = (char *)d->component,
		[KEY_OF_SQL_CHECK] = (char *)d->check, [KEY_OF_REQUEST] = (char *)d->request,
		[KEY_OF_TRIAL] = (char *)d->item,      [KEY_OF_SCHEDULE] = (char *)d->item,
		[KEY_OF_RECEIVER] = (char *)d->item,   [KEY_OF_ROUTE] = (char *)d->item,
	};

	return bases[key_scope(row)] + row->offset;
}

/* The last part of a path when it lies directly below `prefix`; NULL. */
static const char *child_name(const char *path, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(path, prefix, len) != 0 || (len && path[len] != '.'))
		return NULL;
	path += len + (len > 0);
	return *path && !strchr(path, '.') && *path != '*' ? path : NULL;
}

static bool applies(const struct decoder *d, const struct key_row *row)
{
	return !row->engines || !d->type_known || (row->engines & (1U << d->type));
}

static void unknown_key(struct decoder *d, const struct node *node, const char *prefix)
{
	struct nearest near = { .word = node->key };
	char place[PATH_SIZE];

	if (complaints_are_full(d->complaints)) {
		d->complaints->errors++;
		return;
	}
	for (const struct key_row *row = key_next(NULL); row; row = key_next(row)) {
		const char *name = child_name(row->path, prefix);

		if (name && applies(d, row))
			nearest_offer(&near, name);
	}
	place[0] = '\0';
	if (d->check)
		(void)snprintf(place, sizeof(place), " in components.%s.restore.checks.%s",
			       d->component->name, d->check->name);
	else if (d->request)
		(void)snprintf(place, sizeof(place), " in request %zu of %s.%s", d->request_number,
			       d->section->path, d->item->name);
	else if (d->component)
		(void)snprintf(place, sizeof(place), " in components.%s%s", d->component->name,
			       prefix + strlen("components.*"));
	else if (d->item)
		(void)snprintf(place, sizeof(place), " in %s.%s", d->section->path, d->item->name);
	else if (*prefix)
		(void)snprintf(place, sizeof(place), " in %s", prefix);
	complain(d->complaints, node->source, node->key_mark, "unknown key \"%s\"%s%s", node->key,
		 place, did_you_mean(near.best));
}

static void unknown_check(struct decoder *d, const struct node *node)
{
	struct nearest near = { .word = node->key };

	for (int id = 0; id < CHECK_ID_COUNT; id++)
		nearest_offer(&near, check_name((enum check_id)id));
	complain(d->complaints, node->source, node->key_mark, "unknown check \"%s\"%s", node->key,
		 did_you_mean(near.best));
}

bool decode_is_map(struct decoder *d, const struct node *node)
{
	if (node->kind == NODE_MAP)
		return true;
	if (!node_is_empty(node))
		complain(d->complaints, node->source, node->mark, "%s: must be a map of keys",
			 node->key);
	return false;
}

static int decode_severities(struct decoder *d, const struct node *map)
{
	const struct key_row *row = key_find("components.*.severities.*");
	enum check_id id;

	if (!decode_is_map(d, map))
		return 0;
	for (const struct node *child = map->first; child; child = child->next) {
		if (!check_parse_name(child->key, &id)) {
			unknown_check(d, child);
			continue;
		}
		if (value_decode(row, child, &d->component->severity[id], &d->config->arena,
				 d->complaints, d->err) < 0)
			return -1;
	}
	return 0;
}

static int decode_components(struct decoder *d, const struct node *map);
static int decode_sql_checks(struct decoder *d, const struct node *map);

int decode_child(struct decoder *d, const struct node *node, const char *prefix)
{
	const struct key_row *row = NULL;
	char path[PATH_SIZE];
	int len = snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", node->key);

	if (len > 0 && (size_t)len < sizeof(path) && !strpbrk(node->key, ".*"))
		row = key_find(path);
	if (!row) {
		unknown_key(d, node, prefix);
		return 0;
	}
	if (!applies(d, row)) {
		complain(d->complaints, node->source, node->key_mark,
			 "\"%s\" does not apply to %s %s", node->key, d->item ? "type" : "engine",
			 d->item ? receiver_kind_name(d->type) :
				   engine_kind_name(d->component->engine));
		return 0;
	}
	if (strcmp(path, "components") == 0)
		return decode_components(d, node);
	if (strcmp(path, "components.*.severities") == 0)
		return decode_severities(d, node);
	if (strcmp(path, "components.*.restore.checks") == 0)
		return decode_sql_checks(d, node);
	if (row->type == KEY_REQUESTS)
		return decode_requests(d, node);
	if (key_section(path))
		return decode_section(d, key_section(path), node);
	if (row->type == KEY_MAP)
		return decode_is_map(d, node) ? decode_map(d, node, path) : 0;
	return value_decode(row, node, field_of(d, row), &d->config->arena, d->complaints, d->err);
}

int decode_map(struct decoder *d, const struct node *map, const char *prefix)
{
	for (const struct node *child = map->first; child; child = child->next) {
		if (decode_child(d, child, prefix) < 0)
			return -1;
	}
	return 0;
}

int decode_built_in(struct decoder *d, enum key_scope scope)
{
	static const struct node_source source = { .name = "built-in", .text = "" };

	for (const struct key_row *row = key_next(NULL); row; row = key_next(row)) {
		struct node node = { .kind = NODE_SCALAR,
				     .source = &source,
				     .key = row->path,
				     .text = row->built_in,
				     .quoted = true };

		if (!row->built_in || key_scope(row) != scope)
			continue;
		if (value_decode(row, &node, field_of(d, row), &d->config->arena, d->complaints,
				 d->err) < 0)
			return -1;
	}
	return 0;
}

bool decode_is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";

	return *name && strlen(name) <= NAME_MAX_LENGTH && *name != '-' &&
	       name[strspn(name, allowed)] == '\0';
}

size_t decode_count_children(const struct node *map)
{
	size_t count = 0;

	for (const struct node *child = map->first; child; child = child->next)
		count++;
	return count;
}

static int decode_sql_check(struct decoder *d, const struct node *node)
{
	static const char *const required[] = { "sql", "expect" };

	d->check->name = arena_strdup(&d->config->arena, node->key);
	if (!d->check->name)
		return decode_no_memory(d);
	if (!decode_is_name(node->key))
		complain(d->complaints, node->source, node->key_mark,
			 "\"%s\" cannot name a check; use letters, digits, - and _", node->key);
	if (!decode_is_map(d, node) && !node_is_empty(node))
		return 0;
	for (size_t i = 0; i < sizeof(required) / sizeof(*required); i++) {
		if (!node_child(node, required[i]))
			complain(d->complaints, node->source, node->key_mark,
				 "check \"%s\" has no %s", node->key, required[i]);
	}
	if (decode_built_in(d, KEY_OF_SQL_CHECK) < 0)
		return -1;
	return node->kind == NODE_MAP ? decode_map(d, node, KEY_SQL_CHECK) : 0;
}

static int decode_sql_checks(struct decoder *d, const struct node *map)
{
	struct restore_config *r = &d->component->restore;
	size_t count = decode_count_children(map);

	/* a second "checks" has its complaint as a duplicate key */
	if (!decode_is_map(d, map) || r->check)
		return 0;
	if (count > SQL_CHECKS_MAX) {
		complain(d->complaints, map->source, map->key_mark,
			 "%zu checks; there can be at most %d", count, SQL_CHECKS_MAX);
		return 0;
	}
	r->check = arena_alloc(&d->config->arena, (count + 1) * sizeof(*r->check));
	if (!r->check)
		return decode_no_memory(d);
	for (const struct node *child = map->first; child; child = child->next) {
		d->check = &r->check[r->check_count++];
		if (decode_sql_check(d, child) < 0)
			return -1;
	}
	d->check = NULL;
	return 0;
}

/* The engine comes first: which other keys apply hangs on it. */
static int decode_component_engine(struct decoder *d, const struct node *node)
{
	const struct node *engine = node_child(node, "engine");
	size_t errors = d->complaints->errors;

	d->type_known = false;
	if (!engine) {
		complain(d->complaints, node->source, node->key_mark,
			 "component \"%s\" has no engine", node->key);
		return 0;
	}
	if (value_decode(key_find("components.*.engine"), engine, &d->component->engine,
			 &d->config->arena, d->complaints, d->err) < 0)
		return -1;
	d->type_known = d->complaints->errors == errors;
	d->type = d->component->engine;
	return 0;
}

static int decode_component(struct decoder *d, const struct node *node)
{
	struct component_config *c = d->component;

	c->name = arena_strdup(&d->config->arena, node->key);
	c->origin = arena_printf(&d->config->arena, "%s:%u:%u", node->source->name,
				 node->key_mark.line, node->key_mark.column);
	if (!c->name || !c->origin)
		return decode_no_memory(d);
	for (int id = 0; id < CHECK_ID_COUNT; id++)
		c->severity[id] = check_default_severity((enum check_id)id);
	if (!decode_is_name(node->key))
		complain(d->complaints, node->source, node->key_mark,
			 "\"%s\" cannot name a component; use letters, digits, - and _", node->key);
	if (!decode_is_map(d, node)) {
		if (node_is_empty(node))
			complain(d->complaints, node->source, node->key_mark,
				 "component \"%s\" has no engine", node->key);
		return 0;
	}
	if (decode_built_in(d, KEY_OF_COMPONENT) < 0 || decode_component_engine(d, node) < 0)
		return -1;
	for (const struct node *child = node->first; child; child = child->next) {
		if (strcmp(child->key, "engine") != 0 && decode_child(d, child, "components.*") < 0)
			return -1;
	}
	return 0;
}

static int decode_components(struct decoder *d, const struct node *map)
{
	size_t count = decode_count_children(map);

	/* a second "components" has its complaint as a duplicate key */
	if (!decode_is_map(d, map) || d->config->component)
		return 0;
	if (count > COMPONENTS_MAX) {
		complain(d->complaints, map->source, map->key_mark,
			 "%zu components; there can be at most %d", count, COMPONENTS_MAX);
		return 0;
	}
	d->config->component =
		arena_alloc(&d->config->arena, count * sizeof(struct component_config));
	if (!d->config->component)
		return decode_no_memory(d);
	for (const struct node *child = map->first; child; child = child->next) {
		d->component = &d->config->component[d->config->component_count++];
		if (decode_component(d, child) < 0)
			return -1;
	}
	d->component = NULL;
	d->type_known = false;
	return 0;
}

/* Backups lie below the repository unless a path says where. */
static int place_backups(struct decoder *d, struct component_config *c, const struct node *root)
{
	const char *directory = key_built_in_directory(c->engine);
	const char *const *files = key_built_in_files(c->engine);

	if (!directory)
		return 0;
	if (!*d->config->repository) {
		complain(d->complaints, root->source, (struct mark){ 0 },
			 "repository.path is not set, and component \"%s\" has backups", c->name);
		return 0;
	}
	if (!c->backups.path)
		c->backups.path =
			arena_printf(&d->config->arena, "%s/%s", d->config->repository, directory);
	if (!c->backups.path)
		return decode_no_memory(d);
	if (c->backups.files.count)
		return 0;
	while (files[c->backups.files.count])
		c->backups.files.count++;
	c->backups.files.item =
		arena_alloc(&d->config->arena, (c->backups.files.count + 1) * sizeof(*files));
	if (!c->backups.files.item)
		return decode_no_memory(d);
	memcpy(c->backups.files.item, files, c->backups.files.count * sizeof(*files));
	return 0;
}

static int place_state(struct decoder *d, const struct node *root)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct config *c = d->config;

	if (c->state_dir)
		return 0;
	if (geteuid() == 0)
		c->state_dir = "/var/lib/muster";
	else if (state && *state == '/')
		c->state_dir = arena_printf(&c->arena, "%s/muster", state);
	else if (home && *home == '/')
		c->state_dir = arena_printf(&c->arena, "%s/.local/state/muster", home);
	else {
		complain(d->complaints, root->source, (struct mark){ 0 },
			 "history.state_dir is not set, nor are XDG_STATE_HOME and HOME");
		c->state_dir = "";
	}
	return c->state_dir ? 0 : decode_no_memory(d);
}

int decode_config(const struct node *root, struct config *out, struct config_complaints *complaints,
		  struct error *err)
{
	struct decoder d = { .config = out, .complaints = complaints, .err = err };

	out->repository = "";
	if (decode_built_in(&d, KEY_OF_ALL) < 0)
		return -1;
	if (!node_child(root, "version"))
		complain(complaints, root->source, (struct mark){ 0 },
			 "the key \"version\" is missing; begin the file with \"version: 1\"");
	if (decode_map(&d, root, "") < 0 || place_state(&d, root) < 0)
		return -1;
	for (size_t i = 0; i < out->component_count; i++) {
		if (place_backups(&d, &out->component[i], root) < 0)
			return -1;
	}
	return decode_check(&d, root);
}
