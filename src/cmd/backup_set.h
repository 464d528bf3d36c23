/* SPDX-License-Identifier: Apache-2.0 */
/* What `backup list`, `show` and `complete` share: sets found, judged and written as JSON. */
#ifndef CMD_BACKUP_SET_H
#define CMD_BACKUP_SET_H

#include <jansson.h>

#include "cmd/command.h"
#include "repository/catalogue.h"

/* A set with what a complete one would have. */
struct set_view {
	struct backup_set *set;
	struct expected_part *part; /* in the catalogue's arena */
	size_t part_count, missing;
	uint64_t size;     /* of all its files, bytes */
	char trouble[320]; /* why its manifest cannot be used; "" */
};

/*
 * Load the set's manifest and compare. A manifest that cannot be used is told in
 * `trouble`; then the set is judged without it.
 */
MUST_CHECK int set_view_load(struct catalogue *c, const struct config *config,
			     struct backup_set *set, struct set_view *out, struct error *err);

/* "set", "time", "time_source", "size", "file_count", "expected", "missing": NULL when out of memory. */
json_t *set_view_to_json(const struct set_view *v);

/* [{"component", "part", "database", "name", "path", "present"}]; NULL when out of memory. */
json_t *set_view_parts_to_json(const struct set_view *v);

/* "set X: manifest: …" on standard error when there is trouble. */
void set_view_warn(const struct invocation *inv, const struct set_view *v);

#endif
