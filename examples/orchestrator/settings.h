/* SPDX-License-Identifier: Apache-2.0 */
/* What the environment says: where the stores are and how the services behave. */
#ifndef ORCHESTRATOR_SETTINGS_H
#define ORCHESTRATOR_SETTINGS_H

#include <amqp.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

struct redis_address {
	char *text;           /* what host, user, password and socket point into */
	const char *socket;   /* NULL for TCP */
	const char *host;     /* NULL for a socket */
	const char *user;     /* NULL for the default user */
	const char *password; /* NULL for none */
	uint16_t port;
	unsigned database;
};

struct amqp_address {
	char *text; /* what `info` points into */
	struct amqp_connection_info info;
};

struct settings {
	const char *database_url; /* of the environment */
	struct redis_address redis;
	struct amqp_address amqp;
	const char *exchange;
	const char *queue;
	char listen_host[64]; /* an address in digits, without brackets */
	uint16_t listen_port; /* 0: any that is free */
	unsigned threads;     /* that answer requests, 1 to 64 */
	unsigned prefetch;    /* messages a worker holds unacknowledged, 1 to 1000 */
	unsigned cache_ttl_s; /* 1 to 2592000 */
};

/* Take the environment's settings or their defaults; no error repeats a password. */
MUST_CHECK int settings_read(struct settings *s, struct error *err);

void settings_release(struct settings *s);

#endif
