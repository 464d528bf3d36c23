/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies and operator policies: does the broker accept them? Keys and their values
 * as rabbit_policies.erl, rabbit_quorum_queue.erl, rabbit_queue_location_validator.erl
 * and the plugins' validators of RabbitMQ 3.6 to 4.3 have them.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "format/rabbitmq/definitions.intern.h"
#include "format/rabbitmq/definitions_regex.h"
#include "model/quote.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum value_kind {
	VALUE_ANY,
	VALUE_TEXT,
	VALUE_INTEGER, /* from low to high */
	VALUE_WORD,    /* one of those in `words` */
	VALUE_AGE,     /* "7D" */
	VALUE_PATTERN,
	VALUE_EXCHANGE,
	VALUE_UPSTREAM,
	VALUE_UPSTREAM_SET,
};

struct policy_key {
	const char *name;
	enum value_kind kind;
	bool operators; /* operator policies know it, too */
	int64_t low, high;
	const char *words;        /* each between bars */
	enum definition_risk now; /* what it means for an import; RISK_COUNT: nothing */
};

/* name, kind, low, high, words, in operator policies, risk */
#define KEYS(X)                                                                                    \
	X("alternate-exchange", EXCHANGE, 0, 0, NULL, false, RISK_COUNT)                           \
	X("consumer-disconnected-timeout", INTEGER, 0, INT64_MAX, NULL, false, RISK_COUNT)         \
	X("consumer-timeout", INTEGER, 0, INT64_MAX, NULL, false, RISK_COUNT)                      \
	X("dead-letter-exchange", EXCHANGE, 0, 0, NULL, false, RISK_COUNT)                         \
	X("dead-letter-routing-key", TEXT, 0, 0, NULL, false, RISK_COUNT)                          \
	X("dead-letter-strategy", WORD, 0, 0, "|at-most-once|at-least-once|", false, RISK_COUNT)   \
	X("delayed-retry-max", INTEGER, 1, INT64_MAX, NULL, true, RISK_COUNT)                      \
	X("delayed-retry-min", INTEGER, 1, INT64_MAX, NULL, true, RISK_COUNT)                      \
	X("delayed-retry-type", WORD, 0, 0, "|all|failed|returned|disabled|", true, RISK_COUNT)    \
	X("delivery-limit", INTEGER, INT64_MIN, INT64_MAX, NULL, true, RISK_COUNT)                 \
	X("expires", INTEGER, 1, INT64_MAX, NULL, true, RISK_COUNT)                                \
	X("federation-upstream", UPSTREAM, 0, 0, NULL, false, RISK_COUNT)                          \
	X("federation-upstream-pattern", PATTERN, 0, 0, NULL, false, RISK_COUNT)                   \
	X("federation-upstream-set", UPSTREAM_SET, 0, 0, NULL, false, RISK_COUNT)                  \
	X("ha-mode", ANY, 0, 0, NULL, true, RISK_MIRRORED)                                         \
	X("ha-params", ANY, 0, 0, NULL, true, RISK_MIRRORED)                                       \
	X("ha-promote-on-failure", ANY, 0, 0, NULL, false, RISK_MIRRORED)                          \
	X("ha-promote-on-shutdown", ANY, 0, 0, NULL, false, RISK_MIRRORED)                         \
	X("ha-sync-batch-size", ANY, 0, 0, NULL, false, RISK_MIRRORED)                             \
	X("ha-sync-mode", ANY, 0, 0, NULL, true, RISK_MIRRORED)                                    \
	X("initial-cluster-size", INTEGER, 0, INT64_MAX, NULL, false, RISK_COUNT)                  \
	X("max-age", AGE, 0, 0, NULL, false, RISK_COUNT)                                           \
	X("max-in-memory-bytes", INTEGER, 0, INT64_MAX, NULL, true, RISK_COUNT)                    \
	X("max-in-memory-length", INTEGER, 0, INT64_MAX, NULL, true, RISK_COUNT)                   \
	X("max-length", INTEGER, 0, INT64_MAX, NULL, true, RISK_COUNT)                             \
	X("max-length-bytes", INTEGER, 0, INT64_MAX, NULL, true, RISK_COUNT)                       \
	X("message-ttl", INTEGER, 0, INT64_MAX, NULL, true, RISK_COUNT)                            \
	X("overflow", WORD, 0, 0, "|drop-head|reject-publish|reject-publish-dlx|", true,           \
	  RISK_COUNT)                                                                              \
	X("queue-leader-locator", WORD, 0, 0, "|client-local|balanced|random|least-leaders|",      \
	  false, RISK_COUNT)                                                                       \
	X("queue-master-locator", TEXT, 0, 0, NULL, true, RISK_MASTER_LOCATOR)                     \
	X("queue-mode", WORD, 0, 0, "|default|lazy|", false, RISK_COUNT)                           \
	X("queue-version", INTEGER, 1, 2, NULL, true, RISK_COUNT)                                  \
	X("routing-key", TEXT, 0, 0, NULL, false, RISK_COUNT)                                      \
	X("shards-per-node", INTEGER, 0, INT64_MAX, NULL, false, RISK_COUNT)                       \
	X("stream-filter-size-bytes", INTEGER, 16, 255, NULL, false, RISK_COUNT)                   \
	X("stream-max-segment-size-bytes", INTEGER, 0, INT64_MAX, NULL, false, RISK_COUNT)         \
	X("target-group-size", INTEGER, 1, INT64_MAX, NULL, true, RISK_COUNT)

static const struct policy_key keys[] = {
#define X(name, kind, low, high, words, operators, risk)                                           \
	{ name, VALUE_##kind, operators, low, high, words, risk },
	KEYS(X)
#undef X
};

static const struct policy_key *key_of(const char *name)
{
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

static bool is_word(const char *words, const char *text)
{
	char barred[40];

	return strlen(text) < sizeof(barred) - 2 && !strchr(text, '|') &&
	       snprintf(barred, sizeof(barred), "|%s|", text) > 0 && strstr(words, barred);
}

static bool is_age(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && text[digits] && strchr("YMDhms", text[digits]) && !text[digits + 1];
}

static bool is_acceptable(const struct policy_key *key, const json_t *value)
{
	const char *text = json_string_value(value);

	switch (key->kind) {
	case VALUE_ANY:
		return true;
	case VALUE_INTEGER:
		return json_is_integer(value) && json_integer_value(value) >= key->low &&
		       json_integer_value(value) <= key->high;
	case VALUE_WORD:
		return text && is_word(key->words, text);
	case VALUE_AGE:
		return text && is_age(text);
	default:
		return text;
	}
}

/* `policy "p" of vhost "/"`; an operator policy is a parameter, its name the second part. */
static char *title_of(const struct definition_object *o, bool is_operator,
		      char out[DEFINITION_TITLE_SIZE])
{
	struct definition_object named = *o;

	if (!is_operator)
		return definitions_title(o, "policy", out);
	named.name.part[0] = o->name.part[1];
	return definitions_title(&named, "operator policy", out);
}

int definitions_check_pattern(struct definitions *d, const struct definition_object *o,
			      const char *what, const char *pattern, struct error *err)
{
	char label[DEFINITION_TITLE_SIZE];
	size_t at = 0;

	(void)definitions_label(o, d->type->noun, label);
	if (strlen(pattern) > DEFINITION_PATTERN_NEW)
		definitions_risk(d, RISK_LONG_PATTERN, o->at,
				 "%s: its %s is longer than %d bytes: RabbitMQ 4.2 refuses it",
				 label, what, DEFINITION_PATTERN_NEW);
	switch (definition_regex_compile(pattern, NULL, &at)) {
	case DEFINITION_REGEX_BAD:
		definitions_complain(d, FINDING_BAD_SYNTAX, o->at,
				     "%s: its %s is no regular expression from byte %zu on", label,
				     what, at);
		return 0;
	case DEFINITION_REGEX_NO_MEMORY:
		return definitions_no_memory(err);
	default:
		return 0;
	}
}

/* The upstreams and sets that federation policies name; "all" is every upstream. */
static int refer_to_upstream(struct definitions *d, const struct definition_object *o,
			     const char *component, const char *name, struct error *err)
{
	if (strcmp(name, "all") == 0 && strcmp(component, "federation-upstream-set") == 0)
		return 0;
	return definitions_refer(d, o,
				 &(struct definition_link){ .target = DEFINITION_PARAMETERS,
							    .wanted = name,
							    .component = component,
							    .verb = "federates from",
							    .code = FINDING_RISKY },
				 err);
}

static int follow(struct definitions *d, const struct definition_object *o,
		  const struct policy_key *key, const char *text, struct error *err)
{
	struct definition_link exchange = { .target = DEFINITION_EXCHANGES,
					    .wanted = text,
					    .code = FINDING_RISKY };

	switch (key->kind) {
	case VALUE_PATTERN:
		return definitions_check_pattern(d, o, key->name, text, err);
	case VALUE_EXCHANGE:
		if (!text[0] || strncmp(text, "amq.", 4) == 0)
			return 0;
		exchange.verb = key->name[0] == 'd' ? "dead-letters to" : "falls back to";
		return definitions_refer(d, o, &exchange, err);
	case VALUE_UPSTREAM:
		return refer_to_upstream(d, o, "federation-upstream", text, err);
	case VALUE_UPSTREAM_SET:
		return refer_to_upstream(d, o, "federation-upstream-set", text, err);
	default:
		return 0;
	}
}

static int check_key(struct definitions *d, const struct definition_object *o, bool is_operator,
		     const char *name, const json_t *value, struct error *err)
{
	const struct policy_key *key = key_of(name);
	char title[DEFINITION_TITLE_SIZE], quoted[32];

	(void)title_of(o, is_operator, title);
	if (!key || (is_operator && !key->operators)) {
		definitions_risk(d, RISK_POLICY_KEY, o->at,
				 "%s sets \"%s\", which RabbitMQ refuses", title,
				 quote_text(name, quoted, sizeof(quoted)));
		return 0;
	}
	if (!is_acceptable(key, value)) {
		definitions_complain(d, FINDING_BAD_STRUCTURE, o->at,
				     "%s: no value that \"%s\" can have", title, key->name);
		return 0;
	}
	if (key->now == RISK_MIRRORED)
		definitions_risk(d, key->now, o->at, "%s mirrors queues: RabbitMQ 4.0 refuses it",
				 title);
	else if (key->now == RISK_MASTER_LOCATOR)
		definitions_risk(d, key->now, o->at, "%s sets \"%s\": RabbitMQ 4.3 refuses it",
				 title, key->name);
	return json_is_string(value) ? follow(d, o, key, json_string_value(value), err) : 0;
}

/* What each key allows and a policy with all of them does not. */
static void check_together(struct definitions *d, const struct definition_object *o,
			   const char *title, const json_t *definition)
{
	static const char *const ways[] = { "federation-upstream", "federation-upstream-set",
					    "federation-upstream-pattern" };
	const char *retry = definition_text(definition, "delayed-retry-type");
	const json_t *min = json_object_get(definition, "delayed-retry-min");
	const json_t *max = json_object_get(definition, "delayed-retry-max");
	size_t count = 0;

	for (size_t i = 0; i < COUNT(ways); i++)
		count += json_object_get(definition, ways[i]) != NULL;
	if (count > 1)
		definitions_complain(d, FINDING_BAD_STRUCTURE, o->at,
				     "%s: names its upstreams in more than one way", title);
	if (retry && strcmp(retry, "disabled") != 0 && !min)
		definitions_complain(d, FINDING_BAD_STRUCTURE, o->at,
				     "%s: \"delayed-retry-type\" without \"delayed-retry-min\"",
				     title);
	if (json_is_integer(min) && json_is_integer(max) &&
	    json_integer_value(max) < json_integer_value(min))
		definitions_complain(d, FINDING_BAD_STRUCTURE, o->at,
				     "%s: \"delayed-retry-max\" is below \"delayed-retry-min\"",
				     title);
}

static void check_apply_to(struct definitions *d, const struct definition_object *o,
			   bool is_operator, const char *apply_to)
{
	char title[DEFINITION_TITLE_SIZE], quoted[24];

	if (apply_to &&
	    !is_word("|all|queues|exchanges|classic_queues|quorum_queues|streams|", apply_to))
		definitions_risk(d, RISK_APPLY_TO, o->at,
				 "%s applies to \"%s\", which RabbitMQ refuses",
				 title_of(o, is_operator, title),
				 quote_text(apply_to, quoted, sizeof(quoted)));
}

int definitions_check_policy(struct definitions *d, const struct definition_object *o,
			     const json_t *policy, struct error *err)
{
	bool is_operator = policy != o->json;
	const json_t *definition = json_object_get(policy, "definition");
	const char *pattern = definition_text(policy, "pattern"), *name;
	char title[DEFINITION_TITLE_SIZE];
	json_t *value;

	(void)title_of(o, is_operator, title);
	if (!pattern || !json_is_object(definition) || json_object_size(definition) == 0) {
		definitions_complain(d, FINDING_BAD_STRUCTURE, o->at,
				     "%s: without a pattern, or defines nothing", title);
		return 0;
	}
	check_together(d, o, title, definition);
	check_apply_to(d, o, is_operator, definition_text(policy, "apply-to"));
	if (definitions_check_pattern(d, o, "pattern", pattern, err) < 0)
		return -1;
	/* the macro takes no const object, and changes none */
	for (void *at = json_object_iter((json_t *)(uintptr_t)definition); at;
	     at = json_object_iter_next((json_t *)(uintptr_t)definition, at)) {
		name = json_object_iter_key(at);
		value = json_object_iter_value(at);
		if (check_key(d, o, is_operator, name, value, err) < 0)
			return -1;
	}
	return 0;
}
