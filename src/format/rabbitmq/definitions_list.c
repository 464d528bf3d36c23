/* SPDX-License-Identifier: Apache-2.0 */
/* The list of contents, for people: objects by name, and how much each policy matches. */
#include <stdlib.h>
#include <string.h>

#include "format/rabbitmq/definitions.intern.h"
#include "format/rabbitmq/definitions_regex.h"

/* Policies times names that are looked at; past it the rest of the policies have no count. */
enum { PAIRS_MAX = 2000000 };

/* What the list tells besides the name: a queue's type, what a policy applies to. */
static const char *detail_of(const struct definition_object *o, enum definition_type_index type)
{
	const char *text;

	switch (type) {
	case DEFINITION_QUEUES:
		text = definition_text(json_object_get(o->json, "arguments"), "x-queue-type");
		if (!text)
			text = definition_text(o->json, "type");
		return text ? text : "classic";
	case DEFINITION_EXCHANGES:
		return definition_text(o->json, "type");
	case DEFINITION_POLICIES:
		text = definition_text(o->json, "apply-to");
		return text ? text : "all";
	case DEFINITION_PARAMETERS:
		return definition_text(o->json, "component");
	default:
		return NULL;
	}
}

static int keep_policy(struct definitions *d, const char *pattern, struct error *err)
{
	struct definition_listed_policy *grown = d->policy;
	char *copy;

	if (d->policy_count == d->policy_capacity) {
		size_t capacity = d->policy_capacity ? d->policy_capacity * 2 : 16;

		grown = reallocarray(d->policy, capacity, sizeof(*grown));
		if (!grown)
			return definitions_no_memory(err);
		d->policy = grown;
		d->policy_capacity = capacity;
	}
	copy = arena_strdup(&d->arena, pattern);
	if (!copy)
		return definitions_no_memory(err);
	d->policy[d->policy_count++] =
		(struct definition_listed_policy){ .index = d->out->contents.count - 1,
						   .pattern = copy };
	return 0;
}

int definitions_list(struct definitions *d, const struct definition_object *o, struct error *err)
{
	enum definition_type_index type = (enum definition_type_index)(d->type - definition_types);
	bool is_parameter = type == DEFINITION_PARAMETERS;
	const json_t *value = json_object_get(o->json, "value");
	bool is_operator = is_parameter && strcmp(o->name.part[0], "operator_policy") == 0;
	const json_t *policy = is_operator ? value : o->json;
	const char *noun = is_operator ? "operator policy" : d->type->noun;
	const char *detail = is_operator ? definition_text(value, "apply-to") : detail_of(o, type);
	const char *pattern = definition_text(policy, "pattern");

	if (!d->out->list || type == DEFINITION_BINDINGS || type == DEFINITION_PERMISSIONS ||
	    type == DEFINITION_TOPIC_PERMISSIONS)
		return 0;
	if (is_operator && !detail)
		detail = "all";
	if (!outline_add(&d->out->contents, noun, o->name.vhost, o->name.part[is_parameter ? 1 : 0],
			 detail))
		return definitions_no_memory(err);
	return pattern && (is_operator || type == DEFINITION_POLICIES) ?
		       keep_policy(d, pattern, err) :
		       0;
}

static bool applies(const struct outline_entry *policy, const struct outline_entry *to)
{
	const char *wanted = policy->owner;

	/* of an export of one vhost until 3.10 only the policies name it */
	if (to->scope[0] && strcmp(policy->scope, to->scope) != 0)
		return false;
	if (strcmp(to->kind, "exchange") == 0)
		return strcmp(wanted, "exchanges") == 0 || strcmp(wanted, "all") == 0;
	if (strcmp(to->kind, "queue") != 0)
		return false;
	if (strcmp(wanted, "all") == 0 || strcmp(wanted, "queues") == 0)
		return true;
	/* "quorum_queues" of a "quorum" queue, "streams" of a "stream" */
	return to->owner[0] && strncmp(wanted, to->owner, strlen(to->owner)) == 0;
}

/* How many it matches; the result is the last match's. */
static enum definition_match match_all(const struct outline *contents,
				       const struct outline_entry *policy,
				       struct definition_regex *regex, uint64_t *count)
{
	enum definition_match match = DEFINITION_NO_MATCH;

	for (size_t i = 0; i < contents->count; i++) {
		if (!applies(policy, &contents->item[i]))
			continue;
		match = definition_regex_match(regex, contents->item[i].name);
		if (match == DEFINITION_MATCH_GIVEN_UP || match == DEFINITION_MATCH_NO_MEMORY)
			break;
		*count += match == DEFINITION_MATCH;
	}
	return match;
}

/* The policy's count stays unknown when its pattern is bad or a match is given up. */
static int count_matches(struct outline *contents, const struct definition_listed_policy *policy,
			 struct error *err)
{
	struct outline_entry *entry = &contents->item[policy->index];
	struct definition_regex *regex = NULL;
	enum definition_match last;
	uint64_t count = 0;
	size_t at;

	switch (definition_regex_compile(policy->pattern, &regex, &at)) {
	case DEFINITION_REGEX_GOOD:
		break;
	case DEFINITION_REGEX_NO_MEMORY:
		return definitions_no_memory(err);
	default:
		return 0;
	}
	last = match_all(contents, entry, regex, &count);
	definition_regex_free(regex);
	if (last == DEFINITION_MATCH_NO_MEMORY)
		return definitions_no_memory(err);
	if (last == DEFINITION_MATCH_GIVEN_UP)
		return 0;
	entry->count = count;
	entry->known |= MEASURE_COUNT;
	return 0;
}

int definitions_count_matches(struct definitions *d, struct error *err)
{
	struct outline *contents = &d->out->contents;
	size_t pairs = 0;

	for (size_t i = 0; i < d->policy_count; i++) {
		pairs += contents->count;
		if (pairs > PAIRS_MAX)
			return 0;
		if (count_matches(contents, &d->policy[i], err) < 0)
			return -1;
	}
	return 0;
}
