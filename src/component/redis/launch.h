/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a private redis-server is launched: on a Unix socket, and in a network of its own on
 * 127.0.0.1 as well, with nothing saved unless asked.
 */
#ifndef COMPONENT_REDIS_LAUNCH_H
#define COMPONENT_REDIS_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "component/engine.h"

/* In the place's directory: loaded when it is there, and where the server saves. */
#define SNAPSHOT_NAME "dump.rdb"

struct launch {
	unsigned databases;   /* 0: 16, Redis's default */
	uint16_t master_port; /* on 127.0.0.1, of the server to be a replica of; 0: be a master */
	bool append_only;
};

/*
 * Start the program in the place of `s`, on its socket; its log is appended to. Does not wait
 * until it answers. `s` must have no running server.
 */
MUST_CHECK int launch_server(const struct launch *launch, struct server *s, struct error *err);

#endif
