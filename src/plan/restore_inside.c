/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/restore_inside.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "model/json.h"

enum { ORDER_MAX = 64 << 20, BLOCK = 64 * 1024 };

void restore_report_release(struct restore_report *r)
{
	postgres_restored_release(&r->restored);
	*r = (struct restore_report){ 0 };
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the documents of a restore test");
}

static int send(int fd, const json_t *document, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (!document || model_json_write(document, &text) < 0)
		return no_memory(err);
	return file_write_all(fd, "the sandbox's pipe", text.ptr, text.len, err);
}

int restore_order(int in, unsigned jobs, const struct facts *backup, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *order = json_object();

	if (!order || !member_put(order, "jobs", json_integer(jobs)) ||
	    !member_put(order, "backup", facts_to_json(backup)))
		return no_memory(err);
	return send(in, order, err);
}

static int read_all(int fd, size_t max, struct buf *out, struct error *err)
{
	for (;;) {
		ssize_t n;

		if (buf_reserve(out, BLOCK) < 0)
			return no_memory(err);
		n = file_read_some(fd, "the sandbox's pipe", out->ptr + out->len, BLOCK, err);
		if (n <= 0)
			return (int)n;
		out->len += (size_t)n;
		if (out->len > max)
			return error_set(err, ERROR_TARGET,
					 "the sandbox's pipe: a document of more than %zu bytes",
					 max);
	}
}

/* 1: there is an order; 0: the owner wants no more. */
static int read_order(int in, unsigned *jobs, struct facts *backup, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(cleanup_json)
	json_t *order = NULL;
	json_error_t problem;
	uint64_t wanted = 0;
	const json_t *facts = NULL;

	if (read_all(in, ORDER_MAX, &text, err) < 0)
		return -1;
	if (!text.len)
		return 0;
	order = model_json_load(buf_span(&text), &problem, err);
	if (!order || member_uint(order, "jobs", &wanted, err) < 0 ||
	    member_object(order, "backup", &facts, err) < 0 || !facts ||
	    facts_from_json(facts, backup, err) < 0)
		return error_set(err, ERROR_INTERNAL, "the order to a sandbox is not one");
	*jobs = (unsigned)wanted;
	return 1;
}

static json_t *report_document(const struct restore_report *r)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	const struct postgres_restored *p = &r->restored;

	if (o && member_put(o, "server_ns", json_integer(r->server_ns)) &&
	    member_put(o, "restore_ns", json_integer(p->restore_ns)) &&
	    member_put(o, "facts_ns", json_integer(p->facts_ns)) &&
	    member_put(o, "server_version", text_to_json(p->server_version)) &&
	    member_put(o, "program_version", text_to_json(p->program_version)) &&
	    member_put(o, "complaint_count", uint_to_json(p->complaint_count)) &&
	    member_put(o, "complaints", text_to_json(p->complaints.len ? p->complaints.ptr : "")) &&
	    member_put(o, "facts", facts_to_json(&p->facts)) &&
	    member_put(o, "doubtful", facts_to_json(&p->doubtful)) &&
	    (r->error.kind == ERROR_NONE || member_put(o, "error", error_to_json(&r->error))))
		return TAKE(o);
	return NULL;
}

static int restore(const struct place *sandbox, int in, struct restore_report *r)
{
	CLEANUP(facts_release)
	struct facts backup = { .side = FACTS_BACKUP };
	struct postgres_archive archive = { .path = SANDBOX_GIVEN "/" RESTORE_FILE_NAME,
					    .backup = &backup };
	const struct engine *engine = engine_of(ENGINE_POSTGRESQL);
	struct place place = *sandbox;
	struct server server = SERVER_INIT;
	int64_t started_ns = clock_monotonic_ns();
	int rc;

	(void)snprintf(place.directory, sizeof(place.directory), "%.60s/postgres",
		       sandbox->directory);
	if (mkdir(place.directory, 0700) < 0)
		return error_set_errno(&r->error, ERROR_IO, "create directory %s", place.directory);
	if (engine->start(&place, &server, &r->error) < 0)
		return -1;
	r->server_ns = clock_monotonic_ns() - started_ns;
	rc = read_order(in, &archive.jobs, &backup, &r->error);
	if (rc == 1)
		rc = postgres_restore(&server, &archive, &r->restored, &r->error);
	engine->stop(&server);
	return rc;
}

int restore_inside(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	struct restore_report r = { 0 };
	struct error err = ERROR_INIT;
	json_t *document;
	int rc;

	(void)cookie;
	(void)restore(place, pipes.in, &r);
	document = report_document(&r);
	rc = send(pipes.out, document, &err);
	json_decref(document);
	restore_report_release(&r);
	return rc < 0 ? 1 : 0;
}

static int read_text(const json_t *report, const char *key, struct buf *out, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const char *text = "";

	if (member_text(report, key, &arena, &text, err) < 0)
		return -1;
	return buf_puts(out, text) < 0 ? no_memory(err) : 0;
}

static int read_version(const json_t *report, const char *key, char out[64], struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (read_text(report, key, &text, err) < 0)
		return -1;
	(void)snprintf(out, 64, "%.63s", text.len ? text.ptr : "");
	return 0;
}

static int read_time(const json_t *report, const char *key, int64_t *out, struct error *err)
{
	uint64_t ns = 0;

	if (member_uint(report, key, &ns, err) < 0)
		return -1;
	*out = ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
	return 0;
}

static int read_error(const json_t *report, struct error *out, struct error *err)
{
	const json_t *error = NULL;

	if (member_object(report, "error", &error, err) < 0)
		return -1;
	return error ? error_from_json(error, out, err) : 0;
}

static int read_facts(const json_t *report, const char *key, struct facts *out, struct error *err)
{
	const json_t *facts = NULL;

	if (member_object(report, key, &facts, err) < 0)
		return -1;
	return facts ? facts_from_json(facts, out, err) : 0;
}

int restore_report_parse(struct span text, struct restore_report *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *report = NULL;
	json_error_t problem;
	struct postgres_restored *p = &out->restored;

	report = model_json_load_bounded(text, (size_t)4 * RESTORE_REPORT_MAX, &problem, err);
	if (!report)
		return error_set(err, ERROR_TARGET,
				 "what the sandbox said is no report of a restore");
	if (read_time(report, "server_ns", &out->server_ns, err) < 0 ||
	    read_time(report, "restore_ns", &p->restore_ns, err) < 0 ||
	    read_time(report, "facts_ns", &p->facts_ns, err) < 0 ||
	    read_version(report, "server_version", p->server_version, err) < 0 ||
	    read_version(report, "program_version", p->program_version, err) < 0 ||
	    member_uint(report, "complaint_count", &p->complaint_count, err) < 0 ||
	    read_text(report, "complaints", &p->complaints, err) < 0 ||
	    read_facts(report, "facts", &p->facts, err) < 0 ||
	    read_facts(report, "doubtful", &p->doubtful, err) < 0)
		return error_context(err, "the report of a restore");
	return read_error(report, &out->error, err);
}
