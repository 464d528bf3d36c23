/* SPDX-License-Identifier: Apache-2.0 */
#include "component/canary.h"

#include <stdlib.h>

void canaries_release(struct canaries *c)
{
	free(c->item);
	arena_release(&c->arena);
	*c = (struct canaries){ 0 };
}

int canaries_add(struct canaries *c, const struct canary *canary)
{
	struct canary copy = { .component = arena_strdup(&c->arena, canary->component),
			       .database = arena_strdup(&c->arena, canary->database),
			       .at = arena_strdup(&c->arena, canary->at),
			       .created = canary->created };

	if (!copy.component || !copy.database || !copy.at)
		return -1;
	if (c->count == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 8;
		struct canary *grown = reallocarray(c->item, capacity, sizeof(*grown));

		if (!grown)
			return -1;
		c->item = grown;
		c->capacity = capacity;
	}
	c->item[c->count++] = copy;
	return 0;
}
