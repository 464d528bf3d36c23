/* SPDX-License-Identifier: Apache-2.0 */
/* The effective values with their origins. */
#include <stdio.h>
#include <string.h>

#include "config/decode.h"
#include "config/keys.h"

enum { PATH_SIZE = 256 };

struct collector {
	const struct node *root;
	struct config *config;
	struct buf text;
	struct error *err;
};

static int print_list(const struct string_list *list, struct buf *out)
{
	if (buf_puts(out, "[") < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		if ((i && buf_puts(out, ", ") < 0) || node_print_text(list->item[i], out) < 0)
			return -1;
	}
	return buf_puts(out, "]");
}

/* Its reference; never what it stands for. */
static int print_secret(const struct secret *s, struct buf *out)
{
	switch (s->kind) {
	case SECRET_FILE:
	case SECRET_ENV:
		if (buf_puts(out, s->kind == SECRET_FILE ? "{file: " : "{env: ") < 0 ||
		    node_print_text(s->text, out) < 0)
			return -1;
		return buf_puts(out, "}");
	case SECRET_COMMAND:
		if (buf_puts(out, "{command: [") < 0)
			return -1;
		for (size_t i = 0; s->argv[i]; i++) {
			if ((i && buf_puts(out, ", ") < 0) || node_print_text(s->argv[i], out) < 0)
				return -1;
		}
		return buf_puts(out, "]}");
	case SECRET_LITERAL:
	case SECRET_NONE:
		break;
	}
	return buf_puts(out, "\"********\"");
}

/* As they stand, but for what secrets refer to. */
static int print_variables(const struct variable_list *list, struct buf *out)
{
	if (buf_puts(out, "{") < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		const struct variable_config *v = &list->item[i];

		if ((i && buf_puts(out, ", ") < 0) || node_print_text(v->name, out) < 0 ||
		    buf_puts(out, ": ") < 0 ||
		    (v->text ? node_print_text(v->text, out) : print_secret(&v->secret, out)) < 0)
			return -1;
	}
	return buf_puts(out, "}");
}

static bool is_list(enum key_type type)
{
	return type == KEY_WORDS || type == KEY_PATHS || type == KEY_PATTERNS || type == KEY_ARGV;
}

/* A value that was set or is built in; false in `*known` when nothing was. */
static int print_value(const struct key_row *row, const struct node *node, const void *field,
		       struct buf *out, bool *known)
{
	*known = true;
	if (row->type == KEY_PATH && *(const char *const *)field && **(const char *const *)field)
		return node_print_text(*(const char *const *)field, out);
	if (row->type == KEY_VARIABLES && ((const struct variable_list *)field)->count)
		return print_variables(field, out);
	if (is_list(row->type) && ((const struct string_list *)field)->count)
		return print_list(field, out);
	if (row->type == KEY_SECRET && ((const struct secret *)field)->kind != SECRET_NONE)
		return print_secret(field, out);
	if (node)
		return node_print(node, out);
	*known = row->built_in && (*row->built_in || !row->otherwise);
	return *known ? node_print_text(row->built_in, out) : 0;
}

static const char *origin_of(const struct collector *c, const struct node *node)
{
	if (!node)
		return "built-in";
	if (!node->source->is_file)
		return arena_strdup(&c->config->arena, node->source->name);
	return arena_printf(&c->config->arena, "%s:%u", node->source->name,
			    node->key ? node->key_mark.line : node->mark.line);
}

static int append(struct collector *c, const struct config_value *value)
{
	struct config *config = c->config;

	if (!value->key || !value->origin)
		return error_set(c->err, ERROR_NOMEM, "out of memory");
	config->value[config->value_count++] = *value;
	return 0;
}

static int collect(struct collector *c, const struct key_row *row, const char *path,
		   const void *base)
{
	const struct node *node = node_find(c->root, path);
	struct config_value value = { .key = arena_strdup(&c->config->arena, path),
				      .note = row->otherwise,
				      .origin = origin_of(c, node) };
	bool known;

	buf_clear(&c->text);
	if (print_value(row, node, (const char *)base + row->offset, &c->text, &known) < 0)
		return error_set(c->err, ERROR_NOMEM, "out of memory");
	if (known)
		value.text = arena_strdup(&c->config->arena, c->text.ptr ? c->text.ptr : "");
	return append(c, &value);
}

static int collect_severities(struct collector *c, const struct component_config *component)
{
	for (int id = 0; id < CHECK_ID_COUNT; id++) {
		enum verdict severity = component->severity[id];
		const char *word = severity == VERDICT_SKIPPED ? "ignore" : verdict_name(severity);
		char path[PATH_SIZE];
		struct config_value value = { .text = word };

		(void)snprintf(path, sizeof(path), "components.%s.severities.%s", component->name,
			       check_name((enum check_id)id));
		value.key = arena_strdup(&c->config->arena, path);
		value.origin = origin_of(c, node_find(c->root, path));
		if (append(c, &value) < 0)
			return -1;
	}
	return 0;
}

static int collect_sql_checks(struct collector *c, const struct component_config *component)
{
	for (size_t i = 0; i < component->restore.check_count; i++) {
		const struct sql_check *check = &component->restore.check[i];

		for (const struct key_row *row = key_next(NULL); row; row = key_next(row)) {
			char path[PATH_SIZE];

			if (key_scope(row) != KEY_OF_SQL_CHECK)
				continue;
			(void)snprintf(path, sizeof(path), "components.%s.restore.checks.%s%s",
				       component->name, check->name,
				       row->path + strlen(KEY_SQL_CHECK));
			if (collect(c, row, path, check) < 0)
				return -1;
		}
	}
	return 0;
}

/* How a service that is not deployed would be says nothing, and is no configuration by itself. */
static bool is_of_no_use(const struct key_row *row, const struct component_config *component)
{
	static const char deploy[] = "components.*.deploy.";

	return strncmp(row->path, deploy, strlen(deploy)) == 0 && !config_is_deployed(component);
}

static int collect_component(struct collector *c, const struct component_config *component)
{
	for (const struct key_row *row = key_next(NULL); row; row = key_next(row)) {
		char path[PATH_SIZE];

		if (key_scope(row) != KEY_OF_COMPONENT ||
		    (row->engines && !(row->engines & (1U << component->engine))))
			continue;
		if (strcmp(row->path, "components.*.restore.checks") == 0 &&
		    collect_sql_checks(c, component) < 0)
			return -1;
		if (row->type == KEY_MAP || is_of_no_use(row, component))
			continue;
		if (row->type == KEY_SEVERITY) {
			if (collect_severities(c, component) < 0)
				return -1;
			continue;
		}
		(void)snprintf(path, sizeof(path), "components.%s.%s", component->name,
			       row->path + strlen("components.*."));
		if (collect(c, row, path, component) < 0)
			return -1;
	}
	return 0;
}

static int collect_item(struct collector *c, const struct key_section *s,
			const struct named_config *item)
{
	const unsigned *type = (const unsigned *)(const void *)((const char *)item + s->type);

	for (const struct key_row *row = key_next(NULL); row; row = key_next(row)) {
		char path[PATH_SIZE];

		if (key_scope(row) != s->scope || row->type == KEY_MAP ||
		    (row->engines && s->type_key && !(row->engines & (1U << *type))))
			continue;
		(void)snprintf(path, sizeof(path), "%s.%s%s", s->path, item->name,
			       row->path + strlen(s->item_path));
		if (collect(c, row, path, item) < 0)
			return -1;
	}
	return 0;
}

static size_t items_of(const struct key_section *s, const struct config *config)
{
	return *(const size_t *)(const void *)((const char *)config + s->count);
}

static int collect_section(struct collector *c, const struct key_section *s)
{
	const char *array = *(char *const *)(const void *)((const char *)c->config + s->array);
	int rc = 0;

	for (size_t i = 0; i < items_of(s, c->config) && rc == 0; i++)
		rc = collect_item(
			c, s,
			(const struct named_config *)(const void *)(array + i * s->item_size));
	return rc;
}

int values_collect(const struct node *root, struct config *out, struct error *err)
{
	struct collector c = { .root = root, .config = out, .err = err };
	size_t most = key_count() + out->component_count * (key_count() + CHECK_ID_COUNT);
	int rc = 0;

	for (size_t i = 0; i < out->component_count; i++)
		most += out->component[i].restore.check_count * key_count();
	for (const struct key_section *s = key_sections; s->path; s++)
		most += items_of(s, out) * key_count();
	out->value = arena_alloc(&out->arena, most * sizeof(*out->value));
	if (!out->value)
		return error_set(err, ERROR_NOMEM, "out of memory");
	for (const struct key_row *row = key_next(NULL); row && rc == 0; row = key_next(row)) {
		if (strcmp(row->path, "components") == 0) {
			for (size_t k = 0; k < out->component_count && rc == 0; k++)
				rc = collect_component(&c, &out->component[k]);
		} else if (key_section(row->path)) {
			rc = collect_section(&c, key_section(row->path));
		} else if (row->type != KEY_MAP && !strchr(row->path, '*')) {
			rc = collect(&c, row, row->path, out);
		}
	}
	buf_release(&c.text);
	return rc;
}
