/* SPDX-License-Identifier: Apache-2.0 */
/* The API: HTTP by libmicrohttpd, a few threads, each request with connections of its own. */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "routes.h"
#include "settings.h"

enum { THREADS_MAX = 64, CONNECTIONS_MAX = 512, IDLE_S = 15, HEADERS_MAX = 32768 };

struct api {
	pthread_mutex_t lock; /* of `busy` */
	struct stores stores[THREADS_MAX];
	bool busy[THREADS_MAX];
	struct counters counters;
};

/* A body as it comes in. */
struct upload {
	char *body;
	size_t length;
	bool too_long;
};

/* There are as many as threads, so one is free. */
static unsigned take_stores(struct api *api)
{
	unsigned i = 0;

	(void)pthread_mutex_lock(&api->lock);
	while (i < THREADS_MAX - 1 && api->busy[i])
		i++;
	api->busy[i] = true;
	(void)pthread_mutex_unlock(&api->lock);
	return i;
}

static void give_back_stores(struct api *api, unsigned i)
{
	(void)pthread_mutex_lock(&api->lock);
	api->busy[i] = false;
	(void)pthread_mutex_unlock(&api->lock);
}

static enum MHD_Result reply(struct MHD_Connection *connection, struct answer *a)
{
	static char nothing[] = "{\"error\": \"no memory\"}";
	struct MHD_Response *response;
	enum MHD_Result rc;

	if (!a->text) {
		a->status = 500;
		a->type = "application/json";
	}
	response = MHD_create_response_from_buffer(
		strlen(a->text ? a->text : nothing), a->text ? a->text : nothing,
		a->text ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	if (!response) {
		free(a->text);
		return MHD_NO;
	}
	(void)MHD_add_response_header(response, "Content-Type", a->type);
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	if (a->cached)
		(void)MHD_add_response_header(response, "X-Cache", a->cached);
	if (a->allow)
		(void)MHD_add_response_header(response, "Allow", a->allow);
	if (*a->location)
		(void)MHD_add_response_header(response, "Location", a->location);
	rc = MHD_queue_response(connection, a->status, response);
	MHD_destroy_response(response);
	return rc;
}

static enum MHD_Result refuse_long(struct MHD_Connection *connection)
{
	struct answer a = { 0 };

	routes_error(&a, 413, "the body is longer than 64 KiB", "send a shorter description");
	return reply(connection, &a);
}

static bool announces_too_much(struct MHD_Connection *connection)
{
	const char *length =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");

	return length && strtoull(length, NULL, 10) > BODY_MAX;
}

/* A body of unknown length is passed over from its limit on, up to sixteen times of it. */
static enum MHD_Result receive(struct upload *u, const char *bytes, size_t *size)
{
	size_t n = *size;

	*size = 0;
	if (!u->body)
		u->body = malloc(BODY_MAX);
	if (!u->body || n > (size_t)16 * BODY_MAX - u->length)
		return MHD_NO;
	if (n > BODY_MAX || u->length > BODY_MAX - n)
		u->too_long = true;
	else
		memcpy(u->body + u->length, bytes, n);
	u->length += n;
	return MHD_YES;
}

static enum MHD_Result handle(void *cookie, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *bytes,
			      size_t *size, void **state)
{
	struct api *api = cookie;
	struct upload *u = *state;
	struct answer answer = { 0 };
	unsigned i;

	(void)version;
	if (!u) {
		u = calloc(1, sizeof(*u));
		*state = u;
		if (!u)
			return MHD_NO;
		return announces_too_much(connection) ? refuse_long(connection) : MHD_YES;
	}
	if (*size)
		return receive(u, bytes, size);
	if (u->too_long)
		return refuse_long(connection);
	i = take_stores(api);
	routes_answer(&api->stores[i], &api->counters,
		      &(struct request){ method, url, u->body, u->length }, &answer);
	give_back_stores(api, i);
	return reply(connection, &answer);
}

static void forget(void *cookie, struct MHD_Connection *connection, void **state,
		   enum MHD_RequestTerminationCode how)
{
	struct upload *u = *state;

	(void)cookie;
	(void)connection;
	(void)how;
	if (u)
		free(u->body);
	free(u);
	*state = NULL;
}

__attribute__((format(printf, 2, 0))) static void hear(void *cookie, const char *fmt, va_list args)
{
	char text[256];

	(void)cookie;
	(void)vsnprintf(text, sizeof(text), fmt, args);
	log_line(LOG_LEVEL_WARNING, "HTTP: %.*s", (int)strcspn(text, "\n"), text);
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int parse_address(const struct settings *s, union address *out, struct error *err)
{
	if (inet_pton(AF_INET, s->listen_host, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(s->listen_port);
		return 0;
	}
	if (inet_pton(AF_INET6, s->listen_host, &out->v6.sin6_addr) == 1) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(s->listen_port);
		return 0;
	}
	(void)error_set(err, ERROR_CONFIG, "LISTEN: %s is no address in digits", s->listen_host);
	return error_hint(err, "write 127.0.0.1:8080, [::1]:8080, or port 0 for a free one");
}

static struct MHD_Daemon *listen_at(struct api *api, const struct settings *s, struct error *err)
{
	union address address = { 0 };
	struct MHD_Daemon *daemon;
	unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ERROR_LOG;

	if (parse_address(s, &address, err) < 0)
		return NULL;
	if (address.any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle, api, MHD_OPTION_EXTERNAL_LOGGER,
				  hear, NULL, MHD_OPTION_SOCK_ADDR, &address.any,
				  MHD_OPTION_THREAD_POOL_SIZE, s->threads,
				  MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
				  MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX,
				  MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
				  MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_END);
	if (!daemon) {
		(void)error_set_errno(err, ERROR_IO, "cannot listen at %s port %u", s->listen_host,
				      (unsigned)s->listen_port);
		(void)error_hint(err, "LISTEN names another address or port");
	}
	return daemon;
}

static void close_stores(struct api *api)
{
	for (unsigned i = 0; i < THREADS_MAX; i++) {
		broker_close(&api->stores[i].broker);
		cache_close(&api->stores[i].cache);
		database_close(&api->stores[i].database);
	}
}

/* Signals are blocked in all threads, and waited for by this one. */
static int serve(struct api *api, const struct settings *s, const sigset_t *ending,
		 struct error *err)
{
	struct MHD_Daemon *daemon = listen_at(api, s, err);
	const union MHD_DaemonInfo *info;
	int number = 0;

	if (!daemon)
		return -1;
	info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
	log_line(LOG_LEVEL_INFO, "listening at %s port %u", s->listen_host,
		 info ? (unsigned)info->port : (unsigned)s->listen_port);
	(void)sigwait(ending, &number);
	MHD_stop_daemon(daemon);
	log_line(LOG_LEVEL_INFO, "ended by %s; %lu requests answered", strsignal(number),
		 atomic_load(&api->counters.requests));
	return 0;
}

int main(void)
{
	static struct api api = { .lock = PTHREAD_MUTEX_INITIALIZER };
	CLEANUP(settings_release)
	struct settings s = { 0 };
	const struct sigaction ignoring = { .sa_handler = SIG_IGN };
	struct error err = ERROR_INIT;
	sigset_t ending;
	int rc;

	(void)sigemptyset(&ending);
	(void)sigaddset(&ending, SIGTERM);
	(void)sigaddset(&ending, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &ending, NULL);
	(void)sigaction(SIGPIPE, &ignoring, NULL);
	rc = settings_read(&s, &err);
	for (unsigned i = 0; rc == 0 && i < THREADS_MAX; i++) {
		api.stores[i].database.url = s.database_url;
		api.stores[i].cache.address = &s.redis;
		api.stores[i].cache.ttl_s = s.cache_ttl_s;
		api.stores[i].broker.settings = &s;
	}
	if (rc == 0)
		rc = serve(&api, &s, &ending, &err);
	close_stores(&api);
	if (rc < 0)
		log_error(LOG_LEVEL_ERROR, &err);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
