/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/restore_inside.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/engine.h"
#include "environment/servers.h"
#include "plan/restore_talk.h"

enum { ORDER_MAX = 256 << 20, BLOCK = 64 * 1024 };
static const int64_t told_every_ns = NS_PER_SECOND / 5;

struct inside {
	const struct place *place;
	struct sandbox_pipes pipes;
	const struct restore_wish *wish;
	struct server server;
	enum engine_kind engine; /* of the server; ENGINE_COUNT: none was started */
	bool ordered;
	struct restore_report report;
	enum restore_phase phase; /* the one that was told last, */
	int64_t told_ns;          /* and when */
};

static struct inside inside_of(const struct place *place, struct sandbox_pipes pipes,
			       const struct restore_wish *wish)
{
	return (struct inside){ .place = place,
				.pipes = pipes,
				.wish = wish,
				.server = SERVER_INIT,
				.engine = ENGINE_COUNT,
				.phase = RESTORE_PHASE_COUNT };
}

static int start_server(struct inside *in, enum engine_kind kind, struct error *err)
{
	const int64_t began_ns = clock_monotonic_ns();

	if (engine_start_below(kind, in->place, &in->server, err) < 0)
		return -1;
	in->engine = kind;
	in->report.server_ns = clock_monotonic_ns() - began_ns;
	return 0;
}

static void stop_server(struct inside *in)
{
	if (in->engine != ENGINE_COUNT)
		engine_of(in->engine)->stop(&in->server);
	in->engine = ENGINE_COUNT;
}

/* 1: there is an order; 0: the owner wants no more. */
static int read_order(int fd, struct restore_order *order, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	for (;;) {
		ssize_t n;

		if (buf_reserve(&text, BLOCK) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the order to a sandbox");
		n = file_read_some(fd, "the sandbox's pipe", text.ptr + text.len, BLOCK, err);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		text.len += (size_t)n;
		if (text.len > ORDER_MAX)
			return error_set(err, ERROR_INTERNAL,
					 "the order to a sandbox has more than %d MiB",
					 ORDER_MAX >> 20);
	}
	if (!text.len)
		return 0;
	return restore_order_parse(buf_span(&text), order, err) < 0 ? -1 : 1;
}

static void tell_progress(void *cookie, enum restore_phase phase, const char *what, uint64_t done,
			  uint64_t total, bool of_bytes)
{
	struct inside *in = cookie;
	CLEANUP(buf_release)
	struct buf line = { 0 };
	struct error ignored = ERROR_INIT;
	int64_t now = clock_monotonic_ns();

	if (phase == in->phase && now - in->told_ns < told_every_ns)
		return;
	in->phase = phase;
	in->told_ns = now;
	/* who does not hear it any more ends us otherwise */
	if (restore_progress_write(phase, what, done, total, of_bytes, &line, &ignored) < 0 ||
	    file_write_all(in->pipes.out, "the sandbox's pipe", line.ptr, line.len, &ignored) < 0)
		error_clear(&ignored);
}

static int restore(struct inside *in, struct error *err)
{
	CLEANUP(restore_order_release)
	struct restore_order order = { 0 };
	int rc;

	if (in->wish->engine != ENGINE_COUNT && start_server(in, in->wish->engine, err) < 0)
		return -1;
	rc = read_order(in->pipes.in, &order, err);
	if (rc <= 0)
		return rc;
	in->ordered = true;
	if (order.engine != in->engine) {
		stop_server(in);
		if (start_server(in, order.engine, err) < 0)
			return -1;
	}
	if (!engine_of(order.engine)->restore)
		return error_set(err, ERROR_INTERNAL, "backups of %s cannot be restored",
				 engine_kind_name(order.engine));
	order.job.config = in->wish->config;
	order.job.progress = tell_progress;
	order.job.cookie = in;
	if (restored_begin(&in->report.restored, &order.job, err) < 0)
		return -1;
	tell_progress(in, RESTORE_PREPARE, "", 0, 0, false);
	return engine_of(order.engine)->restore(&in->server, &order.job, &in->report.restored, err);
}

/* Ways to the server, as programs in here need them. */
static int tell_variables(struct inside *in, struct error *err)
{
	const struct environment_server server = { .kind = in->engine, .server = in->server };

	_Static_assert((int)ENVIRONMENT_VARIABLES <= (int)RESTORE_VARIABLES,
		       "a report has room for them");
	if (in->engine == ENGINE_COUNT)
		return 0;
	return environment_variables(&server, &in->report.restored.arena, in->report.variable, err);
}

/* All of it but what comes after the report. */
static int work(struct inside *in, struct error *err)
{
	CLEANUP(buf_release)
	struct buf line = { 0 };
	int rc;

	/* a server that dies breaks its connection, which is an error like another */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)(restore(in, &in->report.error) < 0); /* it is told in the report */
	rc = tell_variables(in, err);
	if (rc == 0)
		rc = restore_report_write(&in->report, &line, err);
	if (rc == 0)
		rc = file_write_all(in->pipes.out, "the sandbox's pipe", line.ptr, line.len, err);
	restore_report_release(&in->report);
	return rc;
}

/* Also when the restore failed: then there is more to look at. */
static int stay(const struct inside *in, struct error *err)
{
	const struct environment_server server = { .kind = in->engine, .server = in->server };

	return environment_serve(in->place, in->pipes, &server, in->engine != ENGINE_COUNT, err);
}

int restore_inside(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	struct inside in = inside_of(place, pipes, cookie);
	struct error err = ERROR_INIT;
	int rc = work(&in, &err);

	if (rc == 0 && in.wish->keep)
		rc = stay(&in, &err);
	/* the server ends with the sandbox, sooner than by itself */
	return rc < 0 ? 1 : 0;
}

int restore_inside_shared(const struct place *place, struct sandbox_pipes pipes,
			  const struct restore_wish *wish)
{
	struct inside in = inside_of(place, pipes, wish);
	struct error err = ERROR_INIT;

	if (work(&in, &err) < 0)
		return 1;
	while (in.ordered && in.engine != ENGINE_COUNT)
		(void)pause();
	return 0;
}
