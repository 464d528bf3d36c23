/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of objects that definitions consist of, and what each object must hold. */
#ifndef FORMAT_DEFINITIONS_TYPES_H
#define FORMAT_DEFINITIONS_TYPES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum definition_type_index {
	DEFINITION_USERS,
	DEFINITION_VHOSTS,
	DEFINITION_PERMISSIONS,
	DEFINITION_TOPIC_PERMISSIONS,
	DEFINITION_PARAMETERS,
	DEFINITION_GLOBAL_PARAMETERS,
	DEFINITION_POLICIES,
	DEFINITION_QUEUES,
	DEFINITION_EXCHANGES,
	DEFINITION_BINDINGS,
	DEFINITION_TYPE_COUNT
};

enum definition_presence { ANY_EXPORT, WHOLE_BROKER, OPTIONAL };

struct definition_type {
	const char *key, *noun;
	bool in_vhost;           /* its objects belong to a virtual host */
	const char *identity[3]; /* members that name an object; NULL-filled */
	const char *required[4]; /* further members that it must have */
	bool unique;             /* two of one identity cannot be */
	enum definition_presence presence;
};

extern const struct definition_type definition_types[DEFINITION_TYPE_COUNT];

/* What a member of the document is; the lists of objects are DEFINITION_MEMBER_LIST. */
enum definition_member {
	DEFINITION_MEMBER_LIST,
	DEFINITION_MEMBER_SETTING, /* a string worth a fact */
	DEFINITION_MEMBER_PROSE,   /* known, and of no consequence to an import */
	DEFINITION_MEMBER_UNKNOWN
};

/* `*type` is the list's, else NULL. `*key` is the name, static, unless it is unknown. */
enum definition_member definition_member_of(const char *name, const struct definition_type **type,
					    const char **key);

/*
 * Has `object` the members of its type, and they their JSON types? Else false with
 * what is wrong in `problem`, in words that quote nothing of the object.
 */
bool definition_members_hold(const struct definition_type *type, const json_t *object,
			     char *problem, size_t size);

/*
 * Is that type of exchange not the broker's own? `*plugin` brings it, static; NULL: one that
 * is not known here.
 */
bool definition_exchange_needs_plugin(const char *type, const char **plugin);

/* A member's text; NULL when there is none or it is not a string. Borrowed. */
const char *definition_text(const json_t *object, const char *member);

#endif
