/* SPDX-License-Identifier: Apache-2.0 */
/* What a drill starts on the restored platform, and what it tries there. */
#ifndef CONFIG_TRIAL_CONFIG_H
#define CONFIG_TRIAL_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "config/lists.h"

struct health_config {              /* engine: service */
	const char *http;           /* URL; "" = none */
	uint16_t status;            /* expected; 200 */
	const char *tcp;            /* host:port; "" = none */
	struct string_list command; /* argv; empty = none */
	const char *log;            /* of `deploy` alone: regex that a line matches; "" = none */
};

/* How a service is started beside the restored servers. */
struct deploy_config {
	struct string_list command; /* argv; empty: it is not deployed */
	struct variable_list env;
	const char *cwd;          /* absolute, as seen inside; "" = the service's own directory */
	struct string_list files; /* absolute paths that it may read inside */
	struct string_list needs; /* components */
	struct health_config health;
	int64_t within_ns;
	/* regexes for lines of its log, letter case aside; without items: the built-in one */
	struct string_list log_errors, log_harmless;
};

/* A request of a trial, and what its answer must be. */
struct request_config {
	const char *method; /* "" = GET, POST with a body */
	const char *url;
	struct text_map headers;
	const char *body; /* "" = none */
	struct {
		uint16_t status;         /* 0: any of 200 to 299 */
		const char *body;        /* a text in it, or a condition of it; "" = any */
		struct text_map headers; /* name: the text, or a condition */
		struct text_map json;    /* path: the text, or a condition */
	} expect;
	struct text_map save; /* variable: path in the answer's JSON */
	int64_t within_ns;    /* asked again until it holds; 0: once */
};

/* A smoke test or a workflow: a command or requests. */
struct trial_config {
	const char *name, *origin;
	struct string_list command; /* argv; empty: requests */
	const char *expect;         /* of its output: as of a body; "" = any */
	struct variable_list env;
	struct request_config *request;
	size_t request_count;
	int64_t within_ns;
};

#endif
