/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the definitions' reader share. */
#ifndef FORMAT_DEFINITIONS_INTERN_H
#define FORMAT_DEFINITIONS_INTERN_H

#include <jansson.h>
#include <xxhash.h>

#include "format/rabbitmq/definitions_names.h"
#include "format/rabbitmq/definitions_types.h"
#include "format/reader.h"
#include "format/splitter.h"

/*
 * What an import would do that its reader may not expect. One finding each, with the
 * first such object and their number: an export may hold 100,000 transient queues.
 */
enum definition_risk {
	RISK_UNKNOWN_MEMBER,
	RISK_TRANSIENT_QUEUE,
	RISK_AMQ_QUEUE,
	RISK_QUEUE_TYPE,
	RISK_TYPE_NOT_ASKED_FOR,
	RISK_QUEUE_ARGUMENT,
	RISK_MASTER_LOCATOR,
	RISK_EXCHANGE_TYPE,
	RISK_DEFAULT_QUEUE_TYPE,
	RISK_PLAIN_PASSWORD,
	RISK_NO_PASSWORD,
	RISK_HASHING,
	RISK_MIRRORED,
	RISK_POLICY_KEY,
	RISK_APPLY_TO,
	RISK_LONG_PATTERN,
	RISK_COMPONENT,
	RISK_COUNT
};

struct definition_risk_seen {
	uint64_t count;
	struct splitter_place at; /* of the first */
	char text[144];
};

/* A policy of the list, of which the queues and exchanges that it matches are counted. */
struct definition_listed_policy {
	size_t index; /* in the outline */
	const char *pattern;
};

struct definitions {
	struct stage stage;
	struct reading *out;
	struct splitter splitter;
	const struct definition_type *type; /* of the member at hand; NULL: another */
	const char *setting;                /* the member at hand is this one; NULL: it is not */
	bool in_array;                      /* the member at hand is one */
	unsigned seen;                      /* bit per type of object that is there */
	bool any_member;
	struct splitter_place no_vhost; /* of the first object without one; line 0: none */
	struct definition_names names;  /* defined objects, and the document's members */
	struct definition_names sums;   /* vhost and type -> index of the fact */
	struct definition_names
		asked; /* references that are remembered once, however often they stand */
	struct definition_references references;
	struct definition_risk_seen risk[RISK_COUNT];
	struct arena arena; /* patterns of the listed policies */
	struct definition_listed_policy *policy;
	size_t policy_count, policy_capacity;
	XXH3_state_t *hash;
};

/* An object at hand: its parsed text, its identity, and where it stands. */
struct definition_object {
	const json_t *json;
	struct definition_name name;
	struct splitter_place at;
};

/* `object` names an object of another type, in its own vhost. */
struct definition_link {
	enum definition_type_index target;
	const char *wanted;    /* its name */
	const char *component; /* of a parameter that is wanted; else NULL */
	const char *verb;      /* "refers to" */
	enum finding_code code;
	bool each; /* a finding for each that does not hold, not one per type and name */
};

enum { DEFINITION_QUOTED = 48 };

int definitions_no_memory(struct error *err);
__attribute__((format(printf, 4, 5))) void definitions_complain(struct definitions *d,
								enum finding_code code,
								struct splitter_place at,
								const char *fmt, ...);
__attribute__((format(printf, 4, 5))) void definitions_risk(struct definitions *d,
							    enum definition_risk risk,
							    struct splitter_place at,
							    const char *fmt, ...);
/* `queue "a" of vhost "/"`, fit for a message, in `out`, which it returns. */
enum { DEFINITION_TITLE_SIZE = 112 };
char *definitions_title(const struct definition_object *o, const char *noun,
			char out[DEFINITION_TITLE_SIZE]);

/* `queue "a"`; of a parameter its component and name. Likewise. */
char *definitions_label(const struct definition_object *o, const char *noun,
			char out[DEFINITION_TITLE_SIZE]);

MUST_CHECK int definitions_refer(struct definitions *d, const struct definition_object *o,
				 const struct definition_link *link, struct error *err);

/* One object of the list at hand. Each of these is 0, or -1 when out of memory. */
MUST_CHECK int definitions_take_object(struct definitions *d, const json_t *object,
				       struct splitter_place at, struct error *err);
MUST_CHECK int definitions_check_import(struct definitions *d, const struct definition_object *o,
					struct error *err);
MUST_CHECK int definitions_check_parameter(struct definitions *d, const struct definition_object *o,
					   struct error *err);
/* `policy` is the object that holds pattern and definition: `o` itself, or a parameter's value. */
MUST_CHECK int definitions_check_policy(struct definitions *d, const struct definition_object *o,
					const json_t *policy, struct error *err);
/* A pattern of `o`; `what` names it. */
MUST_CHECK int definitions_check_pattern(struct definitions *d, const struct definition_object *o,
					 const char *what, const char *pattern, struct error *err);

/* Put the object into the list of contents, when one was asked for. */
MUST_CHECK int definitions_list(struct definitions *d, const struct definition_object *o,
				struct error *err);
/* All is listed: count what each policy matches. */
MUST_CHECK int definitions_count_matches(struct definitions *d, struct error *err);

#endif
