/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row that is written into a live component every now and then: a backup that holds it tells
 * by it how new its data is.
 */
#ifndef COMPONENT_CANARY_H
#define COMPONENT_CANARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/cleanup.h"

/* What was written; owned by the arena of the canaries. */
struct canary {
	const char *component, *database;
	const char *at; /* RFC 3339, UTC, by the server's clock */
	bool created;   /* it was the first time: the table was made */
};

struct canaries {
	struct arena arena;
	struct canary *item;
	size_t count, capacity;
};
void canaries_release(struct canaries *c);

/* Copies the canary and its texts; -1 when out of memory. */
MUST_CHECK int canaries_add(struct canaries *c, const struct canary *canary);

#endif
