/* SPDX-License-Identifier: Apache-2.0 */
/* The completeness of a set: which parts it should have, by name. */
#include <stdlib.h>
#include <string.h>

#include "repository/catalogue.intern.h"

struct expectation {
	struct catalogue *catalogue;
	const struct config *config;
	const struct backup_set *set;
	struct expected_part *item;
	size_t count, capacity;
	bool has_postgresql;
};

static void cleanup_expectation(struct expectation *e)
{
	free(e->item);
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to tell what a set should have");
}

/* A set has one manifest, whichever database's name it bears. */
static const struct backup_file *find_part(const struct backup_set *set,
					   const struct expected_part *part)
{
	if (part->kind == PART_MANIFEST)
		return set->manifest_file;
	for (size_t i = 0; i < set->file_count; i++) {
		const struct backup_file *f = &set->file[i];

		if (f->component == part->component && f->kind == part->kind &&
		    strcmp(f->database, part->database) == 0)
			return f;
	}
	return NULL;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int add(struct expectation *e, struct expected_part part, struct error *err)
{
	part.file = find_part(e->set, &part);
	if (part.file)
		part.name = base_name(part.file->path);
	if (!part.name)
		return no_memory(err);
	if (e->count == e->capacity) {
		size_t capacity = e->capacity ? e->capacity * 2 : 16;
		struct expected_part *grown = realloc(e->item, capacity * sizeof(*grown));

		if (!grown)
			return no_memory(err);
		e->item = grown;
		e->capacity = capacity;
	}
	e->item[e->count++] = part;
	return 0;
}

static bool wanted(const struct component_config *c, enum part_kind kind)
{
	/* names given by hand say by themselves which parts there are */
	if (!pattern_built_in(c))
		return true;
	return (kind != PART_SQL || c->backups.sql) && (kind != PART_GLOBALS || c->backups.globals);
}

/* The databases that a set should have, as a list in the arena. */
static int add_database(struct catalogue *c, struct string_list *list, const char *database,
			struct error *err)
{
	const char **grown;

	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->item[i], database) == 0)
			return 0;
	}
	grown = arena_alloc(&c->arena, (list->count + 1) * sizeof(*grown));
	if (!grown)
		return no_memory(err);
	if (list->count)
		memcpy(grown, list->item, list->count * sizeof(*grown));
	grown[list->count++] = database;
	list->item = grown;
	return 0;
}

static int databases_of_set(struct catalogue *c, const struct component_config *component,
			    const struct backup_set *set, struct string_list *out,
			    struct error *err)
{
	for (size_t i = 0; i < set->file_count; i++) {
		const struct backup_file *f = &set->file[i];

		if (f->component == component && (f->kind == PART_DUMP || f->kind == PART_SQL) &&
		    add_database(c, out, f->database, err) < 0)
			return -1;
	}
	for (size_t i = 0; set->manifest && i < set->manifest->file_count; i++) {
		const struct manifest_file *f = &set->manifest->file[i];

		if (strcmp(f->component, component->name) == 0 &&
		    (f->kind == PART_DUMP || f->kind == PART_SQL) &&
		    add_database(c, out, f->database, err) < 0)
			return -1;
	}
	return 0;
}

static int databases_of(struct expectation *e, const struct component_config *component,
			struct string_list *out, struct error *err)
{
	struct catalogue *c = e->catalogue;

	for (size_t i = 0; i < component->connect.databases.count; i++) {
		if (add_database(c, out, component->connect.databases.item[i], err) < 0)
			return -1;
	}
	if (out->count == 0 && databases_of_set(c, component, e->set, out, err) < 0)
		return -1;
	for (size_t i = 0; i < c->set_count && out->count == 0; i++) {
		if (databases_of_set(c, component, &c->set[i], out, err) < 0)
			return -1;
	}
	/* nothing tells: any database will do, and none has this name */
	return out->count ? 0 : add_database(c, out, "*", err);
}

static bool names_database(const struct name_pattern *p)
{
	return strstr(p->text, "{database}") != NULL;
}

static int expect_pattern(struct expectation *e, const struct component_config *component,
			  const struct name_pattern *pattern, const struct string_list *databases,
			  struct error *err)
{
	bool each = names_database(pattern) && pattern->kind != PART_MANIFEST;
	struct arena *a = &e->catalogue->arena;

	for (size_t i = 0; i < (each ? databases->count : 1); i++) {
		const char *database = databases->count ? databases->item[i] : "";
		struct expected_part part = {
			.component = component,
			.kind = pattern->kind,
			.database = each ? database : "",
			.name = pattern_fill(pattern, e->set->id, database, a),
		};

		if (add(e, part, err) < 0)
			return -1;
	}
	return 0;
}

static int expect_component(struct expectation *e, const struct component_config *component,
			    struct error *err)
{
	struct string_list databases = { 0 };
	struct name_patterns patterns;
	unsigned done = 0; /* bit per kind: the first name of a kind is the one it gets */

	if (pattern_list(component, &e->catalogue->arena, &patterns, err) < 0)
		return -1;
	for (size_t i = 0; i < patterns.count; i++) {
		if (names_database(&patterns.item[i]) && databases.count == 0 &&
		    databases_of(e, component, &databases, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < patterns.count; i++) {
		unsigned bit = 1U << patterns.item[i].kind;

		if (done & bit || !wanted(component, patterns.item[i].kind))
			continue;
		done |= bit;
		if (expect_pattern(e, component, &patterns.item[i], &databases, err) < 0)
			return -1;
	}
	return 0;
}

static bool is_expected(const struct expectation *e, const struct component_config *component,
			const struct manifest_file *f)
{
	const char *database = f->database ? f->database : "";

	for (size_t i = 0; i < e->count; i++) {
		const struct expected_part *p = &e->item[i];

		if (p->component == component && p->kind == f->kind &&
		    strcmp(p->database, database) == 0)
			return true;
	}
	return false;
}

/* A manifest that names more files than the configuration makes them expected too. */
static int expect_manifest(struct expectation *e, struct error *err)
{
	const struct manifest *m = e->set->manifest;

	for (size_t i = 0; m && i < m->file_count; i++) {
		const struct manifest_file *f = &m->file[i];
		const struct component_config *component =
			config_component(e->config, f->component);
		struct expected_part part = { .component = component,
					      .kind = f->kind,
					      .name = base_name(f->path) };

		/* a component that was renamed since: its files are the set's all the same */
		if (!component)
			part.component = e->set->manifest_file->component;
		if (is_expected(e, part.component, f))
			continue;
		part.database = arena_strdup(&e->catalogue->arena, f->database);
		if (!part.database)
			return no_memory(err);
		if (add(e, part, err) < 0)
			return -1;
	}
	return 0;
}

int catalogue_expected(struct catalogue *c, const struct config *config,
		       const struct backup_set *set, struct expected_part **out, size_t *count,
		       struct error *err)
{
	CLEANUP(cleanup_expectation)
	struct expectation e = { .catalogue = c, .config = config, .set = set };
	const struct component_config *root = scan_root_component(config);

	for (size_t i = 0; i < config->component_count; i++) {
		const struct component_config *component = &config->component[i];

		e.has_postgresql |= component->engine == ENGINE_POSTGRESQL;
		if (config_has_backups(component) && expect_component(&e, component, err) < 0)
			return -1;
	}
	if (root && !e.has_postgresql) {
		struct string_list none = { 0 };

		if (pattern_built_in(root) &&
		    expect_pattern(&e, root, &pattern_root_manifest, &none, err) < 0)
			return -1;
	}
	if (expect_manifest(&e, err) < 0)
		return -1;
	*out = arena_alloc(&c->arena, (e.count + 1) * sizeof(**out));
	if (!*out)
		return no_memory(err);
	if (e.count)
		memcpy(*out, e.item, e.count * sizeof(**out));
	*count = e.count;
	return 0;
}

int catalogue_missing(struct catalogue *c, const struct config *config,
		      const struct backup_set *set, struct missing_part **out, size_t *count,
		      struct error *err)
{
	struct expected_part *part;
	size_t parts;

	if (catalogue_expected(c, config, set, &part, &parts, err) < 0)
		return -1;
	*out = arena_alloc(&c->arena, (parts + 1) * sizeof(**out));
	if (!*out)
		return no_memory(err);
	*count = 0;
	for (size_t i = 0; i < parts; i++) {
		if (!part[i].file)
			(*out)[(*count)++] = (struct missing_part){ part[i].component, part[i].kind,
								    part[i].name };
	}
	return 0;
}
