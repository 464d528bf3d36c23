/* SPDX-License-Identifier: Apache-2.0 */
/* RabbitMQ's management API. */
#ifndef COMPONENT_RABBITMQ_MANAGEMENT_H
#define COMPONENT_RABBITMQ_MANAGEMENT_H

#include "component/reach.h"
#include "net/http.h"
#include "config/config.h"

/*
 * GET a path such as "/api/overview" as the component's user. The body goes to
 * `receive`. -1 when there was no answer or its status was not 200: then
 * `reached` tells why (REACH_OK there: our own error).
 */
MUST_CHECK int management_get(const struct connect_config *c, const char *path,
			      int (*receive)(void *cookie, const void *bytes, size_t len,
					     struct error *err),
			      void *cookie, struct reached *reached, struct error *err);

struct management_request {
	const char *method, *path; /* path with its names escaped, see management_escape() */
	struct span body;          /* JSON; may be empty */
	int64_t timeout_ns;        /* of silence; 0: the component's */
	int (*receive)(void *cookie, const void *bytes, size_t len, struct error *err);
	void *cookie;
};

/* As the component's user. -1 when there was no answer; `*status` is the HTTP status of one. */
MUST_CHECK int management_send(const struct connect_config *c,
			       const struct management_request *request, long *status,
			       struct reached *reached, struct error *err);

/* Append a name as a path or query bears it. -1: no memory. */
MUST_CHECK int management_escape(struct buf *path, const char *name);

/* The user that RabbitMQ creates itself when none is configured: "guest". */
const char *rabbitmq_user(const struct connect_config *c);
const char *rabbitmq_host(const struct connect_config *c);

/* "http://127.0.0.1:15672"; returns `out`. */
char *management_base(const struct connect_config *c, char *out, size_t size);

#endif
