/* SPDX-License-Identifier: Apache-2.0 */
/* What visitors of an environment are told of its servers. */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "environment/servers.h"
#include "sandbox/visit.h"

struct variables {
	struct arena *arena;
	const char *item[ENGINE_COUNT * ENVIRONMENT_VARIABLES + 1];
	size_t count;
	bool no_memory;
};

__attribute__((format(printf, 2, 3))) static void add(struct variables *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	v->item[v->count] = arena_vprintf(v->arena, fmt, ap);
	va_end(ap);
	v->no_memory = v->no_memory || !v->item[v->count];
	v->count += v->count + 1 < sizeof(v->item) / sizeof(*v->item);
}

static void add_server(struct variables *v, const struct environment_server *s)
{
	const struct server *d = &s->server;

	switch (s->kind) {
	case ENGINE_POSTGRESQL:
		add(v, "PGHOST=%s", d->socket);
		add(v, "PGPORT=%u", (unsigned)d->port);
		add(v, "PGUSER=%s", d->user);
		add(v, "POSTGRES_URL=postgresql://%s@127.0.0.1:%u", d->user, (unsigned)d->port);
		break;
	case ENGINE_REDIS:
		add(v, "REDIS_SOCKET=%s", d->socket);
		add(v, "REDIS_URL=redis://127.0.0.1:%u", (unsigned)d->port);
		break;
	case ENGINE_RABBITMQ:
		add(v, "RABBITMQ_USER=%s", d->user);
		add(v, "RABBITMQ_PASSWORD=%s", d->password);
		add(v, "AMQP_URL=amqp://%s:%s@127.0.0.1:%u", d->user, d->password,
		    (unsigned)d->port);
		add(v, "RABBITMQ_URL=amqp://%s:%s@127.0.0.1:%u/", d->user, d->password,
		    (unsigned)d->port);
		add(v, "RABBITMQ_MANAGEMENT_URL=http://127.0.0.1:%u/",
		    (unsigned)d->management_port);
		break;
	case ENGINE_SERVICE:
	case ENGINE_COUNT:
		break;
	}
}

int environment_variables(const struct environment_server *s, struct arena *arena,
			  const char *out[ENVIRONMENT_VARIABLES + 1], struct error *err)
{
	struct variables v = { .arena = arena };

	add_server(&v, s);
	if (v.no_memory)
		return error_set(err, ERROR_NOMEM, "no memory to describe an environment");
	for (size_t i = 0; i < v.count; i++)
		out[i] = v.item[i];
	out[v.count] = NULL;
	return 0;
}

void environment_ways(const struct environment_server *s,
		      char out[ENVIRONMENT_WAYS][ENVIRONMENT_WAY_SIZE])
{
	const struct server *d = &s->server;

	for (size_t i = 0; i < ENVIRONMENT_WAYS; i++)
		out[i][0] = '\0';
	switch (s->kind) {
	case ENGINE_POSTGRESQL:
		(void)snprintf(out[0], ENVIRONMENT_WAY_SIZE, "psql -h %s -p %u -U %s", d->socket,
			       (unsigned)d->port, d->user);
		break;
	case ENGINE_REDIS:
		(void)snprintf(out[0], ENVIRONMENT_WAY_SIZE, "redis-cli -s %s", d->socket);
		break;
	case ENGINE_RABBITMQ:
		(void)snprintf(out[0], ENVIRONMENT_WAY_SIZE, "amqp://%s:%s@127.0.0.1:%u/", d->user,
			       d->password, (unsigned)d->port);
		(void)snprintf(out[1], ENVIRONMENT_WAY_SIZE,
			       "curl -u %s:%s http://127.0.0.1:%u/api/overview", d->user,
			       d->password, (unsigned)d->management_port);
		break;
	case ENGINE_SERVICE:
	case ENGINE_COUNT:
		break;
	}
}

static int greet(const struct environment_server *server, size_t count, struct buf *out)
{
	if (buf_puts(out, "A sealed sandbox: nothing of the machine is reachable from here but its "
			  "programs.\r\n") < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char ways[ENVIRONMENT_WAYS][ENVIRONMENT_WAY_SIZE];

		environment_ways(&server[i], ways);
		for (size_t k = 0; k < ENVIRONMENT_WAYS && ways[k][0]; k++) {
			if (buf_printf(out, "  %-12s%s\r\n",
				       k ? "" : engine_kind_name(server[i].kind), ways[k]) < 0)
				return -1;
		}
	}
	return 0;
}

int environment_serve(const struct place *place, struct sandbox_pipes pipes,
		      const struct environment_server *server, size_t count, struct error *err)
{
	CLEANUP(buf_release)
	struct buf greeting = { 0 };
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	struct variables v = { .arena = &arena };
	struct visit_guide guide = { .directory = place->directory, .env = v.item };

	for (size_t i = 0; i < count; i++)
		add_server(&v, &server[i]);
	v.item[v.count] = NULL;
	if (v.no_memory || greet(server, count, &greeting) < 0)
		return error_set(err, ERROR_NOMEM, "no memory to describe an environment");
	guide.greeting = greeting.ptr;
	return visit_serve(pipes, &guide, err);
}
