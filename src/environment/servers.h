/* SPDX-License-Identifier: Apache-2.0 */
/* The inner side of an environment: its servers, and what visitors are told of them. */
#ifndef ENVIRONMENT_SERVERS_H
#define ENVIRONMENT_SERVERS_H

#include "component/engine.h"
#include "environment/environment.h"

struct environment_server {
	enum engine_kind kind;
	struct server server;
};

/* What the work of an environment that is made for people says once: its servers, or why there are none. */
struct environment_report {
	struct error error;
	struct environment_server server[ENGINE_COUNT];
	size_t count;
};

/* Starts the servers of `engine` (its cookie: bool[ENGINE_COUNT]) at the same time, reports, serves visits. A sandbox_work. */
int environment_work(const struct place *place, struct sandbox_pipes pipes, void *cookie);

/* Into `out` what `environment_work` says; ERROR_TARGET: it is no report. */
MUST_CHECK int environment_report_read(int fd, int (*stop_requested)(void),
				       struct environment_report *out, struct error *err);

/* Serve visits until the owner wants no more, with variables that lead programs to the servers. */
MUST_CHECK int environment_serve(const struct place *place, struct sandbox_pipes pipes,
				 const struct environment_server *server, size_t count,
				 struct error *err);

enum { ENVIRONMENT_VARIABLES = 6 };
/* Variables that lead programs to it from inside, "NAME=value", NULL-terminated, in `arena`. */
MUST_CHECK int environment_variables(const struct environment_server *s, struct arena *arena,
				     const char *out[ENVIRONMENT_VARIABLES + 1], struct error *err);

enum { ENVIRONMENT_WAYS = 3, ENVIRONMENT_WAY_SIZE = 256 };
/* Commands that reach it from inside, "" where there are fewer. */
void environment_ways(const struct environment_server *s,
		      char out[ENVIRONMENT_WAYS][ENVIRONMENT_WAY_SIZE]);

#endif
