/* SPDX-License-Identifier: Apache-2.0 */
#include "model/entry.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *meaning;
} kinds[ENTRY_KIND_COUNT] = {
#define X(id, name, meaning) [ENTRY_##id] = { name, meaning },
	ENTRY_KIND_TABLE(X)
#undef X
};

static const char *const severities[ENTRY_SEVERITY_COUNT] = { "", "low", "medium", "high",
							      "critical" };

const char *entry_kind_name(enum entry_kind kind)
{
	return kinds[kind].name;
}

const char *entry_kind_meaning(enum entry_kind kind)
{
	return kinds[kind].meaning;
}

bool entry_kind_parse(const char *name, enum entry_kind *out)
{
	for (int i = 0; i < ENTRY_KIND_COUNT; i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			*out = (enum entry_kind)i;
			return true;
		}
	}
	return false;
}

const char *entry_severity_name(enum entry_severity severity)
{
	return severities[severity];
}

bool entry_severity_parse(const char *name, enum entry_severity *out)
{
	for (int i = ENTRY_SEVERITY_LOW; i < ENTRY_SEVERITY_COUNT; i++) {
		if (strcmp(severities[i], name) == 0) {
			*out = (enum entry_severity)i;
			return true;
		}
	}
	return false;
}

static struct entry *next_slot(struct entries *l)
{
	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 32;
		struct entry *grown = realloc(l->item, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		l->item = grown;
		l->capacity = capacity;
	}
	return &l->item[l->count];
}

int entries_add(struct entries *l, const struct entry *e)
{
	struct entry *slot = next_slot(l);
	struct entry copy = *e;
	const char **text[] = { &copy.run,  &copy.step,   &copy.role,      &copy.author,
				&copy.text, &copy.reason, &copy.resolution };

	if (!slot)
		return -1;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		*text[i] = arena_strdup(&l->arena, *text[i] ? *text[i] : "");
		if (!*text[i])
			return -1;
	}
	*slot = copy;
	l->count++;
	return 0;
}

const struct entry *entries_find(const struct entries *l, int64_t number)
{
	for (size_t i = 0; i < l->count; i++) {
		if (l->item[i].number == number)
			return &l->item[i];
	}
	return NULL;
}

const struct entry *entries_successor(const struct entries *l, int64_t number)
{
	for (size_t i = 0; i < l->count; i++) {
		if (l->item[i].supersedes == number)
			return &l->item[i];
	}
	return NULL;
}

void entries_release(struct entries *l)
{
	arena_release(&l->arena);
	free(l->item);
	*l = (struct entries){ 0 };
}

bool entry_is_late(const struct entry *e)
{
	return e->at_ns < e->recorded_ns;
}
