/* SPDX-License-Identifier: Apache-2.0 */
/* A restore of definitions: its phases, and how they speak to the broker and of what they saw. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "component/rabbitmq/rabbitmq.h"
#include "component/rabbitmq/restore.intern.h"
#include "model/json.h"
#include "model/quote.h"

int broker_no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to restore definitions");
}

void broker_progress(const struct broker_restore *r, enum restore_phase phase, const char *what,
		     uint64_t done, uint64_t total)
{
	if (r->job->progress)
		r->job->progress(r->job->cookie, phase, what, done, total, false);
}

int broker_check(struct broker_restore *r, const struct check *base, struct error *err,
		 const char *fmt, ...)
{
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return checks_addf(&r->out->checks, base, "%s", message) < 0 ? broker_no_memory(err) : 0;
}

int broker_note(struct broker_restore *r, const char *name, const char *value, struct error *err)
{
	return restored_note_add(r->out, name, value) < 0 ? broker_no_memory(err) : 0;
}

/* Erlang's terms come escaped for HTML, and in lines. */
static void unescape(char *text)
{
	static const char *const entities[][2] = { { "&lt;", "<" },
						   { "&gt;", ">" },
						   { "&amp;", "&" } };
	char *to = text;

	for (const char *from = text; *from;) {
		size_t len = 1;

		*to = *from == '\n' ? ' ' : *from;
		for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++) {
			if (strncmp(from, entities[i][0], strlen(entities[i][0])) == 0) {
				*to = entities[i][1][0];
				len = strlen(entities[i][0]);
			}
		}
		from += len;
		/* one space is enough */
		to += *to != ' ' || (to > text && to[-1] != ' ');
	}
	*to = '\0';
}

char *broker_reason(const struct buf *answer, char *out, size_t size)
{
	CLEANUP(cleanup_json)
	json_t *json = json_loadb(answer->ptr ? answer->ptr : "", answer->len, 0, NULL);
	CLEANUP(cleanup_free)
	char *reason = NULL;
	const char *told = json_string_value(json_object_get(json, "reason"));

	if (told)
		reason = strdup(told);
	if (!reason)
		return quote_bytes(buf_span(answer), out, size);
	unescape(reason);
	return quote_text(reason, out, size);
}

int broker_ask(const struct broker_restore *r, const char *method, const char *path,
	       const char *body, const char *doing, struct buf *answer, struct error *err)
{
	CLEANUP(buf_release)
	struct buf discarded = { 0 };
	struct buf *to = answer ? answer : &discarded;
	const struct management_request request = {
		.method = method,
		.path = path,
		.body = { (const uint8_t *)body, body ? strlen(body) : 0 },
		.timeout_ns = 120 * NS_PER_SECOND,
		.receive = http_receive_to_buf,
		.cookie = to,
	};
	struct reached reached = { 0 };
	char reason[300];
	long status = 0;

	if (management_send(&r->connect, &request, &status, &reached, err) < 0)
		return error_context(err, "%s", doing);
	if (status >= 200 && status < 300)
		return 0;
	return error_set(err, ERROR_TARGET, "%s: RabbitMQ answers with HTTP status %ld, %s", doing,
			 status, broker_reason(to, reason, sizeof(reason)));
}

json_t *broker_get(const struct broker_restore *r, const char *path, const char *doing,
		   struct error *err)
{
	CLEANUP(buf_release)
	struct buf answer = { 0 };
	json_t *json;

	if (broker_ask(r, "GET", path, NULL, doing, &answer, err) < 0)
		return NULL;
	json = json_loadb(answer.ptr ? answer.ptr : "", answer.len, 0, NULL);
	if (!json)
		(void)error_set(err, ERROR_TARGET, "%s: what RabbitMQ answers is not JSON", doing);
	return json;
}

static int map_file(struct broker_restore *r, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = open(r->part->path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, ERROR_IO, "open %s", r->part->path);
	if (st.st_size == 0)
		return error_set(err, ERROR_IO, "%s is empty", r->part->path);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return error_set_errno(err, ERROR_IO, "map %s", r->part->path);
	r->text = (struct span){ at, (size_t)st.st_size };
	return 0;
}

/* Of a whole broker's export these lists are never empty together. */
static bool is_of_one_vhost(const struct facts *facts)
{
	static const char *const whole[] = { "users", "vhosts", "global_parameters" };

	for (size_t i = 0; i < facts->count; i++) {
		for (size_t k = 0; k < sizeof(whole) / sizeof(*whole); k++) {
			if (facts->item[i].kind == FACT_BROKER_OBJECTS &&
			    strcmp(facts->item[i].name, whole[k]) == 0)
				return false;
		}
	}
	return true;
}

static void release(struct broker_restore *r)
{
	if (r->text.ptr)
		(void)munmap((void *)(uintptr_t)r->text.ptr, r->text.len);
	free(r->pair);
	json_decref(r->vhosts);
	broker_objects_release(&r->own);
	broker_objects_release(&r->backup);
	broker_objects_release(&r->restored);
}

static int prove(struct broker_restore *r, struct error *err)
{
	broker_progress(r, RESTORE_CHECK, "objects", 0, r->backup.count);
	if (broker_compare(r, err) < 0 || broker_messages(r, err) < 0)
		return -1;
	return broker_log(r, err);
}

static int run(struct broker_restore *r, struct error *err)
{
	static int (*const phases[RESTORE_PHASE_COUNT])(struct broker_restore *, struct error *) = {
		[RESTORE_PREPARE] = broker_prepare,
		[RESTORE_LOAD] = broker_load,
		[RESTORE_READ_BACK] = broker_read_back,
		[RESTORE_CHECK] = prove,
	};

	for (int i = 0; i <= RESTORE_CHECK; i++) {
		int64_t start = clock_monotonic_ns();

		if (phases[i](r, err) < 0)
			return -1;
		r->out->took_ns[i] = clock_monotonic_ns() - start;
	}
	return 0;
}

int engine_rabbitmq_restore(struct server *s, const struct restore_job *job, struct restored *out,
			    struct error *err)
{
	CLEANUP(release)
	struct broker_restore r = { .server = s, .job = job, .out = out };
	struct stat log;

	if (restored_begin(out, job, err) < 0)
		return -1;
	if (job->part_count != 1 || job->part[0].kind != PART_DEFINITIONS)
		return error_set(err, ERROR_USAGE,
				 "RabbitMQ is restored from one file of "
				 "definitions");
	r.part = &job->part[0];
	r.one_vhost = is_of_one_vhost(r.part->facts);
	r.log_start = stat(s->log, &log) == 0 ? (uint64_t)log.st_size : 0;
	server_connect_config(s, ENGINE_RABBITMQ, &r.connect);
	if (map_file(&r, err) < 0)
		return -1;
	return run(&r, err);
}
