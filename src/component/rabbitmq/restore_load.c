/* SPDX-License-Identifier: Apache-2.0 */
/* The import, and reading back what the broker made of it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "component/rabbitmq/restore.intern.h"
#include "format/rabbitmq/definitions.h"
#include "model/json.h"

/* Of silence: an import of 100,000s of objects answers when it is done. */
static const int64_t import_timeout_ns = 6 * 3600 * NS_PER_SECOND;

/* "/api/definitions", or that of the one vhost. */
static int definitions_path(const struct broker_restore *r, const char *prefix, struct buf *path,
			    struct error *err)
{
	if (buf_puts(path, prefix) < 0 ||
	    (r->one_vhost && (buf_puts(path, "/") < 0 || management_escape(path, r->vhost) < 0)))
		return broker_no_memory(err);
	return 0;
}

/* The vhost that the export is of, as far as it tells. */
static int make_vhost(struct broker_restore *r, struct error *err)
{
	const struct fact *told =
		facts_find(r->part->facts, FACT_SETTING, "", "original_vhost_name");
	CLEANUP(buf_release)
	struct buf path = { 0 };

	r->vhost = told && told->value[0] ? told->value : r->backup.named_vhost;
	if (!r->vhost)
		r->vhost = "/";
	if (definitions_path(r, "/api/vhosts", &path, err) < 0)
		return -1;
	return broker_ask(r, "PUT", path.ptr, "{}", "make a vhost for the import", NULL, err);
}

static int tell_import(struct broker_restore *r, long status, const struct buf *answer,
		       struct error *err)
{
	char reason[400], found[32];
	const struct check base = {
		.name = check_name(CHECK_RESTORED),
		.verdict = r->refused ? VERDICT_FAIL : VERDICT_PASS,
		.expected = "accepted",
		.found = r->refused ? found : "accepted",
		.hint = r->refused ? "what the import had done before it stopped is kept; nothing "
				     "after it was made" :
				     "",
	};

	(void)snprintf(found, sizeof(found), "HTTP status %ld", status);
	if (!r->refused)
		return broker_check(r, &base, err, "RabbitMQ %s imported the definitions",
				    r->out->server_version);
	(void)broker_reason(answer, reason, sizeof(reason));
	if (buf_printf(&r->out->complaints, "%s\n", reason) < 0)
		return broker_no_memory(err);
	return broker_check(r, &base, err, "RabbitMQ %s refuses to import the definitions: %s",
			    r->out->server_version, reason);
}

/* What an older broker refuses may be sound. */
static int refuse_newer(struct broker_restore *r, const struct buf *answer, struct error *err)
{
	char reason[300];

	(void)error_set(err, ERROR_TARGET,
			"RabbitMQ %s, which is older than the backup's, refuses to import it: %s",
			r->out->server_version, broker_reason(answer, reason, sizeof(reason)));
	return error_hint(err, "install RabbitMQ %.32s or newer where the restore test runs",
			  r->backup.version);
}

int broker_load(struct broker_restore *r, struct error *err)
{
	CLEANUP(buf_release)
	struct buf path = { 0 };
	CLEANUP(buf_release)
	struct buf answer = { 0 };
	struct management_request request = { .method = "POST",
					      .body = r->text,
					      .timeout_ns = import_timeout_ns,
					      .receive = http_receive_to_buf,
					      .cookie = &answer };
	struct reached reached = { 0 };
	long status = 0;

	broker_progress(r, RESTORE_LOAD, "", 0, r->backup.count);
	r->load_began_ns = clock_monotonic_ns();
	if ((r->one_vhost && make_vhost(r, err) < 0) ||
	    definitions_path(r, "/api/definitions", &path, err) < 0)
		return -1;
	request.path = path.ptr;
	if (management_send(&r->connect, &request, &status, &reached, err) < 0)
		return error_context(err, "import the definitions");
	r->refused = status < 200 || status >= 300;
	if (r->refused && r->newer)
		return refuse_newer(r, &answer, err);
	broker_progress(r, RESTORE_LOAD, "", r->backup.count, r->backup.count);
	return tell_import(r, status, &answer, err);
}

static int receive(void *cookie, const void *bytes, size_t len, struct error *err)
{
	return broker_objects_push(cookie, (struct span){ bytes, len }, err);
}

int broker_export(const struct broker_restore *r, struct broker_objects *out, struct error *err)
{
	CLEANUP(broker_objects_reader_release)
	struct broker_objects_reader reader = { .one_vhost = r->one_vhost, .vhosts = r->vhosts };
	CLEANUP(buf_release)
	struct buf path = { 0 };
	struct management_request request = { .timeout_ns = import_timeout_ns,
					      .receive = receive,
					      .cookie = &reader };
	struct reached reached = { 0 };
	long status = 0;

	broker_objects_begin(&reader, out);
	/* before the import there is no vhost yet */
	if (r->vhost ? definitions_path(r, "/api/definitions", &path, err) < 0 :
		       buf_puts(&path, "/api/definitions") < 0)
		return broker_no_memory(err);
	request.path = path.ptr;
	if (management_send(&r->connect, &request, &status, &reached, err) < 0)
		return error_context(err, "export the definitions");
	if (status != 200)
		return error_set(err, ERROR_TARGET, "export the definitions: HTTP status %ld",
				 status);
	return broker_objects_finish(&reader, err);
}

/* Exchanges, queues and bindings that federation makes for itself. */
static bool is_of_a_link(const struct broker_object *o)
{
	static const char prefix[] = "federation: ";
	bool named = o->type == DEFINITION_EXCHANGES || o->type == DEFINITION_QUEUES ||
		     o->type == DEFINITION_BINDINGS;

	return named && (strncmp(o->name[0], prefix, strlen(prefix)) == 0 ||
			 strncmp(o->name[1], prefix, strlen(prefix)) == 0);
}

/*
 * Our administrator, what he may do, and what the file does not name: what the broker had
 * before, and what links made.
 */
static bool is_own(const struct broker_restore *r, const struct broker_object *o)
{
	bool of_user = o->type == DEFINITION_USERS || o->type == DEFINITION_PERMISSIONS ||
		       o->type == DEFINITION_TOPIC_PERMISSIONS;

	if (of_user && strcmp(o->name[0], r->server->user) == 0)
		return true;
	return (is_of_a_link(o) || broker_objects_find(&r->own, o)) &&
	       !broker_objects_find(&r->backup, o);
}

static void drop_own(struct broker_restore *r)
{
	struct broker_objects *o = &r->restored;
	size_t kept = 0;

	for (size_t i = 0; i < o->count; i++) {
		if (!is_own(r, &o->item[i]))
			o->item[kept++] = o->item[i];
	}
	o->count = kept;
}

/*
 * The object of a pair as it counts: in the file's words where the broker's mean the same, or
 * where its absence is excused; NULL: it is not there.
 */
static const char *words_of(const struct broker_pair *p)
{
	switch (p->outcome) {
	case BROKER_SAME:
	case BROKER_EXCUSED:
		return p->backup->text;
	case BROKER_LOST:
		return NULL;
	default:
		return p->restored->text;
	}
}

static enum definition_type_index type_of(const struct broker_pair *p)
{
	return p->backup ? p->backup->type : p->restored->type;
}

/* `*at` goes past the pairs of that type. An export of one vhost has only the lists that it needs. */
static int push_list(const struct broker_restore *r, enum definition_type_index type, size_t *at,
		     struct stage *sink, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	size_t n = 0;

	if (r->one_vhost && definition_types[type].presence != ANY_EXPORT &&
	    (*at == r->pair_count || type_of(&r->pair[*at]) != type))
		return 0;
	if (buf_printf(&text, ",\"%s\":[", definition_types[type].key) < 0)
		return broker_no_memory(err);
	for (; *at < r->pair_count && type_of(&r->pair[*at]) == type; ++*at) {
		const char *words = words_of(&r->pair[*at]);

		if (!words)
			continue;
		if (buf_printf(&text, "%s%s", n++ ? "," : "", words) < 0)
			return broker_no_memory(err);
		if (stage_push(sink, buf_span(&text), err) < 0)
			return -1;
		buf_clear(&text);
	}
	return buf_puts(&text, "]") < 0 ? broker_no_memory(err) :
					  stage_push(sink, buf_span(&text), err);
}

static int push_document(const struct broker_restore *r, struct stage *sink, struct error *err)
{
	char head[128];
	size_t at = 0;
	int n = snprintf(head, sizeof(head),
			 "{\"rabbit_version\":\"%s\",\"rabbitmq_version\":\"%s\"",
			 r->out->server_version, r->out->server_version);

	if (stage_push(sink, (struct span){ (const uint8_t *)head, (size_t)n }, err) < 0)
		return -1;
	for (int type = 0; type < DEFINITION_TYPE_COUNT; type++) {
		if (push_list(r, (enum definition_type_index)type, &at, sink, err) < 0)
			return -1;
	}
	if (stage_push(sink, (struct span){ (const uint8_t *)"}\n", 2 }, err) < 0)
		return -1;
	return stage_finish(sink, err);
}

/* By the reader that read the file. */
static int take_facts(struct broker_restore *r, struct error *err)
{
	struct restored_part *part = &r->out->part[0];
	CLEANUP(reading_release)
	struct reading reading = { 0 };
	CLEANUP(cleanup_stage_chain)
	struct stage *sink = definitions_reader.open(&reading, err);
	const struct finding *worst;

	if (!sink || push_document(r, sink, err) < 0)
		return -1;
	worst = findings_worst(&reading.findings);
	if (!reading.finished)
		return error_set(err, ERROR_TARGET, "what RabbitMQ exports cannot be read: %s",
				 worst ? worst->message : "it has no end");
	facts_release(&part->facts);
	part->facts = reading.facts;
	part->facts.side = FACTS_RESTORED;
	reading.facts = (struct facts){ 0 };
	return 0;
}

int broker_read_back(struct broker_restore *r, struct error *err)
{
	broker_progress(r, RESTORE_READ_BACK, "", 0, r->backup.count);
	if (!r->one_vhost) {
		r->vhosts = broker_get(
			r, "/api/vhosts?columns=name,description,tags,default_queue_type",
			"ask for the restored vhosts", err);
		if (!r->vhosts)
			return -1;
	}
	if (broker_export(r, &r->restored, err) < 0)
		return -1;
	drop_own(r);
	broker_progress(r, RESTORE_READ_BACK, "", r->restored.count, r->backup.count);
	if (broker_pair_up(r, err) < 0)
		return -1;
	return take_facts(r, err);
}
