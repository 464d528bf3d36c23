/* SPDX-License-Identifier: Apache-2.0 */
#include "config/merge.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "config/keys.h"
#include "config/yaml.h"

extern char **environ;

enum { VARIABLE_SIZE = 128 };

static void append_children(struct node *list, struct node *extra)
{
	*list->end = extra->first;
	if (extra->first)
		list->end = extra->end;
}

static void merge_child(struct node *root, struct node *child, struct config_complaints *complaints)
{
	struct node *there = node_child(root, child->key);

	if (!there) {
		child->next = NULL;
		node_append(root, child);
	} else if (there->kind == NODE_MAP && child->kind == NODE_MAP) {
		merge_file(there, child, complaints);
	} else if (there->kind == NODE_LIST && child->kind == NODE_LIST) {
		append_children(there, child);
	} else if (strcmp(child->key, "version") != 0 || strcmp(there->text, child->text) != 0) {
		complain(complaints, child->source, child->key_mark,
			 "\"%s\" is set in %s:%u already", child->key, there->source->name,
			 there->key_mark.line);
	}
}

void merge_file(struct node *root, struct node *extra, struct config_complaints *complaints)
{
	for (struct node *child = extra->first, *next; child; child = next) {
		next = child->next;
		merge_child(root, child, complaints);
	}
}

static struct node_source *new_source(struct arena *arena, const char *name, const char *text)
{
	struct node_source *source = arena_alloc(arena, sizeof(*source));
	char directory[4096];

	if (!source)
		return NULL;
	source->name = name;
	source->text = text;
	source->len = strlen(text);
	if (getcwd(directory, sizeof(directory)))
		source->directory = arena_strdup(arena, directory);
	return name && text ? source : NULL;
}

static int set_variable(struct node *root, const struct key_row *row, const char *name,
			struct arena *arena)
{
	const char *value = getenv(name);
	struct node_source *source;
	struct node *node;

	if (!value || !*value)
		return 0;
	source = new_source(arena, arena_strdup(arena, name), value);
	node = source ? node_new(arena, NODE_SCALAR, source, (struct mark){ 0 }) : NULL;
	if (!node)
		return -1;
	node->text = value;
	node->quoted = true;
	return node_set(root, row->path, node, arena);
}

/* MUSTER_REPOSITORY_PAHT: near to a name we know, and surely meant to be it. */
static void notice_misspelt(const char *variable, struct config_complaints *complaints)
{
	char name[VARIABLE_SIZE], known[VARIABLE_SIZE], best[VARIABLE_SIZE] = "";
	struct nearest near = { .word = name };
	struct node_source source = { .name = name, .text = "" };

	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(variable, "="), variable);
	for (const struct key_row *row = key_next(NULL); row; row = key_next(row)) {
		if (!key_environment_name(row, known, sizeof(known)))
			continue;
		if (strcmp(known, name) == 0)
			return;
		near.best = *best ? best : NULL;
		nearest_offer(&near, known);
		if (near.best == known)
			(void)snprintf(best, sizeof(best), "%s", known);
	}
	if (*best && strcmp(name, "MUSTER_CONFIG") != 0)
		warn_about(complaints, &source, (struct mark){ 0 }, "unknown variable%s",
			   did_you_mean(best));
}

int merge_environment(struct node *root, struct arena *arena, struct config_complaints *complaints,
		      struct error *err)
{
	char name[VARIABLE_SIZE];

	for (const struct key_row *row = key_next(NULL); row; row = key_next(row)) {
		if (key_environment_name(row, name, sizeof(name)) &&
		    set_variable(root, row, name, arena) < 0)
			return error_set(err, ERROR_CONFIG, "cannot set %s from %s", row->path,
					 name);
	}
	for (char **variable = environ; *variable; variable++) {
		if (strncmp(*variable, "MUSTER_", strlen("MUSTER_")) == 0)
			notice_misspelt(*variable, complaints);
	}
	return 0;
}

static int set_flag(struct node *root, const char *flag, struct arena *arena,
		    struct config_complaints *complaints, struct error *err)
{
	const char *equals = strchr(flag, '=');
	struct node_source *source;
	struct node *node = NULL;
	size_t errors = complaints->errors;
	const char *key;

	if (!equals || equals == flag) {
		(void)error_set(err, ERROR_USAGE, "--set takes KEY=VALUE, not \"%s\"", flag);
		return error_hint(err, "for example --set repository.path=/var/backups");
	}
	key = arena_strndup(arena, flag, (size_t)(equals - flag));
	/* the value is not shown: it may be a secret */
	source = key ? new_source(arena, arena_printf(arena, "--set %s", key), equals + 1) : NULL;
	if (!source)
		return error_set(err, ERROR_NOMEM, "out of memory");
	if (yaml_read(source, arena, complaints, &node, err) < 0)
		return -1;
	if (complaints->errors > errors)
		return 0;
	if (!node)
		node = node_new(arena, NODE_SCALAR, source, (struct mark){ 0 });
	if (!node)
		return error_set(err, ERROR_NOMEM, "out of memory");
	if (node_set(root, key, node, arena) < 0)
		complain(complaints, source, (struct mark){ 0 }, "a value stands in the way");
	return 0;
}

int merge_flags(struct node *root, const char *const *flags, struct arena *arena,
		struct config_complaints *complaints, struct error *err)
{
	for (; flags && *flags; flags++) {
		if (set_flag(root, *flags, arena, complaints, err) < 0)
			return -1;
	}
	return 0;
}
