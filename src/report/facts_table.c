/* SPDX-License-Identifier: Apache-2.0 */
#include "report/facts_table.h"

#include <stdlib.h>
#include <string.h>

/* A fact of one side, on its way into a line. */
struct entry {
	const struct fact *fact;
	enum facts_side side;
};

/* What restore tests compare; the rest differs between servers for good reasons. */
static bool is_shown(enum fact_kind kind)
{
	return kind == FACT_TABLE || kind == FACT_SEQUENCE || kind == FACT_LARGE_OBJECTS ||
	       kind == FACT_DATABASE || kind == FACT_KEYSPACE || kind == FACT_BROKER_OBJECTS;
}

const char *agreement_name(enum agreement a)
{
	static const char *const names[AGREEMENT_COUNT] = { [AGREEMENT_DIFFERENT] = "different",
							    [AGREEMENT_UNKNOWN] = "unknown",
							    [AGREEMENT_EQUAL] = "equal" };

	return names[a];
}

const struct fact *facts_line_any(const struct facts_line *line)
{
	for (int s = 0; s < FACTS_SIDES; s++) {
		if (line->side[s])
			return line->side[s];
	}
	return NULL;
}

static int by_identity_and_side(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = fact_compare_identity(a->fact, b->fact);

	return order ? order : (a->side > b->side) - (a->side < b->side);
}

static int by_agreement(const void *left, const void *right)
{
	const struct facts_line *a = left, *b = right;

	if (a->agreement != b->agreement)
		return a->agreement < b->agreement ? -1 : 1;
	return fact_compare_identity(facts_line_any(a), facts_line_any(b));
}

/*
 * Sequences take no part in snapshots, so that a dump may be ahead of its source: 1 when
 * `a`, the source's, is not ahead of `b`.
 */
static bool sequence_went_on(const struct fact *a, const struct fact *b)
{
	long long before = strtoll(a->value, NULL, 10), after = strtoll(b->value, NULL, 10);

	return before < 0 ? after <= before : after >= before;
}

static bool values_differ(const struct fact *a, const struct fact *b, bool from_source)
{
	if (from_source && a->kind == FACT_SEQUENCE)
		return !sequence_went_on(a, b);
	return strcmp(a->value, b->value) != 0;
}

static bool differs(const struct fact *a, const struct fact *b, unsigned both, bool from_source)
{
	return (both & MEASURE_COUNT && a->count != b->count) ||
	       (both & MEASURE_EXPIRES && a->expires != b->expires) ||
	       (both & MEASURE_BYTES && a->bytes != b->bytes) ||
	       (both & MEASURE_FINGERPRINT && (a->fingerprint.low != b->fingerprint.low ||
					       a->fingerprint.high != b->fingerprint.high)) ||
	       (both & MEASURE_VALUE && values_differ(a, b, from_source));
}

static enum agreement agreement_of(const struct facts_line *line, const struct facts_section *s)
{
	enum agreement found = AGREEMENT_UNKNOWN;

	for (int i = 0; i < FACTS_SIDES; i++) {
		for (int j = i + 1; j < FACTS_SIDES; j++) {
			const struct fact *a = line->side[i], *b = line->side[j];
			unsigned both = a && b ? a->known & b->known : 0;

			if (!s->knows[i] || !s->knows[j])
				continue;
			if (!a != !b || differs(a, b, both, i == FACTS_SOURCE))
				return AGREEMENT_DIFFERENT;
			if (both)
				found = AGREEMENT_EQUAL;
		}
	}
	return found;
}

static void add_up(struct facts_section *s, const struct facts_line *line)
{
	for (int i = 0; i < FACTS_SIDES; i++) {
		if (!line->side[i])
			continue;
		if (line->side[i]->known & MEASURE_COUNT)
			s->total[i] += line->side[i]->count;
		else
			s->complete[i] = false;
	}
}

static void finish_section(struct facts_table *t, struct facts_section *s)
{
	for (size_t i = 0; i < s->count; i++) {
		add_up(s, &s->line[i]);
		s->line[i].agreement = agreement_of(&s->line[i], s);
		s->of[s->line[i].agreement]++;
		t->of[s->line[i].agreement]++;
	}
	t->lines += s->count;
	qsort(s->line, s->count, sizeof(*s->line), by_agreement);
}

/* A side that was read and tells no table has none; of other kinds it may just not tell. */
static void begin_section(struct facts_section *s, const struct facts_group *g, enum fact_kind kind,
			  struct facts_line *line)
{
	*s = (struct facts_section){ .kind = kind, .line = line };
	for (int i = 0; i < FACTS_SIDES; i++) {
		s->complete[i] = true;
		s->knows[i] = g->read[i] && (kind == FACT_TABLE || kind == FACT_KEYSPACE ||
					     kind == FACT_BROKER_OBJECTS);
	}
}

static void put(struct facts_section *s, const struct entry *e, bool is_new)
{
	struct facts_line *line;

	if (is_new)
		s->line[s->count++] = (struct facts_line){ 0 };
	line = &s->line[s->count - 1];
	/* of one named twice the first stands */
	if (!line->side[e->side])
		line->side[e->side] = e->fact;
	s->knows[e->side] = true;
}

static int fold(struct facts_table *t, struct facts_group *g, const struct entry *entry,
		size_t count)
{
	struct facts_line *lines = arena_alloc(&t->arena, (count + 1) * sizeof(*lines));
	struct facts_section *s = NULL;
	size_t used = 0;

	g->section = arena_alloc(&t->arena, FACT_KIND_COUNT * sizeof(*g->section));
	if (!lines || !g->section)
		return -1;
	for (size_t i = 0; i < count; i++) {
		bool is_new = !i || fact_compare_identity(entry[i - 1].fact, entry[i].fact) != 0;

		if (!s || s->kind != entry[i].fact->kind) {
			used += s ? s->count : 0;
			s = &g->section[g->section_count++];
			begin_section(s, g, entry[i].fact->kind, lines + used);
		}
		put(s, &entry[i], is_new);
	}
	for (size_t i = 0; i < g->section_count; i++)
		finish_section(t, &g->section[i]);
	return 0;
}

static bool is_of(const struct run_facts *f, const struct facts_group *g)
{
	return strcmp(f->component, g->component) == 0 && strcmp(f->part, g->part) == 0 &&
	       strcmp(f->database, g->database) == 0;
}

/* All facts of the group's sides in one array; the last reading of a side stands. */
static size_t collect(const struct run *run, const struct facts_group *g, struct entry *out)
{
	const struct run_facts *last[FACTS_SIDES] = { NULL };
	size_t count = 0;

	for (size_t i = 0; i < run->facts_count; i++) {
		if (is_of(&run->facts[i], g))
			last[run->facts[i].facts.side] = &run->facts[i];
	}
	for (int s = 0; s < FACTS_SIDES; s++) {
		for (size_t i = 0; last[s] && i < last[s]->facts.count; i++) {
			if (is_shown(last[s]->facts.item[i].kind))
				out[count++] = (struct entry){ &last[s]->facts.item[i],
							       (enum facts_side)s };
		}
	}
	return count;
}

static int fill_group(const struct run *run, struct facts_table *t, struct facts_group *g,
		      size_t room)
{
	CLEANUP(cleanup_free)
	struct entry *entry = calloc(room + 1, sizeof(*entry));
	size_t count;

	if (!entry)
		return -1;
	count = collect(run, g, entry);
	qsort(entry, count, sizeof(*entry), by_identity_and_side);
	return fold(t, g, entry, count);
}

static struct facts_group *group_of(struct facts_table *t, const struct run_facts *f)
{
	for (size_t i = 0; i < t->group_count; i++) {
		if (is_of(f, &t->group[i]))
			return &t->group[i];
	}
	t->group[t->group_count] = (struct facts_group){ .component = f->component,
							 .part = f->part,
							 .database = f->database };
	return &t->group[t->group_count++];
}

/* Facts expire, and then all sides look empty; a side that is empty alone holds nothing. */
static bool is_comparable(const struct facts_group *g, size_t facts)
{
	int sides = 0;

	for (int s = 0; s < FACTS_SIDES; s++)
		sides += g->read[s];
	return sides > 1 && facts;
}

static size_t facts_of(const struct run *run, const struct facts_group *g)
{
	size_t count = 0;

	for (size_t i = 0; i < run->facts_count; i++)
		count += is_of(&run->facts[i], g) ? run->facts[i].facts.count : 0;
	return count;
}

int facts_table_make(const struct run *run, struct facts_table *out)
{
	size_t kept = 0;

	out->group = arena_alloc(&out->arena, (run->facts_count + 1) * sizeof(*out->group));
	if (!out->group)
		return -1;
	for (size_t i = 0; i < run->facts_count; i++)
		group_of(out, &run->facts[i])->read[run->facts[i].facts.side] = true;
	for (size_t i = 0; i < out->group_count; i++) {
		struct facts_group *g = &out->group[i];
		size_t facts = facts_of(run, g);

		if (!is_comparable(g, facts))
			continue;
		if (fill_group(run, out, g, facts) < 0)
			return -1;
		out->group[kept++] = *g;
	}
	out->group_count = kept;
	return 0;
}

bool facts_line_is_shown(const struct facts_line *line, size_t *room)
{
	if (line->agreement == AGREEMENT_DIFFERENT)
		return true;
	if (!*room)
		return false;
	--*room;
	return true;
}

void facts_table_release(struct facts_table *t)
{
	arena_release(&t->arena);
	*t = (struct facts_table){ 0 };
}
