/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files that decode the tree. */
#ifndef CONFIG_DECODE_INTERN_H
#define CONFIG_DECODE_INTERN_H

#include "config/decode.h"
#include "config/keys.h"

struct decoder {
	struct config *config;
	struct config_complaints *complaints;
	struct component_config *component; /* the one being decoded; NULL outside */
	struct sql_check *check;            /* as well */
	struct request_config *request;     /* as well, and which of its list it is, from 1 */
	size_t request_number;
	const struct key_section *section; /* the one whose item is being decoded; NULL outside */
	struct named_config *item;         /* as well */
	bool type_known;
	unsigned type; /* engine, or kind of receiver */
	struct error *err;
};

int decode_no_memory(struct decoder *d);

/* Is it a map (an empty value is an empty one)? Complains when not. */
bool decode_is_map(struct decoder *d, const struct node *node);
/* Can it name something? Letters, digits, - and _. */
bool decode_is_name(const char *name);
size_t decode_count_children(const struct node *map);

/* Each key of `map`, which stands at `prefix` of the key rows; one of them. */
MUST_CHECK int decode_map(struct decoder *d, const struct node *map, const char *prefix);
MUST_CHECK int decode_child(struct decoder *d, const struct node *node, const char *prefix);
MUST_CHECK int decode_built_in(struct decoder *d, enum key_scope scope);

/* A map whose keys are names. */
MUST_CHECK int decode_section(struct decoder *d, const struct key_section *section,
			      const struct node *map);

/* The requests of the item that is being decoded, a trial. */
MUST_CHECK int decode_requests(struct decoder *d, const struct node *list);

/* What no key tells alone: names that must be of something. */
MUST_CHECK int decode_check(struct decoder *d, const struct node *root);
MUST_CHECK int decode_check_deploy(struct decoder *d, const struct node *root);

#endif
