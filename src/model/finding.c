/* SPDX-License-Identifier: Apache-2.0 */
#include "model/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *id, *meaning;
	enum verdict verdict;
} codes[FINDING_CODE_COUNT] = {
#define X(name, id, verdict, meaning) [FINDING_##name] = { id, meaning, VERDICT_##verdict },
	FINDING_TABLE(X)
#undef X
};

const char *finding_id(enum finding_code code)
{
	return codes[code].id;
}

const char *finding_meaning(enum finding_code code)
{
	return codes[code].meaning;
}

enum verdict finding_verdict(enum finding_code code)
{
	return codes[code].verdict;
}

bool finding_parse_id(const char *id, enum finding_code *out)
{
	for (int i = 0; i < FINDING_CODE_COUNT; i++) {
		if (strcmp(codes[i].id, id) == 0) {
			*out = (enum finding_code)i;
			return true;
		}
	}
	return false;
}

static struct finding *next_slot(struct findings *f)
{
	if (f->count == FINDINGS_MAX) {
		f->dropped++;
		return NULL;
	}
	if (f->count == f->capacity) {
		size_t capacity = f->capacity ? f->capacity * 2 : 16;
		struct finding *grown = realloc(f->item, capacity * sizeof(*grown));

		if (!grown) {
			f->no_memory = true;
			return NULL;
		}
		f->item = grown;
		f->capacity = capacity;
	}
	return &f->item[f->count++];
}

void findings_add(struct findings *f, enum finding_code code, uint64_t offset, const char *fmt, ...)
{
	struct finding *slot = next_slot(f);
	va_list ap;

	if (!slot)
		return;
	*slot = (struct finding){ .code = code, .layer = f->layer, .offset = offset };
	va_start(ap, fmt);
	(void)vsnprintf(slot->message, sizeof(slot->message), fmt, ap);
	va_end(ap);
}

enum verdict findings_verdict(const struct findings *f)
{
	enum verdict worst = f->no_memory ? VERDICT_ERROR : VERDICT_PASS;

	for (size_t i = 0; i < f->count; i++)
		worst = verdict_worse(worst, finding_verdict(f->item[i].code));
	return worst;
}

const struct finding *findings_worst(const struct findings *f)
{
	const struct finding *worst = NULL;

	for (size_t k = 0; k < f->count; k++) {
		if (!worst || finding_verdict(f->item[k].code) > finding_verdict(worst->code))
			worst = &f->item[k];
	}
	return worst;
}

void findings_release(struct findings *f)
{
	free(f->item);
	*f = (struct findings)FINDINGS_INIT(f->layer);
}
