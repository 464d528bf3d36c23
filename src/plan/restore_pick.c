/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a component's sets a restore is of. */
#include <sys/random.h>

#include "plan/restore_test.intern.h"

/* The parts that a component's content is restored from, best first; all that are there of the first kind. */
static const enum part_kind content_kinds[] = { PART_DUMP, PART_SQL, PART_RDB, PART_DEFINITIONS };
static const enum part_kind content_kinds_sql[] = { PART_SQL, PART_DUMP, PART_RDB,
						    PART_DEFINITIONS };
enum { CONTENT_KINDS = sizeof(content_kinds) / sizeof(*content_kinds) };

enum part_kind restore_content_kind(const struct restore_test *t, const struct backup_set *set,
				    const struct component_config *c)
{
	const enum part_kind *kinds = t->request->from_sql ? content_kinds_sql : content_kinds;

	for (size_t k = 0; k < CONTENT_KINDS; k++) {
		for (size_t i = 0; i < set->file_count; i++) {
			if (set->file[i].component == c && set->file[i].kind == kinds[k])
				return kinds[k];
		}
	}
	return PART_KIND_COUNT;
}

static bool holds(const struct restore_test *t, const struct backup_set *set,
		  const struct component_config *c)
{
	return restore_content_kind(t, set, c) != PART_KIND_COUNT;
}

static enum set_standing standing_of(const struct restore_test *t, const struct backup_set *set,
				     const struct component_config *c)
{
	const struct standing *s = standings_find(&t->standings, c->name, set->id);

	return s ? s->standing : SET_UNKNOWN;
}

static bool is_trusted(enum restore_trust trust, enum set_standing standing)
{
	if (trust == RESTORE_TRUST_PROVEN)
		return standing == SET_SOUND || standing == SET_PROVEN;
	return trust == RESTORE_TRUST_ALL || standing != SET_BAD;
}

/* May its restore be of this set? */
static bool may_be(const struct restore_test *t, const struct backup_set *set,
		   const struct component_config *c, enum restore_trust trust)
{
	return holds(t, set, c) &&
	       (!t->request->not_after_ns || set->time_ns <= t->request->not_after_ns) &&
	       is_trusted(trust, standing_of(t, set, c));
}

static size_t random_below(size_t n)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		number = (uint64_t)(uintptr_t)&number;
	return (size_t)(number % n);
}

/* Among the sets that hold the component: newest first, as the catalogue has them. */
static struct backup_set *pick(struct restore_test *t, const struct component_config *c,
			       enum restore_trust trust)
{
	struct catalogue *all = &t->catalogue;
	size_t count = 0, wanted = 0;

	for (size_t i = 0; i < all->set_count; i++)
		count += may_be(t, &all->set[i], c, trust);
	if (count <= t->request->withheld)
		return NULL;
	wanted = t->request->withheld;
	if (t->request->pick == RESTORE_PICK_OLDEST)
		wanted = count - 1;
	else if (t->request->pick == RESTORE_PICK_RANDOM)
		wanted += random_below(count - wanted);
	for (size_t i = 0; i < all->set_count; i++) {
		if (may_be(t, &all->set[i], c, trust) && wanted-- == 0)
			return &all->set[i];
	}
	return NULL;
}

struct backup_set *restore_pick_set(struct restore_test *t, const struct component_config *c)
{
	struct backup_set *set = NULL;

	if (t->request->set) {
		set = catalogue_find(&t->catalogue, t->request->set);
		return set && holds(t, set, c) ? set : NULL;
	}
	for (int trust = (int)t->request->trust; !set && trust >= RESTORE_TRUST_ALL; trust--)
		set = pick(t, c, (enum restore_trust)trust);
	return set;
}

size_t restore_passed_over(const struct restore_test *t, const struct restore_target *target,
			   const struct backup_set **newest, const struct standing **known)
{
	size_t count = 0;

	for (const struct backup_set *set = t->catalogue.set; set < target->set; set++) {
		if (!may_be(t, set, target->component, RESTORE_TRUST_ALL) ||
		    may_be(t, set, target->component, t->request->trust) || count++)
			continue;
		*newest = set;
		*known = standings_find(&t->standings, target->component->name, set->id);
	}
	return count;
}
