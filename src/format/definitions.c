/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Definitions are read object by object: the document is split (splitter.c), each
 * object is parsed by itself, checked, hashed in its canonical form and let go.
 * What stays is a hash per object, against which references are looked up.
 */
#include "format/definitions.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "format/definitions_names.h"
#include "format/splitter.h"
#include "model/json.h"
#include "model/quote.h"

enum { MEMBERS_MAX = 4, QUOTED = 48 };

/* The lists of objects that an export consists of. */
struct object_type {
	const char *key, *noun;
	bool in_vhost;                     /* its objects belong to a virtual host */
	const char *identity[3];           /* members that name an object; NULL-filled */
	const char *required[MEMBERS_MAX]; /* further members that it must have */
	bool unique;                       /* two of one identity cannot be */
	enum { ANY_EXPORT, WHOLE_BROKER, OPTIONAL } presence;
};

static const struct object_type types[] = {
	{ "users", "user", false, { "name" }, { NULL }, true, WHOLE_BROKER },
	{ "vhosts", "vhost", false, { "name" }, { NULL }, true, WHOLE_BROKER },
	{ "permissions",
	  "permission of user",
	  true,
	  { "user" },
	  { "configure", "write", "read" },
	  true,
	  WHOLE_BROKER },
	{ "topic_permissions",
	  "topic permission of user",
	  true,
	  { "user", "exchange" },
	  { "write", "read" },
	  true,
	  OPTIONAL },
	{ "parameters", "parameter", true, { "component", "name" }, { "value" }, true, OPTIONAL },
	{ "global_parameters", "global parameter", false, { "name" }, { "value" }, true, OPTIONAL },
	{ "policies", "policy", true, { "name" }, { "pattern", "definition" }, true, OPTIONAL },
	{ "queues", "queue", true, { "name" }, { "durable" }, true, ANY_EXPORT },
	{ "exchanges", "exchange", true, { "name" }, { "type", "durable" }, true, ANY_EXPORT },
	{ "bindings",
	  "binding",
	  true,
	  { "source", "destination", "destination_type" },
	  { "routing_key" },
	  false,
	  ANY_EXPORT },
};
enum { TYPE_COUNT = sizeof(types) / sizeof(*types) };
enum { USERS = 0, VHOSTS = 1, QUEUES = 7, EXCHANGES = 8, BINDINGS = 9 };

/* What a member holds wherever it occurs; others may hold anything. */
static const struct {
	const char *member;
	json_type type; /* JSON_TRUE stands for both truth values */
} member_types[] = {
	{ "name", JSON_STRING },        { "user", JSON_STRING },
	{ "vhost", JSON_STRING },       { "source", JSON_STRING },
	{ "destination", JSON_STRING }, { "destination_type", JSON_STRING },
	{ "routing_key", JSON_STRING }, { "exchange", JSON_STRING },
	{ "component", JSON_STRING },   { "configure", JSON_STRING },
	{ "write", JSON_STRING },       { "read", JSON_STRING },
	{ "pattern", JSON_STRING },     { "apply-to", JSON_STRING },
	{ "type", JSON_STRING },        { "password_hash", JSON_STRING },
	{ "durable", JSON_TRUE },       { "auto_delete", JSON_TRUE },
	{ "internal", JSON_TRUE },      { "arguments", JSON_OBJECT },
	{ "definition", JSON_OBJECT },  { "priority", JSON_INTEGER },
};

/* Members of the document that are single values worth a fact. */
static const char *const settings[] = { "rabbit_version", "rabbitmq_version", "product_name",
					"product_version" };

struct definitions {
	struct stage stage;
	struct reading *out;
	struct splitter splitter;
	const struct object_type *type; /* of the member at hand; NULL: another */
	bool in_array;                  /* the member at hand is one */
	const char *setting;            /* the member at hand is this one; NULL: it is not */
	unsigned seen;                  /* bit per object type that is there */
	bool any_member;
	struct splitter_place no_vhost; /* of the first object without one; line 0: none */
	struct definition_names names;  /* defined objects, and the document's members */
	struct definition_names sums;   /* vhost and type -> index of the fact */
	struct definition_references references;
	XXH3_state_t *hash;
};

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to read definitions");
}

static unsigned bit_of(const struct object_type *type)
{
	return 1U << (type - types);
}

__attribute__((format(printf, 4, 5))) static void complain(struct definitions *d,
							   enum finding_code code,
							   struct splitter_place at,
							   const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	findings_add(&d->out->findings, code, at.offset, "line %llu: %s",
		     (unsigned long long)at.line, text);
}

/*
 * NULL after a finding or error. Jansson's own words quote the text, which may hold
 * password hashes: only the kind of mistake is told.
 */
static json_t *parse(struct definitions *d, struct span text, struct splitter_place at,
		     struct error *err)
{
	json_error_t problem;
	json_t *json = model_json_load_value(text, &problem, err);
	struct splitter_place where = { at.offset, at.line };

	if (json || err->kind != ERROR_NONE)
		return json;
	if (problem.position > 0)
		where.offset += (uint64_t)problem.position;
	if (problem.line > 1)
		where.line += (uint64_t)problem.line - 1;
	switch (json_error_code(&problem)) {
	case json_error_invalid_utf8:
		complain(d, FINDING_BAD_ENCODING, where, "not valid UTF-8");
		break;
	case json_error_duplicate_key:
		complain(d, FINDING_DUPLICATE, where, "a member stands twice in one object");
		break;
	case json_error_numeric_overflow:
		complain(d, FINDING_BAD_SYNTAX, where, "a number too large to be read");
		break;
	default:
		complain(d, FINDING_BAD_SYNTAX, where, "not JSON");
		break;
	}
	return NULL;
}

static const char *text_of(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

static bool has_type(const json_t *value, json_type type)
{
	return type == JSON_TRUE ? json_is_boolean(value) : json_typeof(value) == type;
}

/* Members must be there and of their types, or the object means nothing. */
static bool check_members(struct definitions *d, const json_t *object, struct splitter_place at)
{
	const struct object_type *type = d->type;
	const char *const *lists[] = { type->identity, type->required };
	const size_t lengths[] = { 3, MEMBERS_MAX };

	for (size_t list = 0; list < 2; list++) {
		for (size_t i = 0; i < lengths[list] && lists[list][i]; i++) {
			if (json_object_get(object, lists[list][i]))
				continue;
			complain(d, FINDING_BAD_STRUCTURE, at, "a %s without \"%s\"", type->noun,
				 lists[list][i]);
			return false;
		}
	}
	for (size_t i = 0; i < sizeof(member_types) / sizeof(*member_types); i++) {
		const json_t *value = json_object_get(object, member_types[i].member);

		if (!value || has_type(value, member_types[i].type))
			continue;
		complain(d, FINDING_BAD_STRUCTURE, at, "\"%s\" of a %s is not of its type",
			 member_types[i].member, type->noun);
		return false;
	}
	return true;
}

static struct definition_name name_of(const struct object_type *type, const json_t *object,
				      const char *vhost)
{
	struct definition_name name = { .type = type->key, .vhost = vhost };

	for (size_t i = 0; i < 3 && type->identity[i]; i++)
		name.part[i] = text_of(object, type->identity[i]);
	return name;
}

static int define(struct definitions *d, const struct definition_name *name,
		  struct splitter_place at, struct error *err)
{
	char part[QUOTED], vhost[QUOTED];
	uint32_t kept;
	bool found;

	if (!d->type->unique)
		return 0;
	if (definition_names_put(&d->names, name, 0, &found, &kept) < 0)
		return no_memory(err);
	if (found)
		complain(d, FINDING_DUPLICATE, at, "%s \"%s\"%s%s%s stands twice", d->type->noun,
			 quote_text(name->part[0], part, sizeof(part)),
			 d->type->in_vhost ? " of vhost \"" : "",
			 quote_text(name->vhost, vhost, sizeof(vhost)),
			 d->type->in_vhost ? "\"" : "");
	return 0;
}

/* The object at hand, `name`, needs an object of type `target` called `wanted` in its vhost. */
static int refer(struct definitions *d, const struct definition_name *name, size_t target,
		 const char *wanted, struct splitter_place at, struct error *err)
{
	struct definition_name meant = { .type = types[target].key,
					 .vhost = types[target].in_vhost ? name->vhost : "",
					 .part = { wanted } };
	char own[QUOTED], other[QUOTED], text[160];

	(void)snprintf(text, sizeof(text), "%s \"%s\" refers to %s \"%s\"", d->type->noun,
		       quote_text(name->part[0], own, sizeof(own)), types[target].noun,
		       quote_text(wanted, other, sizeof(other)));
	return definition_refer(&d->references, &d->names, &meant, text, at) < 0 ? no_memory(err) :
										   0;
}

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/*
 * The default exchange and amq.* are every vhost's own and not exported. amq.gen-*
 * are queues that the broker named for a connection: they end with it and are not
 * exported either, while their bindings may be.
 */
static int refer_from_binding(struct definitions *d, const struct definition_name *name,
			      struct splitter_place at, struct error *err)
{
	const char *source = name->part[0], *destination = name->part[1], *kind = name->part[2];
	bool to_queue = strcmp(kind, "queue") == 0;

	if (!to_queue && strcmp(kind, "exchange") != 0) {
		complain(d, FINDING_BAD_STRUCTURE, at, "a binding to neither queue nor exchange");
		return 0;
	}
	if (source[0] && !starts_with(source, "amq.") &&
	    refer(d, name, EXCHANGES, source, at, err) < 0)
		return -1;
	if (starts_with(destination, to_queue ? "amq.gen-" : "amq."))
		return 0;
	return refer(d, name, to_queue ? QUEUES : EXCHANGES, destination, at, err);
}

static int check_references(struct definitions *d, const json_t *object,
			    const struct definition_name *name, struct splitter_place at,
			    struct error *err)
{
	const char *user = text_of(object, "user");

	if (d->type->in_vhost && json_object_get(object, "vhost") &&
	    refer(d, name, VHOSTS, name->vhost, at, err) < 0)
		return -1;
	if (d->type->in_vhost && !json_object_get(object, "vhost") && !d->no_vhost.line)
		d->no_vhost = at;
	if (user && refer(d, name, USERS, user, at, err) < 0)
		return -1;
	if (d->type == &types[BINDINGS])
		return refer_from_binding(d, name, at, err);
	return 0;
}

static int hash_text(const char *text, size_t len, void *state)
{
	return XXH3_128bits_update(state, text, len) == XXH_OK ? 0 : -1;
}

/* Of the canonical form: members sorted by name at every level, no white space. */
static int canonical_hash(XXH3_state_t *state, const json_t *object, struct fingerprint *out,
			  struct error *err)
{
	XXH128_hash_t hash;

	(void)XXH3_128bits_reset(state);
	if (json_dump_callback(object, hash_text, state, JSON_COMPACT | JSON_SORT_KEYS) < 0)
		return no_memory(err);
	hash = XXH3_128bits_digest(state);
	*out = (struct fingerprint){ .low = hash.low64, .high = hash.high64 };
	return 0;
}

static int count_object(struct definitions *d, const json_t *object, const char *vhost,
			struct error *err)
{
	struct facts *facts = &d->out->facts;
	const struct definition_name key = { .type = d->type->key, .vhost = vhost };
	struct fingerprint hash = { 0 };
	struct fact *fact;
	uint32_t index;
	bool found;

	if (canonical_hash(d->hash, object, &hash, err) < 0)
		return -1;
	if (definition_names_put(&d->sums, &key, (uint32_t)facts->count, &found, &index) < 0)
		return no_memory(err);
	if (!found) {
		fact = facts_add(facts, FACT_BROKER_OBJECTS, vhost, d->type->key);
		if (!fact)
			return no_memory(err);
		fact->known = MEASURE_COUNT | MEASURE_FINGERPRINT;
	}
	fact = &facts->item[index];
	fact->count++;
	fingerprint_add(&fact->fingerprint, hash);
	return 0;
}

static int take_object(struct definitions *d, const json_t *object, struct splitter_place at,
		       struct error *err)
{
	const char *vhost = d->type->in_vhost ? text_of(object, "vhost") : "";
	struct definition_name name;

	if (!json_is_object(object)) {
		complain(d, FINDING_BAD_STRUCTURE, at, "a %s that is not an object", d->type->noun);
		return 0;
	}
	if (!check_members(d, object, at))
		return 0;
	name = name_of(d->type, object, vhost ? vhost : "");
	if (define(d, &name, at, err) < 0 || check_references(d, object, &name, at, err) < 0)
		return -1;
	return count_object(d, object, name.vhost, err);
}

static int take_setting(struct definitions *d, const json_t *value, struct splitter_place at,
			struct error *err)
{
	struct fact *fact;

	if (!json_is_string(value)) {
		complain(d, FINDING_BAD_STRUCTURE, at, "\"%s\" is not a string", d->setting);
		return 0;
	}
	fact = facts_add(&d->out->facts, FACT_SETTING, NULL, d->setting);
	if (!fact || fact_set_value(&d->out->facts, fact, json_string_value(value)) < 0)
		return no_memory(err);
	return 0;
}

static int take_value(void *owner, struct span text, struct splitter_place at, struct error *err)
{
	struct definitions *d = owner;
	CLEANUP(cleanup_json)
	json_t *value = parse(d, text, at, err);

	if (!value)
		return err->kind == ERROR_NONE ? 0 : -1;
	if (d->type && d->in_array)
		return take_object(d, value, at, err);
	return d->setting && !d->in_array ? take_setting(d, value, at, err) : 0;
}

static void recognise(struct definitions *d, const char *key, struct splitter_place at)
{
	d->type = NULL;
	d->setting = NULL;
	for (size_t i = 0; i < TYPE_COUNT; i++) {
		if (strcmp(types[i].key, key) == 0)
			d->type = &types[i];
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		if (strcmp(settings[i], key) == 0)
			d->setting = settings[i];
	}
	if (!d->type)
		return;
	if (d->in_array)
		d->seen |= bit_of(d->type);
	else
		complain(d, FINDING_BAD_STRUCTURE, at, "\"%s\" is not an array", key);
}

static int take_member(void *owner, struct span key, bool is_array, struct splitter_place at,
		       struct error *err)
{
	struct definitions *d = owner;
	CLEANUP(cleanup_json)
	json_t *name = parse(d, key, at, err);
	struct definition_name member = { .type = "member", .vhost = "" };
	uint32_t kept;
	bool found;

	d->any_member = true;
	d->in_array = is_array;
	if (!name) {
		splitter_give_up(&d->splitter);
		return err->kind == ERROR_NONE ? 0 : -1;
	}
	member.part[0] = json_string_value(name);
	if (definition_names_put(&d->names, &member, 0, &found, &kept) < 0)
		return no_memory(err);
	if (found)
		complain(d, FINDING_DUPLICATE, at, "a member stands twice in the document");
	recognise(d, member.part[0], at);
	return 0;
}

static const struct splitter_ops splitter_ops = { take_member, take_value };

/* Every export has its lists, also when they are empty: one that lacks them is not all of it. */
static void check_presence(struct definitions *d)
{
	bool whole = false;

	for (size_t i = 0; i < TYPE_COUNT; i++)
		whole |= types[i].presence == WHOLE_BROKER && d->seen & bit_of(&types[i]);
	if (!d->any_member) {
		findings_add(&d->out->findings, FINDING_EMPTY, 0, "an object without members");
		return;
	}
	for (size_t i = 0; i < TYPE_COUNT; i++) {
		if (d->seen & bit_of(&types[i]) || types[i].presence == OPTIONAL ||
		    (types[i].presence == WHOLE_BROKER && !whole))
			continue;
		findings_add(&d->out->findings, FINDING_BAD_STRUCTURE, 0, "no \"%s\"",
			     types[i].key);
	}
	if (whole && d->no_vhost.line)
		complain(d, FINDING_BAD_STRUCTURE, d->no_vhost, "an object without \"vhost\"");
}

/* An export of one vhost says nothing of users and vhosts: those references are unknown. */
static void resolve(struct definitions *d)
{
	for (size_t i = 0; i < d->references.count; i++) {
		const struct definition_reference *r = &d->references.item[i];
		bool is_user = r->type == types[USERS].key, is_vhost = r->type == types[VHOSTS].key;

		if ((is_user && !(d->seen & bit_of(&types[USERS]))) ||
		    (is_vhost && !(d->seen & bit_of(&types[VHOSTS]))))
			continue;
		if (!definition_reference_holds(r, &d->names))
			complain(d, FINDING_BAD_REFERENCE, r->at, "%s, which is not there",
				 r->text);
	}
}

static int push(struct stage *s, struct span block, struct error *err)
{
	struct definitions *d = (struct definitions *)s;

	d->out->content_bytes += block.len;
	return splitter_push(&d->splitter, block, err);
}

static int finish(struct stage *s, struct error *err)
{
	struct definitions *d = (struct definitions *)s;

	(void)err;
	d->out->finished = splitter_finish(&d->splitter);
	if (d->out->finished) {
		check_presence(d);
		resolve(d);
	}
	facts_sort(&d->out->facts);
	return 0;
}

static void free_stage(struct stage *s)
{
	struct definitions *d = (struct definitions *)s;

	splitter_release(&d->splitter);
	definition_names_release(&d->names);
	definition_names_release(&d->sums);
	definition_references_release(&d->references);
	(void)XXH3_freeState(d->hash);
	free(d);
}

static struct stage *open_definitions(struct reading *out, struct error *err)
{
	static const struct stage_ops ops = {
		.name = "definitions", .push = push, .finish = finish, .free = free_stage
	};
	struct definitions *d = calloc(1, sizeof(*d));

	if (d)
		d->hash = XXH3_createState();
	if (!d || !d->hash) {
		free(d);
		(void)no_memory(err);
		return NULL;
	}
	d->stage.ops = &ops;
	d->out = out;
	out->format = FORMAT_DEFINITIONS;
	out->findings.layer = "definitions";
	out->facts.side = FACTS_BACKUP;
	splitter_init(&d->splitter, &splitter_ops, d, &out->findings);
	return &d->stage;
}

/* Any JSON object; the manifest's reader is asked first. */
static bool matches(struct span head)
{
	bool open = false;

	for (size_t i = 0; i < head.len; i++) {
		uint8_t c = head.ptr[i];

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			continue;
		if (open)
			return c == '"' || c == '}';
		if (c != '{')
			return false;
		open = true;
	}
	return open;
}

const struct reader definitions_reader = { .format = FORMAT_DEFINITIONS,
					   .matches = matches,
					   .open = open_definitions };
