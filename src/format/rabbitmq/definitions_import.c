/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What RabbitMQ would make of an object on import, as its sources say: refused,
 * dropped, or something else than was exported. rabbit_definitions.erl,
 * rabbit_amqqueue.erl, rabbit_queue_type.erl and rabbit_vhost.erl of 3.8 to 4.3.
 */
#include <string.h>

#include "format/rabbitmq/definitions.intern.h"
#include "model/quote.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/*
 * Arguments that one of RabbitMQ's own queue types knows; the others refuse them (3.10 to 4.3). Not here
 * are those of all types, and those that are told of by themselves.
 */
static const struct {
	const char *name, *types;
} arguments_of_types[] = {
	{ "x-consumer-disconnected-timeout", "quorum" },
	{ "x-consumer-timeout", "quorum" },
	{ "x-dead-letter-exchange", "classic quorum" },
	{ "x-dead-letter-routing-key", "classic quorum" },
	{ "x-dead-letter-strategy", "quorum" },
	{ "x-delayed-retry-max", "quorum" },
	{ "x-delayed-retry-min", "quorum" },
	{ "x-delayed-retry-type", "quorum" },
	{ "x-delivery-limit", "quorum" },
	{ "x-expires", "classic quorum" },
	{ "x-initial-cluster-size", "stream" },
	{ "x-max-age", "stream" },
	{ "x-max-in-memory-bytes", "quorum" },
	{ "x-max-in-memory-length", "quorum" },
	{ "x-max-length", "classic quorum" },
	{ "x-message-ttl", "classic quorum" },
	{ "x-overflow", "classic quorum" },
	{ "x-queue-version", "classic" },
	{ "x-quorum-initial-group-size", "quorum" },
	{ "x-single-active-consumer", "classic quorum" },
	{ "x-stream-filter-size-bytes", "stream" },
	{ "x-stream-max-segment-size-bytes", "stream" },
};

static const json_t *argument(const struct definition_object *o, const char *name)
{
	return json_object_get(json_object_get(o->json, "arguments"), name);
}

/* Which of RabbitMQ's own queue types a name means; NULL: none. */
static const char *queue_type(const char *name)
{
	static const char *const types[][2] = {
		{ "classic", "rabbit_classic_queue" },
		{ "quorum", "rabbit_quorum_queue" },
		{ "stream", "rabbit_stream_queue" },
	};

	for (size_t i = 0; i < COUNT(types); i++) {
		if (strcmp(name, types[i][0]) == 0 || strcmp(name, types[i][1]) == 0)
			return types[i][0];
	}
	return NULL;
}

/* Replicated queues are durable and shared, and have no use for what classic queues are told. */
static void check_replicated(struct definitions *d, const struct definition_object *o,
			     const char *type)
{
	static const char *const refused[] = { "x-max-priority", "x-queue-mode" };
	char title[DEFINITION_TITLE_SIZE];

	(void)definitions_title(o, "queue", title);
	for (size_t i = 0; i < COUNT(refused); i++) {
		if (argument(o, refused[i]))
			definitions_complain(d, FINDING_BAD_STRUCTURE, o->at,
					     "%s: no %s queue takes %s", title, type, refused[i]);
	}
	if (json_is_false(json_object_get(o->json, "durable")))
		definitions_complain(d, FINDING_BAD_STRUCTURE, o->at,
				     "%s: no %s queue is transient", title, type);
	if (json_is_true(json_object_get(o->json, "auto_delete")))
		definitions_complain(d, FINDING_BAD_STRUCTURE, o->at,
				     "%s: no %s queue is deleted automatically", title, type);
}

/* "type" tells what the queue was; the argument alone decides what an import makes of it. */
static void check_queue_type(struct definitions *d, const struct definition_object *o)
{
	const json_t *asked = argument(o, "x-queue-type");
	const char *was = definition_text(o->json, "type"), *known;
	char title[DEFINITION_TITLE_SIZE], type[24];

	if (!asked) {
		known = was ? queue_type(was) : NULL;
		if (known && strcmp(known, "classic") != 0)
			definitions_risk(d, RISK_TYPE_NOT_ASKED_FOR, o->at,
					 "%s is a %s queue without x-queue-type: it comes back as "
					 "the default type",
					 definitions_title(o, "queue", title), known);
		return;
	}
	known = json_is_string(asked) ? queue_type(json_string_value(asked)) : NULL;
	if (!known)
		definitions_risk(d, RISK_QUEUE_TYPE, o->at,
				 "%s has type \"%s\": an import stops there without its plugin",
				 definitions_title(o, "queue", title),
				 json_is_string(asked) ?
					 quote_text(json_string_value(asked), type, sizeof(type)) :
					 "?");
	else if (strcmp(known, "classic") != 0)
		check_replicated(d, o, known);
}

/* A queue that does not tell its type is classic, but for the vhost's default. */
static void check_arguments(struct definitions *d, const struct definition_object *o)
{
	const char *asked = json_string_value(argument(o, "x-queue-type"));
	const char *was = definition_text(o->json, "type");
	const char *type = queue_type(asked ? asked : was ? was : "classic");
	char title[DEFINITION_TITLE_SIZE];

	for (size_t i = 0; type && i < COUNT(arguments_of_types); i++) {
		const char *name = arguments_of_types[i].name;

		if (!strstr(arguments_of_types[i].types, type) && argument(o, name))
			definitions_risk(d, RISK_QUEUE_ARGUMENT, o->at,
					 "%s is a %s queue with %s: RabbitMQ 4.3 refuses it",
					 definitions_title(o, "queue", title), type, name);
	}
}

static int refer_to_exchange(struct definitions *d, const struct definition_object *o,
			     const json_t *wanted, const char *verb, struct error *err)
{
	const char *name = json_string_value(wanted);

	if (!name || !name[0] || strncmp(name, "amq.", 4) == 0)
		return 0;
	return definitions_refer(d, o,
				 &(struct definition_link){ .target = DEFINITION_EXCHANGES,
							    .wanted = name,
							    .verb = verb,
							    .code = FINDING_RISKY },
				 err);
}

static int check_queue(struct definitions *d, const struct definition_object *o, struct error *err)
{
	char title[DEFINITION_TITLE_SIZE];

	check_queue_type(d, o);
	check_arguments(d, o);
	if (json_is_false(json_object_get(o->json, "durable")))
		definitions_risk(d, RISK_TRANSIENT_QUEUE, o->at,
				 "%s is transient: RabbitMQ 4.3 refuses it",
				 definitions_title(o, "queue", title));
	if (strncmp(o->name.part[0], "amq.", 4) == 0)
		definitions_risk(d, RISK_AMQ_QUEUE, o->at,
				 "%s has a name of the broker's own: an import skips it",
				 definitions_title(o, "queue", title));
	if (argument(o, "x-queue-master-locator"))
		definitions_risk(d, RISK_MASTER_LOCATOR, o->at,
				 "%s has x-queue-master-locator: RabbitMQ 4.3 refuses it",
				 definitions_title(o, "queue", title));
	return refer_to_exchange(d, o, argument(o, "x-dead-letter-exchange"), "dead-letters to",
				 err);
}

static int check_exchange(struct definitions *d, const struct definition_object *o,
			  struct error *err)
{
	const char *type = definition_text(o->json, "type"), *plugin;
	char title[DEFINITION_TITLE_SIZE], quoted[24];

	if (definition_exchange_needs_plugin(type, &plugin))
		definitions_risk(d, RISK_EXCHANGE_TYPE, o->at, "%s is %s: an import needs %s",
				 definitions_title(o, "exchange", title),
				 quote_text(type, quoted, sizeof(quoted)),
				 plugin ? plugin : "its plugin");
	return refer_to_exchange(d, o, argument(o, "alternate-exchange"), "falls back to", err);
}

static void check_user(struct definitions *d, const struct definition_object *o)
{
	static const char *const algorithms[] = { "rabbit_password_hashing_md5",
						  "rabbit_password_hashing_sha256",
						  "rabbit_password_hashing_sha512" };
	const char *algorithm = definition_text(o->json, "hashing_algorithm");
	char title[DEFINITION_TITLE_SIZE];
	bool known = !algorithm, plain = json_object_get(o->json, "password");

	(void)definitions_title(o, "user", title);
	for (size_t i = 0; i < COUNT(algorithms); i++)
		known |= algorithm && strcmp(algorithm, algorithms[i]) == 0;
	if (plain)
		definitions_risk(d, RISK_PLAIN_PASSWORD, o->at,
				 "%s stands here with the password itself, not hashed", title);
	else if (!json_object_get(o->json, "password_hash"))
		definitions_risk(d, RISK_NO_PASSWORD, o->at,
				 "%s has no password_hash: no password would let it in", title);
	if (!known)
		definitions_risk(d, RISK_HASHING, o->at,
				 "%s has a hashing algorithm that needs a plugin", title);
}

/* Until 3.13 a vhost could get the text "undefined", with which queues cannot be declared. */
static void check_vhost(struct definitions *d, const struct definition_object *o)
{
	const json_t *metadata = json_object_get(o->json, "metadata");
	const char *types[] = { definition_text(o->json, "default_queue_type"),
				definition_text(metadata, "default_queue_type") };
	char title[DEFINITION_TITLE_SIZE], quoted[24];

	for (size_t i = 0; i < COUNT(types); i++) {
		if (!types[i] || queue_type(types[i]))
			continue;
		definitions_risk(d, RISK_DEFAULT_QUEUE_TYPE, o->at,
				 "%s has the default queue type \"%s\", which is none",
				 definitions_title(o, "vhost", title),
				 quote_text(types[i], quoted, sizeof(quoted)));
		return;
	}
}

static int check_permission(struct definitions *d, const struct definition_object *o,
			    struct error *err)
{
	static const char *const members[] = { "configure", "write", "read" };

	for (size_t i = 0; i < COUNT(members); i++) {
		const char *pattern = definition_text(o->json, members[i]);

		if (pattern && definitions_check_pattern(d, o, members[i], pattern, err) < 0)
			return -1;
	}
	return refer_to_exchange(d, o, json_object_get(o->json, "exchange"), "refers to", err);
}

int definitions_check_import(struct definitions *d, const struct definition_object *o,
			     struct error *err)
{
	switch ((enum definition_type_index)(d->type - definition_types)) {
	case DEFINITION_USERS:
		check_user(d, o);
		return 0;
	case DEFINITION_VHOSTS:
		check_vhost(d, o);
		return 0;
	case DEFINITION_PERMISSIONS:
	case DEFINITION_TOPIC_PERMISSIONS:
		return check_permission(d, o, err);
	case DEFINITION_PARAMETERS:
		return definitions_check_parameter(d, o, err);
	case DEFINITION_POLICIES:
		return definitions_check_policy(d, o, o->json, err);
	case DEFINITION_QUEUES:
		return check_queue(d, o, err);
	case DEFINITION_EXCHANGES:
		return check_exchange(d, o, err);
	default:
		return 0;
	}
}
