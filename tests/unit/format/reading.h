/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a reader over bytes that sit in an exact-size heap block, cut into blocks of one size. */
#ifndef TESTS_READING_H
#define TESTS_READING_H

#include <stdlib.h>
#include <string.h>

#include "format/reader.h"

/* 0, or -1 with `err`. The caller releases the reading with reading_release(). */
static inline int read_bytes(const struct reader *reader, struct span bytes, size_t block,
			     struct reading *out, struct error *err)
{
	uint8_t *exact = malloc(bytes.len ? bytes.len : 1);
	struct stage *stage = exact ? reader->open(out, err) : NULL;
	int rc = stage ? 0 : -1;

	if (exact && bytes.len)
		memcpy(exact, bytes.ptr, bytes.len);
	for (size_t at = 0; rc == 0 && at < bytes.len; at += block) {
		size_t n = bytes.len - at < block ? bytes.len - at : block;

		rc = stage_push(stage, (struct span){ exact + at, n }, err);
	}
	if (rc == 0)
		rc = stage_finish(stage, err);
	stage_free_chain(stage);
	free(exact);
	return rc;
}

static inline struct span text_span(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

/* The verdict over a whole text. */
static inline enum verdict verdict_of(const struct reader *reader, struct span bytes)
{
	struct reading r = { 0 };
	struct error err = ERROR_INIT;
	enum verdict v = read_bytes(reader, bytes, bytes.len ? bytes.len : 1, &r, &err) < 0 ?
				 VERDICT_ERROR :
				 findings_verdict(&r.findings);

	reading_release(&r);
	return v;
}

static inline bool same_reading(const struct reading *a, const struct reading *b)
{
	if (a->findings.count != b->findings.count || a->facts.count != b->facts.count ||
	    a->content_bytes != b->content_bytes || a->finished != b->finished)
		return false;
	for (size_t i = 0; i < a->findings.count; i++) {
		const struct finding *x = &a->findings.item[i], *y = &b->findings.item[i];

		if (x->code != y->code || x->offset != y->offset ||
		    strcmp(x->message, y->message) != 0)
			return false;
	}
	for (size_t i = 0; i < a->facts.count; i++) {
		const struct fact *x = &a->facts.item[i], *y = &b->facts.item[i];

		if (fact_compare_identity(x, y) != 0 || x->known != y->known ||
		    x->count != y->count || x->fingerprint.low != y->fingerprint.low ||
		    x->fingerprint.high != y->fingerprint.high || strcmp(x->value, y->value) != 0)
			return false;
	}
	return true;
}

#endif
