/* SPDX-License-Identifier: Apache-2.0 */
/* Real servers for service tests: started in a directory of the test's own, gone with it. */
#ifndef TESTS_SERVICE_PLATFORM_H
#define TESTS_SERVICE_PLATFORM_H

#include <libpq-fe.h>
#include <stddef.h>

#include "component/engine.h"

/* The directory that holds the places; made by platform_open(). */
extern char platform_directory[64];

/* A group's set-up and tear-down, or called from one. Closing fails (-1) when anything is left in the directory. */
int platform_open(void **state);
int platform_close(void **state);

/* Start a server of that kind in a new place called `name`. Fails the test when it cannot. */
void platform_start(enum engine_kind kind, const char *name, struct server *out);
/* Stop it, remove its place and fail the test when a process of it is left. */
void platform_stop(enum engine_kind kind, struct server *s);

/* A session with database `name` of a PostgreSQL; fails the test when there is none. */
PGconn *platform_connect(const struct server *s, const char *name);
/* Fails the test when the statement does. */
void platform_execute(PGconn *session, const char *sql);

/* A component configuration that speaks to `s`, with the built-in settings. */
struct component_config platform_component(enum engine_kind kind, const struct server *s);

/* The number of processes whose working directory, command line or environment names `text`. */
size_t platform_processes_naming(const char *text);
/* Of those whose command line names both: other tests run beside this one. */
size_t platform_commands_naming(const char *text, const char *more);

#endif
