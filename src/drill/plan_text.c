/* SPDX-License-Identifier: Apache-2.0 */
/* Single values of a drill's plan. */
#include <string.h>

#include "base/nearest.h"
#include "base/quantity.h"
#include "config/complaints.h"
#include "drill/drill_plan.intern.h"

int drill_no_memory(struct drill_reading *r)
{
	return error_set(r->err, ERROR_NOMEM, "no memory for the plan of a drill");
}

static bool is_among(const char *const *known, const char *key, struct nearest *nearest)
{
	for (size_t i = 0; known[i]; i++) {
		if (strcmp(known[i], key) == 0)
			return true;
		nearest_offer(nearest, known[i]);
	}
	return false;
}

bool drill_check_keys(struct drill_reading *r, const struct node *map, const char *what,
		      const char *const *known)
{
	if (map->kind != NODE_MAP) {
		complain(r->complaints, map->source, map->mark, "%s is a map of keys", what);
		return false;
	}
	for (const struct node *child = map->first; child; child = child->next) {
		struct nearest nearest = { .word = child->key };

		if (!is_among(known, child->key, &nearest))
			complain(r->complaints, child->source, child->key_mark,
				 "%s has no key \"%s\"%s", what, child->key,
				 did_you_mean(nearest.best));
	}
	return true;
}

static const struct node *scalar_below(struct drill_reading *r, const struct node *map,
				       const char *key)
{
	const struct node *node = node_child(map, key);

	if (!node || node->kind == NODE_SCALAR)
		return node;
	complain(r->complaints, node->source, node->mark, "%s: one value is expected", key);
	return NULL;
}

int drill_read_text(struct drill_reading *r, const struct node *map, const char *key,
		    const char **out)
{
	const struct node *node = scalar_below(r, map, key);

	*out = arena_strdup(&r->plan->arena, node ? node->text : "");
	return *out ? 0 : drill_no_memory(r);
}

void drill_read_duration(struct drill_reading *r, const struct node *map, const char *key,
			 int64_t *out)
{
	const struct node *node = scalar_below(r, map, key);
	const int64_t week_ns = INT64_C(7) * 86400 * INT64_C(1000000000);

	if (!node)
		return;
	if (quantity_parse_duration(node->text, out) == 0 && *out <= week_ns)
		return;
	*out = 0;
	complain(r->complaints, node->source, node->mark,
		 "%s: \"%s\" is no duration up to a week, such as 45m or 1h30m", key, node->text);
}

void drill_read_word(struct drill_reading *r, const struct node *map, const char *key,
		     const char *const *word, unsigned *out)
{
	const struct node *node = scalar_below(r, map, key);
	struct nearest nearest = { .word = node ? node->text : "" };

	if (!node)
		return;
	for (unsigned i = 0; word[i]; i++) {
		if (strcmp(word[i], node->text) == 0) {
			*out = i;
			return;
		}
		nearest_offer(&nearest, word[i]);
	}
	complain(r->complaints, node->source, node->mark,
		 "%s: \"%s\" is not known%s; muster drill plan --help lists the words", key,
		 node->text, did_you_mean(nearest.best));
}

bool drill_check_id(struct drill_reading *r, const struct node *node, const char *what)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";

	if (*node->key && strspn(node->key, letters) == strlen(node->key) &&
	    strlen(node->key) <= NEAREST_WORD_MAX)
		return true;
	complain(r->complaints, node->source, node->key_mark,
		 "\"%s\" cannot name a %s; use up to %d letters, digits, - and _", node->key, what,
		 NEAREST_WORD_MAX);
	return false;
}

void drill_read_bool(struct drill_reading *r, const struct node *map, const char *key, bool *out)
{
	static const char *const words[] = { "false", "true", NULL };
	unsigned word = *out;

	drill_read_word(r, map, key, words, &word);
	*out = word;
}
