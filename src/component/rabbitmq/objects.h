/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of definitions one by one, so that a broker's can be held against a file's. */
#ifndef COMPONENT_RABBITMQ_OBJECTS_H
#define COMPONENT_RABBITMQ_OBJECTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "format/rabbitmq/definitions_types.h"
#include "format/splitter.h"
#include "model/facts.h"
#include "model/finding.h"

struct broker_object {
	enum definition_type_index type;
	const char *vhost;   /* "" when it has none, or in definitions of one vhost */
	const char *name[3]; /* what the type's identity says; "": no such part */
	/*
	 * Two objects of one key are the same one; a binding is all that it says. Two of one
	 * content agree in their normal form (broker_object_normalise()).
	 */
	struct fingerprint key, content;
	const char *text; /* canonical JSON: members sorted, no white space */
};

struct broker_objects {
	struct arena arena;
	struct broker_object *item; /* by type, vhost and key once they are all read */
	size_t count, capacity;
	const char *named_vhost; /* the first that a policy or parameter names; NULL: none does */
	const char *version;     /* of the broker that exported them; "" when it is not told */
};
void broker_objects_release(struct broker_objects *o);

/* Definitions in pieces; the options are borrowed until release. */
struct broker_objects_reader {
	bool one_vhost;       /* the vhost that objects name is of no account */
	const json_t *vhosts; /* what /api/vhosts tells beside the export; NULL: nothing */

	struct broker_objects *out;
	struct splitter splitter;
	struct findings findings;
	const struct definition_type *type; /* of the member at hand; NULL: another */
	bool in_array, is_version;
};
void broker_objects_begin(struct broker_objects_reader *r, struct broker_objects *out);
MUST_CHECK int broker_objects_push(struct broker_objects_reader *r, struct span block,
				   struct error *err);
/* Sorts. ERROR_TARGET when the text was not all of a document. */
MUST_CHECK int broker_objects_finish(struct broker_objects_reader *r, struct error *err);
void broker_objects_reader_release(struct broker_objects_reader *r);

/* Order by type, vhost, key. */
int broker_object_compare(const struct broker_object *a, const struct broker_object *b);

/* The object of `like`'s key, by bisection; NULL: there is none. */
const struct broker_object *broker_objects_find(const struct broker_objects *o,
						const struct broker_object *like);
/* The object of that type, vhost and names (NULL-ended by count: up to three); NULL: none. */
const struct broker_object *broker_objects_named(const struct broker_objects *o,
						 enum definition_type_index type, const char *vhost,
						 const char *name);

enum { BROKER_TITLE_SIZE = 320 };
/* "queue "q" of vhost "/"", quoted for people. Returns `out`. */
char *broker_object_title(const struct broker_object *o, char out[BROKER_TITLE_SIZE]);

/*
 * Give a vhost what RabbitMQ until 3.10 leaves out of exports, and /api/vhosts tells; `vhosts`
 * may be NULL. False: no memory.
 */
bool broker_object_complete(json_t *object, enum definition_type_index type, const json_t *vhosts);

/*
 * Take from an object what every broker adds or spells as it likes: members that hold their
 * defaults, tags as one string, what moved between releases. See docs/formats/definitions.md.
 * False: no memory.
 */
bool broker_object_normalise(json_t *object, enum definition_type_index type, bool one_vhost);

#endif
