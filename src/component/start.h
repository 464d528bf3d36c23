/* SPDX-License-Identifier: Apache-2.0 */
/* What starting any server in a place needs: its log, read too, and waiting until it is up. */
#ifndef COMPONENT_START_H
#define COMPONENT_START_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "component/engine.h"

/*
 * How a program of the server is started: in the place's directory, as its account,
 * in a group of its own, ending with us. `log` is where its output goes (-1: nowhere).
 */
struct process_spec server_process_spec(const struct place *place, const char *const *argv,
					const char *const *env, int log);

/* The first argument of each is the server's name for messages, such as "PostgreSQL". */

/* Open NAME.log in the place, owned by the place's account; its path goes to `server->log`. -1 on failure. */
MUST_CHECK int server_open_log(const char *name, struct server *server, struct error *err);

/* Append the end of the server's log to an error about it. Always returns -1. */
int server_explain(const char *name, const struct server *server, struct error *err);

/* 1: it is up; 0: not yet; -1 with an error: it never will be. */
typedef int server_ready_fn(struct server *server, struct error *err);

/* A line of a log without its end, which may be changed. -1 ends the reading. */
typedef int server_line_fn(void *cookie, char *line, struct error *err);

/* Hand `take` each line of a server's log from byte `from` on. */
MUST_CHECK int server_read_log(const char *path, uint64_t from, server_line_fn *take, void *cookie,
			       struct error *err);

/*
 * Ask `ready` every few milliseconds until it says yes. The server's end or
 * `timeout_ns` passing is an error with the end of its log.
 */
MUST_CHECK int server_await(const char *name, struct server *server, server_ready_fn *ready,
			    int64_t timeout_ns, struct error *err);

/* Write a file of mode `mode` into the place, owned by the place's account. */
MUST_CHECK int server_write_file(const struct place *place, const char *name, mode_t mode,
				 const char *text, struct error *err);

#endif
