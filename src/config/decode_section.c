/* SPDX-License-Identifier: Apache-2.0 */
/* Maps whose keys are names of the users' own: schedules, receivers, routes. */
#include <stdio.h>
#include <string.h>

#include "config/decode.intern.h"
#include "config/value.h"

enum { PATH_SIZE = 256, ITEMS_MAX = 1000 };

static void check_required(struct decoder *d, const struct node *node)
{
	const struct key_section *s = d->section;

	for (size_t i = 0; s->required[i]; i++) {
		if (!node_child(node, s->required[i]))
			complain(d->complaints, node->source, node->key_mark, "%s \"%s\" has no %s",
				 s->noun, node->key, s->required[i]);
	}
}

/* It comes first: which other keys apply hangs on it. */
static int decode_type(struct decoder *d, const struct node *node)
{
	const struct key_section *s = d->section;
	const struct node *type = s->type_key ? node_child(node, s->type_key) : NULL;
	size_t errors = d->complaints->errors;
	char path[PATH_SIZE];
	unsigned *field;

	d->type_known = false;
	if (!type)
		return 0;
	(void)snprintf(path, sizeof(path), "%s.%s", s->item_path, s->type_key);
	field = (unsigned *)(void *)((char *)d->item + s->type);
	if (value_decode(key_find(path), type, field, &d->config->arena, d->complaints, d->err) < 0)
		return -1;
	d->type_known = d->complaints->errors == errors;
	d->type = *field;
	return 0;
}

static int decode_item(struct decoder *d, const struct node *node)
{
	struct arena *a = &d->config->arena;

	d->item->name = arena_strdup(a, node->key);
	d->item->origin = node->source->is_file ?
				  arena_printf(a, "%s:%u:%u", node->source->name,
					       node->key_mark.line, node->key_mark.column) :
				  arena_strdup(a, node->source->name);
	if (!d->item->name || !d->item->origin)
		return decode_no_memory(d);
	if (!decode_is_name(node->key))
		complain(d->complaints, node->source, node->key_mark,
			 "\"%s\" cannot name a %s; use letters, digits, - and _", node->key,
			 d->section->noun);
	if (!node_is_empty(node) && !decode_is_map(d, node))
		return 0;
	check_required(d, node);
	if (decode_built_in(d, d->section->scope) < 0 || decode_type(d, node) < 0)
		return -1;
	for (const struct node *child = node->first; child; child = child->next) {
		if (d->section->type_key && strcmp(child->key, d->section->type_key) == 0)
			continue;
		if (decode_child(d, child, d->section->item_path) < 0)
			return -1;
	}
	return 0;
}

static int decode_items(struct decoder *d, const struct node *map, char *array, size_t *count)
{
	for (const struct node *child = map->first; child; child = child->next) {
		d->item = (struct named_config *)(void *)(array + *count * d->section->item_size);
		(*count)++;
		if (decode_item(d, child) < 0)
			return -1;
	}
	return 0;
}

int decode_section(struct decoder *d, const struct key_section *section, const struct node *map)
{
	void **array = (void **)(void *)((char *)d->config + section->array);
	size_t *count = (size_t *)(void *)((char *)d->config + section->count);
	size_t wanted = decode_count_children(map);
	int rc;

	/* a second one has its complaint as a duplicate key */
	if (!decode_is_map(d, map) || *array)
		return 0;
	if (wanted > ITEMS_MAX) {
		complain(d->complaints, map->source, map->key_mark,
			 "%zu %ss; there can be at most %d", wanted, section->noun, ITEMS_MAX);
		return 0;
	}
	*array = arena_alloc(&d->config->arena, (wanted + 1) * section->item_size);
	if (!*array)
		return decode_no_memory(d);
	d->section = section;
	rc = decode_items(d, map, *array, count);
	d->section = NULL;
	d->item = NULL;
	d->type_known = false;
	return rc;
}
