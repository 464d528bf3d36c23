/* SPDX-License-Identifier: Apache-2.0 */
#include "component/rabbitmq/management.h"

#include <stdio.h>

enum { MANAGEMENT_PORT = 15672 };

const char *rabbitmq_user(const struct connect_config *c)
{
	return c->user && *c->user ? c->user : "guest";
}

const char *rabbitmq_host(const struct connect_config *c)
{
	return c->host && *c->host ? c->host : "127.0.0.1";
}

char *management_base(const struct connect_config *c, char *out, size_t size)
{
	(void)snprintf(out, size, "%s://%s:%u", c->tls ? "https" : "http", rabbitmq_host(c),
		       c->management_port ? (unsigned)c->management_port : MANAGEMENT_PORT);
	return out;
}

int management_get(const struct connect_config *c, const char *path,
		   int (*receive)(void *cookie, const void *bytes, size_t len, struct error *err),
		   void *cookie, struct reached *reached, struct error *err)
{
	CLEANUP(secret_wipe)
	struct buf password = { 0 };
	char base[300], url[400];
	struct http_request request = { .url = url,
					.user = rabbitmq_user(c),
					.ca_file = c->ca_file,
					.timeout_ns = reach_timeout_ns(c),
					.receive = receive,
					.cookie = cookie };
	struct http_answer answer;

	if (buf_puts(&password, "") < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a request to RabbitMQ");
	if (secret_fetch(&c->password, &password, err) < 0)
		return -1;
	request.password = password.ptr;
	(void)snprintf(url, sizeof(url), "%s%s", management_base(c, base, sizeof(base)), path);
	if (http_get(&request, &answer, err) < 0) {
		*reached = answer.how;
		return -1;
	}
	if (answer.status == 200)
		return 0;
	if (answer.status == 401 || answer.status == 403)
		(void)reached_fail(reached, REACH_DENIED, "%s: HTTP status %ld for user %s", url,
				   answer.status, request.user);
	else
		(void)reached_fail(reached, REACH_PROTOCOL, "%s: HTTP status %ld", url,
				   answer.status);
	return error_set(err, reached->how == REACH_DENIED ? ERROR_PERMISSION : ERROR_TARGET, "%s",
			 reached->message);
}
