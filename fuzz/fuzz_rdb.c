/* SPDX-License-Identifier: Apache-2.0 */
/* The RDB reader: any bytes, cut in two anywhere, give the findings and facts of the whole. */
#include <stdlib.h>
#include <string.h>

#include "format/rdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_cut(const uint8_t *data, size_t size, size_t cut, struct reading *out)
{
	struct error err = ERROR_INIT;
	struct stage *s = rdb_reader.open(out, &err);

	out->list = true;
	if (!s)
		abort();
	if (stage_push(s, (struct span){ data, cut }, &err) < 0 ||
	    stage_push(s, (struct span){ data + cut, size - cut }, &err) < 0 ||
	    stage_finish(s, &err) < 0)
		abort();
	stage_free_chain(s);
}

static void require_same_outline(const struct outline *a, const struct outline *b)
{
	if (a->count != b->count)
		abort();
	for (size_t i = 0; i < a->count; i++) {
		const struct outline_entry *x = &a->item[i], *y = &b->item[i];

		if (strcmp(x->name, y->name) != 0 || x->count != y->count || x->bytes != y->bytes ||
		    x->offset != y->offset)
			abort();
	}
}

static void require_same(const struct reading *a, const struct reading *b)
{
	if (a->findings.count != b->findings.count || a->facts.count != b->facts.count ||
	    a->finished != b->finished)
		abort();
	require_same_outline(&a->contents, &b->contents);
	require_same_outline(&a->largest, &b->largest);
	for (size_t i = 0; i < a->findings.count; i++) {
		const struct finding *x = &a->findings.item[i], *y = &b->findings.item[i];

		if (x->code != y->code || x->offset != y->offset ||
		    strcmp(x->message, y->message) != 0)
			abort();
	}
	for (size_t i = 0; i < a->facts.count; i++) {
		const struct fact *x = &a->facts.item[i], *y = &b->facts.item[i];

		if (fact_compare_identity(x, y) != 0 || x->known != y->known ||
		    x->count != y->count || x->bytes != y->bytes ||
		    x->fingerprint.low != y->fingerprint.low ||
		    x->fingerprint.high != y->fingerprint.high)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading whole = { 0 }, cut = { 0 };

	read_cut(data, size, size, &whole);
	read_cut(data, size, size ? (data[size / 2] * 257U + size / 3) % size : 0, &cut);
	require_same(&whole, &cut);
	reading_release(&whole);
	reading_release(&cut);
	return 0;
}
