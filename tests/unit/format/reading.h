/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a reader over bytes that sit in an exact-size heap block, cut into blocks of one size. */
#ifndef TESTS_READING_H
#define TESTS_READING_H

#include <stdlib.h>
#include <string.h>

#include "format/reader.h"

/* Each block of a cut lies in a heap block of its own, gone after the push. */
static inline int push_apart(struct stage *stage, struct span bytes, struct error *err)
{
	uint8_t *apart = malloc(bytes.len);
	int rc;

	if (!apart)
		return error_set(err, ERROR_NOMEM, "no memory for a block");
	memcpy(apart, bytes.ptr, bytes.len);
	rc = stage_push(stage, (struct span){ apart, bytes.len }, err);
	free(apart);
	return rc;
}

/* 0, or -1 with `err`. The caller releases the reading with reading_release(). */
static inline int read_bytes(const struct reader *reader, struct span bytes, size_t block,
			     struct reading *out, struct error *err)
{
	struct stage *stage = reader->open(out, err);
	int rc = stage ? 0 : -1;

	for (size_t at = 0; rc == 0 && at < bytes.len; at += block) {
		size_t n = bytes.len - at < block ? bytes.len - at : block;

		rc = push_apart(stage, (struct span){ bytes.ptr + at, n }, err);
	}
	if (rc == 0)
		rc = stage_finish(stage, err);
	stage_free_chain(stage);
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

static inline bool same_outline(const struct outline *a, const struct outline *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct outline_entry *x = &a->item[i], *y = &b->item[i];

		if (strcmp(x->kind, y->kind) != 0 || strcmp(x->scope, y->scope) != 0 ||
		    strcmp(x->name, y->name) != 0 || strcmp(x->owner, y->owner) != 0 ||
		    x->id != y->id || x->offset != y->offset || x->known != y->known ||
		    x->count != y->count || x->bytes != y->bytes)
			return false;
	}
	return true;
}

static inline bool same_findings(const struct findings *a, const struct findings *b)
{
	if (a->count != b->count || a->dropped != b->dropped)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct finding *x = &a->item[i], *y = &b->item[i];

		if (x->code != y->code || x->offset != y->offset ||
		    strcmp(x->message, y->message) != 0)
			return false;
	}
	return true;
}

static inline bool same_facts(const struct facts *a, const struct facts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct fact *x = &a->item[i], *y = &b->item[i];

		if (fact_compare_identity(x, y) != 0 || x->known != y->known ||
		    x->count != y->count || x->bytes != y->bytes || x->expires != y->expires ||
		    x->fingerprint.low != y->fingerprint.low ||
		    x->fingerprint.high != y->fingerprint.high || strcmp(x->value, y->value) != 0)
			return false;
	}
	return true;
}

static inline bool same_reading(const struct reading *a, const struct reading *b)
{
	return same_findings(&a->findings, &b->findings) && same_facts(&a->facts, &b->facts) &&
	       a->content_bytes == b->content_bytes && a->content_time_ns == b->content_time_ns &&
	       a->local_time == b->local_time && a->finished == b->finished &&
	       same_outline(&a->contents, &b->contents) && same_outline(&a->largest, &b->largest);
}

#endif
