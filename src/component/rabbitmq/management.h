/* SPDX-License-Identifier: Apache-2.0 */
/* RabbitMQ's management API. */
#ifndef COMPONENT_RABBITMQ_MANAGEMENT_H
#define COMPONENT_RABBITMQ_MANAGEMENT_H

#include "component/http.h"
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

/* The user that RabbitMQ creates itself when none is configured: "guest". */
const char *rabbitmq_user(const struct connect_config *c);
const char *rabbitmq_host(const struct connect_config *c);

/* "http://127.0.0.1:15672"; returns `out`. */
char *management_base(const struct connect_config *c, char *out, size_t size);

#endif
