/* SPDX-License-Identifier: Apache-2.0 */
#include "component/rabbitmq/objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "model/json.h"
#include "model/quote.h"

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the objects of a broker");
}

void broker_objects_release(struct broker_objects *o)
{
	free(o->item);
	arena_release(&o->arena);
	*o = (struct broker_objects){ 0 };
}

static struct fingerprint hash_of(const char *text, size_t len)
{
	XXH128_hash_t hash = XXH3_128bits(text, len);

	return (struct fingerprint){ .low = hash.low64, .high = hash.high64 };
}

static struct fingerprint key_of(const struct broker_object *o)
{
	XXH128_hash_t hash = XXH3_128bits(o->vhost, strlen(o->vhost));

	for (size_t i = 0; i < 3; i++) {
		XXH128_hash_t part =
			XXH3_128bits_withSeed(o->name[i], strlen(o->name[i]), hash.low64 + i);

		hash = (XXH128_hash_t){ .low64 = part.low64 ^ hash.high64,
					.high64 = part.high64 ^ hash.low64 };
	}
	return (struct fingerprint){ .low = hash.low64, .high = hash.high64 };
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int broker_object_compare(const struct broker_object *a, const struct broker_object *b)
{
	int order = compare_numbers(a->type, b->type);

	if (order == 0)
		order = strcmp(a->vhost, b->vhost);
	if (order == 0)
		order = compare_numbers(a->key.high, b->key.high);
	return order ? order : compare_numbers(a->key.low, b->key.low);
}

static int compare_items(const void *a, const void *b)
{
	return broker_object_compare(a, b);
}

const struct broker_object *broker_objects_find(const struct broker_objects *o,
						const struct broker_object *like)
{
	return o->count ? bsearch(like, o->item, o->count, sizeof(*o->item), compare_items) : NULL;
}

const struct broker_object *broker_objects_named(const struct broker_objects *o,
						 enum definition_type_index type, const char *vhost,
						 const char *name)
{
	struct broker_object like = { .type = type, .vhost = vhost, .name = { name, "", "" } };

	like.key = key_of(&like);
	return broker_objects_find(o, &like);
}

char *broker_object_title(const struct broker_object *o, char out[BROKER_TITLE_SIZE])
{
	const char *noun = definition_types[o->type].noun;
	char name[72], other[72], vhost[72], in[96] = "";

	(void)quote_text(o->name[0], name, sizeof(name));
	(void)quote_text(o->name[1], other, sizeof(other));
	if (o->vhost[0])
		(void)snprintf(in, sizeof(in), " of vhost \"%s\"",
			       quote_text(o->vhost, vhost, sizeof(vhost)));
	if (o->type == DEFINITION_BINDINGS)
		(void)snprintf(out, BROKER_TITLE_SIZE,
			       "binding from exchange \"%s\" to %s \"%s\"%s", name,
			       strcmp(o->name[2], "queue") == 0 ? "queue" : "exchange", other, in);
	else if (o->type == DEFINITION_PARAMETERS)
		(void)snprintf(out, BROKER_TITLE_SIZE, "%s \"%s\"%s", name, other, in);
	else if (o->name[1][0])
		(void)snprintf(out, BROKER_TITLE_SIZE, "%s \"%s\" for exchange \"%s\"%s", noun,
			       name, other, in);
	else
		(void)snprintf(out, BROKER_TITLE_SIZE, "%s \"%s\"%s", noun, name, in);
	return out;
}

static struct broker_object *add(struct broker_objects *o)
{
	if (o->count == o->capacity) {
		size_t capacity = o->capacity ? 2 * o->capacity : 64;
		struct broker_object *grown = reallocarray(o->item, capacity, sizeof(*grown));

		if (!grown)
			return NULL;
		o->item = grown;
		o->capacity = capacity;
	}
	o->item[o->count] = (struct broker_object){ 0 };
	return &o->item[o->count++];
}

/* Names are kept once where they follow each other, as vhosts do. */
static const char *keep(struct broker_objects *o, const char *text, const char *before)
{
	if (!text || !*text)
		return "";
	return before && strcmp(before, text) == 0 ? before : arena_strdup(&o->arena, text);
}

static bool take_names(struct broker_objects *o, struct broker_object *to, const json_t *json,
		       bool one_vhost)
{
	const struct definition_type *type = &definition_types[to->type];
	const char *vhost = type->in_vhost ? definition_text(json, "vhost") : NULL;
	const char *before = o->count > 1 ? o->item[o->count - 2].vhost : NULL;

	if (vhost && !o->named_vhost &&
	    (to->type == DEFINITION_POLICIES || to->type == DEFINITION_PARAMETERS))
		o->named_vhost = arena_strdup(&o->arena, vhost);
	to->vhost = keep(o, one_vhost ? NULL : vhost, before);
	for (size_t i = 0; i < 3; i++)
		to->name[i] =
			keep(o, type->identity[i] ? definition_text(json, type->identity[i]) : NULL,
			     NULL);
	return to->vhost && to->name[0] && to->name[1] && to->name[2];
}

static bool hash_normal(struct broker_objects_reader *r, struct broker_object *to, json_t *json)
{
	CLEANUP(cleanup_free)
	char *normal = NULL;

	if (!broker_object_complete(json, to->type, r->vhosts) ||
	    !broker_object_normalise(json, to->type, r->one_vhost))
		return false;
	normal = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	if (!normal)
		return false;
	to->content = hash_of(normal, strlen(normal));
	return true;
}

static int take_object(struct broker_objects_reader *r, json_t *json, struct error *err)
{
	CLEANUP(cleanup_free)
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	struct broker_object *to = add(r->out);

	if (!text || !to)
		return no_memory(err);
	to->type = (enum definition_type_index)(r->type - definition_types);
	to->text = arena_strdup(&r->out->arena, text);
	if (!to->text || !take_names(r->out, to, json, r->one_vhost) || !hash_normal(r, to, json))
		return no_memory(err);
	to->key = to->type == DEFINITION_BINDINGS ? to->content : key_of(to);
	return 0;
}

static int take_value(void *owner, struct span text, struct splitter_place at, struct error *err)
{
	struct broker_objects_reader *r = owner;
	json_error_t problem;
	CLEANUP(cleanup_json)
	json_t *value = model_json_load_value(text, &problem, err);

	if (!value)
		return err->kind == ERROR_NONE ? error_set(err, ERROR_TARGET,
							   "line %llu of a broker's definitions is "
							   "not JSON",
							   (unsigned long long)at.line) :
						 -1;
	if (r->is_version && json_is_string(value)) {
		r->out->version = arena_strdup(&r->out->arena, json_string_value(value));
		return r->out->version ? 0 : no_memory(err);
	}
	return r->type && r->in_array && json_is_object(value) ? take_object(r, value, err) : 0;
}

static int take_member(void *owner, struct span key, bool is_array, struct splitter_place at,
		       struct error *err)
{
	struct broker_objects_reader *r = owner;
	char name[64] = "";
	const char *known = NULL;

	(void)at;
	(void)err;
	/* no name that is looked for has an escape in it */
	if (key.len > 2 && key.len < sizeof(name))
		memcpy(name, key.ptr + 1, key.len - 2);
	(void)definition_member_of(name, &r->type, &known);
	r->in_array = is_array;
	r->is_version = strcmp(name, "rabbitmq_version") == 0 ||
			(strcmp(name, "rabbit_version") == 0 && !r->out->version[0]);
	return 0;
}

void broker_objects_begin(struct broker_objects_reader *r, struct broker_objects *out)
{
	static const struct splitter_ops ops = { take_member, take_value };

	r->out = out;
	out->version = "";
	r->findings.layer = "definitions";
	splitter_init(&r->splitter, &ops, r, &r->findings);
}

int broker_objects_push(struct broker_objects_reader *r, struct span block, struct error *err)
{
	return splitter_push(&r->splitter, block, err);
}

int broker_objects_finish(struct broker_objects_reader *r, struct error *err)
{
	const struct finding *worst;

	if (!splitter_finish(&r->splitter)) {
		worst = findings_worst(&r->findings);
		return error_set(err, ERROR_TARGET, "a broker's definitions cannot be read: %s",
				 worst ? worst->message : "they have no end");
	}
	if (r->out->count)
		qsort(r->out->item, r->out->count, sizeof(*r->out->item), compare_items);
	return 0;
}

void broker_objects_reader_release(struct broker_objects_reader *r)
{
	splitter_release(&r->splitter);
	findings_release(&r->findings);
}
