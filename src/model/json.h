/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nouns as JSON: one spelling for inspect, manifest, history and reports.
 *
 * x_to_json() yields a new reference, NULL only when out of memory. x_from_json()
 * borrows its input, is strict about types and tolerant to unknown members; a
 * document of the wrong shape is ERROR_IO with the member's name.
 */
#ifndef MODEL_JSON_H
#define MODEL_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "model/check.h"
#include "model/facts.h"
#include "model/finding.h"
#include "model/outline.h"

static inline void cleanup_json(json_t **json)
{
	json_decref(*json);
}

/*
 * Text of any bytes as a JSON string, without loss: a byte that is not part of
 * valid UTF-8 becomes the four characters \xNN (lower-case hex), and a backslash
 * that would read like such an escape becomes \x5c.
 */
json_t *text_to_json(const char *text);
/* An array of them. */
json_t *texts_to_json(const char *const *text, size_t count);
/* The inverse of one, in `a`; NULL when out of memory. */
char *text_from_json(const json_t *string, struct arena *a);

/* RFC 3339 UTC with Z, whole seconds; null for 0. */
json_t *time_to_json(int64_t wall_ns);

/* {"kind", "message", "hint"} */
json_t *error_to_json(const struct error *e);
/* Fills `out`, which holds no error yet. */
MUST_CHECK int error_from_json(const json_t *json, struct error *out, struct error *err);

/* Give `object` a member; takes `value`. False: one of them is NULL, for want of memory. */
bool member_put(json_t *object, const char *key, json_t *value);

/* An integer; null when JSON's 63 bits do not hold it. */
json_t *uint_to_json(uint64_t value);
/* null for NULL and "". */
json_t *text_or_null_to_json(const char *text);

/*
 * A member of `object`. Absent or null leaves `*out` as it is; another type, a
 * negative or malformed value is an error.
 */
MUST_CHECK int member_text(const json_t *object, const char *key, struct arena *a, const char **out,
			   struct error *err);
MUST_CHECK int member_uint(const json_t *object, const char *key, uint64_t *out, struct error *err);
MUST_CHECK int member_time(const json_t *object, const char *key, int64_t *wall_ns,
			   struct error *err);
/* `*out` borrows from `object`. */
MUST_CHECK int member_array(const json_t *object, const char *key, const json_t **out,
			    struct error *err);
MUST_CHECK int member_object(const json_t *object, const char *key, const json_t **out,
			     struct error *err);

/*
 * {"side": "backup", "tables": [{"schema", "name", "rows", "bytes", "fingerprint"}], …}:
 * one array per kind that has facts, its members named by fact_kind_words(), in
 * the facts' order. Unknown measures are left out.
 */
json_t *facts_to_json(const struct facts *f);
/* Into zeroed `out`; sorted. */
MUST_CHECK int facts_from_json(const json_t *json, struct facts *out, struct error *err);

/* [{"kind", "scope", "name", "owner", "id", "offset", "count", "bytes"}]; what an entry has not is left out. */
json_t *outline_to_json(const struct outline *outline);
/* Appends. */
MUST_CHECK int outline_from_json(const json_t *json, struct outline *out, struct error *err);

/* [{"code", "layer", "offset", "message"}] */
json_t *findings_to_json(const struct findings *f);
/* Appends; the layers' names are kept in `a`, which must outlive `out`. */
MUST_CHECK int findings_from_json(const json_t *json, struct arena *a, struct findings *out,
				  struct error *err);

/*
 * {"name", "component", "subject", "verdict", "expected", "found", "message", "hint",
 * "required"}; what is empty or false is left out, but for the message.
 */
json_t *check_to_json(const struct check *c);
/* Appends to `out`; a name that is not of CHECK_TABLE is refused. */
MUST_CHECK int check_from_json(const json_t *json, struct checks *out, struct error *err);
/*
 * Parse a whole document: duplicate members, invalid UTF-8 and trailing bytes are
 * refused. NULL with `*problem` filled (its text quotes the input: hostile), or
 * with `err` set to ERROR_NOMEM.
 */
json_t *model_json_load(struct span text, json_error_t *problem, struct error *err);
/* As model_json_load(), with at most `memory_max` bytes for the document and its parts: else ERROR_NOMEM. */
json_t *model_json_load_bounded(struct span text, size_t memory_max, json_error_t *problem,
				struct error *err);
/* As model_json_load(), for any value instead of an array or object only. */
json_t *model_json_load_value(struct span text, json_error_t *problem, struct error *err);

/* How numbers are written: 0.167, and not the 0.16700000000000001 that is as near to it. */
#define MODEL_JSON_REALS JSON_REAL_PRECISION(15)

/* The document as text, ending in a newline, appended to `out`. -1 when out of memory. */
MUST_CHECK int model_json_write(const json_t *json, struct buf *out);
/* As model_json_write(), in one line. */
MUST_CHECK int model_json_write_line(const json_t *json, struct buf *out);

#endif
