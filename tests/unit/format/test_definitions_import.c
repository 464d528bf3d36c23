/* SPDX-License-Identifier: Apache-2.0 */
/* What an import of definitions would refuse, drop or do unasked is told, without a secret in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "format/rabbitmq/definitions.h"
#include "format/rabbitmq/definitions_regex.h"
#include "format/rabbitmq/definitions_uri.h"
#include "model/json.h"
#include "reading.h"

static struct reading read_text(const char *text, bool list)
{
	struct reading r = { .list = list };
	struct error err = ERROR_INIT;

	assert_int_equal(read_bytes(&definitions_reader, text_span(text), 61, &r, &err), 0);
	return r;
}

/* An export of vhost "/" with `object` in `list`. */
static struct reading read_object(const char *list, const char *object)
{
	static const char *const lists[] = { "users", "permissions", "queues", "exchanges",
					     "bindings" };
	struct buf text = { 0 };
	struct reading r;
	bool vhosts = strcmp(list, "vhosts") == 0;

	assert_int_equal(buf_printf(&text, "{\"%s\":[%s%s]", list,
				    vhosts ? "{\"name\":\"/\"}," : "", object),
			 0);
	if (!vhosts)
		assert_int_equal(buf_puts(&text, ",\"vhosts\":[{\"name\":\"/\"}]"), 0);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (strcmp(list, lists[i]) != 0)
			assert_int_equal(buf_printf(&text, ",\"%s\":[]", lists[i]), 0);
	}
	assert_int_equal(buf_puts(&text, "}"), 0);
	r = read_text(text.ptr, true);
	assert_true(r.finished);
	buf_release(&text);
	return r;
}

#define VHOST          "\"vhost\":\"/\""
#define POLICY(rest)   "{\"name\":\"p\"," VHOST ",\"priority\":0," rest "}"
#define DEFINES(rest)  POLICY("\"pattern\":\"^a\",\"definition\":{" rest "}")
#define QUEUE(rest)    "{\"name\":\"q\"," VHOST ",\"durable\":true," rest "}"
#define ARGUMENT(rest) QUEUE("\"arguments\":{" rest "}")
#define EXCHANGE(rest) "{\"name\":\"e\"," VHOST ",\"durable\":true," rest "}"
#define PARAMETER(component, value)                                                                \
	"{\"component\":\"" component "\",\"name\":\"n\"," VHOST ",\"value\":" value "}"
#define OPERATOR(rest) PARAMETER("operator_policy", "{\"pattern\":\"\",\"definition\":{" rest "}}")
#define USER(rest)     "{\"name\":\"u\",\"tags\":\"\"" rest "}"

struct row {
	const char *list, *object;
	const char *message; /* NULL: nothing is told */
	enum finding_code code;
};

static const struct row rows[] = {
	/* queues */
	{ "queues", QUEUE("\"type\":\"classic\""), NULL, 0 },
	{ "queues", QUEUE("\"arguments\":[]"), NULL, 0 },
	{ "queues", ARGUMENT("\"x-queue-type\":\"quorum\""), NULL, 0 },
	{ "queues", ARGUMENT("\"x-queue-type\":\"rabbit_stream_queue\""), NULL, 0 },
	{ "queues", ARGUMENT("\"x-queue-mode\":\"lazy\",\"x-max-priority\":9"), NULL, 0 },
	{ "queues", "{\"name\":\"q\"," VHOST ",\"durable\":false}",
	  "line 1: queue \"q\" of vhost \"/\" is transient: RabbitMQ 4.3 refuses it",
	  FINDING_RISKY },
	{ "queues", "{\"name\":\"amq.gen-x\"," VHOST ",\"durable\":true}",
	  "line 1: queue \"amq.gen-x\" of vhost \"/\" has a name of the broker's own: an import "
	  "skips it",
	  FINDING_RISKY },
	{ "queues", QUEUE("\"type\":\"quorum\""),
	  "line 1: queue \"q\" of vhost \"/\" is a quorum queue without x-queue-type: it comes "
	  "back as the default type",
	  FINDING_RISKY },
	{ "queues", ARGUMENT("\"x-queue-type\":\"super\""),
	  "line 1: queue \"q\" of vhost \"/\" has type \"super\": an import stops there without "
	  "its plugin",
	  FINDING_RISKY },
	{ "queues", ARGUMENT("\"x-queue-type\":7"),
	  "line 1: queue \"q\" of vhost \"/\" has type \"?\": an import stops there without its "
	  "plugin",
	  FINDING_RISKY },
	{ "queues", ARGUMENT("\"x-queue-master-locator\":\"min-masters\""),
	  "line 1: queue \"q\" of vhost \"/\" has x-queue-master-locator: RabbitMQ 4.3 refuses it",
	  FINDING_RISKY },
	{ "queues", ARGUMENT("\"x-queue-type\":\"quorum\",\"x-max-priority\":9"),
	  "line 1: queue \"q\" of vhost \"/\": no quorum queue takes x-max-priority",
	  FINDING_BAD_STRUCTURE },
	{ "queues", ARGUMENT("\"x-queue-type\":\"stream\",\"x-queue-mode\":\"lazy\""),
	  "line 1: queue \"q\" of vhost \"/\": no stream queue takes x-queue-mode",
	  FINDING_BAD_STRUCTURE },
	{ "queues", QUEUE("\"auto_delete\":true,\"arguments\":{\"x-queue-type\":\"quorum\"}"),
	  "line 1: queue \"q\" of vhost \"/\": no quorum queue is deleted automatically",
	  FINDING_BAD_STRUCTURE },
	{ "queues", ARGUMENT("\"x-queue-type\":\"quorum\",\"x-consumer-timeout\":9"), NULL, 0 },
	{ "queues", ARGUMENT("\"x-queue-type\":\"stream\",\"x-max-age\":\"7D\""), NULL, 0 },
	{ "queues", ARGUMENT("\"x-queue-type\":\"super\",\"x-max-age\":\"7D\""),
	  "line 1: queue \"q\" of vhost \"/\" has type \"super\": an import stops there without "
	  "its plugin",
	  FINDING_RISKY },
	{ "queues", ARGUMENT("\"x-consumer-timeout\":9"),
	  "line 1: queue \"q\" of vhost \"/\" is a classic queue with x-consumer-timeout: RabbitMQ "
	  "4.3 refuses it",
	  FINDING_RISKY },
	{ "queues", ARGUMENT("\"x-queue-type\":\"stream\",\"x-message-ttl\":9"),
	  "line 1: queue \"q\" of vhost \"/\" is a stream queue with x-message-ttl: RabbitMQ 4.3 "
	  "refuses it",
	  FINDING_RISKY },
	{ "queues", ARGUMENT("\"x-dead-letter-exchange\":\"\""), NULL, 0 },
	{ "queues", ARGUMENT("\"x-dead-letter-exchange\":\"amq.fanout\""), NULL, 0 },
	{ "queues", ARGUMENT("\"x-dead-letter-exchange\":\"dlx\""),
	  "line 1: queue \"q\" dead-letters to exchange \"dlx\", which is not there",
	  FINDING_RISKY },
	/* exchanges */
	{ "exchanges", EXCHANGE("\"type\":\"topic\",\"internal\":false"), NULL, 0 },
	{ "exchanges", EXCHANGE("\"type\":\"x-modulus-hash\""), NULL, 0 },
	{ "exchanges", EXCHANGE("\"type\":\"x-delayed-message\""),
	  "line 1: exchange \"e\" of vhost \"/\" is x-delayed-message: an import needs "
	  "rabbitmq_delayed_message_exchange",
	  FINDING_RISKY },
	{ "exchanges", EXCHANGE("\"type\":\"x-mine\""),
	  "line 1: exchange \"e\" of vhost \"/\" is x-mine: an import needs its plugin",
	  FINDING_RISKY },
	{ "exchanges", EXCHANGE("\"type\":\"direct\",\"arguments\":{\"alternate-exchange\":\"e\"}"),
	  NULL, 0 },
	{ "exchanges",
	  EXCHANGE("\"type\":\"direct\",\"arguments\":{\"alternate-exchange\":\"gone\"}"),
	  "line 1: exchange \"e\" falls back to exchange \"gone\", which is not there",
	  FINDING_RISKY },
	/* users */
	{ "users", USER(",\"password_hash\":\"\""), NULL, 0 },
	{ "users",
	  USER(",\"password_hash\":\"x\",\"hashing_algorithm\":"
	       "\"rabbit_password_hashing_sha512\""),
	  NULL, 0 },
	{ "users", USER(",\"password\":\"hunter2\""),
	  "line 1: user \"u\" stands here with the password itself, not hashed", FINDING_RISKY },
	{ "users", USER(""), "line 1: user \"u\" has no password_hash: no password would let it in",
	  FINDING_RISKY },
	{ "users", USER(",\"password_hash\":\"x\",\"hashing_algorithm\":\"mine\""),
	  "line 1: user \"u\" has a hashing algorithm that needs a plugin", FINDING_RISKY },
	{ "users", "{\"name\":\"u\",\"password_hash\":\"x\"}", "line 1: a user without \"tags\"",
	  FINDING_BAD_STRUCTURE },
	/* vhosts */
	{ "vhosts", "{\"name\":\"v\",\"metadata\":{\"default_queue_type\":\"quorum\"}}", NULL, 0 },
	{ "vhosts", "{\"name\":\"v\",\"default_queue_type\":\"undefined\"}",
	  "line 1: vhost \"v\" has the default queue type \"undefined\", which is none",
	  FINDING_RISKY },
	{ "vhosts", "{\"name\":\"v\",\"metadata\":{\"default_queue_type\":\"undefined\"}}",
	  "line 1: vhost \"v\" has the default queue type \"undefined\", which is none",
	  FINDING_RISKY },
	/* permissions */
	{ "topic_permissions",
	  "{\"user\":\"u\"," VHOST ",\"exchange\":\"\",\"write\":\"(\",\"read\":\"\"}",
	  "line 1: topic permission of user \"u\": its write is no regular expression from byte 1 "
	  "on",
	  FINDING_BAD_SYNTAX },
	/* policies */
	{ "policies", DEFINES("\"max-length\":0,\"overflow\":\"reject-publish-dlx\""), NULL, 0 },
	{ "policies", DEFINES("\"max-age\":\"7D\",\"delivery-limit\":-1"), NULL, 0 },
	{ "policies", DEFINES("\"federation-upstream-set\":\"all\""), NULL, 0 },
	{ "policies", POLICY("\"pattern\":\"^(?!amq\\\\.).*\",\"definition\":{\"expires\":1}"),
	  NULL, 0 },
	{ "policies", POLICY("\"pattern\":\"(a\",\"definition\":{\"expires\":1}"),
	  "line 1: policy \"p\": its pattern is no regular expression from byte 2 on",
	  FINDING_BAD_SYNTAX },
	{ "policies", DEFINES(""),
	  "line 1: policy \"p\" of vhost \"/\": without a pattern, or defines nothing",
	  FINDING_BAD_STRUCTURE },
	{ "policies", DEFINES("\"expires\":0"),
	  "line 1: policy \"p\" of vhost \"/\": no value that \"expires\" can have",
	  FINDING_BAD_STRUCTURE },
	{ "policies", DEFINES("\"overflow\":\"drop\""),
	  "line 1: policy \"p\" of vhost \"/\": no value that \"overflow\" can have",
	  FINDING_BAD_STRUCTURE },
	{ "policies",
	  DEFINES("\"federation-upstream-set\":\"all\",\"federation-upstream-pattern\":\"a\""),
	  "line 1: policy \"p\" of vhost \"/\": names its upstreams in more than one way",
	  FINDING_BAD_STRUCTURE },
	{ "policies", DEFINES("\"delayed-retry-type\":\"disabled\""), NULL, 0 },
	{ "policies", DEFINES("\"delayed-retry-type\":\"all\",\"delayed-retry-max\":2"),
	  "line 1: policy \"p\" of vhost \"/\": \"delayed-retry-type\" without "
	  "\"delayed-retry-min\"",
	  FINDING_BAD_STRUCTURE },
	{ "parameters", OPERATOR("\"delayed-retry-min\":3,\"delayed-retry-max\":2"),
	  "line 1: operator policy \"n\" of vhost \"/\": \"delayed-retry-max\" is below "
	  "\"delayed-retry-min\"",
	  FINDING_BAD_STRUCTURE },
	{ "policies", DEFINES("\"ha-mode\":\"all\""),
	  "line 1: policy \"p\" of vhost \"/\" mirrors queues: RabbitMQ 4.0 refuses it",
	  FINDING_RISKY },
	{ "policies", DEFINES("\"queue-master-locator\":\"random\""),
	  "line 1: policy \"p\" of vhost \"/\" sets \"queue-master-locator\": RabbitMQ 4.3 refuses "
	  "it",
	  FINDING_RISKY },
	{ "policies", DEFINES("\"colour\":\"red\""),
	  "line 1: policy \"p\" of vhost \"/\" sets \"colour\", which RabbitMQ refuses",
	  FINDING_RISKY },
	{ "policies",
	  POLICY("\"pattern\":\"\",\"apply-to\":\"sets\",\"definition\":{\"expires\":1}"),
	  "line 1: policy \"p\" of vhost \"/\" applies to \"sets\", which RabbitMQ refuses",
	  FINDING_RISKY },
	{ "policies",
	  POLICY("\"pattern\":\"\",\"apply-to\":\"streams\",\"definition\":{\"expires\":1}"), NULL,
	  0 },
	{ "policies", DEFINES("\"dead-letter-exchange\":\"dlx\""),
	  "line 1: policy \"p\" dead-letters to exchange \"dlx\", which is not there",
	  FINDING_RISKY },
	{ "policies", DEFINES("\"alternate-exchange\":\"ae\""),
	  "line 1: policy \"p\" falls back to exchange \"ae\", which is not there", FINDING_RISKY },
	/* parameters */
	{ "parameters", OPERATOR("\"max-length\":5"), NULL, 0 },
	{ "parameters", OPERATOR("\"dead-letter-exchange\":\"x\""),
	  "line 1: operator policy \"n\" of vhost \"/\" sets \"dead-letter-exchange\", which "
	  "RabbitMQ refuses",
	  FINDING_RISKY },
	{ "parameters", PARAMETER("vhost-limits", "{\"max-queues\":5}"), NULL, 0 },
	{ "parameters", PARAMETER("mine", "1"),
	  "line 1: parameter \"n\" of component \"mine\": an import stops there without its plugin",
	  FINDING_RISKY },
	{ "parameters", PARAMETER("federation-upstream-set", "[{\"upstream\":\"gone\"}]"),
	  "line 1: federation-upstream-set \"n\" names federation-upstream \"gone\", which "
	  "is not there",
	  FINDING_RISKY },
	{ "parameters",
	  PARAMETER("shovel", "{\"src-uri\":\"amqp://\",\"dest-uri\":\"amqps://me:pw@prod.example:"
			      "5671/v?verify=verify_none\"}"),
	  "line 1: shovel \"n\" of vhost \"/\" connects to prod.example when it is imported",
	  FINDING_RISKY },
	{ "parameters",
	  PARAMETER("shovel", "{\"src-uri\":\"amqp:///v\",\"dest-uri\":[\"amqp://localhost\"]}"),
	  NULL, 0 },
	{ "parameters",
	  PARAMETER("federation-upstream", "{\"uri\":[\"amqp://a:b@c\",\"amqp://d:e@f\"]}"),
	  "line 1: federation-upstream \"n\" of vhost \"/\" connects to c and others when it is "
	  "imported",
	  FINDING_RISKY },
	{ "parameters", PARAMETER("federation-upstream", "{\"uri\":\"amqp://a:b/c@d\"}"),
	  "line 1: federation-upstream \"n\" of vhost \"/\" connects to a host that cannot be told "
	  "when it is imported",
	  FINDING_RISKY },
	/* the document */
	{ "streams", "1",
	  "line 1: \"streams\" is nothing that RabbitMQ up to 4.3 exports, and not looked at",
	  FINDING_RISKY },
};

static void each_rule_is_told_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading r = read_object(rows[i].list, rows[i].object);
		const struct finding *last = NULL;
		size_t known = 0;

		for (size_t k = 0; k < r.findings.count; k++) {
			/* the user of a topic permission is not what is looked at here */
			if (strstr(r.findings.item[k].message, "refers to user"))
				continue;
			last = &r.findings.item[k];
			known++;
		}
		if (known != (rows[i].message ? 1 : 0))
			fail_msg("%s: %zu findings, %s", rows[i].object, known,
				 last ? last->message : "");
		if (rows[i].message && last) {
			assert_string_equal(last->message, rows[i].message);
			assert_string_equal(finding_id(last->code), finding_id(rows[i].code));
		}
		reading_release(&r);
	}
}

/* A later definition satisfies an earlier reference; several of one kind are one finding. */
static void references_look_ahead_and_risks_are_summed_up(void **state)
{
	static const char text[] = "{\"policies\":[" DEFINES(
		"\"dead-letter-exchange\":\"e\",\"federation-"
		"upstream\":"
		"\"n\"") "],"
			 "\"queues\":[" ARGUMENT(
				 "\"x-dead-letter-exchange\":"
				 "\"e\"") ","
					  "\n{\"name\":"
					  "\"a\"," VHOST ",\"durable\":false},{"
					  "\"name\":\"b\"," VHOST ",\"durable\":false},{"
					  "\"name\":\"c\"," VHOST ",\"durable\":false}],"
					  "\"exchanges\":"
					  "[" EXCHANGE("\"type\":"
						       "\"fanout"
						       "\"") "],"
							     "\"p"
							     "ara"
							     "met"
							     "ers"
							     "\":"
							     "[" PARAMETER("federation-upstream",
									   "{\"uri\":\"amqp://"
									   "\"}") "],"
										  "\"users\":[],"
										  "\"permissions"
										  "\":[],"
										  "\"bindings\":["
										  "],\"vhosts\":["
										  "{\"name\":\"/"
										  "\"}]}";
	struct reading r = read_text(text, false);

	(void)state;
	assert_int_equal(r.findings.count, 1);
	assert_string_equal(r.findings.item[0].message,
			    "line 2: queue \"a\" of vhost \"/\" is transient: RabbitMQ 4.3 refuses "
			    "it (the first of 3)");
	assert_int_equal(findings_verdict(&r.findings), VERDICT_WARN);
	reading_release(&r);
}

/* The findings, facts and list of a reading, as JSON and as text. */
static void assert_never_shown(const struct reading *r, const char *secret)
{
	json_t *documents[] = { facts_to_json(&r->facts), findings_to_json(&r->findings) };

	for (size_t i = 0; i < 2; i++) {
		char *text = json_dumps(documents[i], 0);

		assert_non_null(text);
		assert_null(strstr(text, secret));
		free(text);
		json_decref(documents[i]);
	}
	for (size_t i = 0; i < r->contents.count; i++) {
		const struct outline_entry *e = &r->contents.item[i];

		assert_null(strstr(e->name, secret));
		assert_null(strstr(e->scope, secret));
		assert_null(strstr(e->owner, secret));
	}
}

static void no_secret_is_ever_shown(void **state)
{
	static const char *const objects[][2] = {
		{ "users", USER(",\"password\":\"HUSH\"") },
		{ "users", USER(",\"password_hash\":\"HUSH\",\"hashing_algorithm\":\"HUSH\"") },
		{ "users", USER(",\"password_hash\":[\"HUSH\"]") },
		{ "users", USER(",\"password_hash\":\"HUSH\",\"HUSH\":1,\"HUSH\":2") },
		{ "users", USER(",\"password_hash\":\"HUSH\\\\u12\"") },
		{ "parameters", PARAMETER("shovel", "{\"src-uri\":\"amqp://HUSH:HUSH@h\"}") },
		{ "parameters",
		  PARAMETER("shovel", "{\"src-uri\":\"amqp://HUSH@h/HUSH?p=HUSH\"}") },
		{ "parameters", PARAMETER("shovel", "{\"src-uri\":\"amqp://u:/HUSH@h\"}") },
		{ "parameters", PARAMETER("shovel", "{\"src-uri\":\"amqp://u:?HUSH@h\"}") },
		{ "parameters", PARAMETER("shovel", "{\"src-uri\":\"amqp://u:1#HUSH@h\"}") },
		{ "parameters", PARAMETER("shovel", "{\"src-uri\":\"amqp://u:@HUSH@h\"}") },
		{ "parameters", PARAMETER("shovel", "{\"src-uri\":\"HUSH\"}") },
		{ "parameters", PARAMETER("shovel", "{\"src-uri\":{\"HUSH\":1}}") },
		{ "parameters", PARAMETER("shovel", "{\"dest-uri\":[\"amqp://u:HUSH\"]}") },
		{ "parameters", PARAMETER("federation-upstream", "{\"uri\":\"HUSH://h\"}") },
		{ "parameters", PARAMETER("mine", "{\"password\":\"HUSH\"}") },
		{ "policies", DEFINES("\"dead-letter-routing-key\":\"HUSH\",\"x\":\"HUSH\"") },
		{ "policies", DEFINES("\"overflow\":\"HUSH\"") },
		{ "global_parameters", "{\"name\":\"g\",\"value\":\"HUSH\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
		struct reading r = read_object(objects[i][0], objects[i][1]);

		assert_never_shown(&r, "HUSH");
		reading_release(&r);
	}
}

static void hosts_are_told_from_uris(void **state)
{
	static const struct {
		const char *uri, *host;
		enum definition_uri_result result;
	} uris[] = {
		{ "amqp://", NULL, DEFINITION_URI_LOCAL },
		{ "amqp:///vhost", NULL, DEFINITION_URI_LOCAL },
		{ "amqp://user@/vhost", NULL, DEFINITION_URI_LOCAL },
		{ "amqps://u:p@LocalHost:5671", NULL, DEFINITION_URI_LOCAL },
		{ "amqp://[::1]", NULL, DEFINITION_URI_LOCAL },
		{ "amqp://host", "host", DEFINITION_URI_HOST },
		{ "amqp://u:p@10.0.0.1:5672/%2f?heartbeat=5", "10.0.0.1", DEFINITION_URI_HOST },
		{ "amqp://u:p@[2001:db8::7]:5672", "[2001:db8::7]", DEFINITION_URI_HOST },
		{ "amqp://u:p@p@host", "host", DEFINITION_URI_HOST },
		{ "amqp://u:p@[host]", NULL, DEFINITION_URI_UNKNOWN },
		{ "amqp://u:p@[::", NULL, DEFINITION_URI_UNKNOWN },
		{ "amqp://host:port", NULL, DEFINITION_URI_UNKNOWN },
		{ "amqp://host:123456", NULL, DEFINITION_URI_UNKNOWN },
		{ "amqp://ho st", NULL, DEFINITION_URI_UNKNOWN },
		{ "host", NULL, DEFINITION_URI_UNKNOWN },
		{ "", NULL, DEFINITION_URI_UNKNOWN },
	};
	char host[DEFINITION_HOST_SIZE], longest[200] = "amqp://";

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(*uris); i++) {
		if (definition_uri_host(uris[i].uri, host) != uris[i].result)
			fail_msg("%s", uris[i].uri);
		if (uris[i].host)
			assert_string_equal(host, uris[i].host);
	}
	memset(longest + strlen(longest), 'h', 150);
	assert_int_equal(definition_uri_host(longest, host), DEFINITION_URI_HOST);
	assert_int_equal(strlen(host), DEFINITION_HOST_SIZE - 1);
}

static void the_list_tells_what_policies_match(void **state)
{
	static const char text[] =
		"{\"policies\":["
		"{\"name\":\"p1\"," VHOST ",\"pattern\":\"^a\",\"definition\":{\"max-length\":1},"
		"\"apply-to\":\"queues\"},"
		"{\"name\":\"p2\"," VHOST ",\"pattern\":\"\",\"definition\":{\"max-length\":1},"
		"\"apply-to\":\"quorum_queues\"},"
		"{\"name\":\"p3\"," VHOST ",\"pattern\":\"a\",\"definition\":{\"max-length\":1}},"
		"{\"name\":\"p4\"," VHOST ",\"pattern\":\"^(a+)+$\",\"definition\":{\"max-length\":"
		"1}}],"
		"\"queues\":[{\"name\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"," VHOST
		",\"durable\":true},"
		"{\"name\":\"b\"," VHOST ",\"durable\":true,\"type\":\"quorum\",\"arguments\":{"
		"\"x-queue-type\":\"quorum\"}},"
		"{\"name\":\"a\",\"vhost\":\"other\",\"durable\":true}],"
		"\"exchanges\":[{\"name\":\"a\"," VHOST ",\"durable\":true,\"type\":\"fanout\"}],"
		"\"parameters\":[" OPERATOR(
			"\"max-length\":5") "],"
					    "\"users\":[],\"permissions\":[],\"bindings\":[],"
					    "\"vhosts\":[{\"name\":\"/\"},{"
					    "\"name\":\"other\"}]}";
	static const struct {
		const char *kind, *scope, *name, *owner;
		int count; /* -1: not known */
	} entries[] = {
		{ "policy", "/", "p1", "queues", 1 },
		{ "policy", "/", "p2", "quorum_queues", 1 },
		{ "policy", "/", "p3", "all", 2 },
		{ "policy", "/", "p4", "all", -1 }, /* takes too many steps */
		{ "queue", "/", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "classic", -1 },
		{ "queue", "/", "b", "quorum", -1 },
		{ "queue", "other", "a", "classic", -1 },
		{ "exchange", "/", "a", "fanout", -1 },
		{ "operator policy", "/", "n", "all", 3 },
		{ "vhost", "", "/", "", -1 },
		{ "vhost", "", "other", "", -1 },
	};
	struct reading r = read_text(text, true), unlisted = read_text(text, false);

	(void)state;
	assert_int_equal(r.findings.count, 0);
	assert_int_equal(unlisted.contents.count, 0);
	assert_int_equal(r.contents.count, sizeof(entries) / sizeof(*entries));
	for (size_t i = 0; i < r.contents.count; i++) {
		const struct outline_entry *e = &r.contents.item[i];

		assert_string_equal(e->kind, entries[i].kind);
		assert_string_equal(e->scope, entries[i].scope);
		assert_string_equal(e->name, entries[i].name);
		assert_string_equal(e->owner, entries[i].owner);
		assert_int_equal(e->known & MEASURE_COUNT ? (int)e->count : -1, entries[i].count);
	}
	reading_release(&r);
	reading_release(&unlisted);
}

static struct buf fixture(const char *name)
{
	struct error err = ERROR_INIT;
	struct buf out = { 0 };
	char path[512];

	(void)snprintf(path, sizeof(path), SOURCE_ROOT "/tests/fixtures/definitions/%s", name);
	assert_int_equal(file_read(path, 1 << 20, &out, &err), 0);
	return out;
}

/* Made by hand after rabbit_definitions.erl and rabbit_mgmt_wm_definitions.erl of each version. */
static void exports_of_each_version_pass(void **state)
{
	static const struct {
		const char *name;
		uint64_t queues;
		bool whole;
	} files[] = {
		{ "hand-made-3.6.json", 2, true },        { "hand-made-3.7.json", 2, true },
		{ "hand-made-3.8.json", 3, true },        { "hand-made-3.13.json", 3, true },
		{ "hand-made-4.0.json", 2, true },        { "hand-made-4.3.json", 2, true },
		{ "hand-made-vhost-3.8.json", 2, false }, { "hand-made-vhost-4.3.json", 2, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct buf text = fixture(files[i].name);
		struct reading r = read_text(text.ptr, true);
		const struct fact *queues = facts_find(&r.facts, FACT_BROKER_OBJECTS,
						       files[i].whole ? "/" : "", "queues");

		if (r.findings.count)
			fail_msg("%s: %s", files[i].name, r.findings.item[0].message);
		assert_true(r.finished);
		assert_non_null(queues);
		assert_int_equal(queues->count, files[i].queues);
		for (size_t k = 0; k < r.contents.count; k++) {
			/* the policy called "limit" is for all but amq.* */
			if (strcmp(r.contents.item[k].name, "limit") == 0)
				assert_int_equal(r.contents.item[k].count, files[i].queues);
		}
		assert_never_shown(&r, "c2VjcmV0");
		reading_release(&r);
		buf_release(&text);
	}
}

/* Random contents, exported by rabbitmqctl of Debian's RabbitMQ 3.10.8. */
static void a_real_export_passes(void **state)
{
	static const struct {
		const char *type;
		uint64_t count;
	} expected[] = {
		{ "users", 4 },       { "vhosts", 4 },
		{ "permissions", 7 }, { "topic_permissions", 3 },
		{ "parameters", 3 },  { "policies", 3 },
		{ "queues", 90 },     { "exchanges", 45 },
		{ "bindings", 90 },
	};
	struct buf text = fixture("rabbitmq-3.10.8.json");
	struct reading r = read_text(text.ptr, true);

	(void)state;
	assert_int_equal(r.findings.count, 0);
	assert_true(r.finished);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		uint64_t count = 0;

		for (size_t k = 0; k < r.facts.count; k++) {
			if (strcmp(r.facts.item[k].name, expected[i].type) == 0)
				count += r.facts.item[k].count;
		}
		assert_int_equal(count, expected[i].count);
	}
	reading_release(&r);
	buf_release(&text);
}

static void patterns_have_limits(void **state)
{
	static char longer[DEFINITION_PATTERN_MAX + 2], nested[1024];
	struct buf object = { 0 };
	struct reading r;
	size_t at;

	(void)state;
	memset(longer, 'a', DEFINITION_PATTERN_MAX + 1);
	assert_int_equal(definition_regex_compile(longer, NULL, &at), DEFINITION_REGEX_TOO_LONG);
	longer[DEFINITION_PATTERN_MAX] = '\0';
	assert_int_equal(definition_regex_compile(longer, NULL, &at), DEFINITION_REGEX_GOOD);
	memset(nested, '(', 400);
	memset(nested + 400, ')', 400);
	assert_int_equal(definition_regex_compile(nested, NULL, &at), DEFINITION_REGEX_BAD);
	assert_int_equal(definition_regex_compile("(((a{1000}){1000}){1000})", NULL, &at),
			 DEFINITION_REGEX_BAD);
	assert_int_equal(definition_regex_compile("\\i\\y", NULL, &at), DEFINITION_REGEX_GOOD);
	assert_int_equal(definition_regex_compile("a\\", NULL, &at), DEFINITION_REGEX_BAD);

	longer[DEFINITION_PATTERN_NEW + 1] = '\0';
	assert_int_equal(buf_printf(&object,
				    "{\"name\":\"p\"," VHOST
				    ",\"pattern\":\"%s\",\"definition\":{\"expires\":1}}",
				    longer),
			 0);
	r = read_object("policies", object.ptr);
	assert_int_equal(r.findings.count, 1);
	assert_string_equal(r.findings.item[0].message,
			    "line 1: policy \"p\": its pattern is longer than 1024 bytes: RabbitMQ "
			    "4.2 refuses it");
	reading_release(&r);
	buf_release(&object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_is_told_and_nothing_else),
		cmocka_unit_test(references_look_ahead_and_risks_are_summed_up),
		cmocka_unit_test(no_secret_is_ever_shown),
		cmocka_unit_test(hosts_are_told_from_uris),
		cmocka_unit_test(the_list_tells_what_policies_match),
		cmocka_unit_test(exports_of_each_version_pass),
		cmocka_unit_test(a_real_export_passes),
		cmocka_unit_test(patterns_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
