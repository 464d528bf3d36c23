/* SPDX-License-Identifier: Apache-2.0 */
#include "both_ways.h"

#include <stdlib.h>
#include <string.h>

static struct reading read_cut(const struct reader *reader, struct span bytes, size_t cut)
{
	struct reading r = { .list = true };
	struct error err = ERROR_INIT;
	struct stage *s = reader->open(&r, &err);

	if (!s || stage_push(s, (struct span){ bytes.ptr, cut }, &err) < 0 ||
	    stage_push(s, (struct span){ bytes.ptr + cut, bytes.len - cut }, &err) < 0 ||
	    stage_finish(s, &err) < 0)
		abort();
	stage_free_chain(s);
	return r;
}

static void require_same_findings(const struct findings *a, const struct findings *b)
{
	if (a->count != b->count)
		abort();
	for (size_t i = 0; i < a->count; i++) {
		const struct finding *x = &a->item[i], *y = &b->item[i];

		if (x->code != y->code || x->offset != y->offset ||
		    strcmp(x->message, y->message) != 0)
			abort();
	}
}

static void require_same_facts(const struct facts *a, const struct facts *b)
{
	if (a->count != b->count)
		abort();
	for (size_t i = 0; i < a->count; i++) {
		const struct fact *x = &a->item[i], *y = &b->item[i];

		if (fact_compare_identity(x, y) != 0 || x->known != y->known ||
		    x->count != y->count || x->bytes != y->bytes || x->expires != y->expires ||
		    x->fingerprint.low != y->fingerprint.low ||
		    x->fingerprint.high != y->fingerprint.high || strcmp(x->value, y->value) != 0)
			abort();
	}
}

static void require_same_outline(const struct outline *a, const struct outline *b)
{
	if (a->count != b->count)
		abort();
	for (size_t i = 0; i < a->count; i++) {
		const struct outline_entry *x = &a->item[i], *y = &b->item[i];

		if (x->id != y->id || strcmp(x->name, y->name) != 0 || x->known != y->known ||
		    x->count != y->count || x->bytes != y->bytes || x->offset != y->offset)
			abort();
	}
}

void read_both_ways(const struct reader *reader, struct span bytes, size_t cut)
{
	struct reading whole = read_cut(reader, bytes, bytes.len);
	struct reading parts = read_cut(reader, bytes, cut);

	if (whole.finished != parts.finished || whole.content_time_ns != parts.content_time_ns)
		abort();
	require_same_findings(&whole.findings, &parts.findings);
	require_same_facts(&whole.facts, &parts.facts);
	require_same_outline(&whole.contents, &parts.contents);
	require_same_outline(&whole.largest, &parts.largest);
	reading_release(&whole);
	reading_release(&parts);
}
