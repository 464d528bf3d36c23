/* SPDX-License-Identifier: Apache-2.0 */
#include "model/outline.h"

#include <stdlib.h>
#include <string.h>

static char *keep(struct outline *o, const char *text)
{
	return arena_strdup(&o->arena, text ? text : "");
}

static struct outline_entry *make_room(struct outline *o)
{
	size_t capacity = o->capacity ? o->capacity * 2 : 16;
	struct outline_entry *item;

	if (o->count < o->capacity)
		return &o->item[o->count];
	item = reallocarray(o->item, capacity, sizeof(*item));
	if (!item)
		return NULL;
	o->item = item;
	o->capacity = capacity;
	return &item[o->count];
}

struct outline_entry *outline_add(struct outline *o, const char *kind, const char *scope,
				  const char *name, const char *owner)
{
	struct outline_entry *e = make_room(o);

	if (!e)
		return NULL;
	*e = (struct outline_entry){ .kind = keep(o, kind),
				     .scope = keep(o, scope),
				     .name = keep(o, name),
				     .owner = keep(o, owner),
				     .offset = OUTLINE_NO_OFFSET };
	if (!e->kind || !e->scope || !e->name || !e->owner)
		return NULL;
	o->count++;
	return e;
}

void outline_release(struct outline *o)
{
	arena_release(&o->arena);
	free(o->item);
	*o = (struct outline){ 0 };
}
