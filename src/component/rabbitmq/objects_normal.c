/* SPDX-License-Identifier: Apache-2.0 */
/* One spelling for what releases of RabbitMQ export in several. */
#include <string.h>

#include "component/rabbitmq/objects.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum usual { USUAL_FALSE, USUAL_EMPTY, USUAL_ZERO, USUAL_ALL, USUAL_UNDEFINED, USUAL_ANY };

/* What a broker adds to an object that was made without it, or leaves out. */
static const struct {
	enum definition_type_index type;
	const char *member;
	enum usual usual;
} usuals[] = {
	{ DEFINITION_USERS, "limits", USUAL_EMPTY },
	{ DEFINITION_VHOSTS, "limits", USUAL_EMPTY },
	{ DEFINITION_VHOSTS, "description", USUAL_EMPTY },
	{ DEFINITION_VHOSTS, "tags", USUAL_EMPTY },
	{ DEFINITION_VHOSTS, "default_queue_type", USUAL_UNDEFINED },
	{ DEFINITION_VHOSTS, "metadata", USUAL_EMPTY },
	{ DEFINITION_POLICIES, "apply-to", USUAL_ALL },
	{ DEFINITION_POLICIES, "priority", USUAL_ZERO },
	{ DEFINITION_QUEUES, "auto_delete", USUAL_FALSE },
	{ DEFINITION_QUEUES, "arguments", USUAL_EMPTY },
	/* follows from x-queue-type and the vhost's default */
	{ DEFINITION_QUEUES, "type", USUAL_ANY },
	{ DEFINITION_EXCHANGES, "auto_delete", USUAL_FALSE },
	{ DEFINITION_EXCHANGES, "internal", USUAL_FALSE },
	{ DEFINITION_EXCHANGES, "arguments", USUAL_EMPTY },
	{ DEFINITION_BINDINGS, "arguments", USUAL_EMPTY },
};

static bool is_text(const json_t *value, const char *text)
{
	return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

static bool is_empty(const json_t *value)
{
	return (json_is_object(value) && json_object_size(value) == 0) ||
	       (json_is_array(value) && json_array_size(value) == 0) || is_text(value, "");
}

static bool is_usual(const json_t *value, enum usual usual)
{
	switch (usual) {
	case USUAL_FALSE: /* RabbitMQ 3.10 exports "undefined" for what an import did not say */
		return json_is_false(value) || is_text(value, "undefined");
	case USUAL_EMPTY:
		return is_empty(value);
	case USUAL_ZERO:
		return json_is_integer(value) && json_integer_value(value) == 0;
	case USUAL_ALL:
		return is_text(value, "all");
	case USUAL_UNDEFINED:
		return is_text(value, "undefined") || json_is_null(value);
	case USUAL_ANY:
		return true;
	}
	return false;
}

static void forget_usuals(json_t *object, enum definition_type_index type)
{
	for (size_t i = 0; i < COUNT(usuals); i++) {
		const json_t *value = json_object_get(object, usuals[i].member);

		if (usuals[i].type == type && value && is_usual(value, usuals[i].usual))
			(void)json_object_del(object, usuals[i].member);
	}
}

/* Until 3.8 a user's tags were one text with commas. */
static bool split_tags(json_t *user)
{
	const char *text = json_string_value(json_object_get(user, "tags"));
	json_t *tags;

	if (!text)
		return true;
	tags = json_array();
	while (tags && *text) {
		size_t len = strcspn(text, ", ");

		if (len && json_array_append_new(tags, json_stringn(text, len)) < 0) {
			json_decref(tags);
			return false;
		}
		text += len;
		text += strspn(text, ", ");
	}
	return json_object_set_new(user, "tags", tags) == 0;
}

/* Releases keep a vhost's metadata beside it, inside "metadata", or in both places. */
static bool hoist_metadata(json_t *vhost)
{
	static const char *const members[] = { "description", "tags", "default_queue_type" };
	json_t *metadata = json_object_get(vhost, "metadata");

	for (size_t i = 0; metadata && i < COUNT(members); i++) {
		json_t *value = json_object_get(metadata, members[i]);

		if (!value)
			continue;
		if (!json_object_get(vhost, members[i]) &&
		    json_object_set(vhost, members[i], value) < 0)
			return false;
		(void)json_object_del(metadata, members[i]);
	}
	if (json_is_false(json_object_get(metadata, "protected_from_deletion")))
		(void)json_object_del(metadata, "protected_from_deletion");
	return true;
}

bool broker_object_complete(json_t *object, enum definition_type_index type, const json_t *vhosts)
{
	static const char *const members[] = { "description", "tags", "default_queue_type" };
	const char *name = definition_text(object, "name");

	for (size_t i = 0; type == DEFINITION_VHOSTS && i < json_array_size(vhosts); i++) {
		const json_t *told = json_array_get(vhosts, i);
		const char *its = definition_text(told, "name");

		for (size_t m = 0; name && its && strcmp(name, its) == 0 && m < COUNT(members);
		     m++) {
			json_t *value = json_object_get(told, members[m]);

			if (value && !json_object_get(object, members[m]) &&
			    json_object_set(object, members[m], value) < 0)
				return false;
		}
	}
	return true;
}

bool broker_object_normalise(json_t *object, enum definition_type_index type, bool one_vhost)
{
	if (one_vhost)
		(void)json_object_del(object, "vhost");
	if (type == DEFINITION_USERS && !split_tags(object))
		return false;
	if (type == DEFINITION_VHOSTS && !hoist_metadata(object))
		return false;
	if (type == DEFINITION_PARAMETERS &&
	    is_text(json_object_get(object, "component"), "operator_policy"))
		forget_usuals(json_object_get(object, "value"), DEFINITION_POLICIES);
	forget_usuals(object, type);
	return true;
}
