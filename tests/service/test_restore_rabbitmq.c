/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Definitions restored into a real broker: what comes back, what is missed when it does not.
 * One broker serves all tests, emptied before each.
 */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/rabbitmq/management.h"
#include "format/rabbitmq/definitions.h"
#include "sandbox/sandbox.h"

static struct server server = SERVER_INIT;
static char path[128];

static int start(void **state)
{
	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_RABBITMQ, "mq", &server);
	(void)snprintf(path, sizeof(path), "%s/definitions.json", platform_directory);
	return 0;
}

static int stop(void **state)
{
	(void)unlink(path);
	platform_stop(ENGINE_RABBITMQ, &server);
	return platform_close(state);
}

/* As the present administrator; the status. */
static long request(const char *method, const char *where, const char *body, struct buf *answer)
{
	struct connect_config c;
	struct buf ignored = { 0 };
	struct management_request r = {
		.method = method,
		.path = where,
		.body = { (const uint8_t *)body, body ? strlen(body) : 0 },
		.receive = http_receive_to_buf,
		.cookie = answer ? answer : &ignored,
	};
	struct reached reached = { 0 };
	struct error err = ERROR_INIT;
	long status = 0;

	server_connect_config(&server, ENGINE_RABBITMQ, &c);
	if (management_send(&c, &r, &status, &reached, &err) < 0)
		fail_msg("%s %s: %s", method, where, err.message);
	buf_release(&ignored);
	return status;
}

static void must(const char *method, const char *where, const char *body)
{
	long status = request(method, where, body, NULL);

	if (status < 200 || status >= 300)
		fail_msg("%s %s: %ld", method, where, status);
}

static json_t *get(const char *where)
{
	struct buf answer = { 0 };
	json_t *json;

	assert_int_equal(request("GET", where, NULL, &answer), 200);
	json = json_loadb(answer.ptr, answer.len, 0, NULL);
	assert_non_null(json);
	buf_release(&answer);
	return json;
}

/* Delete all of that list but the one called `kept`. */
static void delete_all(const char *list, const char *kept)
{
	struct buf where = { 0 };
	json_t *all, *one;
	size_t i;

	assert_int_equal(buf_printf(&where, "/api/%s?columns=name", list), 0);
	all = get(where.ptr);
	json_array_foreach (all, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));

		if (strcmp(name, kept) == 0)
			continue;
		buf_clear(&where);
		assert_int_equal(buf_printf(&where, "/api/%s/", list), 0);
		assert_int_equal(management_escape(&where, name), 0);
		must("DELETE", where.ptr, NULL);
	}
	json_decref(all);
	buf_release(&where);
}

/* As a new node is, but for the administrator's name and the plugins. */
static int empty(void **state)
{
	(void)state;
	delete_all("vhosts", "");
	delete_all("users", server.user);
	delete_all("global-parameters", "internal_cluster_id");
	must("PUT", "/api/vhosts/%2F", "{}");
	return 0;
}

/* A restore under way. */
struct trial {
	struct reading backup;
	struct restore_part part;
	struct restore_config config;
	struct restore_job job;
	struct restored out;
	struct error err;
	int rc;
	enum restore_phase last;
	bool backwards;
	/* done to the broker when the phase begins; NULL: nothing */
	void (*meddle)(enum restore_phase phase, const char *what);
};

static void progress(void *cookie, enum restore_phase phase, const char *what, uint64_t done,
		     uint64_t total, bool of_bytes)
{
	struct trial *t = cookie;

	assert_true(done <= total);
	assert_false(of_bytes);
	t->backwards |= phase < t->last;
	t->last = phase;
	if (t->meddle)
		t->meddle(phase, what);
}

static void read_text(const char *text, size_t len, struct reading *out)
{
	struct error err = ERROR_INIT;
	struct stage *s = definitions_reader.open(out, &err);

	assert_non_null(s);
	assert_int_equal(stage_push(s, (struct span){ (const uint8_t *)text, len }, &err), 0);
	assert_int_equal(stage_finish(s, &err), 0);
	stage_free_chain(s);
	assert_true(out->finished);
}

static void restore_text(struct trial *t, const char *text,
			 void (*meddle)(enum restore_phase phase, const char *what))
{
	struct error err = ERROR_INIT;

	*t = (struct trial){ .meddle = meddle };
	assert_int_equal(file_write_atomic(path, 0644, text, strlen(text), &err), 0);
	read_text(text, strlen(text), &t->backup);
	t->part = (struct restore_part){ .kind = PART_DEFINITIONS,
					 .format = FORMAT_DEFINITIONS,
					 .database = "",
					 .path = path,
					 .facts = &t->backup.facts };
	t->job = (struct restore_job){ .part = &t->part,
				       .part_count = 1,
				       .config = &t->config,
				       .progress = progress,
				       .cookie = t };
	t->rc = engine_of(ENGINE_RABBITMQ)->restore(&server, &t->job, &t->out, &t->err);
	for (size_t i = 0; i < t->out.checks.count; i++) {
		const struct check *c = &t->out.checks.item[i];

		print_message("%s %s: %s\n", verdict_name(c->verdict), c->name, c->message);
	}
	if (t->rc < 0)
		print_message("%s (%s)\n", t->err.message, t->err.hint);
	assert_false(t->backwards);
}

static void release(struct trial *t)
{
	reading_release(&t->backup);
	restored_release(&t->out);
}

static const struct check *find(const struct trial *t, enum check_id id, enum verdict verdict,
				const char *words)
{
	for (size_t i = 0; i < t->out.checks.count; i++) {
		const struct check *c = &t->out.checks.item[i];

		if (strcmp(c->name, check_name(id)) == 0 && c->verdict == verdict &&
		    strstr(c->message, words))
			return c;
	}
	return NULL;
}

/* It is there. */
static const struct check *found(const struct trial *t, enum check_id id, enum verdict verdict,
				 const char *words)
{
	static const struct check nothing = { .message = "", .found = "" };
	const struct check *c = find(t, id, verdict, words);

	assert_non_null(c);
	return c ? c : &nothing;
}

static void expect(const struct trial *t, enum check_id id, enum verdict verdict, const char *words)
{
	if (!find(t, id, verdict, words))
		fail_msg("no %s %s of \"%s\"", verdict_name(verdict), check_name(id), words);
}

static const char *note(const struct trial *t, const char *name)
{
	for (size_t i = 0; i < t->out.note_count; i++) {
		if (strcmp(t->out.note[i].name, name) == 0)
			return t->out.note[i].value;
	}
	return NULL;
}

/* Do the facts of both sides agree? */
static bool agrees(struct trial *t)
{
	const struct facts_policy policy = { .check_name = check_name(CHECK_PROVEN),
					     .component = "",
					     .subject = "",
					     .mode = FACTS_EQUAL,
					     .kinds = 1U << FACT_BROKER_OBJECTS,
					     .severity = VERDICT_FAIL };
	struct checks checks = { 0 };
	bool all;

	assert_int_equal(t->out.part[0].facts.side, FACTS_RESTORED);
	assert_int_equal(facts_compare(&t->backup.facts, &t->out.part[0].facts, &policy, &checks),
			 0);
	for (size_t i = 0; i < checks.count; i++) {
		if (checks.item[i].verdict != VERDICT_PASS)
			print_message("%s\n", checks.item[i].message);
	}
	all = checks_verdict(&checks) == VERDICT_PASS;
	checks_release(&checks);
	return all;
}

static void expect_success(struct trial *t)
{
	assert_int_equal(t->rc, 0);
	expect(t, CHECK_PREFLIGHT, VERDICT_PASS, "RabbitMQ");
	expect(t, CHECK_RESTORED, VERDICT_PASS, "imported");
	expect(t, CHECK_SCHEMA, VERDICT_PASS, "came back as they were");
	expect(t, CHECK_ROUND_TRIP, VERDICT_PASS, "definitions hold no messages");
	expect(t, CHECK_SERVER_LOG, VERDICT_PASS, "");
	assert_int_equal(checks_count(&t->out.checks, VERDICT_FAIL), 0);
	assert_true(agrees(t));
	assert_int_equal(t->last, RESTORE_CHECK);
	assert_true(t->out.server_version[0] >= '3');
	assert_non_null(strstr(note(t, "messages"), "no messages"));
	for (int i = 0; i <= RESTORE_CHECK; i++)
		assert_true(t->out.took_ns[i] > 0);
}

#define HASH "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"

#define QUEUE(name, vhost, arguments)                                                              \
	"{\"name\":\"" name "\",\"vhost\":\"" vhost "\",\"durable\":true,\"auto_delete\":false,"   \
	"\"arguments\":{" arguments "}}"
#define EXCHANGE(name, vhost, type)                                                                \
	"{\"name\":\"" name "\",\"vhost\":\"" vhost "\",\"type\":\"" type "\",\"durable\":true,"   \
	"\"auto_delete\":false,\"internal\":false,\"arguments\":{}}"
#define BINDING(source, vhost, destination, key)                                                   \
	"{\"source\":\"" source "\",\"vhost\":\"" vhost "\",\"destination\":\"" destination        \
	"\",\"destination_type\":\"queue\",\"routing_key\":\"" key "\",\"arguments\":{}}"
#define ODD "a/b %2F \303\274\360\237\220\207 \\\"q\\\"?x=1&y#z"

/* A whole broker's; `more` has its users, vhosts and what else there is. */
#define DEFINITIONS(version, more, queues, exchanges, bindings)                                    \
	"{\"rabbit_version\":\"" version "\",\"rabbitmq_version\":\"" version "\"," more           \
	",\"permissions\":[],\"topic_permissions\":[],\"queues\":[" queues                         \
	"],\"exchanges\":[" exchanges "],\"bindings\":[" bindings "]}"
#define PLAIN "\"users\":[],\"vhosts\":[{\"name\":\"/\"}]"

/*
 * Every kind of object, in vhosts with odd names; a user is called like the present
 * administrator.
 */
static void read_every_kind(struct buf *out)
{
	static const char ours[] = "OURS";
	struct buf text = { 0 };
	struct error err = ERROR_INIT;
	const char *at, *next;

	assert_int_equal(file_read(SOURCE_ROOT "/tests/fixtures/definitions/every-kind.json",
				   1 << 20, &text, &err),
			 0);
	for (at = text.ptr; (next = strstr(at, ours)); at = next + strlen(ours)) {
		assert_int_equal(buf_append(out, at, (size_t)(next - at)), 0);
		assert_int_equal(buf_puts(out, server.user), 0);
	}
	assert_int_equal(buf_puts(out, at), 0);
	buf_release(&text);
}

static void assert_queues_are_empty(void)
{
	json_t *queues = get("/api/queues?columns=name,type,messages"), *queue;
	size_t i;

	assert_true(json_array_size(queues) > 5);
	json_array_foreach (queues, i, queue) {
		const char *type = json_string_value(json_object_get(queue, "type"));

		if (strcmp(type, "stream") != 0)
			assert_int_equal(json_integer_value(json_object_get(queue, "messages")), 0);
	}
	json_decref(queues);
}

static void every_kind_of_object_comes_back(void **state)
{
	struct buf text = { 0 }, again = { 0 };
	struct trial t;

	(void)state;
	read_every_kind(&text);
	restore_text(&t, text.ptr, NULL);
	expect_success(&t);
	expect(&t, CHECK_ROUND_TRIP, VERDICT_PASS, "2 quorum queues and 1 streams");
	expect(&t, CHECK_ROUND_TRIP, VERDICT_SKIPPED, "\"refuses\" by its max-length");
	assert_queues_are_empty();
	assert_string_equal(note(&t, "feature flag"), "quorum_queue");
	release(&t);

	/* and what this broker exports is taken by an empty one */
	must("PUT", "/api/users/witness", "{\"password\":\"w\",\"tags\":\"administrator\"}");
	assert_int_equal(request("GET", "/api/definitions", NULL, &again), 200);
	assert_int_equal(empty(state), 0);
	restore_text(&t, again.ptr, NULL);
	expect_success(&t);
	release(&t);
	buf_release(&text);
	buf_release(&again);
}

static void what_an_import_drops_in_silence_is_named(void **state)
{
	static const char text[] = DEFINITIONS(
		"3.8.1", PLAIN, QUEUE("q", "/", "") "," QUEUE("q", "/", "\"x-max-length\":5"),
		EXCHANGE("e", "/", "fanout"),
		BINDING("no source", "/", "q", "k") "," BINDING(
			"e", "/", "no queue", "k") "," BINDING("e", "/", "q", "good"));
	const struct check *c;
	struct trial t;

	(void)state;
	restore_text(&t, text, NULL);
	assert_int_equal(t.rc, 0);
	expect(&t, CHECK_RESTORED, VERDICT_PASS, "imported");
	expect(&t, CHECK_SCHEMA, VERDICT_FAIL,
	       "dropped binding from exchange \"no source\" to queue \"q\" of vhost \"/\": its "
	       "source is not there");
	expect(&t, CHECK_SCHEMA, VERDICT_FAIL,
	       "dropped binding from exchange \"e\" to queue \"no queue\" of vhost \"/\": its "
	       "destination is not there");
	expect(&t, CHECK_SCHEMA, VERDICT_FAIL, "dropped queue \"q\" of vhost \"/\"");
	assert_null(find(&t, CHECK_SCHEMA, VERDICT_PASS, ""));
	c = found(&t, CHECK_SCHEMA, VERDICT_FAIL, "no source");
	assert_string_equal(c->found, "missing");
	assert_false(agrees(&t));
	release(&t);
}

static void meddle_with_objects(enum restore_phase phase, const char *what)
{
	static bool done;

	(void)what;
	if (phase != RESTORE_READ_BACK || done)
		return;
	done = true;
	must("DELETE", "/api/policies/%2F/lost", NULL);
	must("PUT", "/api/policies/%2F/changed",
	     "{\"pattern\":\"^x\",\"definition\":{\"max-length\":6}}");
	must("PUT", "/api/users/u", "{\"password\":\"other\",\"tags\":\"monitoring\"}");
	must("PUT", "/api/queues/%2F/added", "{\"durable\":true}");
}

static void objects_lost_changed_and_added_are_named(void **state)
{
	static const char text[] = DEFINITIONS(
		"3.8.1",
		"\"users\":[{\"name\":\"u\",\"password_hash\":\"" HASH "\",\"hashing_algorithm\":"
		"\"rabbit_password_hashing_sha256\",\"tags\":[]}],\"vhosts\":[{\"name\":\"/\"}],"
		"\"policies\":[{\"vhost\":\"/\",\"name\":\"lost\",\"pattern\":\"a\",\"definition\":"
		"{\"max-length\":5}},{\"vhost\":\"/\",\"name\":\"changed\",\"pattern\":\"^x\","
		"\"definition\":{\"max-length\":5}}]",
		"", "", "");
	const struct check *c;
	struct trial t;

	(void)state;
	restore_text(&t, text, meddle_with_objects);
	assert_int_equal(t.rc, 0);
	expect(&t, CHECK_SCHEMA, VERDICT_FAIL, "dropped policy \"lost\" of vhost \"/\"");
	expect(&t, CHECK_SCHEMA, VERDICT_FAIL,
	       "policy \"changed\" of vhost \"/\" came back changed: definition.max-length: 5 "
	       "became 6");
	expect(&t, CHECK_SCHEMA, VERDICT_FAIL,
	       "the broker has queue \"added\" of vhost \"/\", which the backup has not");
	c = found(&t, CHECK_SCHEMA, VERDICT_FAIL, "user \"u\" came back changed");
	assert_non_null(strstr(c->message, "password_hash differs"));
	assert_non_null(strstr(c->message, "tags: [] became [\"monitoring\"]"));
	assert_null(strstr(c->message, HASH));
	assert_false(agrees(&t));
	release(&t);
}

static void an_import_that_is_refused_fails_with_the_reason(void **state)
{
	static const char text[] = DEFINITIONS(
		"3.8.1",
		PLAIN
		",\"policies\":[{\"vhost\":\"/\",\"name\":\"p\",\"pattern\":\"a\",\"definition\":"
		"{\"no-such-key\":1}}]",
		QUEUE("q", "/", ""), "", "");
	struct trial t;

	(void)state;
	restore_text(&t, text, NULL);
	assert_int_equal(t.rc, 0);
	expect(&t, CHECK_RESTORED, VERDICT_FAIL, "no-such-key");
	expect(&t, CHECK_SCHEMA, VERDICT_SKIPPED, "the import stopped");
	expect(&t, CHECK_ROUND_TRIP, VERDICT_SKIPPED, "definitions hold no messages");
	assert_non_null(strstr(t.out.complaints.ptr, "no-such-key"));
	assert_false(agrees(&t));
	release(&t);
}

static void what_ends_by_itself_or_is_never_imported_is_no_loss(void **state)
{
	static const char text[] = DEFINITIONS(
		"3.8.1", PLAIN,
		QUEUE("kept", "/", "") "," QUEUE("expires", "/",
						 "\"x-expires\":1") "," QUEUE("amq.gen-x", "/", ""),
		"",
		BINDING("amq.direct", "/", "amq.gen-y", "k") "," BINDING(
			"amq.direct", "/", "expires", "k") "," BINDING("", "/", "kept", "kept"));
	struct trial t;

	(void)state;
	restore_text(&t, text, NULL);
	assert_int_equal(t.rc, 0);
	expect(&t, CHECK_SCHEMA, VERDICT_WARN, "as was to be expected");
	expect(&t, CHECK_SCHEMA, VERDICT_PASS, "came back as they were");
	assert_int_equal(checks_count(&t.out.checks, VERDICT_FAIL), 0);
	assert_true(agrees(&t));
	release(&t);
}

static void meddle_with_a_queue(enum restore_phase phase, const char *what)
{
	if (phase == RESTORE_CHECK && strcmp(what, "b") == 0)
		must("DELETE", "/api/queues/%2F/b", NULL);
}

static void a_queue_that_takes_no_message_is_named(void **state)
{
	static const char text[] = DEFINITIONS(
		"3.8.1", PLAIN, QUEUE("a", "/", "") "," QUEUE("b", "/", "") "," QUEUE("c", "/", ""),
		"", "");
	struct trial t;

	(void)state;
	restore_text(&t, text, meddle_with_a_queue);
	assert_int_equal(t.rc, 0);
	expect(&t, CHECK_SCHEMA, VERDICT_PASS, "4 objects");
	expect(&t, CHECK_ROUND_TRIP, VERDICT_FAIL, "queue \"b\" of vhost \"/\"");
	expect(&t, CHECK_ROUND_TRIP, VERDICT_FAIL, "NOT_FOUND");
	assert_int_equal(checks_count(&t.out.checks, VERDICT_FAIL), 1);
	assert_null(find(&t, CHECK_ROUND_TRIP, VERDICT_PASS, ""));
	release(&t);
}

/* As slow as a machine may be between the look at the import and the message. */
static void a_queue_that_expires_before_its_message_is_no_loss(void **state)
{
	static const char text[] =
		DEFINITIONS("3.8.1", PLAIN,
			    QUEUE("a", "/", "") "," QUEUE("b", "/", "\"x-expires\":50000"), "", "");
	struct trial t;

	(void)state;
	restore_text(&t, text, meddle_with_a_queue);
	assert_int_equal(t.rc, 0);
	expect(&t, CHECK_ROUND_TRIP, VERDICT_PASS, "1 classic queues");
	assert_int_equal(checks_count(&t.out.checks, VERDICT_FAIL), 0);
	release(&t);
}

static void plugins_that_are_there_are_enabled(void **state)
{
	static const char text[] = DEFINITIONS(
		"3.8.1",
		PLAIN
		",\"parameters\":[{\"component\":\"shovel\",\"name\":\"s\",\"vhost\":\"/"
		"\",\"value\":"
		"{\"src-uri\":\"amqp://user:secret@127.0.0.1:1\",\"src-queue\":\"q\",\"dest-uri\":"
		"\"amqp://127.0.0.1:1\",\"dest-queue\":\"r\"}},{\"component\":"
		"\"federation-upstream\",\"name\":\"u\",\"vhost\":\"/\",\"value\":{\"uri\":"
		"\"amqp://127.0.0.1:1\"}},{\"component\":\"shovel\",\"name\":\"ends\",\"vhost\":"
		"\"/\",\"value\":{\"src-uri\":\"amqp://\",\"src-queue\":\"q\",\"dest-uri\":"
		"\"amqp://\",\"dest-queue\":\"r\",\"src-delete-after\":\"queue-length\"}}],"
		"\"policies\":[{\"vhost\":\"/\",\"name\":\"f\",\"pattern\":\"^e$\",\"apply-to\":"
		"\"exchanges\",\"definition\":{\"federation-upstream-set\":\"all\"}}]",
		QUEUE("q", "/", "") "," QUEUE("r", "/", ""),
		EXCHANGE("e", "/", "fanout") "," EXCHANGE("h", "/", "x-consistent-hash"),
		BINDING("h", "/", "q", "10"));
	const char *enabled;
	struct trial t;

	(void)state;
	restore_text(&t, text, NULL);
	assert_int_equal(t.rc, 0);
	enabled = note(&t, "plugins enabled");
	assert_non_null(enabled);
	assert_non_null(strstr(enabled, "rabbitmq_shovel"));
	assert_non_null(strstr(enabled, "rabbitmq_federation"));
	assert_non_null(strstr(enabled, "rabbitmq_consistent_hash_exchange"));
	assert_int_equal(checks_count(&t.out.checks, VERDICT_FAIL), 0);
	expect(&t, CHECK_ROUND_TRIP, VERDICT_PASS, "2 classic queues");
	expect(&t, CHECK_SERVER_LOG, VERDICT_PASS, "shovels and federation");
	assert_true(agrees(&t));
	release(&t);
}

static void plugins_that_are_not_there_are_no_fault_of_the_backup(void **state)
{
	static const struct {
		const char *type, *words;
	} rows[] = {
		{ "x-delayed-message", "rabbitmq_delayed_message_exchange" },
		{ "x-never-heard-of", "exchange \"e\" of vhost \"/\" has the type "
				      "\"x-never-heard-of\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf text = { 0 };
		struct trial t;

		assert_int_equal(
			buf_printf(&text,
				   DEFINITIONS("3.8.1", PLAIN, "", EXCHANGE("e", "/", "%s"), ""),
				   rows[i].type),
			0);
		restore_text(&t, text.ptr, NULL);
		assert_int_equal(t.rc, -1);
		assert_int_equal(t.err.kind, ERROR_TARGET);
		assert_non_null(strstr(t.err.message, rows[i].words));
		assert_true(t.err.hint[0] != '\0');
		assert_int_equal(checks_count(&t.out.checks, VERDICT_FAIL), 0);
		release(&t);
		buf_release(&text);
	}
}

static void the_export_of_one_vhost_comes_back(void **state)
{
	static const char text[] =
		"{\"rabbit_version\":\"3.10.8\",\"parameters\":[{\"component\":\"operator_policy\","
		"\"name\":\"o\",\"vhost\":\"" ODD "\",\"value\":{\"pattern\":\"q\",\"definition\":"
		"{\"max-length\":500},\"priority\":1,\"apply-to\":\"queues\"}}],\"policies\":[{"
		"\"vhost\":\"" ODD "\",\"name\":\"p\",\"pattern\":\"q\",\"apply-to\":\"all\","
		"\"definition\":{\"max-length\":50},\"priority\":0}],\"queues\":[{\"name\":\"q\","
		"\"durable\":true,\"auto_delete\":false,\"arguments\":{}},{\"name\":\"k\","
		"\"durable\":true,\"auto_delete\":false,\"arguments\":{\"x-queue-type\":"
		"\"quorum\"}}],\"exchanges\":[{\"name\":\"e\",\"type\":\"topic\",\"durable\":true,"
		"\"auto_delete\":false,\"internal\":false,\"arguments\":{}}],\"bindings\":[{"
		"\"source\":\"e\",\"destination\":\"q\",\"destination_type\":\"queue\","
		"\"routing_key\":\"k\",\"arguments\":{}}]}";
	struct trial t;

	(void)state;
	restore_text(&t, text, NULL);
	expect_success(&t);
	expect(&t, CHECK_ROUND_TRIP, VERDICT_PASS, "1 classic queues, 1 quorum");
	release(&t);
}

static void a_newer_release_is_warned_of(void **state)
{
	static const char text[] =
		DEFINITIONS("99.1.0",
			    "\"users\":[],\"vhosts\":[{\"name\":\"/"
			    "\",\"description\":\"d\",\"tags\":[],\"default_queue_type\":"
			    "\"quorum\",\"metadata\":{\"description\":\"d\",\"tags\":[],\"default_"
			    "queue_type\":\"quorum\"}}]",
			    "{\"name\":\"q\",\"vhost\":\"/"
			    "\",\"durable\":true,\"auto_delete\":false,\"type\":\"quorum\","
			    "\"from_the_future\":1,\"arguments\":{\"x-queue-type\":\"quorum\"}}",
			    "", "");
	struct trial t;

	(void)state;
	restore_text(&t, text, NULL);
	assert_int_equal(t.rc, 0);
	expect(&t, CHECK_PREFLIGHT, VERDICT_WARN, "99.1.0");
	expect(&t, CHECK_SCHEMA, VERDICT_WARN, "from_the_future: 1 became nothing");
	assert_int_equal(checks_count(&t.out.checks, VERDICT_FAIL), 0);
	assert_non_null(facts_find(&t.out.part[0].doubtful, FACT_BROKER_OBJECTS, "/", "queues"));
	assert_null(facts_find(&t.out.part[0].doubtful, FACT_BROKER_OBJECTS, "", "vhosts"));
	assert_true(agrees(&t));
	release(&t);
}

static void definitions_past_the_brokers_own_limit_come_back(void **state)
{
	enum { VALUES = 4, SIZE = 3 << 20 };
	struct buf text = { 0 };
	char *filler = malloc(SIZE + 1);
	struct trial t;

	(void)state;
	assert_non_null(filler);
	memset(filler, 'x', SIZE);
	filler[SIZE] = '\0';
	assert_int_equal(
		buf_puts(&text,
			 "{\"rabbit_version\":\"3.8.1\",\"users\":[],\"vhosts\":[{\"name\":\"/\"}],"
			 "\"permissions\":[],\"queues\":[" QUEUE(
				 "q", "/", "") "],\"exchanges\":[],"
					       "\"bindings\":[],\"global_parameters\":["),
		0);
	for (int i = 0; i < VALUES; i++)
		assert_int_equal(buf_printf(&text, "%s{\"name\":\"g%d\",\"value\":\"%s\"}",
					    i ? "," : "", i, filler),
				 0);
	assert_int_equal(buf_puts(&text, "]}"), 0);
	restore_text(&t, text.ptr, NULL);
	expect_success(&t);
	release(&t);
	buf_release(&text);
	free(filler);
}

/* A broker of its own, with less memory than it has taken before it begins. */
static void a_broker_short_of_memory_is_no_fault_of_the_backup(void **state)
{
	static const char text[] = DEFINITIONS("3.8.1", PLAIN, QUEUE("q", "/", ""), "", "");
	struct server shared = server;
	struct place place = { 0 };
	struct error err = ERROR_INIT;
	struct trial t;

	(void)state;
	assert_int_equal(place_open(&place, platform_directory, "low", "rabbitmq", &err), 0);
	place.memory_max = 32 << 20;
	if (engine_of(ENGINE_RABBITMQ)->start(&place, &server, &err) < 0)
		fail_msg("%s", err.message);
	restore_text(&t, text, NULL);
	assert_int_equal(t.rc, 0);
	expect(&t, CHECK_SCHEMA, VERDICT_PASS, "2 objects");
	expect(&t, CHECK_ROUND_TRIP, VERDICT_ERROR, "short of memory");
	assert_int_equal(checks_count(&t.out.checks, VERDICT_FAIL), 0);
	assert_true(agrees(&t));
	release(&t);
	platform_stop(ENGINE_RABBITMQ, &server);
	server = shared;
}

/* Without network but loopback, as an unprivileged account, with the tools of the system read-only. */
static int restore_inside(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	static const char text[] =
		DEFINITIONS("3.8.1", PLAIN, QUEUE("q", "/", "\"x-queue-type\":\"quorum\""),
			    EXCHANGE("h", "/", "x-consistent-hash"), BINDING("h", "/", "q", "10"));
	struct error err = ERROR_INIT;
	struct trial t;

	(void)cookie;
	(void)dup2(pipes.out, STDOUT_FILENO);
	(void)dup2(pipes.out, STDERR_FILENO);
	(void)snprintf(path, sizeof(path), "%.60s/definitions.json", place->directory);
	if (engine_of(ENGINE_RABBITMQ)->start(place, &server, &err) < 0)
		fail_msg("%s", err.message);
	restore_text(&t, text, NULL);
	(void)printf("%s; %zu passed, %zu failed\n", t.rc < 0 ? t.err.message : "done",
		     checks_count(&t.out.checks, VERDICT_PASS),
		     checks_count(&t.out.checks, VERDICT_FAIL));
	(void)fflush(stdout);
	release(&t);
	engine_of(ENGINE_RABBITMQ)->stop(&server);
	return 0;
}

static void a_restore_works_inside_a_sandbox(void **state)
{
	const struct sandbox_options options = { .work = restore_inside };
	struct sandbox s = SANDBOX_INIT;
	struct error err = ERROR_INIT;
	struct buf said = { 0 };
	char block[512];
	int code = -1;
	ssize_t n;

	(void)state;
	if (sandbox_open(&options, &s, &err) < 0)
		fail_msg("%s", err.message);
	while ((n = read(s.out, block, sizeof(block))) > 0)
		assert_int_equal(buf_append(&said, block, (size_t)n), 0);
	if (sandbox_wait(&s, -1, &code, &err) < 0)
		fail_msg("%s", err.message);
	sandbox_close(&s);
	assert_int_equal(code, 0);
	if (!strstr(said.ptr, "done; 5 passed, 0 failed"))
		fail_msg("%s", said.ptr);
	buf_release(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_kind_of_object_comes_back, empty),
		cmocka_unit_test_setup(what_an_import_drops_in_silence_is_named, empty),
		cmocka_unit_test_setup(objects_lost_changed_and_added_are_named, empty),
		cmocka_unit_test_setup(an_import_that_is_refused_fails_with_the_reason, empty),
		cmocka_unit_test_setup(what_ends_by_itself_or_is_never_imported_is_no_loss, empty),
		cmocka_unit_test_setup(a_queue_that_takes_no_message_is_named, empty),
		cmocka_unit_test_setup(a_queue_that_expires_before_its_message_is_no_loss, empty),
		cmocka_unit_test_setup(the_export_of_one_vhost_comes_back, empty),
		cmocka_unit_test_setup(a_newer_release_is_warned_of, empty),
		cmocka_unit_test_setup(definitions_past_the_brokers_own_limit_come_back, empty),
		cmocka_unit_test_setup(plugins_that_are_not_there_are_no_fault_of_the_backup,
				       empty),
		cmocka_unit_test_setup(plugins_that_are_there_are_enabled, empty),
		cmocka_unit_test(a_broker_short_of_memory_is_no_fault_of_the_backup),
		cmocka_unit_test(a_restore_works_inside_a_sandbox),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
