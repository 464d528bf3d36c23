/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP requests by libcurl: the management API of RabbitMQ, health pages, S3,
 * webhooks. No proxy, no redirects, no path rewritten. Each request is sent once:
 * whoever knows whether it may be repeated repeats it.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/stop.h"

/*
 * Keeps connections between requests, so that a next one need not shake hands
 * again. For one thread at a time.
 */
struct http_client;
MUST_CHECK int http_client_open(struct http_client **out, struct error *err);
void http_client_close(struct http_client *c);

static inline void cleanup_http_client(struct http_client **c)
{
	http_client_close(*c);
}

struct http_request {
	struct http_client *client; /* NULL: a connection for this request alone */
	const char *url;
	const char *method;         /* NULL: GET, POST with a body */
	struct span body;           /* borrowed; see `send` */
	const char *content_type;   /* of the body; NULL: application/json; "": no such header */
	const char *const *headers; /* "Name: value" each, NULL-terminated; NULL: none */
	const char *user,
		*password; /* basic authentication, or the key that signs; user NULL or "": none */
	/* What is signed with AWS's signature version 4: "aws:amz:REGION:s3"; NULL: nothing is */
	const char *sign;
	const char *ca_file; /* NULL or "": the system's */
	int64_t timeout_ns;  /* to connect, and for the answer to begin or go on */
	int64_t deadline_ns; /* of the whole request, on the monotonic clock; 0: none */
	/* The body when `body` is empty and `send_size` is not 0: yields up to `len` bytes, -1 ends the request. */
	int64_t (*send)(void *cookie, void *bytes, size_t len, struct error *err);
	uint64_t send_size;
	/* Takes the body in pieces; -1 ends the transfer with the error it set. NULL: discarded. */
	int (*receive)(void *cookie, const void *bytes, size_t len, struct error *err);
	/* Takes each header of the answer, `name` in lower case; NULL: nobody asks. */
	int (*receive_header)(void *cookie, const char *name, const char *value, struct error *err);
	const struct stop *stop; /* ends the request as ERROR_INTERRUPTED; NULL: nobody will */
	void *cookie;
};

enum http_failure {
	HTTP_ANSWERED,
	HTTP_UNRESOLVED, /* the host has no address */
	HTTP_REFUSED,    /* no connection */
	HTTP_TIMEOUT,    /* no answer in time, or a stall */
	HTTP_TLS,        /* no trust, no common protocol */
	HTTP_CUT,        /* the connection ended before the answer did */
	HTTP_PROTOCOL,   /* something that is no HTTP */
};

struct http_answer {
	long status;            /* 0: none came; known when `receive` is called */
	int64_t retry_after_ns; /* what the server asks for; 0: it did not */
	uint64_t received;      /* bytes of the body */
	enum http_failure how;
	char message[400]; /* what went wrong, with the URL without its query */
};

/*
 * Send it. 0 when a whole answer came, of whatever status; else -1 with `err`
 * (ERROR_TARGET, ERROR_INTERRUPTED, or what a callback set) and the same in `answer`.
 * No secret (password, signature, query) stands in any message.
 */
MUST_CHECK int http_send(const struct http_request *request, struct http_answer *answer,
			 struct error *err);

/* How much of a URL is shown: what comes before its query, at most 200 bytes. */
int http_shown_length(const char *url);

/* A `receive` that appends to the struct buf in `cookie`, at most 4 MiB. */
int http_receive_to_buf(void *cookie, const void *bytes, size_t len, struct error *err);

#endif
