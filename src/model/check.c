/* SPDX-License-Identifier: Apache-2.0 */
#include "model/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *meaning;
	enum verdict severity;
} rows[CHECK_ID_COUNT] = {
#define X(id, name, verdict, meaning) [CHECK_##id] = { name, meaning, VERDICT_##verdict },
	CHECK_TABLE(X)
#undef X
};

const char *check_name(enum check_id id)
{
	return rows[id].name;
}

const char *check_meaning(enum check_id id)
{
	return rows[id].meaning;
}

enum verdict check_default_severity(enum check_id id)
{
	return rows[id].severity;
}

bool check_parse_name(const char *name, enum check_id *out)
{
	for (int i = 0; i < CHECK_ID_COUNT; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*out = (enum check_id)i;
			return true;
		}
	}
	return false;
}

bool check_is_of_course(const char *name)
{
	return strcmp(name, check_name(CHECK_STEP)) == 0 ||
	       strcmp(name, check_name(CHECK_INTERRUPTED)) == 0;
}

static struct check *next_slot(struct checks *c)
{
	if (c->count == c->capacity) {
		size_t capacity = c->capacity ? c->capacity * 2 : 32;
		struct check *grown = realloc(c->item, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		c->item = grown;
		c->capacity = capacity;
	}
	return &c->item[c->count];
}

int checks_add(struct checks *c, const struct check *check)
{
	struct check *slot = next_slot(c);
	struct check copy = *check;
	const char **text[] = { &copy.name,  &copy.component, &copy.subject, &copy.expected,
				&copy.found, &copy.message,   &copy.hint,    &copy.step };

	if (!slot)
		return -1;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		*text[i] = arena_strdup(&c->arena, *text[i] ? *text[i] : "");
		if (!*text[i])
			return -1;
	}
	*slot = copy;
	c->count++;
	return 0;
}

static bool is_of_milestone(const struct check *c, const char *subject)
{
	return strcmp(c->name, check_name(CHECK_MILESTONE)) == 0 &&
	       strcmp(c->subject, subject) == 0;
}

int checks_add_last(struct checks *c, const struct check *check)
{
	const char *subject;
	size_t kept = 0, last;

	if (checks_add(c, check) < 0)
		return -1;
	last = c->count - 1;
	subject = c->item[last].subject;
	if (!is_of_milestone(&c->item[last], subject))
		return 0;
	for (size_t i = 0; i <= last; i++) {
		if (i == last || !is_of_milestone(&c->item[i], subject))
			c->item[kept++] = c->item[i];
	}
	c->count = kept;
	return 0;
}

void checks_begin_again(struct checks *c, const char *step)
{
	const char *milestone = check_name(CHECK_MILESTONE);

	for (size_t i = 0; i < c->count; i++) {
		struct check *check = &c->item[i];

		check->again |=
			strcmp(check->step, step) == 0 && strcmp(check->name, milestone) != 0;
	}
}

int checks_end_again(struct checks *c, const char *step, enum verdict verdict,
		     struct checks *superseded)
{
	size_t kept = 0;

	if (verdict == VERDICT_SKIPPED || verdict == VERDICT_ERROR)
		return 0;
	for (size_t i = 0; i < c->count; i++) {
		const struct check *check = &c->item[i];

		if (!check->again || strcmp(check->step, step) != 0)
			c->item[kept++] = *check;
		else if (superseded && checks_add(superseded, check) < 0)
			return -1;
	}
	c->count = kept;
	return 0;
}

int checks_addf(struct checks *c, const struct check *base, const char *fmt, ...)
{
	struct check copy = *base;
	va_list ap;

	va_start(ap, fmt);
	copy.message = arena_vprintf(&c->arena, fmt, ap);
	va_end(ap);
	return copy.message ? checks_add(c, &copy) : -1;
}

enum verdict checks_verdict(const struct checks *c)
{
	enum verdict worst = VERDICT_SKIPPED;

	for (size_t i = 0; i < c->count; i++)
		worst = verdict_worse(worst, check_weight(&c->item[i]));
	return worst == VERDICT_SKIPPED ? VERDICT_ERROR : worst;
}

size_t checks_count(const struct checks *c, enum verdict v)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		n += c->item[i].verdict == v;
	return n;
}

void checks_release(struct checks *c)
{
	arena_release(&c->arena);
	free(c->item);
	*c = (struct checks){ 0 };
}
