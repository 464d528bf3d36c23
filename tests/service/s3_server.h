/* SPDX-License-Identifier: Apache-2.0 */
/* S3 servers for tests: scripts of this directory that tell in one line of JSON where they are, and end with their input. */
#ifndef TESTS_SERVICE_S3_SERVER_H
#define TESTS_SERVICE_S3_SERVER_H

#include <jansson.h>

#include "base/process.h"
#include "repository/s3.h"

struct s3_server {
	struct process process;
	int lifeline; /* its standard input */
	FILE *answers;
	json_t *told;
};

/* "s3_server.py" and one argument for it (NULL: none). Fails the test when it does not start; 1: what it needs is not installed. */
MUST_CHECK int s3_server_start(const char *script, const char *argument, struct s3_server *out);
void s3_server_stop(struct s3_server *s);

/* What it told of `name`; fails the test when it did not. */
const char *s3_server_text(const struct s3_server *s, const char *name);

/* A configuration that speaks to it, with the keys of the owner. */
struct s3_config s3_server_config(const struct s3_server *s);
struct secret s3_literal(const char *text);

#endif
