/* SPDX-License-Identifier: Apache-2.0 */
#include "model/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"

static const struct fact_words words[FACT_KIND_COUNT] = {
#define X(kind, array, scope, name, count, noun)                                                   \
	[FACT_##kind] = { array, scope, name, count, noun },
	FACT_TABLE_ROWS(X)
#undef X
};

const struct fact_words *fact_kind_words(enum fact_kind kind)
{
	return &words[kind];
}

static const char *const sides[] = {
	[FACTS_SOURCE] = "source", [FACTS_BACKUP] = "backup", [FACTS_RESTORED] = "restored"
};

const char *facts_side_name(enum facts_side side)
{
	return sides[side];
}

bool facts_side_parse(const char *name, enum facts_side *out)
{
	for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++) {
		if (strcmp(sides[i], name) == 0) {
			*out = (enum facts_side)i;
			return true;
		}
	}
	return false;
}

char *fingerprint_format(struct fingerprint f, char out[FINGERPRINT_TEXT_SIZE])
{
	(void)snprintf(out, FINGERPRINT_TEXT_SIZE, "%016" PRIx64 "%016" PRIx64, f.high, f.low);
	return out;
}

bool fingerprint_parse(const char *text, struct fingerprint *out)
{
	uint64_t word[2] = { 0, 0 };

	if (strlen(text) != FINGERPRINT_TEXT_SIZE - 1)
		return false;
	for (size_t i = 0; i < FINGERPRINT_TEXT_SIZE - 1; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return false;
		word[i / 16] = word[i / 16] << 4 | (uint64_t)digit;
	}
	*out = (struct fingerprint){ .high = word[0], .low = word[1] };
	return true;
}

static bool grow(struct facts *f)
{
	size_t capacity = f->capacity ? f->capacity * 2 : 32;
	struct fact *grown;

	if (f->count < f->capacity)
		return true;
	grown = realloc(f->item, capacity * sizeof(*grown));
	if (!grown)
		return false;
	f->item = grown;
	f->capacity = capacity;
	return true;
}

struct fact *facts_add(struct facts *f, enum fact_kind kind, const char *scope, const char *name)
{
	struct fact *fact;

	if (!grow(f))
		return NULL;
	fact = &f->item[f->count];
	*fact = (struct fact){ .kind = kind, .value = "" };
	fact->scope = arena_strdup(&f->arena, scope ? scope : "");
	fact->name = arena_strdup(&f->arena, name ? name : "");
	if (!fact->scope || !fact->name)
		return NULL;
	f->count++;
	f->sorted = false;
	return fact;
}

int fact_set_value(struct facts *f, struct fact *fact, const char *value)
{
	char *copy = arena_strdup(&f->arena, value);

	if (!copy)
		return -1;
	fact->value = copy;
	fact->known |= MEASURE_VALUE;
	return 0;
}

int fact_compare_identity(const struct fact *a, const struct fact *b)
{
	int order = (a->kind > b->kind) - (a->kind < b->kind);

	if (!order)
		order = strcmp(a->scope, b->scope);
	return order ? order : strcmp(a->name, b->name);
}

static int by_identity(const void *a, const void *b)
{
	return fact_compare_identity(a, b);
}

void facts_sort(struct facts *f)
{
	if (!f->sorted && f->count)
		qsort(f->item, f->count, sizeof(*f->item), by_identity);
	f->sorted = true;
}

const struct fact *facts_find(const struct facts *f, enum fact_kind kind, const char *scope,
			      const char *name)
{
	struct fact key = { .kind = kind, .scope = scope, .name = name };

	if (f->sorted && f->count)
		return bsearch(&key, f->item, f->count, sizeof(key), by_identity);
	for (size_t i = 0; i < f->count; i++) {
		if (fact_compare_identity(&f->item[i], &key) == 0)
			return &f->item[i];
	}
	return NULL;
}

uint64_t facts_total(const struct facts *f, enum fact_kind kind, bool *all_known)
{
	uint64_t total = 0;

	*all_known = true;
	for (size_t i = 0; i < f->count; i++) {
		if (f->item[i].kind != kind)
			continue;
		if (f->item[i].known & MEASURE_COUNT)
			total += f->item[i].count;
		else
			*all_known = false;
	}
	return total;
}

void facts_release(struct facts *f)
{
	arena_release(&f->arena);
	free(f->item);
	*f = (struct facts){ .side = f->side };
}
