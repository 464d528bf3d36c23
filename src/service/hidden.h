/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secrets that services and trials are given, to be taken out of what is said of them and of
 * what they wrote. From any thread; every function takes NULL for nothing that is secret.
 */
#ifndef SERVICE_HIDDEN_H
#define SERVICE_HIDDEN_H

#include "base/arena.h"
#include "config/lists.h"
#include "model/variables.h"

/* A shorter one cannot be told from other words, and stays. */
enum { HIDDEN_MIN = 4 };

struct hidden;
MUST_CHECK int hidden_new(struct hidden **out, struct error *err);
void hidden_free(struct hidden *h); /* wipes */

static inline void cleanup_hidden(struct hidden **h)
{
	hidden_free(*h);
}

MUST_CHECK int hidden_add(struct hidden *h, const char *value, struct error *err);
/* Those of the list's that are secrets, with their values among `v`. */
MUST_CHECK int hidden_add_list(struct hidden *h, const struct variable_list *list,
			       const struct variables *v, struct error *err);

/* All of them, NULL-terminated, in `arena`; NULL: no memory. */
const char *const *hidden_values(struct hidden *h, struct arena *arena, struct error *err);

/* "[hidden]" in their places. What cannot be hidden for want of memory is not there any more. */
void hidden_from(struct hidden *h, struct buf *bytes);
/* Without the rest of one at their beginning, where they were cut off. */
void hidden_rest_from(struct hidden *h, struct buf *bytes);
void hidden_from_text(struct hidden *h, char *text, size_t size);

/*
 * Of bytes that come in pieces: appended to `out` without secrets, and what may be the beginning
 * of one stays in `pending` unless it is the last piece.
 */
MUST_CHECK int hidden_from_piece(struct hidden *h, struct buf *pending, bool last, struct buf *out,
				 struct error *err);

#endif
