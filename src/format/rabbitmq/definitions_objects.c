/* SPDX-License-Identifier: Apache-2.0 */
/* One object of a list: its members, its identity, what it refers to, its share of the facts. */
#include <stdio.h>
#include <string.h>

#include "format/rabbitmq/definitions.intern.h"
#include "model/quote.h"

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

char *definitions_title(const struct definition_object *o, const char *noun,
			char out[DEFINITION_TITLE_SIZE])
{
	char name[DEFINITION_QUOTED - 8], vhost[DEFINITION_QUOTED - 16];

	(void)quote_text(o->name.part[0], name, sizeof(name));
	if (o->name.vhost[0])
		(void)snprintf(out, DEFINITION_TITLE_SIZE, "%s \"%s\" of vhost \"%s\"", noun, name,
			       quote_text(o->name.vhost, vhost, sizeof(vhost)));
	else
		(void)snprintf(out, DEFINITION_TITLE_SIZE, "%s \"%s\"", noun, name);
	return out;
}

char *definitions_label(const struct definition_object *o, const char *noun,
			char out[DEFINITION_TITLE_SIZE])
{
	bool is_parameter = o->name.type == definition_types[DEFINITION_PARAMETERS].key;
	char name[DEFINITION_QUOTED], component[DEFINITION_QUOTED];

	(void)snprintf(out, DEFINITION_TITLE_SIZE, "%s \"%s\"",
		       is_parameter ? quote_text(o->name.part[0], component, sizeof(component)) :
				      noun,
		       quote_text(o->name.part[is_parameter ? 1 : 0], name, sizeof(name)));
	return out;
}

static struct definition_name name_of(const struct definition_type *type, const json_t *object)
{
	const char *vhost = type->in_vhost ? definition_text(object, "vhost") : NULL;
	struct definition_name name = { .type = type->key, .vhost = vhost ? vhost : "" };

	for (size_t i = 0; i < 3 && type->identity[i]; i++)
		name.part[i] = definition_text(object, type->identity[i]);
	return name;
}

static int define(struct definitions *d, const struct definition_object *o, struct error *err)
{
	char part[DEFINITION_QUOTED], vhost[DEFINITION_QUOTED];
	uint32_t kept;
	bool found;

	if (!d->type->unique)
		return 0;
	if (definition_names_put(&d->names, &o->name, 0, &found, &kept) < 0)
		return definitions_no_memory(err);
	if (found)
		definitions_complain(d, FINDING_DUPLICATE, o->at, "%s \"%s\"%s%s%s stands twice",
				     d->type->noun, quote_text(o->name.part[0], part, sizeof(part)),
				     d->type->in_vhost ? " of vhost \"" : "",
				     quote_text(o->name.vhost, vhost, sizeof(vhost)),
				     d->type->in_vhost ? "\"" : "");
	return 0;
}

/* Was this type's reference to `meant` remembered before? */
static int ask(struct definitions *d, const struct definition_name *meant, const char *verb,
	       bool *before, struct error *err)
{
	struct definition_name question = *meant;
	uint32_t kept;

	question.part[2] = verb;
	if (!question.part[1])
		question.part[1] = d->type->key;
	return definition_names_put(&d->asked, &question, 0, before, &kept) < 0 ?
		       definitions_no_memory(err) :
		       0;
}

int definitions_refer(struct definitions *d, const struct definition_object *o,
		      const struct definition_link *link, struct error *err)
{
	const struct definition_type *target = &definition_types[link->target];
	struct definition_name meant = { .type = target->key,
					 .vhost = target->in_vhost ? o->name.vhost : "",
					 .part = { link->wanted } };
	char own[DEFINITION_TITLE_SIZE], other[DEFINITION_QUOTED], text[176];
	struct definition_reference as = { .at = o->at, .code = link->code };
	bool before = false;

	as.from_policy = d->type == &definition_types[DEFINITION_POLICIES] ||
			 d->type == &definition_types[DEFINITION_PARAMETERS];
	if (link->component) {
		meant.part[0] = link->component;
		meant.part[1] = link->wanted;
	}
	if (definition_names_have(&d->names, &meant))
		return 0;
	if (!link->each && ask(d, &meant, link->verb, &before, err) < 0)
		return -1;
	if (before)
		return 0;
	(void)snprintf(text, sizeof(text), "%s %s %s \"%s\"",
		       definitions_label(o, d->type->noun, own), link->verb,
		       link->component ? link->component : target->noun,
		       quote_text(link->wanted, other, sizeof(other)));
	as.text = text;
	return definition_refer(&d->references, &d->names, &meant, &as) < 0 ?
		       definitions_no_memory(err) :
		       0;
}

static int refer_to(struct definitions *d, const struct definition_object *o,
		    enum definition_type_index target, const char *wanted, bool each,
		    struct error *err)
{
	/* a connection's exclusive queue is not exported, while its bindings may be */
	enum finding_code code =
		target == DEFINITION_QUEUES ? FINDING_RISKY : FINDING_BAD_REFERENCE;

	return definitions_refer(d, o,
				 &(struct definition_link){ .target = target,
							    .wanted = wanted,
							    .verb = "refers to",
							    .code = code,
							    .each = each },
				 err);
}

/*
 * The default exchange and amq.* are every vhost's own and not exported. Neither are
 * queues that the broker named for a connection (amq.gen-*) and the exchanges of
 * federation links, which the links make again, while their bindings may be.
 */
static int refer_from_binding(struct definitions *d, const struct definition_object *o,
			      struct error *err)
{
	const char *const *part = o->name.part;
	const char *source = part[0], *destination = part[1], *kind = part[2];
	bool to_queue = strcmp(kind, "queue") == 0;

	if (!to_queue && strcmp(kind, "exchange") != 0) {
		definitions_complain(d, FINDING_BAD_STRUCTURE, o->at,
				     "a binding to neither queue nor exchange");
		return 0;
	}
	if (source[0] && !starts_with(source, "amq.") && !starts_with(source, "federation: ") &&
	    refer_to(d, o, DEFINITION_EXCHANGES, source, false, err) < 0)
		return -1;
	if (to_queue)
		return starts_with(destination, "amq.gen-") ?
			       0 :
			       refer_to(d, o, DEFINITION_QUEUES, destination, true, err);
	return starts_with(destination, "amq.") || starts_with(destination, "federation: ") ?
		       0 :
		       refer_to(d, o, DEFINITION_EXCHANGES, destination, false, err);
}

static int check_references(struct definitions *d, const struct definition_object *o,
			    struct error *err)
{
	const char *user = definition_text(o->json, "user");
	bool has_vhost = json_object_get(o->json, "vhost");

	if (d->type->in_vhost && has_vhost &&
	    refer_to(d, o, DEFINITION_VHOSTS, o->name.vhost, false, err) < 0)
		return -1;
	if (d->type->in_vhost && !has_vhost && !d->no_vhost.line)
		d->no_vhost = o->at;
	if (user && refer_to(d, o, DEFINITION_USERS, user, false, err) < 0)
		return -1;
	if (d->type == &definition_types[DEFINITION_BINDINGS])
		return refer_from_binding(d, o, err);
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
		return definitions_no_memory(err);
	hash = XXH3_128bits_digest(state);
	*out = (struct fingerprint){ .low = hash.low64, .high = hash.high64 };
	return 0;
}

static int count_object(struct definitions *d, const struct definition_object *o, struct error *err)
{
	struct facts *facts = &d->out->facts;
	const struct definition_name key = { .type = d->type->key, .vhost = o->name.vhost };
	struct fingerprint hash = { 0 };
	struct fact *fact;
	uint32_t index;
	bool found;

	if (canonical_hash(d->hash, o->json, &hash, err) < 0)
		return -1;
	if (definition_names_put(&d->sums, &key, (uint32_t)facts->count, &found, &index) < 0)
		return definitions_no_memory(err);
	if (!found) {
		fact = facts_add(facts, FACT_BROKER_OBJECTS, o->name.vhost, d->type->key);
		if (!fact)
			return definitions_no_memory(err);
		fact->known = MEASURE_COUNT | MEASURE_FINGERPRINT;
	}
	fact = &facts->item[index];
	fact->count++;
	fingerprint_add(&fact->fingerprint, hash);
	return 0;
}

int definitions_take_object(struct definitions *d, const json_t *object, struct splitter_place at,
			    struct error *err)
{
	struct definition_object o = { .json = object, .at = at };
	char problem[96];

	if (!json_is_object(object)) {
		definitions_complain(d, FINDING_BAD_STRUCTURE, at, "a %s that is not an object",
				     d->type->noun);
		return 0;
	}
	if (!definition_members_hold(d->type, object, problem, sizeof(problem))) {
		definitions_complain(d, FINDING_BAD_STRUCTURE, at, "%s", problem);
		return 0;
	}
	o.name = name_of(d->type, object);
	if (define(d, &o, err) < 0 || check_references(d, &o, err) < 0 ||
	    definitions_check_import(d, &o, err) < 0 || definitions_list(d, &o, err) < 0)
		return -1;
	return count_object(d, &o, err);
}
