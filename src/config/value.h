/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a configuration: from its node to its field, by its key's type. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "base/error.h"
#include "config/complaints.h"
#include "config/keys.h"
#include "config/node.h"

/*
 * Check `node` against the row and store it in `field`, whose type the row's
 * tells. What does not fit is a complaint and leaves the field alone. Texts are
 * copied into `arena`. -1 only when out of memory.
 */
MUST_CHECK int value_decode(const struct key_row *row, const struct node *node, void *field,
			    struct arena *arena, struct config_complaints *complaints,
			    struct error *err);

/* {file: PATH}, {env: NAME}, {command: [ARGV…]}, or a literal, which warns. */
MUST_CHECK int value_decode_secret(const struct node *node, struct secret *out, struct arena *arena,
				   struct config_complaints *complaints, struct error *err);

/* `path` as it stands in `source`, made absolute; complains and yields "" when it cannot be. NULL: no memory. */
const char *value_absolute_path(const struct node *node, struct arena *arena,
				struct config_complaints *complaints);

/* A list of scalars copied into the arena; NULL-terminated. */
MUST_CHECK int value_decode_words(const struct node *node, struct string_list *out,
				  struct arena *arena, struct config_complaints *complaints,
				  struct error *err);

/*
 * The texts of drills, see KEY_PATHS to KEY_VARIABLES: one value, lists and maps of them.
 * 1: `row` is of another type. 0: it is decoded or has its complaint. -1: out of memory.
 */
MUST_CHECK int value_decode_texts(const struct key_row *row, const struct node *node, void *field,
				  struct arena *arena, struct config_complaints *complaints,
				  struct error *err);

/* Does a URL in it hold a password? A variable in its place is none. */
bool value_holds_password(const char *text);

#endif
