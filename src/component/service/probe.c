/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/process.h"
#include "component/reach.h"
#include "component/service/service.h"
#include "net/http.h"

static int probe_http(const struct component_config *c, struct checks *out, struct error *err)
{
	struct http_request request = { .url = c->health.http,
					.ca_file = c->connect.ca_file,
					.timeout_ns = reach_timeout_ns(&c->connect) };
	struct error failure = ERROR_INIT;
	struct http_answer answer;
	struct reached reached = { .how = REACH_OK };
	long expected = c->health.status ? c->health.status : 200;
	char shown[256];

	(void)snprintf(shown, sizeof(shown), "%.*s", http_shown_length(request.url), request.url);
	if (http_send(&request, &answer, &failure) < 0) {
		if (answer.how == HTTP_ANSWERED) {
			*err = failure;
			return -1;
		}
		(void)reached_fail(&reached, reach_of_http(answer.how), "%s", answer.message);
	} else if (answer.status != expected) {
		(void)reached_fail(&reached, REACH_PROTOCOL, "%s: HTTP status %ld instead of %ld",
				   shown, answer.status, expected);
	} else {
		(void)snprintf(reached.version, sizeof(reached.version), "HTTP %ld", answer.status);
		(void)snprintf(reached.message, sizeof(reached.message),
			       "%s answers with HTTP status %ld", shown, answer.status);
	}
	return reach_check(c, shown, &reached, out, err);
}

/* A connect that ends in time. 0, or -1 with errno. */
static int connect_within(int fd, const struct addrinfo *address, int timeout_ms)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int cause = 0;
	socklen_t len = sizeof(cause);

	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -1;
	if (poll(&wait, 1, timeout_ms) <= 0) {
		errno = ETIMEDOUT;
		return -1;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &cause, &len) < 0)
		return -1;
	errno = cause;
	return cause ? -1 : 0;
}

static int try_addresses(const struct addrinfo *list, int timeout_ms, struct reached *reached,
			 const char *tcp)
{
	int cause = EADDRNOTAVAIL;

	for (; list; list = list->ai_next) {
		CLEANUP(cleanup_close)
		int fd = socket(list->ai_family, list->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
				list->ai_protocol);

		if (fd >= 0 && connect_within(fd, list, timeout_ms) == 0) {
			(void)snprintf(reached->message, sizeof(reached->message),
				       "%s accepts connections", tcp);
			return 0;
		}
		cause = errno;
	}
	return reached_fail(reached, reach_of_errno(cause), "%s: %s", tcp, strerror(cause));
}

/* "host:port", "[::1]:port" */
static int split_address(const char *tcp, char host[256], char port[8])
{
	const char *colon = strrchr(tcp, ':');
	size_t len = colon ? (size_t)(colon - tcp) : 0;

	if (len >= 2 && tcp[0] == '[' && tcp[len - 1] == ']') {
		tcp++;
		len -= 2;
	}
	if (!colon || len == 0 || len >= 256 || !colon[1] || strlen(colon + 1) >= 8)
		return -1;
	(void)snprintf(host, 256, "%.*s", (int)len, tcp);
	(void)snprintf(port, 8, "%s", colon + 1);
	return 0;
}

static int probe_tcp(const struct component_config *c, struct checks *out, struct error *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	struct reached reached = { 0 };
	char host[256], port[8];
	int rc;

	if (split_address(c->health.tcp, host, port) < 0)
		return error_set(err, ERROR_CONFIG, "%s: health.tcp is \"%s\", not host:port",
				 c->name, c->health.tcp);
	rc = getaddrinfo(host, port, &hints, &list);
	if (rc != 0) {
		(void)reached_fail(&reached, REACH_UNRESOLVED, "%s: %s", c->health.tcp,
				   gai_strerror(rc));
	} else {
		(void)try_addresses(list, (int)(reach_timeout_ns(&c->connect) / 1000000), &reached,
				    c->health.tcp);
		freeaddrinfo(list);
	}
	return reach_check(c, c->health.tcp, &reached, out, err);
}

static int probe_command(const struct component_config *c, struct checks *out, struct error *err)
{
	const struct string_list *command = &c->health.command;
	struct process_spec spec = { .argv = command->item, .in = -1 };
	struct error failure = ERROR_INIT;
	struct reached reached = { 0 };

	if (process_run(&spec, reach_timeout_ns(&c->connect), 0, NULL, &failure) == 0) {
		(void)snprintf(reached.message, sizeof(reached.message), "%s exited with code 0",
			       command->item[0]);
	} else if (failure.kind == ERROR_INTERRUPTED || failure.kind == ERROR_NOMEM) {
		*err = failure;
		return -1;
	} else {
		(void)reached_fail(&reached,
				   failure.kind == ERROR_TIMEOUT ? REACH_TIMEOUT : REACH_PROTOCOL,
				   "%.380s", failure.message);
	}
	return reach_check(c, command->item[0], &reached, out, err);
}

int engine_service_probe(const struct component_config *c, struct checks *out, struct error *err)
{
	const struct health_config *h = &c->health;

	if (h->http && *h->http && probe_http(c, out, err) < 0)
		return -1;
	if (h->tcp && *h->tcp && probe_tcp(c, out, err) < 0)
		return -1;
	return h->command.count ? probe_command(c, out, err) : 0;
}
