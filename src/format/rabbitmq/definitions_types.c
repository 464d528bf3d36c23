/* SPDX-License-Identifier: Apache-2.0 */
#include "format/rabbitmq/definitions_types.h"

#include <stdio.h>
#include <string.h>

const struct definition_type definition_types[] = {
	[DEFINITION_USERS] = { "users", "user", false, { "name" }, { "tags" }, true, WHOLE_BROKER },
	[DEFINITION_VHOSTS] = { "vhosts",
				"vhost",
				false,
				{ "name" },
				{ NULL },
				true,
				WHOLE_BROKER },
	[DEFINITION_PERMISSIONS] = { "permissions",
				     "permission of user",
				     true,
				     { "user" },
				     { "configure", "write", "read" },
				     true,
				     WHOLE_BROKER },
	[DEFINITION_TOPIC_PERMISSIONS] = { "topic_permissions",
					   "topic permission of user",
					   true,
					   { "user", "exchange" },
					   { "write", "read" },
					   true,
					   OPTIONAL },
	[DEFINITION_PARAMETERS] = { "parameters",
				    "parameter",
				    true,
				    { "component", "name" },
				    { "value" },
				    true,
				    OPTIONAL },
	[DEFINITION_GLOBAL_PARAMETERS] = { "global_parameters",
					   "global parameter",
					   false,
					   { "name" },
					   { "value" },
					   true,
					   OPTIONAL },
	[DEFINITION_POLICIES] = { "policies",
				  "policy",
				  true,
				  { "name" },
				  { "pattern", "definition" },
				  true,
				  OPTIONAL },
	[DEFINITION_QUEUES] = { "queues",
				"queue",
				true,
				{ "name" },
				{ "durable" },
				true,
				ANY_EXPORT },
	[DEFINITION_EXCHANGES] = { "exchanges",
				   "exchange",
				   true,
				   { "name" },
				   { "type", "durable" },
				   true,
				   ANY_EXPORT },
	[DEFINITION_BINDINGS] = { "bindings",
				  "binding",
				  true,
				  { "source", "destination", "destination_type" },
				  { "routing_key" },
				  false,
				  ANY_EXPORT },
};

/* What a member holds wherever it occurs; others may hold anything. */
static const struct {
	const char *member;
	json_type type; /* JSON_TRUE stands for both truth values */
} member_types[] = {
	{ "name", JSON_STRING },          { "user", JSON_STRING },
	{ "vhost", JSON_STRING },         { "source", JSON_STRING },
	{ "destination", JSON_STRING },   { "destination_type", JSON_STRING },
	{ "routing_key", JSON_STRING },   { "exchange", JSON_STRING },
	{ "component", JSON_STRING },     { "configure", JSON_STRING },
	{ "write", JSON_STRING },         { "read", JSON_STRING },
	{ "pattern", JSON_STRING },       { "apply-to", JSON_STRING },
	{ "type", JSON_STRING },          { "password", JSON_STRING },
	{ "password_hash", JSON_STRING }, { "hashing_algorithm", JSON_STRING },
	{ "durable", JSON_TRUE },         { "auto_delete", JSON_TRUE },
	{ "internal", JSON_TRUE },        { "arguments", JSON_OBJECT },
	{ "definition", JSON_OBJECT },    { "priority", JSON_INTEGER },
};

/* Members of the document that are no lists of objects; the last six stand in exports since 4.0. */
static const struct {
	const char *name;
	enum definition_member member;
} single_members[] = {
	{ "rabbit_version", DEFINITION_MEMBER_SETTING },
	{ "rabbitmq_version", DEFINITION_MEMBER_SETTING },
	{ "product_name", DEFINITION_MEMBER_SETTING },
	{ "product_version", DEFINITION_MEMBER_SETTING },
	{ "rabbitmq_definition_format", DEFINITION_MEMBER_SETTING },
	{ "original_cluster_name", DEFINITION_MEMBER_SETTING },
	{ "original_vhost_name", DEFINITION_MEMBER_SETTING },
	{ "explanation", DEFINITION_MEMBER_PROSE },
	{ "metadata", DEFINITION_MEMBER_PROSE },
	{ "description", DEFINITION_MEMBER_PROSE },
	{ "limits", DEFINITION_MEMBER_PROSE },
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

const char *definition_text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

enum definition_member definition_member_of(const char *name, const struct definition_type **type,
					    const char **key)
{
	*type = NULL;
	for (size_t i = 0; i < DEFINITION_TYPE_COUNT; i++) {
		if (strcmp(definition_types[i].key, name) == 0) {
			*type = &definition_types[i];
			*key = definition_types[i].key;
			return DEFINITION_MEMBER_LIST;
		}
	}
	for (size_t i = 0; i < COUNT(single_members); i++) {
		if (strcmp(single_members[i].name, name) == 0) {
			*key = single_members[i].name;
			return single_members[i].member;
		}
	}
	return DEFINITION_MEMBER_UNKNOWN;
}

/* An empty table is an empty array in exports of RabbitMQ 3.6, and accepted by all. */
static bool has_type(const json_t *value, json_type type)
{
	if (type == JSON_TRUE)
		return json_is_boolean(value);
	return json_typeof(value) == type ||
	       (type == JSON_OBJECT && json_is_array(value) && json_array_size(value) == 0);
}

static bool has_all(const json_t *object, const char *const *names, size_t count,
		    const char **missing)
{
	for (size_t i = 0; i < count && names[i]; i++) {
		*missing = names[i];
		if (!json_object_get(object, names[i]))
			return false;
	}
	return true;
}

bool definition_members_hold(const struct definition_type *type, const json_t *object,
			     char *problem, size_t size)
{
	const char *missing = NULL;

	if (!has_all(object, type->identity, COUNT(type->identity), &missing) ||
	    !has_all(object, type->required, COUNT(type->required), &missing)) {
		(void)snprintf(problem, size, "a %s without \"%s\"", type->noun, missing);
		return false;
	}
	for (size_t i = 0; i < COUNT(member_types); i++) {
		const json_t *value = json_object_get(object, member_types[i].member);

		if (!value || has_type(value, member_types[i].type))
			continue;
		(void)snprintf(problem, size, "\"%s\" of a %s is not of its type",
			       member_types[i].member, type->noun);
		return false;
	}
	return true;
}

bool definition_exchange_needs_plugin(const char *type, const char **plugin)
{
	static const struct {
		const char *type, *plugin; /* plugin "": none is needed */
	} types[] = {
		{ "direct", "" },
		{ "fanout", "" },
		{ "topic", "" },
		{ "headers", "" },
		{ "x-local-random", "" },
		{ "x-modulus-hash", "" }, /* since 4.3; whoever had it before has its plugin */
		{ "x-consistent-hash", "rabbitmq_consistent_hash_exchange" },
		{ "x-delayed-message", "rabbitmq_delayed_message_exchange" },
		{ "x-random", "rabbitmq_random_exchange" },
		{ "x-recent-history", "rabbitmq_recent_history_exchange" },
		{ "x-jms-topic", "rabbitmq_jms_topic_exchange" },
		{ "x-rtopic", "rabbitmq_rtopic_exchange" },
		{ "x-lvc", "rabbitmq_lvc_exchange" },
		{ "x-federation-upstream", "rabbitmq_federation" },
	};

	*plugin = NULL;
	for (size_t i = 0; i < COUNT(types); i++) {
		if (strcmp(types[i].type, type) == 0)
			*plugin = types[i].plugin;
	}
	return !*plugin || (*plugin)[0];
}
