/* SPDX-License-Identifier: Apache-2.0 */
/* Two lists of objects, sorted and walked side by side, group by group of one identity. */
#include <stdlib.h>
#include <string.h>

#include "format/postgres/pg_objects.h"

/* Objects of one identity, by definition and owner. */
struct group {
	struct pg_object *item;
	size_t count;
};

struct comparison {
	int (*report)(void *cookie, const struct pg_object_difference *d);
	void *cookie;
};

static int compare_identity(const struct pg_object *a, const struct pg_object *b)
{
	int order = strcmp(a->kind, b->kind);

	if (!order)
		order = strcmp(a->schema, b->schema);
	return order ? order : strcmp(a->tag, b->tag);
}

static int compare_definition(const struct pg_object *a, const struct pg_object *b)
{
	int order = strcmp(a->definition, b->definition);

	if (!order)
		order = strcmp(a->tablespace, b->tablespace);
	return order ? order : strcmp(a->access_method, b->access_method);
}

static int compare_all(const struct pg_object *a, const struct pg_object *b)
{
	int order = compare_definition(a, b);

	return order ? order : strcmp(a->owner, b->owner);
}

static int by_identity(const void *a, const void *b)
{
	int order = compare_identity(a, b);

	return order ? order : compare_all(a, b);
}

static void sort(struct pg_objects *o)
{
	for (size_t i = 0; i < o->count; i++)
		o->item[i].paired = false;
	if (o->count)
		qsort(o->item, o->count, sizeof(*o->item), by_identity);
}

static struct pg_object *next_unpaired(const struct group *g, size_t *at)
{
	while (*at < g->count && g->item[*at].paired)
		(*at)++;
	return *at < g->count ? &g->item[*at] : NULL;
}

/* Pairs what `order` finds equal; both are in that order. `change`: what to tell of each pair; -1: nothing. */
static int pair_equal(const struct comparison *c, struct group *e, struct group *f,
		      int (*order)(const struct pg_object *a, const struct pg_object *b),
		      int change)
{
	size_t i = 0, k = 0;
	struct pg_object *a, *b;

	while ((a = next_unpaired(e, &i)) && (b = next_unpaired(f, &k))) {
		int by = order(a, b), rc = 0;

		i += by < 0;
		k += by > 0;
		if (by)
			continue;
		a->paired = b->paired = true;
		if (change >= 0) {
			const struct pg_object_difference d = { (enum pg_object_change)change, a,
								b };

			rc = c->report(c->cookie, &d);
		}
		if (rc)
			return rc;
	}
	return 0;
}

/* Bodies of functions and comments are kept as they were written. */
static bool is_printed_anew(const char *kind)
{
	static const char *const verbatim[] = { "FUNCTION", "PROCEDURE", "COMMENT", "ACL",
						"DEFAULT ACL" };

	for (size_t i = 0; i < sizeof(verbatim) / sizeof(*verbatim); i++) {
		if (strcmp(kind, verbatim[i]) == 0)
			return false;
	}
	return true;
}

static enum pg_object_change change_between(const struct pg_object *a, const struct pg_object *b)
{
	if (strcmp(a->tablespace, b->tablespace) == 0 &&
	    strcmp(a->access_method, b->access_method) == 0 && strcmp(a->owner, b->owner) == 0 &&
	    is_printed_anew(a->kind) && pg_definition_is_respelt(a->definition, b->definition))
		return PG_OBJECT_RESPELT;
	return PG_OBJECT_CHANGED;
}

/* What is left: changed, pair by pair in order, then missing or added. */
static int report_rest(const struct comparison *c, struct group *e, struct group *f)
{
	size_t i = 0, k = 0;

	for (;;) {
		struct pg_object *a = next_unpaired(e, &i), *b = next_unpaired(f, &k);
		struct pg_object_difference d = { PG_OBJECT_MISSING, a, b };
		int rc;

		if (!a && !b)
			return 0;
		if (a && b)
			d.change = change_between(a, b);
		else if (b)
			d.change = PG_OBJECT_ADDED;
		if (a)
			a->paired = true;
		if (b)
			b->paired = true;
		rc = c->report(c->cookie, &d);
		if (rc)
			return rc;
	}
}

static int compare_group(const struct comparison *c, struct group e, struct group f)
{
	int rc = pair_equal(c, &e, &f, compare_all, -1);

	if (!rc)
		rc = pair_equal(c, &e, &f, compare_definition, PG_OBJECT_OWNER);
	return rc ? rc : report_rest(c, &e, &f);
}

/* Those from `at` on that have the identity of `like`. */
static struct group group_at(const struct pg_objects *o, size_t at, const struct pg_object *like)
{
	struct group g = { o->item + at, 0 };

	while (at + g.count < o->count && compare_identity(&o->item[at + g.count], like) == 0)
		g.count++;
	return g;
}

int pg_objects_compare(struct pg_objects *expected, struct pg_objects *found,
		       int (*report)(void *cookie, const struct pg_object_difference *d),
		       void *cookie)
{
	const struct comparison c = { report, cookie };
	size_t i = 0, k = 0;

	sort(expected);
	sort(found);
	while (i < expected->count || k < found->count) {
		const struct pg_object *like = i < expected->count ? &expected->item[i] : NULL;
		struct group e, f;
		int rc;

		if (!like || (k < found->count && compare_identity(&found->item[k], like) < 0))
			like = &found->item[k];
		e = group_at(expected, i, like);
		f = group_at(found, k, like);
		i += e.count;
		k += f.count;
		rc = compare_group(&c, e, f);
		if (rc)
			return rc;
	}
	return 0;
}
