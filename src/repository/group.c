/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files to sets. Files of one stamp stay together: they are a unit. Units in the
 * order of time join the set before them while they lie within the tolerance of
 * its first file and bring no part that it already has; else they begin a set.
 * Names that tell only a day make a set of that day, or join its only other set.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "repository/catalogue.intern.h"

/* Which parts the set under construction has: a hash set that is emptied by counting up. */
struct parts_seen {
	struct seen_slot {
		size_t set;
		const struct scanned_file *file;
	} * slot;
	size_t mask;
};

/* A run of scanned files, sorted, that will be one set. */
struct group {
	size_t first, count;
	bool date_only;
};

struct grouping {
	struct scan *scan;
	struct parts_seen seen;
	struct group *group;
	size_t count;
};

static void cleanup_grouping(struct grouping *g)
{
	free(g->seen.slot);
	free(g->group);
}

static int order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Timed names before day names; then by time, stamp and path. */
static int by_time(const void *a, const void *b)
{
	const struct scanned_file *x = a, *y = b;
	int rc = order(x->date_only, y->date_only);

	if (!rc)
		rc = order(x->time_ns, y->time_ns);
	if (!rc)
		rc = strcmp(x->file.stamp, y->file.stamp);
	return rc ? rc : strcmp(x->file.path, y->file.path);
}

int group_compare_files(const void *a, const void *b)
{
	const struct backup_file *x = a, *y = b;
	int rc = (x->component > y->component) - (x->component < y->component);

	if (!rc)
		rc = order(x->kind, y->kind);
	if (!rc)
		rc = strcmp(x->database, y->database);
	return rc ? rc : strcmp(x->path, y->path);
}

static bool same_part(const struct backup_file *x, const struct backup_file *y)
{
	return x->component == y->component && x->kind == y->kind &&
	       strcmp(x->database, y->database) == 0;
}

static struct seen_slot *find_seen(struct grouping *g, size_t set, const struct scanned_file *f)
{
	uint64_t hash = (uint64_t)(uintptr_t)f->file.component * 31 + (uint64_t)f->file.kind;

	for (const char *p = f->file.database; *p; p++)
		hash = hash * 31 + (unsigned char)*p;
	/* Knuth's multiplicative hashing: the high bits of the product are the mixed ones */
	for (size_t at = (size_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 32);; at++) {
		struct seen_slot *slot = &g->seen.slot[at & g->seen.mask];

		if (slot->set != set || same_part(&slot->file->file, &f->file))
			return slot;
	}
}

/* Files from `at` on that bear the same stamp at the same time. */
static size_t unit_length(const struct scan *s, size_t at)
{
	size_t end = at + 1;

	while (end < s->count && s->item[end].time_ns == s->item[at].time_ns &&
	       s->item[end].date_only == s->item[at].date_only &&
	       strcmp(s->item[end].file.stamp, s->item[at].file.stamp) == 0)
		end++;
	return end - at;
}

/* May the unit join the set under construction? Sets are counted from 1. */
static bool joins(struct grouping *g, int64_t tolerance_ns, size_t at, size_t length)
{
	const struct scan *s = g->scan;
	const struct group *group = &g->group[g->count - 1];
	const struct scanned_file *first = &s->item[group->first];

	if (group->date_only != s->item[at].date_only)
		return false;
	if (group->date_only ? s->item[at].day != first->day :
			       s->item[at].time_ns - first->time_ns > tolerance_ns)
		return false;
	for (size_t i = at; i < at + length; i++) {
		if (find_seen(g, g->count, &s->item[i])->set == g->count)
			return false;
	}
	return true;
}

static void take_unit(struct grouping *g, size_t at, size_t length)
{
	for (size_t i = at; i < at + length; i++)
		*find_seen(g, g->count, &g->scan->item[i]) =
			(struct seen_slot){ g->count, &g->scan->item[i] };
	g->group[g->count - 1].count += length;
}

static int make_groups(struct grouping *g, int64_t tolerance_ns, struct error *err)
{
	struct scan *s = g->scan;
	size_t slots = 64;

	while (slots < s->count * 2)
		slots *= 2;
	g->seen.slot = calloc(slots, sizeof(*g->seen.slot));
	g->seen.mask = slots - 1;
	g->group = calloc(s->count + 1, sizeof(*g->group));
	if (!g->seen.slot || !g->group)
		return error_set(err, ERROR_NOMEM, "no memory to list the backup sets");
	if (s->count)
		qsort(s->item, s->count, sizeof(*s->item), by_time);
	for (size_t at = 0; at < s->count;) {
		size_t length = unit_length(s, at);

		if (g->count == 0 || !joins(g, tolerance_ns, at, length))
			g->group[g->count++] =
				(struct group){ .first = at, .date_only = s->item[at].date_only };
		take_unit(g, at, length);
		at += length;
	}
	return 0;
}

/* The only group with times on the day of a group of day names; NULL when there is none or more. */
static struct group *only_of_day(struct grouping *g, int64_t day)
{
	struct group *only = NULL;
	size_t low = 0, high = 0;

	/* groups with times come first, in the order of their days */
	while (high < g->count && !g->group[high].date_only)
		high++;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->scan->item[g->group[middle].first].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < g->count && !g->group[low].date_only &&
	       g->scan->item[g->group[low].first].day == day;
	     low++) {
		if (only)
			return NULL;
		only = &g->group[low];
	}
	return only;
}

static int fill_set(struct grouping *g, const struct group *group, const struct group *more,
		    struct arena *a, struct backup_set *set)
{
	const struct scanned_file *first = &g->scan->item[group->first];
	char stamp[TIMEZONE_STAMP_SIZE];

	set->file_count = group->count + (more ? more->count : 0);
	set->file = arena_alloc(a, set->file_count * sizeof(*set->file));
	set->id = first->file.stamp[0] ?
			  first->file.stamp :
			  arena_strdup(a, timezone_stamp(g->scan->zone, first->time_ns, stamp));
	if (!set->file || !set->id)
		return -1;
	for (size_t i = 0; i < group->count; i++)
		set->file[i] = g->scan->item[group->first + i].file;
	for (size_t i = 0; more && i < more->count; i++)
		set->file[group->count + i] = g->scan->item[more->first + i].file;
	qsort(set->file, set->file_count, sizeof(*set->file), group_compare_files);
	set->time_ns = first->time_ns;
	set->time_source = first->file.stamp[0] ? SET_TIME_NAME : SET_TIME_MTIME;
	for (size_t i = 0; i < set->file_count && !set->manifest_file; i++) {
		if (set->file[i].kind == PART_MANIFEST)
			set->manifest_file = &set->file[i];
	}
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct backup_set *x = a, *y = b;
	int rc = order(y->time_ns, x->time_ns);

	return rc ? rc : strcmp(y->id, x->id);
}

int group_files(struct scan *s, const struct config *config, struct catalogue *out,
		struct error *err)
{
	CLEANUP(cleanup_grouping)
	struct grouping g = { .scan = s };
	CLEANUP(cleanup_free)
	const struct group **more = NULL; /* of each group: the day names that join it */

	if (make_groups(&g, config->set_tolerance_ns, err) < 0)
		return -1;
	more = calloc(g.count + 1, sizeof(*more));
	out->set = arena_alloc(&out->arena, (g.count + 1) * sizeof(*out->set));
	if (!more || !out->set)
		return error_set(err, ERROR_NOMEM, "no memory to list the backup sets");
	for (size_t i = 0; i < g.count; i++) {
		struct group *timed = g.group[i].date_only ?
					      only_of_day(&g, s->item[g.group[i].first].day) :
					      NULL;

		if (timed && !more[timed - g.group]) {
			more[timed - g.group] = &g.group[i];
			more[i] = &g.group[i]; /* marks it as given away */
		}
	}
	for (size_t i = 0; i < g.count; i++) {
		if (more[i] == &g.group[i])
			continue;
		if (fill_set(&g, &g.group[i], more[i], &out->arena, &out->set[out->set_count]) < 0)
			return error_set(err, ERROR_NOMEM, "no memory to list the backup sets");
		out->set_count++;
	}
	if (out->set_count)
		qsort(out->set, out->set_count, sizeof(*out->set), newest_first);
	return 0;
}
