/* SPDX-License-Identifier: Apache-2.0 */
/* Fills empty servers with the example platform's data. */
#ifndef DEMO_FILL_H
#define DEMO_FILL_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "component/engine.h"
#include "demo/generator.h"

#define FILL_DATABASE "agent_orchestrator"

struct fill {
	struct generator generator;
	uint64_t size;               /* bytes of COPY text that the generator was planned for */
	int (*stop_requested)(void); /* not 0: give up with ERROR_INTERRUPTED; NULL: never */
};

/* Each speaks to `s` as its administrator. */

/* Creates FILL_DATABASE and everything in it, in one transaction. */
MUST_CHECK int fill_postgres(const struct server *s, const struct fill *fill, struct error *err);

/* Every data type in small and large encodings, five databases, times to live, a function library. */
MUST_CHECK int fill_redis(const struct server *s, const struct fill *fill, struct error *err);

/* Virtual hosts, users, permissions, exchanges, queues, bindings, policies. */
MUST_CHECK int fill_rabbitmq(const struct server *s, const struct fill *fill, struct error *err);

#endif
