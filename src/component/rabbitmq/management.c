/* SPDX-License-Identifier: Apache-2.0 */
#include "component/rabbitmq/management.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

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

int management_escape(struct buf *path, const char *name)
{
	for (const char *p = name; *p; p++) {
		bool plain = isalnum((unsigned char)*p) || strchr("-._~", *p);

		if (plain ? buf_append(path, p, 1) < 0 :
			    buf_printf(path, "%%%02X", (unsigned)(unsigned char)*p) < 0)
			return -1;
	}
	return 0;
}

int management_send(const struct connect_config *c, const struct management_request *request,
		    long *status, struct reached *reached, struct error *err)
{
	CLEANUP(secret_wipe)
	struct buf password = { 0 };
	CLEANUP(buf_release)
	struct buf url = { 0 };
	char base[300];
	struct http_request http = { .method = request->method,
				     .body = request->body,
				     .user = rabbitmq_user(c),
				     .ca_file = c->ca_file,
				     .timeout_ns = request->timeout_ns ? request->timeout_ns :
									 reach_timeout_ns(c),
				     .receive = request->receive,
				     .cookie = request->cookie };
	struct http_answer answer;

	if (buf_puts(&password, "") < 0 ||
	    buf_printf(&url, "%s%s", management_base(c, base, sizeof(base)), request->path) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a request to RabbitMQ");
	if (secret_fetch(&c->password, &password, err) < 0)
		return -1;
	http.url = url.ptr;
	http.password = password.ptr;
	if (http_send(&http, &answer, err) < 0) {
		*reached = (struct reached){ .how = REACH_OK };
		if (answer.how != HTTP_ANSWERED)
			(void)reached_fail(reached, reach_of_http(answer.how), "%s",
					   answer.message);
		return -1;
	}
	*status = answer.status;
	return 0;
}

int management_get(const struct connect_config *c, const char *path,
		   int (*receive)(void *cookie, const void *bytes, size_t len, struct error *err),
		   void *cookie, struct reached *reached, struct error *err)
{
	const struct management_request request = { .path = path,
						    .receive = receive,
						    .cookie = cookie };
	char base[300];
	long status = 0;

	if (management_send(c, &request, &status, reached, err) < 0)
		return -1;
	if (status == 200)
		return 0;
	(void)management_base(c, base, sizeof(base));
	if (status == 401 || status == 403)
		(void)reached_fail(reached, REACH_DENIED, "%s%s: HTTP status %ld for user %s", base,
				   path, status, rabbitmq_user(c));
	else
		(void)reached_fail(reached, REACH_PROTOCOL, "%s%s: HTTP status %ld", base, path,
				   status);
	return error_set(err, reached->how == REACH_DENIED ? ERROR_PERMISSION : ERROR_TARGET, "%s",
			 reached->message);
}
