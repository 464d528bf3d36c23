/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The platform's own services (engine: service, with `deploy`), started in a sandbox beside
 * restored servers. What is wrong with one is a check of it: deployed, health, app-log.
 *
 * The sandbox is open for visits, its guide knows ASK_WORK (service/ask.h), its programs begin
 * in its writable directory, and it was opened with services_readable(). Threads may work on
 * the same services at once, but for services_stop().
 */
#ifndef SERVICE_SERVICES_H
#define SERVICE_SERVICES_H

#include "base/arena.h"
#include "base/stop.h"
#include "config/config.h"
#include "model/check.h"
#include "sandbox/sandbox.h"
#include "service/log_search.h"

struct services;

struct services_options {
	const struct config *config;   /* kept */
	const struct sandbox *sandbox; /* kept */
	const char *const
		*env; /* "NAME=value" of the sandbox's servers, NULL-terminated; NULL: none; kept */
	struct stop
		stop; /* asked for: ERROR_INTERRUPTED; what its cookie is lives as long as they */
	uint64_t log_max; /* bytes; whose log grows longer is ended; 0: 1 GiB */
};

/*
 * What the deployed services and the commands of trials need to read of this host, for
 * sandbox_options.readable: NULL-terminated, in `arena`. What is not there is left out, and
 * told of when it is needed. NULL: no memory.
 */
const char *const *services_readable(const struct config *config, struct arena *arena);

/*
 * Start all that are to be deployed, each as soon as what it needs is up, and wait until each
 * is well or its time is over. Checks, in the order of the configuration: `deployed` and
 * `health` of each. `*out` is to be stopped, also when some are not up. -1: interrupted, or the
 * sandbox ended; then nothing goes on.
 */
MUST_CHECK int services_deploy(const struct services_options *options, struct services **out,
			       struct checks *checks, struct error *err);

/* Ask those that are up again, each once: a check `health` of each. Tells of what ended, too. */
MUST_CHECK int services_health(struct services *s, struct checks *checks, struct error *err);

/*
 * A check `health` for each that was up and has ended since, with its code and its last
 * words; once. Never waits. `*ended` (may be NULL) counts them.
 */
MUST_CHECK int services_watch(struct services *s, size_t *ended, struct checks *checks,
			      struct error *err);

/* What one service wrote. */
struct service_log {
	const struct component_config *component; /* borrowed */
	char path[4096];                          /* the copy; "" = there is none */
	struct log_found found;                   /* where errors are told of */
};

/*
 * Search the log of each that was started and keep a copy, DIRECTORY/NAME.log; a check
 * `app-log` of each. DIRECTORY is made; NULL: no copy is kept. `told` (may be NULL) gets each.
 */
MUST_CHECK int services_logs(struct services *s, const char *directory,
			     void (*told)(void *cookie, const struct service_log *log),
			     void *cookie, struct checks *checks, struct error *err);

/* The secrets of theirs, for trials of them, that add their own; as long as they. NULL: NULL. */
struct hidden *services_hidden(const struct services *s);

/* How many were started and go on. */
size_t services_up(struct services *s);

/*
 * End them, the last first, and free, also when an error is told. `checks` (may be NULL) gets
 * `health` of each that had ended by itself and was not told of. Safe on NULL.
 */
MUST_CHECK int services_stop(struct services *s, struct checks *checks, struct error *err);

#endif
