/* SPDX-License-Identifier: Apache-2.0 */
/* A drill's plan as a whole: from its text to what can be run. */
#include "drill/drill_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "config/complaints.h"
#include "config/yaml.h"
#include "drill/drill_plan.intern.h"
#include "drill/embedded.h"

const char *drill_plan_built_in(const char *name)
{
	return strcmp(name, "monthly") == 0 ? drill_monthly_yaml : NULL;
}

void drill_plan_release(struct drill_plan *p)
{
	arena_release(&p->arena);
	*p = (struct drill_plan){ 0 };
}

static int read_roles(struct drill_reading *r, const struct node *map)
{
	struct drill_plan *plan = r->plan;
	size_t count = 0;

	if (map->kind != NODE_MAP) {
		complain(r->complaints, map->source, map->mark,
			 "roles is a map of names, each with its title");
		return 0;
	}
	for (const struct node *child = map->first; child; child = child->next)
		count++;
	plan->role = arena_alloc(&plan->arena, (count + 1) * sizeof(*plan->role));
	if (!plan->role)
		return drill_no_memory(r);
	for (const struct node *child = map->first; child; child = child->next) {
		struct drill_role *role = &plan->role[plan->role_count];

		if (!drill_check_id(r, child, "role"))
			continue;
		role->id = arena_strdup(&plan->arena, child->key);
		if (!role->id || drill_read_text(r, map, child->key, &role->title) < 0)
			return drill_no_memory(r);
		plan->role_count++;
	}
	return 0;
}

static void check_version(struct drill_reading *r, const struct node *root)
{
	const struct node *version = node_child(root, "version");

	if (!version || version->kind != NODE_SCALAR || strcmp(version->text, "1") != 0)
		complain(r->complaints, root->source, version ? version->mark : root->mark,
			 "a plan begins with \"version: 1\"");
}

static int read_root(struct drill_reading *r, const struct node *root)
{
	static const char *const keys[] = { "version", "title",  "start", "validated",
					    "roles",   "phases", NULL };
	const struct node *roles, *phases;
	struct drill_plan *plan = r->plan;

	if (!drill_check_keys(r, root, "a plan", keys))
		return 0;
	check_version(r, root);
	roles = node_child(root, "roles");
	phases = node_child(root, "phases");
	if (drill_read_text(r, root, "title", &plan->title) < 0 ||
	    drill_read_text(r, root, "start", &plan->start) < 0 ||
	    drill_read_text(r, root, "validated", &plan->validated) < 0 ||
	    (roles && read_roles(r, roles) < 0))
		return -1;
	if (!*plan->title)
		plan->title = plan->name;
	if (!phases || phases->kind != NODE_MAP) {
		complain(r->complaints, root->source, root->mark, "the plan has no phases");
		return 0;
	}
	return drill_read_phases(r, phases);
}

int drill_plan_not_valid(const struct drill_plan *p, size_t errors, struct error *err)
{
	return error_set(err, ERROR_CONFIG, "the plan %s is not valid: %zu error%s", p->source.name,
			 errors, errors == 1 ? "" : "s");
}

static int read_tree(struct drill_reading *r, struct arena *tree)
{
	struct drill_plan *plan = r->plan;
	size_t errors = r->complaints->errors;
	struct node *root = NULL;

	if (yaml_read(&plan->source, tree, r->complaints, &root, r->err) < 0)
		return -1;
	if (root && read_root(r, root) < 0)
		return -1;
	if (!root && r->complaints->errors == errors)
		complain(r->complaints, &plan->source, (struct mark){ 1, 1, 1 },
			 "the plan is empty; muster drill plan monthly --yaml shows one");
	if (r->complaints->errors == errors && drill_check_order(r) < 0)
		return -1;
	if (r->complaints->errors == errors)
		drill_check_clock(r);
	if (r->complaints->errors == errors)
		return 0;
	return drill_plan_not_valid(plan, r->complaints->errors - errors, r->err);
}

int drill_plan_parse(const char *name, const char *shown, const char *text, struct drill_plan *out,
		     struct config_complaints *complaints, struct error *err)
{
	struct drill_reading r = { .plan = out, .complaints = complaints, .err = err };
	CLEANUP(arena_release)
	struct arena tree = { 0 };

	out->name = arena_strdup(&out->arena, name);
	out->source = (struct node_source){ .name = arena_strdup(&out->arena, shown),
					    .text = arena_strdup(&out->arena, text),
					    .len = strlen(text),
					    .is_file = true };
	if (!out->name || !out->source.name || !out->source.text)
		return drill_no_memory(&r);
	return read_tree(&r, &tree);
}

int drill_plan_read(const char *path, struct drill_plan *out, struct config_complaints *complaints,
		    struct error *err)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t length = strlen(base);
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(cleanup_free)
	char *name = NULL;

	if (file_read(path, YAML_SIZE_MAX, &text, err) < 0)
		return -1;
	if (length > 5 && strcmp(base + length - 5, ".yaml") == 0)
		length -= 5;
	name = strndup(base, length);
	if (!name)
		return error_set(err, ERROR_NOMEM, "no memory for the plan of a drill");
	if (text.len && memchr(text.ptr, '\0', text.len))
		return error_set(err, ERROR_CONFIG, "%s holds a NUL byte and is no YAML", path);
	return drill_plan_parse(name, path, text.ptr ? text.ptr : "", out, complaints, err);
}
