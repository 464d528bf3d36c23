/* SPDX-License-Identifier: Apache-2.0 */
/* A message through every restored queue. Links that would take it away are removed first. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "component/rabbitmq/restore.intern.h"
#include "model/json.h"
#include "model/quote.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum {
	QUEUES_MAX = 1000,
	NAMED_MAX = 20,
	SILENT_MAX = 5, /* queues that do not answer in time; then it is given up */
};
/* Queues tell their policies with their statistics, some seconds later. */
static const int64_t policy_timeout_ns = 15 * NS_PER_SECOND;

struct trips {
	size_t classic, quorum, stream, hindered, lost, silent, left_out;
	char hindrance[160]; /* of the first */
	bool alarmed;
};

static int append_path(struct buf *path, const char *prefix, const char *vhost, const char *name)
{
	if (buf_puts(path, prefix) < 0 || management_escape(path, vhost) < 0)
		return -1;
	return buf_puts(path, "/") < 0 ? -1 : management_escape(path, name);
}

static int delete_parameter(const struct broker_restore *r, const struct broker_object *o,
			    struct error *err)
{
	const char *vhost = r->one_vhost ? r->vhost : o->vhost;
	CLEANUP(buf_release)
	struct buf path = { 0 };
	/* one that ended by itself is gone before us */
	struct error gone = ERROR_INIT;
	char prefix[64];

	(void)snprintf(prefix, sizeof(prefix), "/api/parameters/%.32s/", o->name[0]);
	if (append_path(&path, prefix, vhost, o->name[1]) < 0)
		return broker_no_memory(err);
	(void)!broker_ask(r, "DELETE", path.ptr, NULL, "remove a link", NULL, &gone);
	return 0;
}

/* Shovels and federation consume from queues; limits of a vhost may keep us out. */
static int cut_links(const struct broker_restore *r, struct error *err)
{
	static const char *const components[] = { "shovel", "federation-upstream", "vhost-limits" };

	for (size_t i = 0; i < r->restored.count; i++) {
		const struct broker_object *o = &r->restored.item[i];

		if (o->type != DEFINITION_PARAMETERS)
			continue;
		for (size_t k = 0; k < COUNT(components); k++) {
			if (strcmp(o->name[0], components[k]) == 0 &&
			    delete_parameter(r, o, err) < 0)
				return -1;
		}
	}
	return 0;
}

static struct broker_session *open_session(const struct broker_restore *r, const char *vhost,
					   struct error *err)
{
	static const char all[] = "{\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\"}";
	CLEANUP(buf_release)
	struct buf path = { 0 };

	if (append_path(&path, "/api/permissions/", vhost, r->server->user) < 0) {
		(void)broker_no_memory(err);
		return NULL;
	}
	if (broker_ask(r, "PUT", path.ptr, all, "let our administrator use a vhost", NULL, err) < 0)
		return NULL;
	return broker_session_open(&r->connect, vhost, err);
}

/* Settings under which a queue keeps or takes no message, of an argument or a policy. */
static const char *hindering(const json_t *settings, const char *prefix)
{
	static const struct {
		const char *name;
		json_int_t max; /* that hinders */
	} rows[] = {
		{ "message-ttl", 1000 },
		{ "expires", 60000 },
		{ "max-length", 0 },
		{ "max-length-bytes", 1000 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char key[40];
		const json_t *value;

		(void)snprintf(key, sizeof(key), "%s%s", prefix, rows[i].name);
		value = json_object_get(settings, key);
		if (json_is_integer(value) && json_integer_value(value) <= rows[i].max)
			return rows[i].name;
	}
	return NULL;
}

/* The queue as the broker has it with its policy; NULL: not told in time, or on failure. */
static json_t *ask_for_queue(const struct broker_restore *r, const struct broker_queue *q,
			     struct error *err)
{
	int64_t deadline = clock_monotonic_ns() + policy_timeout_ns;
	CLEANUP(buf_release)
	struct buf path = { 0 };

	if (append_path(&path, "/api/queues/", q->vhost, q->name) < 0) {
		(void)broker_no_memory(err);
		return NULL;
	}
	for (;;) {
		struct error failure = ERROR_INIT;
		json_t *queue = broker_get(r, path.ptr, "ask for a queue", &failure);

		if (!queue || json_object_get(queue, "effective_policy_definition") ||
		    clock_monotonic_ns() > deadline)
			return queue;
		json_decref(queue);
		(void)usleep(200000);
	}
}

/* The queue as it was when the import was looked at, of one that has expired by now; NULL: none. */
static json_t *find_restored(const struct broker_restore *r, const struct broker_queue *q)
{
	const struct broker_object *o = broker_objects_named(&r->restored, DEFINITION_QUEUES,
							     r->one_vhost ? "" : q->vhost, q->name);

	return o ? json_loads(o->text, 0, NULL) : NULL;
}

/* Why no message may pass, which is as it should be; NULL: it should have. */
static const char *find_hindrance(const struct broker_restore *r, const struct broker_queue *q,
				  struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *queue = ask_for_queue(r, q, err);
	const char *by_argument;

	if (!queue)
		queue = find_restored(r, q);
	by_argument = hindering(json_object_get(queue, "arguments"), "x-");
	return by_argument ? by_argument :
			     hindering(json_object_get(queue, "effective_policy_definition"), "");
}

static int tell_lost(struct broker_restore *r, const struct broker_queue *q, const char *why,
		     struct error *err)
{
	char name[96], vhost[96];
	struct check base = { .name = check_name(CHECK_ROUND_TRIP),
			      .subject = q->name,
			      .verdict = VERDICT_FAIL,
			      .expected = "received",
			      .found = why };

	return broker_check(r, &base, err,
			    "a message sent to queue \"%s\" of vhost \"%s\" did not come back: %s",
			    quote_text(q->name, name, sizeof(name)),
			    quote_text(q->vhost, vhost, sizeof(vhost)), why);
}

static int take_outcome(struct broker_restore *r, const struct broker_queue *q,
			enum round_trip outcome, const char *why, struct trips *t,
			struct error *err)
{
	const char *hindrance;
	char name[64];

	if (outcome == ROUND_TRIP_PASSED) {
		++*(q->is_stream ? &t->stream : q->is_quorum ? &t->quorum : &t->classic);
		return 0;
	}
	hindrance = find_hindrance(r, q, err);
	if (err->kind != ERROR_NONE)
		return -1;
	if (hindrance) {
		if (!t->hindered++)
			(void)snprintf(t->hindrance, sizeof(t->hindrance), "\"%s\" by its %s",
				       quote_text(q->name, name, sizeof(name)), hindrance);
		return 0;
	}
	t->silent += outcome == ROUND_TRIP_NO_ANSWER;
	return t->lost++ < NAMED_MAX ? tell_lost(r, q, why, err) : 0;
}

static bool parse_queue(const struct broker_restore *r, const struct broker_object *o,
			struct broker_queue *q)
{
	CLEANUP(cleanup_json)
	json_t *json = json_loads(o->text, 0, NULL);
	const char *type = definition_text(json_object_get(json, "arguments"), "x-queue-type");

	*q = (struct broker_queue){
		.vhost = r->one_vhost ? r->vhost : o->vhost,
		.name = o->name[0],
		.is_stream = type && strstr(type, "stream"),
		.is_quorum = type && strstr(type, "quorum"),
		.auto_delete = json_is_true(json_object_get(json, "auto_delete")),
	};
	return json;
}

static void cleanup_session(struct broker_session **s)
{
	broker_session_close(*s);
}

/* A broker short of memory or disk takes no messages: that is this machine, not the backup. */
static int look_for_alarm(const struct broker_restore *r, bool *alarmed, struct error *err)
{
	const struct management_request request = { .path = "/api/health/checks/alarms",
						    .timeout_ns = 120 * NS_PER_SECOND };
	struct reached reached = { 0 };
	long status = 0;

	if (management_send(&r->connect, &request, &status, &reached, err) < 0)
		return error_context(err, "ask for the broker's alarms");
	*alarmed = status == 503;
	return 0;
}

/* An alarm that came up meanwhile is why nothing was heard. */
static bool explains(const struct broker_restore *r, struct trips *t)
{
	struct error failure = ERROR_INIT;

	return look_for_alarm(r, &t->alarmed, &failure) == 0 && t->alarmed;
}

/* The queues are in order of their vhosts: a session serves those of one. */
static int try_queues(struct broker_restore *r, struct trips *t, struct error *err)
{
	CLEANUP(cleanup_session)
	struct broker_session *session = NULL;
	const char *vhost = NULL;
	size_t tried = 0;

	for (size_t i = 0; i < r->restored.count; i++) {
		struct broker_queue q;
		enum round_trip outcome;
		char why[200] = "";

		if (r->restored.item[i].type != DEFINITION_QUEUES)
			continue;
		if (tried == QUEUES_MAX || t->silent == SILENT_MAX) {
			t->left_out++;
			continue;
		}
		if (!parse_queue(r, &r->restored.item[i], &q))
			return broker_no_memory(err);
		if (!vhost || strcmp(vhost, q.vhost) != 0) {
			broker_session_close(TAKE(session));
			session = open_session(r, vhost = q.vhost, err);
		}
		broker_progress(r, RESTORE_CHECK, q.name, tried++, r->restored.count);
		if (!session ||
		    broker_session_round_trip(session, &q, &outcome, why, sizeof(why), err) < 0) {
			if (!explains(r, t))
				return -1;
			error_clear(err);
			return 0;
		}
		if (outcome == ROUND_TRIP_NO_ANSWER && explains(r, t))
			return 0;
		if (take_outcome(r, &q, outcome, why, t, err) < 0)
			return -1;
	}
	return 0;
}

#define NO_MESSAGES "definitions hold no messages: those that lay in queues are in no backup"

/* How many were not tried, or had no chance. */
static int tell_rest(struct broker_restore *r, const struct trips *t, struct error *err)
{
	const struct check skipped = { .name = check_name(CHECK_ROUND_TRIP),
				       .verdict = VERDICT_SKIPPED };
	const struct check lost = { .name = check_name(CHECK_ROUND_TRIP), .verdict = VERDICT_FAIL };

	if (t->lost > NAMED_MAX && broker_check(r, &lost, err, "queues that lose messages too: %zu",
						t->lost - NAMED_MAX) < 0)
		return -1;
	if (t->hindered &&
	    broker_check(r, &skipped, err,
			 "queues that keep no message by their own settings: %zu, the first %s",
			 t->hindered, t->hindrance) < 0)
		return -1;
	return t->left_out ? broker_check(r, &skipped, err, "queues that were not tried: %zu",
					  t->left_out) :
			     0;
}

static int conclude(struct broker_restore *r, const struct trips *t, struct error *err)
{
	struct check base = { .name = check_name(CHECK_ROUND_TRIP), .verdict = VERDICT_PASS };

	if (tell_rest(r, t, err) < 0)
		return -1;
	if (t->lost)
		return 0;
	if (t->classic + t->quorum + t->stream)
		return broker_check(r, &base, err,
				    "a message passed through each of %zu classic queues, %zu "
				    "quorum queues and %zu streams; " NO_MESSAGES,
				    t->classic, t->quorum, t->stream);
	base.verdict = VERDICT_SKIPPED;
	return broker_check(r, &base, err, "no queue to send a message through; " NO_MESSAGES);
}

int broker_messages(struct broker_restore *r, struct error *err)
{
	struct check base = { .name = check_name(CHECK_ROUND_TRIP), .verdict = VERDICT_SKIPPED };
	struct trips trips = { 0 };

	if (broker_note(r, "messages", NO_MESSAGES, err) < 0)
		return -1;
	if (r->refused)
		return broker_check(r, &base, err,
				    "no messages were sent: the import stopped; " NO_MESSAGES);
	if (look_for_alarm(r, &trips.alarmed, err) < 0 ||
	    (!trips.alarmed && (cut_links(r, err) < 0 || try_queues(r, &trips, err) < 0)))
		return -1;
	base.verdict = VERDICT_ERROR;
	base.hint = "give the restore test more memory, or room in TMPDIR";
	return trips.alarmed ? broker_check(r, &base, err,
					    "messages were not tried: RabbitMQ takes none, since "
					    "it is short of memory or disk; " NO_MESSAGES) :
			       conclude(r, &trips, err);
}
