/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP requests by libcurl: the management API of RabbitMQ, health pages. No proxy, no redirects. */
#ifndef COMPONENT_HTTP_H
#define COMPONENT_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"
#include "component/reach.h"

struct http_request {
	const char *url;
	const char *method;          /* NULL: GET */
	struct span body;            /* sent as JSON unless it is empty; borrowed */
	const char *user, *password; /* basic authentication; user NULL or "": none */
	const char *ca_file;         /* NULL or "": the system's */
	int64_t timeout_ns;          /* to connect, and for the answer to begin or go on */
	/* Takes the body in pieces; -1 ends the transfer with the error it set. NULL: discarded. */
	int (*receive)(void *cookie, const void *bytes, size_t len, struct error *err);
	void *cookie;
};

struct http_answer {
	long status;        /* 0: none came */
	struct reached how; /* of the connection; its message tells what went wrong */
};

/*
 * Send it. 0 when an answer came, of whatever status; else -1 with `err`
 * (ERROR_TARGET, or what `receive` set) and the same in `answer->how`.
 */
MUST_CHECK int http_send(const struct http_request *request, struct http_answer *answer,
			 struct error *err);

/* A `receive` that appends to the struct buf in `cookie`, at most 4 MiB. */
int http_receive_to_buf(void *cookie, const void *bytes, size_t len, struct error *err);

#endif
